import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";

import { startMcpServers } from "../../../src/agents/tools/mcp-servers";
import {
  MCP_LIST_PAGES,
  MCP_LOG_LINES,
  MCP_MESSAGE_BYTES,
  MCP_TOOLS,
  RESULT_CHARACTERS,
} from "../../../src/agents/tools/tool-limits";
import { createToolbox } from "../../../src/agents/tools/toolbox";
import { createLogger } from "../../../src/logger";
import type { JsonObject, JsonValue } from "../../../src/providers/language-model";
import { EVERYTHING, isRunning, type McpFixture, openMcpFixture, REGISTER, scripted, until } from "./mcp-fixture";

const SOURCE = resolve(__dirname, "../../../src/agents/tools");

let fixture: McpFixture | undefined;

async function open(...[entries, options]: Parameters<typeof openMcpFixture>): Promise<McpFixture> {
  fixture = await openMcpFixture(entries, options);
  return fixture;
}
afterEach(async () => {
  await fixture?.close();
  fixture = undefined;
});

const warnings = ({ logs }: McpFixture) => logs.filter(({ level }) => level !== "debug" && level !== "info");

const BROKE_OFF = {
  errorMessage: "The server of this tool broke off. Try again, or go on without it.",
};
const NOT_RUNNING = { errorMessage: "The server of this tool is not running at the moment. Go on without it." };

describe("a real server from the registry", () => {
  const everything = { command: process.execPath, args: [EVERYTHING], env: { ITS_OWN: "yes" } };

  test("is started, asked and ended", async () => {
    const { result, names, call, logs } = await open({ everything });
    expect(names()).toContain("everything/echo");
    expect(names()).not.toContain("everything/simulate-research-query");
    expect(logs).toContainEqual(expect.objectContaining({ level: "info", msg: "an MCP server is connected" }));

    expect(await result("everything/echo", { message: "Grüße" })).toBe("Echo: Grüße");
    expect(await result("everything/get-sum", { a: 2, b: 0.5 })).toContain("2.5");
    expect(await result("everything/get-structured-content", { location: "Chicago" })).toEqual({
      temperature: expect.any(Number),
      conditions: expect.any(String),
      humidity: expect.any(Number),
    });
    expect(await result("everything/get-tiny-image")).toEqual([
      "Here's the image you requested:",
      "[image, image/png: not shown]",
      expect.any(String),
    ]);
    expect(await result("everything/get-resource-links", { count: 1 })).toEqual(
      expect.arrayContaining([expect.stringMatching(/^\[resource: .*\]$/)]),
    );
    expect(await call("everything/echo", {})).toEqual({
      errorMessage: 'The arguments do not fit: "message" is missing. Correct them and call again.',
    });
  });

  test("every tool of it can be offered to both providers", async () => {
    const { servers, logs } = await open({ everything });
    const toolbox = createToolbox({
      tools: servers.tools(),
      allowed: ["everything/*"],
      logger: createLogger("silent"),
    });
    expect(toolbox.definitions.length).toBe(servers.tools().length);
    for (const { name, description, inputSchema } of toolbox.definitions) {
      expect(name).toMatch(/^everything__[a-zA-Z0-9_-]{1,52}$/);
      expect(description).not.toBe("");
      expect(inputSchema).toMatchObject({ type: "object", properties: expect.any(Object) });
      expect(inputSchema).not.toHaveProperty("$schema");
    }
    expect(logs.filter(({ level }) => level === "warn")).toEqual([]);
  });

  test("sees of our environment nothing but PATH, and what its entry names", async () => {
    process.env.ANTHROPIC_API_KEY = "sk-ant-must-not-be-seen";
    try {
      const { result } = await open({ everything }, { environment: process.env });
      expect(JSON.parse(String(await result("everything/get-env")))).toEqual({
        PATH: process.env.PATH,
        ITS_OWN: "yes",
      });
    } finally {
      delete process.env.ANTHROPIC_API_KEY;
    }
  });

  test("killed in the middle of a call: the call fails in words, and the next one is answered", async () => {
    const { call, result, logged, logs } = await open({ everything, scripted: scripted() });
    const long = call("everything/trigger-long-running-operation", { duration: 60, steps: 60 });
    await result("everything/echo", { message: "it is running" });
    process.kill(findChild(EVERYTHING), "SIGKILL");
    expect(await long).toEqual(BROKE_OFF);
    expect(await result("everything/echo", { message: "again" })).toBe("Echo: again");
    await logged(/an MCP server has ended; it is started again/);
    expect(logs.filter(({ level }) => level === "warn")).toHaveLength(1);
  });
});

