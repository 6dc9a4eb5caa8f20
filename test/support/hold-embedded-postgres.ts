// A process that starts the embedded Postgres of the directory in its first argument, prints one line of JSON
// ({ url } or { error }) and holds it until it is killed or its standard input ends. Then it stops the database,
// or with "leave" as second argument does nothing more.

import { startEmbeddedPostgres } from "../../src/database/embedded-postgres";
import { createLogger } from "../../src/logger";

async function hold(dataDirectory: string, leave: boolean): Promise<void> {
  try {
    const { url, stop } = await startEmbeddedPostgres({ dataDirectory, logger: createLogger("silent") });
    process.stdin.resume().once("end", () => {
      if (!leave) void stop();
    });
    process.stdout.write(`${JSON.stringify({ url })}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ error: String(error) })}\n`);
  }
}

void hold(process.argv[2] ?? "", process.argv[3] === "leave");
