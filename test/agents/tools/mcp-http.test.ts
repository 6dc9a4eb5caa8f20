import { afterEach, describe, expect, test } from "@jest/globals";

import { MCP_MESSAGE_BYTES } from "../../../src/agents/tools/tool-limits";
import { type HttpMcpServer, startHttpMcpServer } from "../../support/http-mcp-server";
import { type McpFixture, openMcpFixture, until } from "./mcp-fixture";

const open: { close(): Promise<void> }[] = [];

async function start(
  options: Parameters<typeof startHttpMcpServer>[0] & {
    headers?: Record<string, string>;
    connectSeconds?: number;
  } = {},
  prepare: (http: HttpMcpServer) => void = () => undefined,
): Promise<{ http: HttpMcpServer; mcp: McpFixture }> {
  const http = await startHttpMcpServer(options);
  open.push(http);
  prepare(http);
  const entry = { url: http.url, headers: options.headers ?? {} };
  const mcp = await openMcpFixture(
    { web: entry },
    {
      environment: { WEB_TOKEN: "token-of-the-web" },
      ...(options.connectSeconds === undefined ? {} : { connectSeconds: options.connectSeconds }),
    },
  );
  open.push(mcp);
  return { http, mcp };
}
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

const BROKE_OFF = {
  errorMessage: "The server of this tool broke off. Try again, or go on without it.",
};

describe.each([
  ["events", false],
  ["JSON", true],
])("a server that answers in %s", (_what, json) => {
  test("is asked, with the headers of its entry, and its session is ended", async () => {
    const { http, mcp } = await start({ json, headers: { Authorization: `Bearer \${WEB_TOKEN}` } });
    expect(mcp.names()).toEqual(["web/add", "web/who", "web/fail", "web/never", "web/swell"]);
    expect(await mcp.result("web/add", { a: 1, b: 2 })).toBe("3");
    expect(await mcp.result("web/who")).toBe("Bearer token-of-the-web");
    expect(await mcp.call("web/fail")).toEqual({ errorMessage: "It is closed on Mondays." });
    expect(await mcp.call("web/add", { a: "1" })).toMatchObject({
      errorMessage: expect.stringContaining("do not fit"),
    });
    expect(http.requests.every(({ headers }) => headers.authorization === "Bearer token-of-the-web")).toBe(true);
    expect(http.sessions()).toBe(1);
    await mcp.servers.close();
    expect(http.sessions()).toBe(0);
    expect(mcp.logs.filter(({ level }) => level !== "debug" && level !== "info")).toEqual([]);
  });

  test("that breaks off in the middle of calls: they fail in words, and the next one is answered", async () => {
    const { http, mcp } = await start({ json });
    const calls = [mcp.call("web/never"), mcp.call("web/never")];
    await until(() => http.requests.filter(({ rpc }) => rpc === "tools/call").length === 2);
    http.breakOff();
    expect(await Promise.all(calls)).toEqual([BROKE_OFF, BROKE_OFF]);
    await mcp.logged(/an MCP server is connected/, 1);
    expect(await mcp.result("web/add", { a: 1, b: 2 })).toBe("3");
  });

  test("whose answer is huge is cut off", async () => {
    const { mcp } = await start({ json });
    expect(await mcp.call("web/swell", { characters: MCP_MESSAGE_BYTES + 1 })).toEqual(BROKE_OFF);
    await mcp.logged(/an MCP server is connected/, 1);
    expect(String(await mcp.result("web/swell", { characters: 1_000_000 }))).toContain("Cut here");
  });
});

test("a server that has forgotten the session is connected to anew", async () => {
  const { http, mcp } = await start();
  http.forget();
  expect(await mcp.call("web/add", { a: 1, b: 2 })).toEqual(BROKE_OFF);
  await mcp.logged(/an MCP server is connected/, 1);
  expect(await mcp.result("web/add", { a: 1, b: 2 })).toBe("3");
});

test("a server that goes away loses its tools, and has them again when it comes back", async () => {
  const { http, mcp } = await start();
  await http.close();
  await mcp.logged(/cannot be used: its tools are left out/);
  expect(mcp.names()).toEqual([]);
  const again = await startHttpMcpServer({ port: Number(new URL(http.url).port) });
  open.push(again);
  await mcp.logged(/an MCP server is connected/, 1);
  expect(await mcp.result("web/add", { a: 1, b: 2 })).toBe("3");
});

test("tools that change are read again", async () => {
  const { http, mcp } = await start();
  await until(() => http.requests.some(({ method }) => method === "GET"));
  http.addTool("new");
  await until(() => mcp.names().includes("web/new"));
  expect(await mcp.result("web/new")).toBe("new");
});

test("a stream of notifications that breaks off is no reason to begin anew", async () => {
  const { http, mcp } = await start();
  await until(() => http.requests.some(({ method }) => method === "GET"));
  http.breakOff();
  await until(() => http.requests.filter(({ method }) => method === "GET").length === 2);
  expect(await mcp.result("web/add", { a: 1, b: 2 })).toBe("3");
  expect(http.sessions()).toBe(1);
});

describe("a server that cannot be used costs one warning", () => {
  test.each<[string, HttpMcpServer["intercept"], string]>([
    [
      "refuses the token",
      (_request, response) => !!response.writeHead(401).end("Bearer token-of-the-web is wrong"),
      "[redacted]",
    ],
    [
      "sends us elsewhere",
      (_request, response) => !!response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
      "redirect",
    ],
    [
      "answers with a page",
      (_request, response) => !!response.writeHead(200, { "content-type": "text/html" }).end("<p>"),
      "text/html",
    ],
    [
      "answers with half a message",
      (_request, response) => !!response.writeHead(200, { "content-type": "application/json" }).end("{"),
      "JSON",
    ],
    ["does not answer", () => true, "it took too long to connect"],
    ["breaks off", (request) => !!request.socket.destroy(), ""],
  ])("that %s", async (_what, intercept, reason) => {
    const headers = { Authorization: `Bearer \${WEB_TOKEN}` };
    const { mcp } = await start({ headers, connectSeconds: 1 }, (http) => {
      http.intercept = intercept;
    });
    expect(mcp.names()).toEqual([]);
    const warnings = mcp.logs.filter(({ level }) => level === "warn");
    expect(warnings).toMatchObject([{ server: "web", reason: expect.stringContaining(reason) }]);
    expect(JSON.stringify(mcp.logs)).not.toContain("token-of-the-web");
  });

  test("that is not there", async () => {
    const mcp = await openMcpFixture({ web: { url: "http://127.0.0.1:1/mcp", headers: {} } });
    open.push(mcp);
    expect(mcp.logs.filter(({ level }) => level === "warn")).toMatchObject([
      { server: "web", reason: expect.stringMatching(/^fetch failed: /) },
    ]);
  });

  test("that does not answer when it should end: it is not waited for", async () => {
    const { http, mcp } = await start();
    http.intercept = () => true;
    const startedAt = performance.now();
    await mcp.servers.close();
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });
});
