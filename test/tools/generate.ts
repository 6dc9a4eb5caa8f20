// Writes what is generated from the code and committed beside it: schema.graphql and src/database/schema.sql.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createDataSource } from "../../src/database/data-source";
import { startEmbeddedPostgres } from "../../src/database/embedded-postgres";
import { migrate } from "../../src/database/migrate";
import { createLogger } from "../../src/logger";
import { dumpSchema } from "./dump-schema";
import { emitSchema } from "./emit-schema";

async function generate(): Promise<void> {
  writeFileSync("schema.graphql", await emitSchema());

  const directory = mkdtempSync(join(tmpdir(), "waypath-generate-"));
  const postgres = await startEmbeddedPostgres({ dataDirectory: directory, logger: createLogger("silent") });
  try {
    const dataSource = await createDataSource({ url: postgres.url, entities: [] }).initialize();
    await migrate(dataSource);
    writeFileSync("src/database/schema.sql", await dumpSchema(dataSource));
    await dataSource.destroy();
  } finally {
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

generate().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exit(1);
});
