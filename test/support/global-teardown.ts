import { rmSync } from "node:fs";

import { administer } from "./database";
import "./global-setup";

export default async function globalTeardown(): Promise<void> {
  const { testRun } = globalThis;
  if (testRun === undefined) return;
  await administer(`DROP DATABASE IF EXISTS ${testRun.template} WITH (FORCE)`);
  await testRun.embedded?.stop();
  await testRun.redis?.kill();
  rmSync(testRun.directory, { recursive: true, force: true });
}
