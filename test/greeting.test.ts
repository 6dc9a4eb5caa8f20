import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";

import { loadConfig } from "../src/config";
import { greeting } from "../src/greeting";

const directory = mkdtempSync(join(tmpdir(), "waypath-greeting-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const DATABASE = { DATABASE_URL: "postgres://user:password@host/waypath" };
const STRIPE = { STRIPE_SECRET_KEY: "sk_test_of_the_greeting_tests" };

test.each<[string, Record<string, string>, "nothing" | "models" | "all", string]>([
  ["with nothing configured", {}, "all", "The bill goes to a stand-in for Stripe on this machine."],
  [
    "with a database that others may use",
    DATABASE,
    "nothing",
    "The bill waits in the database: set STRIPE_SECRET_KEY, and it is sent.",
  ],
  [
    "with a database that others may use, and simulated answers,",
    DATABASE,
    "models",
    "Simulated answers are billed to nobody: set STRIPE_SECRET_KEY to a test key to see the bill go out.",
  ],
  ["with a key", STRIPE, "models", "The bill goes to Stripe, with the key in STRIPE_SECRET_KEY."],
  [
    "with a key and another address",
    { ...STRIPE, STRIPE_API_BASE: "http://127.0.0.1:12111" },
    "models",
    "The bill goes to http://127.0.0.1:12111, with the key in STRIPE_SECRET_KEY.",
  ],
])("%s it says where the bill goes", (_, environment, simulated, where) => {
  const text = greeting({
    config: loadConfig({ DATA_DIR: directory, ...environment }),
    url: "http://127.0.0.1:4000",
    simulated: simulated !== "nothing",
    simulatesStripe: simulated === "all",
    simulatesTraces: false,
    developmentToken: undefined,
  });
  expect(text.match(/.*\bbill.*/g)).toEqual([`  ${where}`]);
  expect(text).not.toMatch(/sk_test|password/);
});
