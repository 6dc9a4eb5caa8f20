// What money, keys and readers depend on, changed line by line: a test must notice each change.
const { join } = require("node:path");

/** Files that are changed, and the tests that must notice; all of these are loaded for each change. */
exports.optionsFor = ({ mutate, tests }) => ({
  mutate,
  jest: {
    configFile: "jest.config.cjs",
    config: { testMatch: tests.map((path) => `<rootDir>/${path}`) },
    enableFindRelatedTests: false,
  },
  // Names and sentences are for people; statements are one string each, and fail as a whole.
  mutator: { excludedMutations: ["StringLiteral"] },
  plugins: [join(__dirname, "node_modules/@stryker-mutator/jest-runner/dist/src/index.js")],
  testRunner: "jest",
  coverageAnalysis: "perTest",
  concurrency: 2,
  ignorePatterns: ["/dist", "/test/mutation/node_modules", ".waypath"],
  tempDirName: "coverage/mutation",
  reporters: ["clear-text"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  timeoutMS: 30_000,
});
