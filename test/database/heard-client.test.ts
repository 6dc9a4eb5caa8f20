import { afterAll, expect, test } from "@jest/globals";
import type { PostgresDriver } from "typeorm/driver/postgres/PostgresDriver.js";

import { createDataSource } from "../../src/database/data-source";
import { createTestDatabase } from "../support/database";

const database = createTestDatabase();
afterAll(async () => (await database).drop());

test("a connection that ends just as it is handed over does not end the process", async () => {
  const dataSource = await createDataSource({ url: (await database).url, entities: [] }).initialize();
  const { master } = dataSource.driver as PostgresDriver;
  const client = await master.connect();
  // Nobody but the pool's taker has it now, and they have not had time to listen.
  expect(() => client.emit("error", new Error("terminating connection due to administrator command"))).not.toThrow();
  client.release(true);
  expect(await dataSource.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  await dataSource.destroy();
});
