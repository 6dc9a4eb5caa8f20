// A process that takes the lock at the path in its first argument, prints one line of JSON (the process id of a living holder,
// or null when the lock is its own) and stays until its standard input ends.

import { takeProcessLock } from "../../src/database/process-lock";

// One byte says "go", so that several processes can be let loose at once.
process.stdin.once("data", () => {
  process.stdout.write(`${JSON.stringify(takeProcessLock(process.argv[2] ?? "") ?? null)}\n`);
});
process.stdout.write("ready\n");
