import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
  });
  expect(buddies.find("zoe")).toMatchObject({ role: "SPECIALIST", description: null });
  expect(buddies.find("lead")).toBe(buddies.orchestrator);
  expect(buddies.find("nobody")).toBeUndefined();
});

test("the file that comes with the server has an orchestrator and a campaign planner", () => {
  const buddies = loadBuddies(resolve(__dirname, "../../buddies.yaml"));
  expect(buddies.orchestrator.slug).toBe("orchestrator");
  expect(buddies.find("campaign")).toBeDefined();
  expect(buddies.all.length).toBeGreaterThanOrEqual(3);
});

const LEAD = "{ slug: lead, name: Lead, orchestrator: true, instructions: Lead. }";

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
