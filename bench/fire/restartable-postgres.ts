import { startEmbeddedPostgres } from "../../src/database/embedded-postgres";
import { createLogger } from "../../src/logger";
import { findLowPort } from "../../test/support/low-port";

/** A Postgres of its own, which comes back where it was, so that its address stays good. */
export interface RestartablePostgres {
  url: string;
  /** Ends every connection and transaction, and starts anew. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRestartablePostgres(dataDirectory: string): Promise<RestartablePostgres> {
  const options = { dataDirectory, port: await findLowPort(), logger: createLogger("silent") };
  let running = await startEmbeddedPostgres(options);
  return {
    url: running.url,
    async restart() {
      await running.stop();
      running = await startEmbeddedPostgres(options);
    },
    stop: () => running.stop(),
  };
}
