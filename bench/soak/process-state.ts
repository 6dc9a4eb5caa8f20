import { readdirSync } from "node:fs";

import { residentBytes } from "../process-usage";

/** A server process at one moment. */
export interface ProcessState {
  /** Resident, in bytes. */
  memory: number;
  /** Of the heap, in use, in bytes: includes what the next collection will free. */
  heap: number;
  fileDescriptors: number;
  /** The event loop's delay since the look before, in milliseconds. */
  loopDelayMs: { mean: number; p99: number };
}

/** Reads `/proc`, so Linux alone, and the server's own metrics. */
export async function lookAtProcess(pid: number, url: string): Promise<ProcessState> {
  const metrics = await fetch(`${url}/metrics`).then((response) => response.text());
  const read = (name: string) => Number(new RegExp(`^${name} (.+)$`, "m").exec(metrics)?.[1]);
  return {
    memory: residentBytes(pid),
    heap: read("nodejs_heap_size_used_bytes"),
    fileDescriptors: readdirSync(`/proc/${pid}/fd`).length,
    loopDelayMs: {
      mean: read("nodejs_eventloop_lag_mean_seconds") * 1000,
      p99: read("nodejs_eventloop_lag_p99_seconds") * 1000,
    },
  };
}
