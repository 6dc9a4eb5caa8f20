// The recipes as they stand in the documents, run against a server, with the newest clients that are installed.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { buildSchema, isInterfaceType } from "graphql";

import { simulate } from "../src/simulators/script";
import { newWorkspace } from "./graphql/test-workspace";
import { startTestServer, type TestServer } from "./support/test-server";

const RECIPES = resolve("docs/recipes");
const run = promisify(execFile);

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** Runs a recipe, and resolves with what it prints, and with the turns that it has left. */
async function cook(command: string, args: string[], message = "Plan a launch", url = server.url) {
  const { token, workspaceId } = await newWorkspace(server).member();
  const { stdout, stderr } = await run(command, [...args, message], {
    env: { PATH: process.env.PATH, WAYPATH_URL: `${url}/graphql`, WAYPATH_TOKEN: token },
  });
  const turns = await server.dataSource.query("SELECT status FROM agent_sessions WHERE workspace_id = $1", [
    workspaceId,
  ]);
  return { stdout, stderr, turns };
}

const program = (name: string) => ["--experimental-websocket", resolve(RECIPES, `${name}.mjs`)];

test.each(["apollo-client", "urql", "graphql-ws"])(
  "%s lists the buddies, streams a turn and prints its receipt",
  async (name) => {
    const { stdout, stderr, turns } = await cook(process.execPath, program(name));
    expect({ stdout, stderr }).toEqual({
      stdout: expect.stringMatching(
        /^Buddies: Orchestrator, Analyst, Campaign planner, Copywriter\nHello! [^\n]*“Plan a launch”\nclaude-sonnet-4-6, paid by WAYPATH\n$/,
      ),
      stderr: expect.not.stringMatching(/error/i),
    });
    expect(turns).toEqual([{ status: "COMPLETED" }]);
  },
);

test("fetch streams a turn and prints its receipt", async () => {
  const { stdout, stderr, turns } = await cook(process.execPath, program("fetch"));
  expect(stdout).toMatch(/^Hello! [^\n]*“Plan a launch”\nclaude-sonnet-4-6, paid by WAYPATH\n$/);
  expect(stderr).not.toMatch(/error/i);
  expect(turns).toEqual([{ status: "COMPLETED" }]);
});

/** Passes connections on, and breaks the first one in the middle of the answer. */
async function startBreakingProxy() {
  let connections = 0;
  const proxy = createServer((client) => {
    connections += 1;
    const breaks = connections === 1;
    const target = connect(Number(new URL(server.url).port), "127.0.0.1");
    client.pipe(target).pipe(client);
    for (const socket of [client, target]) socket.on("error", () => undefined);
    target.on("data", (data) => {
      if (breaks && String(data).includes("text.delta")) for (const socket of [client, target]) socket.destroy();
    });
  });
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  return { proxy, connections: () => connections, url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
}

test("fetch goes on where its connection broke, with the same turn, and tells nothing twice", async () => {
  const { proxy, connections, url } = await startBreakingProxy();
  const message = simulate([[{ repeat: "word ", times: 10, paceMs: 100 }]]);
  const { stdout, turns } = await cook(process.execPath, program("fetch"), message, url);
  expect(stdout).toBe(`${"word ".repeat(10)}\nclaude-sonnet-4-6, paid by WAYPATH\n`);
  expect(connections()).toBe(2);
  expect(turns).toEqual([{ status: "COMPLETED" }]);
  proxy.close();
});

test.each(["apollo-client", "urql", "graphql-ws", "fetch"])(
  "%s tells the answer of the buddy that was asked from those of whom it delegates to, and waits for its end",
  async (name) => {
    const delegate = { tool: "delegate", arguments: { buddy: "campaign", task: simulate([[{ text: "The plan." }]]) } };
    const message = simulate([[delegate], [{ text: "What came of it." }]]);
    const { stdout, turns } = await cook(process.execPath, program(name), message);
    expect(stdout.replace(/^Buddies: .+\n/, "")).toBe("What came of it.\nclaude-sonnet-4-6, paid by WAYPATH\n");
    expect(turns).toEqual([{ status: "COMPLETED" }, { status: "COMPLETED" }]);
  },
);

test("curl streams a turn, and then again from its third event on", async () => {
  const { stdout, turns } = await cook("sh", [resolve(RECIPES, "curl.sh"), 'Say "no" \\ or\n\tyes']);
  expect(stdout).toContain(JSON.stringify('Say "no" \\ or  yes'));
  const ids = [...stdout.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  const again = ids.lastIndexOf(3);
  expect(ids.slice(0, again)).toEqual(ids.slice(0, again).map((_, index) => index + 1));
  expect(ids.slice(again)).toEqual(ids.slice(2, again));
  expect(stdout.match(/^event: turn\.finished$/gm)).toHaveLength(2);
  expect(turns).toEqual([{ status: "COMPLETED" }]);
});

test("`possibleTypes` is what the schema says", async () => {
  const source = readFileSync(resolve(RECIPES, "possible-types.mjs"), "utf8");
  const { stdout } = await run(process.execPath, [
    "--input-type=module",
    "-e",
    `import { possibleTypes } from ${JSON.stringify(pathToFileURL(resolve(RECIPES, "possible-types.mjs")).href)}; console.log(JSON.stringify(possibleTypes))`,
  ]);
  const schema = buildSchema(readFileSync("schema.graphql", "utf8"));
  const interfaces = Object.values(schema.getTypeMap()).filter(isInterfaceType);
  const expected = Object.fromEntries(
    interfaces.map((type) => [
      type.name,
      schema
        .getPossibleTypes(type)
        .map(({ name }) => name)
        .sort(),
    ]),
  );
  const told = Object.entries(JSON.parse(stdout) as Record<string, string[]>);
  expect(source).toContain("export const possibleTypes");
  expect(Object.fromEntries(told.map(([name, types]) => [name, [...types].sort()]))).toEqual(expected);
});
