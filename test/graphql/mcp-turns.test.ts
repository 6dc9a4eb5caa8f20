// A real MCP server from the npm registry, started over stdio and used by a buddy in a turn.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Client } from "graphql-ws";

import { simulate } from "../../src/simulators/script";
import { CHAT_TURN, collect, connect, post, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";

const EVERYTHING = resolve(__dirname, "../../node_modules/@modelcontextprotocol/server-everything/dist/index.js");

const directory = mkdtempSync(join(tmpdir(), "waypath-mcp-turns-"));
let server: TestServer;
let token: string;
let client: Client;

beforeAll(async () => {
  const pidFile = join(directory, "pid");
  const file = join(directory, "buddies.yaml");
  // Its shell tells its process before it becomes the server, so that the test can kill just that one.
  const command = `echo $$ > ${pidFile}; exec ${process.execPath} ${EVERYTHING}`;
  writeFileSync(
    file,
    `
buddies:
  - slug: orchestrator
    name: Orchestrator
    orchestrator: true
    instructions: You coordinate.
    tools: [everything/*]
mcp_servers:
  everything: { command: /bin/sh, args: ["-c", ${JSON.stringify(command)}] }
  missing: { command: /nowhere/to/be/found }
`,
  );
  server = await startTestServer({ BUDDIES_FILE: file });
  token = await server.token();
  client = connect(server.url, token);
  await server.logged((line) => line.msg === "an MCP server is connected" && line.server === "everything");
});

afterAll(async () => {
  await client.dispose();
  await server.close();
  rmSync(directory, { recursive: true });
});

const ask = (message: string) => collect(streamOf(client, CHAT_TURN, { input: { message } }));

test("a buddy uses it, by the names of its allowlist", async () => {
  const events = await ask(
    simulate([
      [
        { tool: "everything__echo", arguments: { message: "Hello" } },
        { tool: "everything__get-sum", arguments: { a: 2, b: 3 } },
      ],
      [{ text: "Both worked." }],
    ]),
  );
  expect(events.at(-1).session).toMatchObject({
    status: "COMPLETED",
    text: "Both worked.",
    toolCalls: [
      { name: "everything/echo", result: "Echo: Hello", errorMessage: null },
      { name: "everything/get-sum", result: expect.stringContaining("5"), errorMessage: null },
    ],
  });
  const { data } = await post(server.url, token, '{ buddy(slug: "orchestrator") { tools } }');
  expect(data.buddy.tools).toContain("everything/echo");
});

test("killed in the middle of a call, the turn still ends well, and the server comes back", async () => {
  const long = { tool: "everything__trigger-long-running-operation", arguments: { duration: 20, steps: 2 } };
  const message = simulate([[long], [{ text: "Then without it." }]]);
  const events = [];
  for await (const event of streamOf(client, CHAT_TURN, { input: { message } })) {
    events.push(event);
    if (event.__typename === "ToolCallStarted") {
      process.kill(Number(readFileSync(join(directory, "pid"), "utf8")), "SIGKILL");
    }
  }
  expect(events.at(-1).session).toMatchObject({
    status: "COMPLETED",
    text: "Then without it.",
    toolCalls: [{ result: null, errorMessage: expect.stringContaining("broke off") }],
  });

  const connected = () => server.logs.filter((line) => line.msg === "an MCP server is connected").length;
  await server.logged((line) => line.msg === "an MCP server is connected" && connected() === 2);
  const again = await ask(
    simulate([[{ tool: "everything__echo", arguments: { message: "back" } }], [{ text: "Yes." }]]),
  );
  expect(again.at(-1).session.toolCalls[0]).toMatchObject({ result: "Echo: back" });
});

test("a server that cannot be started costs a warning and its tools, not the start", async () => {
  await server.logged((line) => line.level === "warn" && line.server === "missing");
});
