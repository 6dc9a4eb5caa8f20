import { setTimeout as wait } from "node:timers/promises";

/** Between two looks, in milliseconds: looking without a pause takes the time of what is waited for. */
const LOOK_EVERY_MS = 10;

/** Resolves once it is so, for what tells nobody when it happens: a row, a metric, another process. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await wait(LOOK_EVERY_MS);
}
