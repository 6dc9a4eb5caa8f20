import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { buildSchema } from "graphql";

import { emitSchema } from "../tools/emit-schema";

test("the committed schema is the one that the code makes", async () => {
  const committed = readFileSync("schema.graphql", "utf8");

  expect(await emitSchema()).toBe(committed);
  expect(() => buildSchema(committed)).not.toThrow();
});
