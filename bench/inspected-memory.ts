import { once } from "node:events";
import { WebSocket } from "ws";

import type { ServerProcess } from "../test/support/server-process";
import { residentBytes } from "./process-usage";

/** What a process holds once its garbage is collected, in bytes. */
export interface Memory {
  resident: number;
  /** Of JavaScript's own objects. */
  heap: number;
  /** Buffers and the like, which objects hold outside of the heap. */
  external: number;
}

/** Looks into a Node process by its inspector. Linux alone, for what is resident. */
export interface Inspector {
  memory(): Promise<Memory>;
  close(): void;
}

/** What a server is started with to be looked into. */
export const INSPECTED = { NODE_OPTIONS: "--inspect=127.0.0.1:0" };

export async function inspect({ pid, complains }: Pick<ServerProcess, "pid" | "complains">): Promise<Inspector> {
  const [url = ""] = await complains(/ws:\/\/127\.0\.0\.1:\d+\/[\w-]+/);
  const socket = new WebSocket(url);
  await once(socket, "open");
  let calls = 0;
  const call = async (method: string, parameters: object = {}) => {
    const id = ++calls;
    socket.send(JSON.stringify({ id, method, params: parameters }));
    for (;;) {
      const [data] = await once(socket, "message");
      const answer = JSON.parse(String(data)) as { id?: number; result?: { result?: { value?: unknown } } };
      if (answer.id === id) return answer.result?.result?.value;
    }
  };
  return {
    async memory() {
      // Twice: what the first round frees may have held more.
      await call("HeapProfiler.collectGarbage");
      await call("HeapProfiler.collectGarbage");
      const expression = "JSON.stringify(process.memoryUsage())";
      const { heapUsed, external } = JSON.parse(String(await call("Runtime.evaluate", { expression })));
      const resident = residentBytes(pid);
      return { resident, heap: heapUsed, external };
    },
    close: () => socket.close(),
  };
}
