import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { openDatabase, openForMigration } from "../src/open-database";
import { Secret } from "../src/secret";
import { createTestDatabase, type TestDatabase } from "./support/database";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test.each([
  ["a migration of a large table", openForMigration, "1h"],
  ["anything else", openDatabase, "30s"],
])("what Postgres lets %s take", async (_, open, longest) => {
  const dataSource = await open(new Secret(database.url));
  expect(await dataSource.query("SHOW statement_timeout")).toEqual([{ statement_timeout: longest }]);
  await dataSource.destroy();
});
