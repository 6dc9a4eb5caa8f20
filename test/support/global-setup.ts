// One Postgres for the whole run: `DATABASE_URL` where it is set, otherwise one of our own in a temporary folder. The schema is
// migrated once, into a template that every test file copies. And one Redis, where there is a binary of it.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createDataSource } from "../../src/database/data-source";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/database/embedded-postgres";
import { migrate } from "../../src/database/migrate";
import { ENTITIES } from "../../src/entities";
import { createLogger } from "../../src/logger";
import { administer, databaseUrl } from "./database";
import { findRedisBinary, type RedisServer, startRedisServer } from "./redis-server";

export interface TestRun {
  redis: RedisServer | undefined;
  embedded: EmbeddedPostgres | undefined;
  directory: string;
  template: string;
}

declare global {
  var testRun: TestRun | undefined;
}

export default async function globalSetup(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "waypath-test-"));
  const logger = createLogger("silent");
  const embedded = process.env.DATABASE_URL
    ? undefined
    : await startEmbeddedPostgres({ dataDirectory: directory, logger });
  process.env.TEST_DATABASE_SERVER = process.env.DATABASE_URL || embedded?.url;

  const template = `waypath_template_${process.pid}`;
  await administer(`CREATE DATABASE ${template}`);
  const dataSource = await createDataSource({ url: databaseUrl(template), entities: ENTITIES }).initialize();
  await migrate(dataSource);
  await dataSource.destroy();
  process.env.TEST_DATABASE_TEMPLATE = template;
  const redis = findRedisBinary() === undefined ? undefined : await startRedisServer();
  if (redis !== undefined) process.env.TEST_REDIS_SERVER = redis.url;
  globalThis.testRun = { redis, embedded, directory, template };
}
