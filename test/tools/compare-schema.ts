// Usage: node -r ./test/support/swc-register.cjs test/tools/compare-schema.ts <designed.graphql> [schema.graphql]
// Exits with 0 where nothing but missing things tells the two apart, with 1 where something strays, with 2 when misused.
import { readFileSync } from "node:fs";
import { buildSchema } from "graphql";

import { schemaDifferences } from "./schema-differences";

const [designedPath, emittedPath = "schema.graphql"] = process.argv.slice(2);
if (designedPath === undefined) {
  process.stderr.write("Usage: compare-schema <designed.graphql> [schema.graphql]\n");
  process.exitCode = 2;
} else {
  const { missing, extra, different } = schemaDifferences(readSchema(designedPath), readSchema(emittedPath));
  const lines = [
    ...missing.map((line) => `missing    ${line}`),
    ...extra.map((line) => `extra      ${line}`),
    ...different.map((line) => `different  ${line}`),
    `${missing.length} missing, ${extra.length} extra, ${different.length} different`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  process.exitCode = extra.length + different.length === 0 ? 0 : 1;
}

function readSchema(path: string) {
  return buildSchema(readFileSync(path, "utf8"));
}
