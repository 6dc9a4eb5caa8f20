// Speaks to an MCP server that is a program: one JSON message a line. The SDK's own transport for this would hand it our HOME
// and USER, and kill only the program itself and not what it has started, as `npx` does.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { ReadBuffer, serializeMessage } from "@modelcontextprotocol/sdk/shared/stdio.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";

import { endsWithin } from "../../../ends-within";
import { MCP_END_MS, MCP_LOG_LINE_CHARACTERS, MCP_MESSAGE_BYTES } from "../tool-limits";

export interface StdioServer {
  command: string;
  args: readonly string[];
  /** The process's whole environment. */
  env: Readonly<Record<string, string>>;
  /** Told each line, or the beginning of a long one, that the process writes to its error output. */
  onLogLine: (line: string) => void;
}

/** Away from our own directory, whose `.env` many programs would read. */
const WORKING_DIRECTORY = "/";

/** Process groups that run, for the case that this process ends without closing them. */
const running = new Set<number>();
process.on("exit", () => {
  for (const group of running) signalGroup(group, "SIGKILL");
});

type ServerProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** A transport for the SDK's client. `close` resolves when the process, and all it has started, is gone. */
export function createStdioTransport(server: StdioServer): Transport {
  const buffer = new ReadBuffer({ maxBufferSize: MCP_MESSAGE_BYTES });
  let child: ServerProcess | undefined;
  let ended = Promise.resolve();
  let closing: Promise<void> | undefined;

  const end = async () => {
    if (child?.pid === undefined) return;
    child.stdin.end();
    if (await endsWithin(MCP_END_MS, ended)) return;
    signalGroup(child.pid, "SIGTERM");
    if (await endsWithin(MCP_END_MS, ended)) return;
    signalGroup(child.pid, "SIGKILL");
    await ended;
  };

  const read = (chunk: Buffer) => {
    try {
      buffer.append(chunk);
    } catch (error) {
      // Where the next message begins is lost.
      transport.onerror?.(new Error("a message was too long", { cause: error }));
      void transport.close();
      return;
    }
    for (;;) {
      try {
        const message = buffer.readMessage();
        if (message === null) return;
        transport.onmessage?.(message);
      } catch {
        // Programs print what is no message, too.
        transport.onerror?.(new Error("a line was no message"));
      }
    }
  };

  const transport: Transport = {
    async start() {
      const started = spawn(server.command, [...server.args], {
        cwd: WORKING_DIRECTORY,
        env: { ...server.env },
        stdio: ["pipe", "pipe", "pipe"],
        // A process group of its own, to be ended as a whole.
        detached: true,
      });
      child = started;
      // What goes wrong is heard of by the process's end; an error that nobody hears would end this one.
      for (const part of [started, started.stdin, started.stdout, started.stderr]) part.on("error", () => undefined);
      started.stdout.on("data", read);
      forEachLine(started.stderr, server.onLogLine);
      ended = endOf(started).then(() => {
        buffer.clear();
        transport.onclose?.();
      });
      await new Promise((resolve, reject) => started.once("spawn", resolve).once("error", reject));
    },

    send(message: JSONRPCMessage) {
      return new Promise((resolve, reject) => {
        if (child === undefined || !child.stdin.writable) reject(new Error("the process has ended"));
        else child.stdin.write(serializeMessage(message), (error) => (error ? reject(error) : resolve()));
      });
    },

    close() {
      closing ??= end();
      return closing;
    },
  };
  return transport;
}

/** Resolves when the process is gone, with its group, and everything that it wrote has been read. */
async function endOf(child: ServerProcess): Promise<void> {
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const { pid } = child;
  if (pid === undefined) return closed;
  running.add(pid);
  await new Promise((resolve) => child.once("exit", resolve));
  signalGroup(pid, "SIGKILL");
  running.delete(pid);
  // What has left the group may still hold the pipes.
  if (await endsWithin(MCP_END_MS, closed)) return;
  child.stdin.destroy();
  child.stdout.destroy();
  child.stderr.destroy();
}

/** To the process and all that it started, unless they have left its group. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left.
  }
}

function forEachLine(stream: Readable, tell: (line: string) => void): void {
  let line = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    const [first = "", ...rest] = chunk.split("\n");
    line = (line + first).slice(0, MCP_LOG_LINE_CHARACTERS);
    for (const next of rest) {
      tell(line);
      line = next.slice(0, MCP_LOG_LINE_CHARACTERS);
    }
  });
}
