// Shutting down has an end, whatever hangs: each stage has its time, and then goes on behind everybody's back until the process ends.
import { endsWithin } from "./ends-within";
import type { Logger } from "./logger";

/** Seconds that a process may take to end besides those that it gives its turns. The stages of a server add up to less. */
export const CLOSING_SECONDS = 20;

export interface Stage {
  what: string;
  /** How long it is waited for, in milliseconds. */
  withinMs: number;
  close(): Promise<unknown>;
}

export interface CloseInOrderOptions {
  /** Called when a stage's time is over. */
  onLate(): void;
  logger: Logger;
}

/** Closes one stage after the other. Rejects when all are through and one of them has failed. */
export async function closeInOrder(stages: readonly Stage[], { onLate, logger }: CloseInOrderOptions): Promise<void> {
  const failures: unknown[] = [];
  for (const { what, withinMs, close } of stages) {
    const closed = close().catch((error) => failures.push(error));
    if (await endsWithin(withinMs, closed)) continue;
    logger.warn({ what, withinMs }, "shutting down goes on without what takes too long");
    onLate();
  }
  if (failures.length > 0) throw failures[0];
}
