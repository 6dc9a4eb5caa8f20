import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { DataSource } from "typeorm";

import { createDataSource } from "../../src/database/data-source";
import { isDatabaseAway } from "../../src/database/is-database-away";
import { administer, createEmptyDatabase, type TestDatabase } from "../support/database";

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createEmptyDatabase();
  dataSource = await createDataSource({ url: database.url, entities: [], poolSize: 1 }).initialize();
});

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

test("every statement of a transaction whose connection was ended says so, those that come later too", async () => {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  const [{ pid }] = await runner.query("SELECT pg_backend_pid() AS pid");
  await administer(`SELECT pg_terminate_backend(${pid})`);
  const errors: unknown[] = [];
  const ask = async () => errors.push(await runner.query("SELECT 1").catch((error: unknown) => error));
  while (!runner.isReleased) await ask();
  await ask();
  expect(errors.at(-1)).toMatchObject({ name: "QueryRunnerAlreadyReleasedError" });
  expect(errors.filter((error) => !isDatabaseAway(error))).toEqual([]);
});

test("a connection that has broken since it was taken from the pool says so", async () => {
  const runner = dataSource.createQueryRunner();
  const client = await runner.connect();
  const gone = new Promise((resolve) => client.once("end", resolve));
  await administer(`SELECT pg_terminate_backend(${client.processID})`);
  await gone;
  const error = await client.query("SELECT 1").catch((failure: unknown) => failure);
  expect(error).toMatchObject({ message: expect.stringContaining("not queryable") });
  expect(isDatabaseAway(error)).toBe(true);
});

test("a statement that Postgres refuses does not", async () => {
  const refused = await dataSource.query("SELECT 1 / 0").catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "22012" });
  expect(isDatabaseAway(refused)).toBe(false);
});
