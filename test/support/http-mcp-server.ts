import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { z } from "zod";

/** An MCP server on a real socket, made with the SDK's server side. */
export interface HttpMcpServer {
  url: string;
  /** What was asked of it: method, and the body's JSON-RPC method where there is one. */
  requests: { method: string; rpc: string | undefined; headers: IncomingMessage["headers"] }[];
  /** Answers requests instead of the server, when it returns true. */
  intercept: (request: IncomingMessage, response: ServerResponse, rpc: string | undefined) => boolean;
  /** Sessions that it knows. */
  sessions(): number;
  /** Forgets its sessions, as after a restart. */
  forget(): void;
  /** Adds a tool to every session, and says so. */
  addTool(name: string): void;
  /** Breaks all connections off. */
  breakOff(): void;
  close(): Promise<void>;
}

export async function startHttpMcpServer(options: { port?: number; json?: boolean } = {}): Promise<HttpMcpServer> {
  const sessions = new Map<string, { transport: StreamableHTTPServerTransport; server: McpServer }>();
  const sockets = new Set<Socket>();
  const requests: HttpMcpServer["requests"] = [];

  const http = createServer(async (request, response) => {
    const body = await readJson(request);
    const rpc = body?.method;
    requests.push({ method: request.method ?? "", rpc, headers: request.headers });
    if (fixture.intercept(request, response, rpc)) return;
    const known = sessions.get(String(request.headers["mcp-session-id"]));
    if (known !== undefined) return known.transport.handleRequest(request, response, body);
    if (rpc !== "initialize") {
      response.writeHead(404).end();
      return;
    }
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: options.json ?? false,
      onsessioninitialized: (id) => void sessions.set(id, { transport, server }),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    const server = createMcpServer(request.headers);
    await server.connect(transport);
    await transport.handleRequest(request, response, body);
  });
  http.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => http.listen(options.port ?? 0, "127.0.0.1", resolve));

  const fixture: HttpMcpServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    requests,
    intercept: () => false,
    sessions: () => sessions.size,
    forget: () => sessions.clear(),
    addTool(name) {
      for (const { server } of sessions.values()) server.registerTool(name, {}, () => textResult(name));
    },
    breakOff() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      const closed = new Promise((resolve) => http.close(resolve));
      fixture.breakOff();
      await closed;
    },
  };
  return fixture;
}

function createMcpServer(headers: IncomingMessage["headers"]): McpServer {
  const server = new McpServer({ name: "http", version: "1" });
  server.registerTool("add", { inputSchema: { a: z.number(), b: z.number() } }, ({ a, b }) =>
    textResult(String(a + b)),
  );
  server.registerTool("who", {}, () => textResult(String(headers.authorization)));
  server.registerTool("fail", {}, () => {
    throw new Error("It is closed on Mondays.");
  });
  server.registerTool("never", {}, () => new Promise(() => undefined));
  server.registerTool("swell", { inputSchema: { characters: z.number() } }, ({ characters }) =>
    textResult("x".repeat(characters)),
  );
  return server;
}

function textResult(text: string) {
  return { content: [{ type: "text" as const, text }] };
}

async function readJson(request: IncomingMessage): Promise<{ method?: string } | undefined> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return text === "" ? undefined : JSON.parse(text);
}
