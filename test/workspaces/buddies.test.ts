import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "@jest/globals";

import { ConfigError } from "../../src/config";
import { loadBuddies, parseBuddies } from "../../src/workspaces/buddies";

const ONE = `
buddies:
  - { slug: zoe, name: Zoe, instructions: Write. }
  - { slug: lead, name: Lead, orchestrator: true, description: Leads., instructions: Lead. }
  - { slug: abe, name: Abe, instructions: Count. }
`;

test("the orchestrator comes first, the others by name", () => {
  const buddies = parseBuddies(ONE, "buddies.yaml");
  expect(buddies.all.map(({ slug }) => slug)).toEqual(["lead", "abe", "zoe"]);
  expect(buddies.orchestrator).toEqual({
    slug: "lead",
    name: "Lead",
    description: "Leads.",
    role: "ORCHESTRATOR",
    instructions: "Lead.",
    tools: [],
    delegatesTo: [],
  });
  expect(buddies.mcpServers.size).toBe(0);
  expect(buddies.find("zoe")).toMatchObject({ role: "SPECIALIST", description: null, tools: [], delegatesTo: [] });
  expect(buddies.find("lead")).toBe(buddies.orchestrator);
  expect(buddies.find("nobody")).toBeUndefined();
});

test("the file that comes with the server has an orchestrator and a campaign planner", () => {
  const buddies = loadBuddies(resolve(__dirname, "../../buddies.yaml"));
  expect(buddies.orchestrator.slug).toBe("orchestrator");
  expect(buddies.find("campaign")).toBeDefined();
  expect(buddies.all.length).toBeGreaterThanOrEqual(3);
});

test("the orchestrator of the file that comes with the server delegates to every other buddy", () => {
  const { orchestrator, all } = loadBuddies(resolve(__dirname, "../../buddies.yaml"));
  expect([...orchestrator.delegatesTo].sort()).toEqual(
    all
      .slice(1)
      .map(({ slug }) => slug)
      .sort(),
  );
  expect(all.filter(({ tools }) => tools.length === 0)).toEqual([]);
});

