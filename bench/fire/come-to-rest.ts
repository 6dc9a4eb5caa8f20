import { setTimeout as wait } from "node:timers/promises";
import { type LedgerRows, readRows } from "./read-rows";

/** How long everything may take to come to rest after the last trouble, in milliseconds. */
const SETTLING_MS = 180_000;
const LOOK_EVERY_MS = 250;

/** The rows once no session runs and no meter row waits; as they are when that takes too long. */
export async function comeToRest(databaseUrl: string): Promise<LedgerRows> {
  const deadline = Date.now() + SETTLING_MS;
  for (;;) {
    const rows = await readRows(databaseUrl);
    const running = rows.sessions.some(({ status }) => status === "PENDING" || status === "RUNNING");
    const atRest = !running && (rows.meterStates.PENDING ?? 0) === 0;
    if (atRest || Date.now() > deadline) return rows;
    await wait(LOOK_EVERY_MS);
  }
}
