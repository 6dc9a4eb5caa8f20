// What money, keys and readers depend on, changed line by line: a test must notice each change. `npm run mutation` prints which did not.
const { join } = require("node:path");

const TESTS = [
  "test/agents/model-resolver.test.ts",
  "test/agents/turn-writer.test.ts",
  "test/agents/turn-events.test.ts",
  "test/agents/sealed-log.test.ts",
  "test/agents/held-events.test.ts",
  "test/provider-keys/secret-box.test.ts",
  "test/provider-keys/key-ring.test.ts",
  "test/metering/explained-by.test.ts",
  "test/metering/ledger.test.ts",
  "test/metering/relay.test.ts",
  "test/metering/reconcile.test.ts",
];

module.exports = {
  mutate: [
    // The resolver.
    "src/agents/model-resolver.ts",
    // The event contract.
    "src/agents/turn-writer.ts",
    "src/agents/turn-events.ts",
    "src/agents/turn-event-codec.ts",
    "src/agents/sealed-log.ts",
    "src/agents/held-events.ts",
    "src/agents/terminal-event.ts",
    // The secret box.
    "src/provider-keys/secret-box.ts",
    "src/provider-keys/authenticated-cipher.ts",
    "src/provider-keys/key-ring.ts",
    // The ledger.
    "src/metering/explained-by.ts",
    "src/metering/reconcile.ts",
    "src/metering/record-usage.ts",
    "src/metering/meter-ledger.ts",
  ],
  // Names and sentences are for people; statements are one string each, and fail as a whole.
  mutator: { excludedMutations: ["StringLiteral"] },
  plugins: [join(__dirname, "node_modules/@stryker-mutator/jest-runner/dist/src/index.js")],
  testRunner: "jest",
  jest: {
    configFile: "jest.config.cjs",
    config: { testMatch: TESTS.map((path) => `<rootDir>/${path}`) },
    enableFindRelatedTests: false,
  },
  coverageAnalysis: "perTest",
  concurrency: 2,
  ignorePatterns: ["/dist", "/bench", "/test/mutation/node_modules", ".waypath"],
  tempDirName: "coverage/mutation",
  reporters: ["clear-text", "progress-append-only"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  timeoutMS: 60_000,
};
