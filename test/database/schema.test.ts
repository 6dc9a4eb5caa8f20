import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import type { DataSource } from "typeorm";

import { createDataSource } from "../../src/database/data-source";
import { migrate } from "../../src/database/migrate";
import { migrations } from "../../src/database/migrations";
import { ENTITIES } from "../../src/entities";
import { createEmptyDatabase, type TestDatabase } from "../support/database";
import { dumpSchema } from "../tools/dump-schema";

const COMMITTED = readFileSync("src/database/schema.sql", "utf8");
const ALL_MIGRATIONS = migrations.map(({ name }) => name);

const dataSources: DataSource[] = [];
let database: TestDatabase;
let dataSource: DataSource;

beforeEach(async () => {
  database = await createEmptyDatabase();
  dataSource = await open(database.url);
});

afterEach(async () => {
  await Promise.all(dataSources.splice(0).map((opened) => opened.destroy()));
  await database.drop();
});

test("the committed schema is the one that the migrations make", async () => {
  expect(await migrate(dataSource)).toEqual(ALL_MIGRATIONS);

  expect(await dumpSchema(dataSource)).toBe(COMMITTED);
});

test("the entities say what the migrations make", async () => {
  await migrate(dataSource);

  expect(await wantedByEntities()).toEqual([]);
  await dataSource.query("ALTER TABLE threads DROP COLUMN title");
  expect(await wantedByEntities()).toEqual([expect.stringContaining('ADD "title"')]);
});

test("migrations can be taken back and run again", async () => {
  await migrate(dataSource);
  for (const _ of ALL_MIGRATIONS) await dataSource.undoLastMigration();
  expect(await dumpSchema(dataSource)).not.toContain("CREATE");

  expect(await migrate(dataSource)).toEqual(ALL_MIGRATIONS);
  expect(await dumpSchema(dataSource)).toBe(COMMITTED);
});

test("servers that start at once migrate once", async () => {
  const servers = [dataSource, await open(database.url), await open(database.url), await open(database.url)];

  const ran = await Promise.all(servers.map(migrate));

  expect(ran.filter((names) => names.length > 0)).toEqual([ALL_MIGRATIONS]);
  expect(await dumpSchema(dataSource)).toBe(COMMITTED);
  expect(await migrate(dataSource)).toEqual([]);
});

/** The statements that TypeORM would run to make the tables as the entities describe them. */
async function wantedByEntities(): Promise<string[]> {
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  return upQueries.map(({ query }) => query);
}

async function open(url: string): Promise<DataSource> {
  const opened = await createDataSource({ url, entities: ENTITIES }).initialize();
  dataSources.push(opened);
  return opened;
}
