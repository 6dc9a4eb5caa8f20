import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startEmbeddedPostgres } from "../../src/database/embedded-postgres";
import { createLogger } from "../../src/logger";
import { findLowPort } from "../../test/support/low-port";

/** A Postgres of its own, which comes back where it was, so that its address stays good. */
export interface RestartablePostgres {
  url: string;
  /**
   * Ends every connection and transaction, and starts anew: in order, or as after a crash. `whileAway` runs in between. Resolves
   * when it takes connections again.
   */
  restart(how?: "fast" | "immediate", whileAway?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

export async function startRestartablePostgres(dataDirectory: string): Promise<RestartablePostgres> {
  const options = { dataDirectory, port: await findLowPort(), logger: createLogger("silent") };
  let running = await startEmbeddedPostgres(options);
  return {
    url: running.url,
    async restart(how = "fast", whileAway) {
      // Postgres's "immediate" shutdown: nobody is waited for, and nothing is written any more.
      if (how === "immediate") process.kill(pidIn(dataDirectory), "SIGQUIT");
      await running.stop();
      await whileAway?.();
      running = await startEmbeddedPostgres(options);
    },
    stop: () => running.stop(),
  };
}

function pidIn(dataDirectory: string): number {
  return Number(readFileSync(join(dataDirectory, "postgres/cluster/postmaster.pid"), "utf8").split("\n")[0]);
}