test("the MCP servers that the file gives as an example can be used as they are", () => {
  const text = readFileSync(resolve(__dirname, "../../buddies.yaml"), "utf8");
  const [before = "", example = ""] = text.split(/^# (?=mcp_servers:)/m);
  const uncommented = example.replaceAll(/^# /gm, "");
  expect([...parseBuddies(before + uncommented, "buddies.yaml").mcpServers.keys()]).toEqual(["everything", "crm"]);
});

test("buddies have tools, colleagues and servers", () => {
  const buddies = parseBuddies(
    `
buddies:
  - { slug: lead, name: Lead, orchestrator: true, instructions: Lead., tools: [current_time], delegates_to: [abe] }
  - { slug: abe, name: Abe, instructions: Count., tools: [files/*, crm/find, "crm/odd name/v2", compare_rates] }
mcp_servers:
  files:
    command: npx
    args: [-y, some-server, --port, 80]
    env: { TOKEN: "\${FILES_TOKEN}", VERBOSE: true }
  crm:
    url: https://crm.example.com/mcp
    headers: { X-Api-Key: "\${CRM_KEY}" }
  plain: { command: server }
  open: { url: "http://127.0.0.1:3000/mcp" }
`,
    "buddies.yaml",
  );
  expect(buddies.orchestrator).toMatchObject({ tools: ["current_time"], delegatesTo: ["abe"] });
  expect(buddies.find("abe")?.tools).toEqual(["files/*", "crm/find", "crm/odd name/v2", "compare_rates"]);
  expect(Object.fromEntries(buddies.mcpServers)).toEqual({
    files: {
      command: "npx",
      args: ["-y", "some-server", "--port", "80"],
      env: { TOKEN: reference("FILES_TOKEN"), VERBOSE: "true" },
    },
    crm: { url: "https://crm.example.com/mcp", headers: { "X-Api-Key": reference("CRM_KEY") } },
    plain: { command: "server", args: [], env: {} },
    open: { url: "http://127.0.0.1:3000/mcp", headers: {} },
  });
});

const LEAD = "{ slug: lead, name: Lead, orchestrator: true, instructions: Lead. }";
const SERVER = "mcp_servers: { s: { command: server } }";

/** As the file refers to the environment. */
function reference(name: string): string {
  return `\${${name}}`;
}

function leadWith(more: string): string {
  return `buddies: [${LEAD.replace("}", `, ${more} }`)}]`;
}

test.each([
  ["nothing", "", "expected object"],
  ["no buddy", "buddies: []", "Too small"],
  [
    "no orchestrator",
    "buddies: [{ slug: a, name: A, instructions: Do. }]",
    "exactly one buddy must have `orchestrator",
  ],
  ["two orchestrators", `buddies: [${LEAD}, ${LEAD.replace("slug: lead", "slug: other")}]`, "exactly one buddy"],
  ["a slug twice", `buddies: [${LEAD}, { slug: lead, name: A, instructions: Do. }]`, "two buddies have the same slug"],
  ["a slug with a space", `buddies: [${LEAD.replace("slug: lead", "slug: le ad")}]`, "must be up to 64 letters"],
  ["no instructions", "buddies: [{ slug: lead, name: Lead, orchestrator: true }]", "instructions"],
  ["an unknown field", `buddies: [${LEAD.replace("}", ", model: gpt }")}]`, "model"],
  ["a tool that is not built in", leadWith("tools: [curent_time]"), "lead: the tool `curent_time` is not built in"],
  ["the tool that delegating is", leadWith("tools: [delegate]"), "the tool `delegate` is not built in"],
  ["all tools", leadWith('tools: ["*"]'), "the tool `*` is not built in"],
  ["a tool of no server", leadWith("tools: [crm/find]"), "`crm/find` is of a server that `mcp_servers` does not have"],
  ["a server without a tool", `${leadWith("tools: [s/]")}\n${SERVER}`, "`s/` must be `server/tool` or `server/*`"],
  ["a part of a server", `${leadWith('tools: ["s/get*"]')}\n${SERVER}`, "`s/get*` must be `server/tool` or `server/*`"],
  [
    "a colleague that is not there",
    leadWith("delegates_to: [abe]"),
    "lead: it cannot delegate to `abe`, which is no buddy",
  ],
  ["itself as its colleague", leadWith("delegates_to: [lead]"), "lead: it cannot delegate to itself"],
  [
    "a specialist with colleagues",
    `buddies: [${LEAD}, { slug: a, name: A, instructions: Do., delegates_to: [lead] }]`,
    "a: only the orchestrator may have `delegates_to`",
  ],
  ["a server with a bad name", `${leadWith("")}\nmcp_servers: { My Server: { command: a } }`, "32 lower-case letters"],
  ["a server that is nothing", `${leadWith("")}\nmcp_servers: { s: {} }`, "needs either `command`"],
  [
    "a server that is both",
    `${leadWith("")}\nmcp_servers: { s: { command: a, url: "http://a" } }`,
    "needs either `command`",
  ],
  [
    "an environment for a URL",
    `${leadWith("")}\nmcp_servers: { s: { url: "http://a", env: {} } }`,
    "needs either `command`",
  ],
  ["a URL of another kind", `${leadWith("")}\nmcp_servers: { s: { url: "file:///etc" } }`, "mcp_servers.s.url"],
  [
    "a variable with a bad name",
    `${leadWith("")}\nmcp_servers: { s: { command: a, env: { "A=B": c } } }`,
    "no name of a variable",
  ],
  [
    "a header with a bad name",
    `${leadWith("")}\nmcp_servers: { s: { url: "http://a", headers: { "A B": c } } }`,
    "no name of a header",
  ],
  ["no YAML", "buddies: [", "line 1, column 11"],
])("%s: the file is refused with its name and the reason", (_name, text, reason) => {
  const attempt = () => parseBuddies(text, "/etc/buddies.yaml");
  expect(attempt).toThrow(ConfigError);
  expect(attempt).toThrow("BUDDIES_FILE: /etc/buddies.yaml cannot be used: ");
  expect(attempt).toThrow(reason);
});

test("a file that is not there, or cannot be read, is named", () => {
  const directory = mkdtempSync(join(tmpdir(), "waypath-buddies-"));
  const missing = join(directory, "nowhere.yaml");
  expect(() => loadBuddies(missing)).toThrow(ConfigError);
  expect(() => loadBuddies(missing)).toThrow(missing);
  expect(() => loadBuddies(directory)).toThrow(ConfigError);
  writeFileSync(missing, ONE);
  expect(loadBuddies(missing).all).toHaveLength(3);
  rmSync(directory, { recursive: true });
});
