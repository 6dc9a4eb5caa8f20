// An MCP server that misbehaves as its arguments say, written without the SDK so that it can. Speaks over stdin and stdout.
import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** What it does wrong; `fine` when nothing. The second argument is a file that gets a line with each process id. */
const [behaviour = "fine", pidFile] = process.argv.slice(2);

const object = { type: "object" };
const tools: object[] = [
  { name: "echo", description: "Says it again.", inputSchema: { ...object, properties: { text: { type: "string" } } } },
  { name: "environment", inputSchema: object },
  { name: "answer", description: "Answers with what it is given.", inputSchema: object },
  { name: "die", inputSchema: object },
  { name: "freeze", inputSchema: object },
  { name: "never", inputSchema: object },
  { name: "noise", inputSchema: object },
  { name: "grow", inputSchema: object },
  { name: "swell", inputSchema: object },
];
const LIES = [
  { name: "fine", title: "Fine.", inputSchema: object, outputSchema: { type: "strin", pattern: "(?P<x>" } },
  { name: "no schema" },
  { name: "", inputSchema: object },
  { name: "bad\nname", inputSchema: object },
  { name: 5, inputSchema: object },
  null,
  { name: "wrong-type", inputSchema: { type: "object", properties: { a: { type: "strin" } } } },
  { name: "text", inputSchema: "object" },
  { name: "remote", inputSchema: { type: "object", properties: { a: { $ref: "http://127.0.0.1:1/a" } } } },
  { name: "later", inputSchema: object, execution: { taskSupport: "required" } },
  { name: "fine", description: "The second of that name.", inputSchema: object },
];
let lists = 0;

if (pidFile !== undefined) appendFileSync(pidFile, `${process.pid}\n`);
if (behaviour === "stubborn") {
  process.on("SIGTERM", () => undefined);
  const forever = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.error('grandchild is ready')";
  const child = spawn(process.execPath, ["-e", forever], { stdio: ["ignore", "inherit", "inherit"] });
  if (pidFile !== undefined) appendFileSync(pidFile, `${child.pid}\n`);
  setInterval(() => undefined, 1000);
}
if (behaviour === "talks") {
  process.stdout.write("Welcome to my server!\n{}\n");
  process.stderr.write(`token ${process.env.TOKEN}\n${"x".repeat(100_000)}\nsk-ant-api03-somebody-elses-key\n`);
  process.stderr.write("again\n".repeat(1000));
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  const answer = id === undefined ? undefined : answerTo(method, params ?? {});
  if (answer !== undefined) send({ id, ...answer });
});

/** Undefined: no answer at all. */
function answerTo(method: string, params: { cursor?: string; name?: string; arguments?: object }): object | undefined {
  switch (method) {
    case "initialize":
      return hello();
    case "tools/list":
      return list(Number(params.cursor ?? 0));
    case "tools/call":
      return call(params.name, params.arguments ?? {});
    case "ping":
      return { result: {} };
    default:
      return { error: { code: -32_601, message: "unknown" } };
  }
}

function hello(): object | undefined {
  if (behaviour === "hangs") return undefined;
  if (behaviour === "refuses") return { error: { code: -32_000, message: "no such tenant" } };
  return {
    result: {
      protocolVersion: "2025-06-18",
      capabilities: { tools: { listChanged: true } },
      serverInfo: { name: "scripted", version: "1" },
    },
  };
}

function list(page: number): object | undefined {
  lists += 1;
  switch (behaviour) {
    case "hangs-at-list":
      return undefined;
    case "lists-nonsense":
      return { result: { tools: "none" } };
    case "many":
      return {
        result: {
          tools: Array.from({ length: 10_000 }, (_, index) => ({ name: `tool${index}`, inputSchema: object })),
        },
      };
    case "pages":
      return { result: { tools: [{ name: `tool${page}`, inputSchema: object }], nextCursor: String(page + 1) } };
    case "lies":
      return { result: { tools: LIES } };
    case "crashes":
      setImmediate(() => process.exit(1));
      return { result: { tools } };
    default:
      return { result: { tools } };
  }
}

function call(name: string | undefined, args: { characters?: number }): object | undefined {
  switch (name) {
    case "echo":
      return textResult(`Echo: ${JSON.stringify(args)}`);
    case "environment":
      return {
        result: { content: [], structuredContent: { env: process.env, cwd: process.cwd(), pid: process.pid, lists } },
      };
    case "answer":
      return args;
    case "die":
      process.kill(process.pid, "SIGKILL");
      return undefined;
    case "freeze":
      for (;;);
    case "noise":
      process.stdout.write("no message\n");
      for (let index = 0; index < 50; index += 1) send({ method: "notifications/tools/list_changed" });
      return textResult("noise");
    case "grow":
      tools.push({ name: `grown${tools.length}`, inputSchema: object });
      send({ method: "notifications/tools/list_changed" });
      return textResult("grown");
    case "swell":
      return textResult("x".repeat(args.characters ?? 0));
    case "never":
      return undefined;
    default:
      return { error: { code: -32_602, message: `Unknown tool: ${name}` } };
  }
}

function textResult(text: string): object {
  return { result: { content: [{ type: "text", text }] } };
}

function send(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
}
