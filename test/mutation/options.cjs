// What money, keys and readers depend on, changed line by line: a test must notice each change.
const { join } = require("node:path");

const NO_SERVICES = join(__dirname, "no-services.cjs");

/**
 * Files that are changed, and the tests that must notice; all of these are loaded for each change. `services`: whether they need the
 * suite's Postgres and Redis, which are started for each change too.
 */
exports.optionsFor = ({ mutate, tests, services }) => ({
  mutate,
  jest: {
    configFile: "jest.config.cjs",
    config: {
      ...(services ? {} : { globalSetup: NO_SERVICES, globalTeardown: NO_SERVICES }),
      testMatch: tests.map((path) => `<rootDir>/${path}`),
      // What waits for something that a change has made impossible is a test that noticed.
      testTimeout: 6_000,
    },
    enableFindRelatedTests: false,
  },
  // Names and sentences are for people; statements are one string each, and fail as a whole.
  mutator: { excludedMutations: ["StringLiteral"] },
  plugins: [join(__dirname, "node_modules/@stryker-mutator/jest-runner/dist/src/index.js")],
  testRunner: "jest",
  coverageAnalysis: "perTest",
  concurrency: 2,
  // Each run leaves some memory behind.
  maxTestRunnerReuse: 20,
  ignorePatterns: ["/dist", "/test/mutation/node_modules", ".waypath"],
  tempDirName: "coverage/mutation",
  reporters: ["clear-text", "progress-append-only"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
});