describe("its surroundings", () => {
  test("variables are filled in from the environment, and only they", async () => {
    const environment = { PATH: process.env.PATH, CRM_TOKEN: "token-of-the-crm", OTHER: "secret" };
    const env = { TOKEN: `Bearer \${CRM_TOKEN}`, PLAIN: "$CRM_TOKEN {OTHER} $(id)" };
    const { result } = await open({ s: scripted("fine", env) }, { environment });
    expect(await result("s/environment")).toMatchObject({
      env: { PATH: process.env.PATH, TOKEN: "Bearer token-of-the-crm", PLAIN: "$CRM_TOKEN {OTHER} $(id)" },
      cwd: "/",
    });
  });

  test("a variable that is missing costs the server, and is named", async () => {
    const env = { A: `\${NOT_THERE}`, B: `\${EMPTY}` };
    const { names, logs, pids } = await open({ s: scripted("fine", env) }, { environment: { EMPTY: "" } });
    expect(names()).toEqual([]);
    expect(logs).toMatchObject([
      { level: "warn", server: "s", reason: "the environment does not have NOT_THERE, EMPTY" },
    ]);
    expect(pids).toThrow("ENOENT");
  });

  test("what it writes to its error output is logged at debug, bounded and without secrets", async () => {
    const environment = { PATH: process.env.PATH, CRM_TOKEN: "token-of-the-crm" };
    const { logs, logged, result } = await open({ s: scripted("talks", { TOKEN: `\${CRM_TOKEN}` }) }, { environment });
    await logged(/an MCP server says/, MCP_LOG_LINES - 1);
    expect(await result("s/echo")).toBe("Echo: {}");
    const said = logs.filter(({ msg }) => msg === "an MCP server says");
    expect(said).toHaveLength(MCP_LOG_LINES);
    expect(said.slice(0, 3)).toMatchObject([
      { level: "debug", server: "s", line: "token [redacted]" },
      { level: "debug", line: "x".repeat(1000) },
      { level: "debug", line: "[redacted]" },
    ]);
  });
});

describe("a server that cannot be used costs one warning and its tools", () => {
  test.each([
    ["is not there", { command: "/no/such/program", args: [], env: {} }, "spawn /no/such/program ENOENT"],
    ["ends at once", { command: process.execPath, args: ["-e", "process.exit(3)"], env: {} }, "Connection closed"],
    ["refuses", scripted("refuses"), "no such tenant"],
    ["hangs when it should say hello", scripted("hangs"), "it took too long to connect"],
    ["hangs when it should list its tools", scripted("hangs-at-list"), "it took too long to connect"],
    ["lists nonsense", scripted("lists-nonsense"), "expected array"],
  ])("one that %s", async (_what, entry, reason) => {
    const { names, logged, servers, logs } = await open({ bad: entry, good: scripted() }, { connectSeconds: 2 });
    expect(await logged(/cannot be used: its tools are left out/)).toMatchObject({
      level: "warn",
      server: "bad",
      reason: expect.stringContaining(reason),
    });
    expect(new Set(names().map((name) => name.split("/")[0]))).toEqual(new Set(["good"]));
    await servers.close();
    expect(logs.filter(({ level }) => level === "warn")).toHaveLength(1);
  });

  test("nothing of one that hung is left running", async () => {
    const { pids } = await open({ s: scripted("hangs") }, { connectSeconds: 1 });
    expect(pids().filter(isRunning)).toEqual([]);
  });

  test("starting waits for nobody, and closing does not either", async () => {
    const entry = { command: process.execPath, args: ["-e", "process.stdin.resume()"], env: {} };
    const servers = startMcpServers(new Map([["s", entry]]), {
      logger: createLogger("silent"),
      environment: { PATH: process.env.PATH },
    });
    expect(servers.tools()).toEqual([]);
    await servers.close();
    await servers.tried;
  });
});

