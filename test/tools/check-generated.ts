// Generates everything anew and compares it with what is there, committed or not. Leaves the new files in place.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const GENERATED = [
  "schema.graphql",
  "src/database/schema.sql",
  ...["test/generated", "src/console/generated"].flatMap((folder) =>
    readdirSync(folder).map((file) => join(folder, file)),
  ),
];

const read = () => GENERATED.map((path) => readFileSync(path, "utf8"));
const before = read();
execFileSync("npm", ["run", "--silent", "generate"], { stdio: "inherit" });
const after = read();
const stale = GENERATED.filter((_, index) => before[index] !== after[index]);
if (stale.length > 0) {
  process.stderr.write(`Out of date, and now written anew: ${stale.join(", ")}. Look at the change and commit it.\n`);
  process.exit(1);
}