describe("a server that lies", () => {
  test("about its tools: those are left out, the others stay", async () => {
    const { servers, logs } = await open({ s: scripted("lies") });
    const logger = createLogger("warn", { write: (line) => logs.push(JSON.parse(line)) });
    const offered = () => createToolbox({ tools: servers.tools(), allowed: ["s/*"], logger }).definitions;
    expect(offered()).toEqual([
      { name: "s__fine", description: "Fine.", inputSchema: { type: "object", properties: {} } },
    ]);
    expect(offered()).toHaveLength(1);
    expect(warnings({ logs } as McpFixture)).toMatchObject([
      { tool: "s/wrong-type", reason: "it is no valid JSON Schema" },
      { tool: "s/text", reason: "its root is not an object" },
      { tool: "s/remote", reason: "it refers to a schema elsewhere" },
    ]);
  });

  test("with ten thousand tools: the first are taken", async () => {
    const { names, logged } = await open({ s: scripted("many") });
    expect(names()).toHaveLength(MCP_TOOLS);
    expect(names().at(-1)).toBe(`s/tool${MCP_TOOLS - 1}`);
    expect(await logged(/offers too many tools/)).toMatchObject({ level: "warn", server: "s", taken: MCP_TOOLS });
  });

  test("with pages without end: the first are read", async () => {
    const { names, logged } = await open({ s: scripted("pages") });
    expect(names()).toHaveLength(MCP_LIST_PAGES);
    await logged(/offers too many tools/);
  });
});

describe("results", () => {
  const answer = (message: JsonObject) => fixture?.call("s/answer", message);

  test("are read leniently", async () => {
    await open({ s: scripted() });
    const text = (value: string) => ({ type: "text", text: value });
    expect(await answer({ result: { content: [] } })).toEqual({ result: null });
    expect(await answer({ result: { content: [text("a\0")] } })).toEqual({ result: "a" });
    expect(await answer({ result: { content: [text("a"), text("b")] } })).toEqual({ result: ["a", "b"] });
    expect(await answer({ result: { structuredContent: { a: ["\0"] }, content: [text("{}")] } })).toEqual({
      result: { a: [""] },
    });
    const others: JsonValue[] = [
      { type: "audio", mimeType: "audio/wav", data: "AAAA" },
      { type: "image", data: "AAAA" },
      { type: "resource", resource: { uri: "file:///a", text: "inside" } },
      { type: "resource", resource: { uri: "file:///b", blob: "AAAA" } },
      { type: "resource_link", uri: "file:///c", name: "c" },
      { type: "hologram" },
      "text",
    ];
    expect(await answer({ result: { content: others } })).toEqual({
      result: [
        "[audio, audio/wav: not shown]",
        "[image: not shown]",
        "inside",
        "[resource: file:///b, not text]",
        "[resource: c, file:///c]",
        "[content of a kind that cannot be shown]",
        "[content of a kind that cannot be shown]",
      ],
    });
  });

  test("that are failures are read by the model", async () => {
    await open({ s: scripted() });
    const content = [{ type: "text", text: "No such person." }];
    expect(await answer({ result: { content, isError: true } })).toEqual({ errorMessage: "No such person." });
    expect(await answer({ result: { content: [], isError: true } })).toEqual({
      errorMessage: "The tool says that it failed, but not why.",
    });
    expect(await answer({ error: { code: -32_602, message: "bad id" } })).toEqual({
      errorMessage: "The call was refused: MCP error -32602: bad id",
    });
    const wrong: JsonObject[] = [{}, { content: "text" }, { task: { taskId: "1" } }];
    for (const result of wrong) {
      expect(await answer({ result })).toEqual({
        errorMessage: "The tool has answered with something that is no result. Go on without it.",
      });
    }
    expect(fixture?.logs.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("that are huge are cut; beyond all measure they end the connection, and the server is started again", async () => {
    const { call, result } = await open({ s: scripted() });
    const cut = await result("s/swell", { characters: 1_000_000 });
    expect(String(cut)).toMatch(/Cut here: the result has 1000000 characters/);
    expect(String(cut).length).toBeLessThan(RESULT_CHARACTERS + 100);
    const { pid } = (await result("s/environment")) as { pid: number };
    expect(await call("s/swell", { characters: 2 * MCP_MESSAGE_BYTES })).toEqual(BROKE_OFF);
    const { pid: next } = (await result("s/environment")) as { pid: number };
    expect(next).not.toBe(pid);
    expect(isRunning(pid)).toBe(false);
  });
});

describe("a server that ends", () => {
  test("in the middle of a call fails every call that it had, and is started again", async () => {
    const { call, result, pids } = await open({ s: scripted() });
    const calls = [call("s/never"), call("s/never"), call("s/die")];
    expect(await Promise.all(calls)).toEqual([BROKE_OFF, BROKE_OFF, BROKE_OFF]);
    expect(await result("s/echo", { text: "back" })).toBe('Echo: {"text":"back"}');
    expect(pids()).toHaveLength(2);
  });

  test("again and again is started less and less often, and its tools are gone in between", async () => {
    const { logged, names, pids, call, logs, servers } = await open({ s: scripted("crashes") });
    const tools = servers.tools();
    expect(tools.length).toBeGreaterThan(0);
    const ended = await logged(/an MCP server has ended/, 1);
    expect(names()).toEqual([]);
    // A turn that began before still has the tool.
    const toolbox = createToolbox({ tools, allowed: ["s/*"], logger: createLogger("silent") });
    const { signal } = new AbortController();
    const context = { workspaceId: "acme", userId: "user", buddy: "campaign", sessionId: "session", signal };
    expect(await toolbox.call({ name: "s__echo", arguments: {} }, context)).toEqual(NOT_RUNNING);
    expect(await call("s/echo")).toEqual({ errorMessage: expect.stringContaining("You may not call") });
    const again = await logged(/an MCP server has ended/, 2);
    expect(Date.parse(again.time) - Date.parse(ended.time)).toBeGreaterThan(900);
    expect(pids()).toHaveLength(3);
    expect(logs.filter(({ level }) => level === "warn")).toHaveLength(1);
  });

  test("a server that does not come back after a call loses its tools", async () => {
    const once = `if (process.env.X) 0; const fs = require("node:fs"); const marker = process.argv[1];
      if (fs.existsSync(marker)) process.exit(1); fs.writeFileSync(marker, ""); process.argv.splice(1, 1); require(process.argv[1]);`;
    const directory = mkdtempSync(join(tmpdir(), "waypath-once-"));
    const entry = scripted();
    const [flag = "", register = "", file = "", ...rest] = entry.args;
    const args = [flag, register, "-e", once, `${directory}/marker`, file, ...rest];
    const { call, logged, names } = await open({ s: { ...entry, args } });
    expect(names()).toContain("s/die");
    expect(await call("s/die")).toEqual(BROKE_OFF);
    expect(await logged(/cannot be used/)).toMatchObject({ level: "warn", server: "s" });
    expect(names()).toEqual([]);
    rmSync(directory, { recursive: true });
  });

  test("that hangs in a call is given up, found dead, and started again", async () => {
    const { call, result, logged, pids } = await open({ s: scripted() });
    const stop = new AbortController();
    const frozen = call("s/freeze", {}, stop.signal);
    setImmediate(() => stop.abort());
    expect(await frozen).toEqual({ errorMessage: "The call was cancelled, because the turn was stopped." });
    await logged(/an MCP server does not answer/);
    await logged(/an MCP server has ended/);
    expect(await result("s/echo")).toBe("Echo: {}");
    expect(pids()).toHaveLength(2);
    expect(pids().filter(isRunning)).toHaveLength(1);
  }, 40_000);

  test("that only takes its time is left alone when a call is given up", async () => {
    const { call, result, pids } = await open({ s: scripted() });
    const stop = new AbortController();
    const waiting = call("s/never", {}, stop.signal);
    setImmediate(() => stop.abort());
    expect(await waiting).toMatchObject({ errorMessage: expect.stringContaining("cancelled") });
    expect(await result("s/echo")).toBe("Echo: {}");
    expect(pids()).toHaveLength(1);
  });
});

describe("tools that change", () => {
  test("are read again when the server says so; the others stay what they were", async () => {
    const { result, names, servers } = await open({ s: scripted() });
    const before = servers.tools();
    expect(await result("s/grow")).toBe("grown");
    await until(() => names().includes("s/grown9"));
    const after = servers.tools();
    expect(after.slice(0, before.length).every((tool, index) => tool === before[index])).toBe(true);
    expect(await result("s/grow")).toBe("grown");
    await until(() => names().includes("s/grown10"));
  });

  test("are not read again for every time that the server says so", async () => {
    const { result } = await open({ s: scripted() });
    for (let round = 0; round < 5; round += 1) await result("s/noise");
    const { lists } = (await result("s/environment")) as { lists: number };
    expect(lists).toBeLessThanOrEqual(3);
  });
});

describe("closing", () => {
  test("ends the processes, and what they started, also those that do not want to", async () => {
    const { servers, pids, logged, close } = await open({ s: scripted("stubborn"), t: scripted() });
    await logged(/an MCP server says/);
    expect(pids()).toHaveLength(3);
    expect(pids().every(isRunning)).toBe(true);
    const startedAt = performance.now();
    const all = pids();
    await servers.close();
    expect(performance.now() - startedAt).toBeLessThan(5000);
    await until(() => !all.some(isRunning));
    expect(servers.tools()).toEqual([]);
    await close();
    fixture = undefined;
  });

  test("is made up for when our own process ends without it", () => {
    const directory = mkdtempSync(join(tmpdir(), "waypath-exit-"));
    const entry = scripted("stubborn", {}, join(directory, "pids"));
    const script = `
      const { startMcpServers } = require(${JSON.stringify(join(SOURCE, "mcp-servers.ts"))});
      const { createLogger } = require(${JSON.stringify(resolve(SOURCE, "../../logger.ts"))});
      const entries = new Map([["s", ${JSON.stringify(entry)}]]);
      const servers = startMcpServers(entries, { logger: createLogger("silent"), environment: process.env });
      servers.tried.then(() => process.exit(servers.tools().length));`;
    const { status } = spawnSync(process.execPath, ["-r", REGISTER, "-e", script]);
    expect(status).toBeGreaterThan(1);
    const pids = readFileSync(join(directory, "pids"), "utf8").trim().split("\n").map(Number);
    expect(pids).toHaveLength(2);
    expect(pids.filter(isRunning)).toEqual([]);
    rmSync(directory, { recursive: true });
  });

  test("ends a call that runs, and the try to connect again", async () => {
    const { call, servers, logs } = await open({ s: scripted(), down: { command: "/no/such", args: [], env: {} } });
    const waiting = call("s/never");
    await new Promise((resolve) => setImmediate(resolve));
    await servers.close();
    expect(await waiting).toEqual(BROKE_OFF);
    expect(logs.filter(({ level }) => level === "warn")).toHaveLength(1);
  });
});

function findChild(script: string): number {
  const output = execFileSync("ps", ["-o", "pid=,args=", "--ppid", String(process.pid)], { encoding: "utf8" });
  const line = output.split("\n").find((each) => each.includes(script));
  return Number(line?.trim().split(/\s+/)[0]);
}
