// Apart from the tests of every day, because these need a Chromium.
/** @type {import('jest').Config} */
module.exports = {
  ...require("./jest.config.cjs"),
  testMatch: ["<rootDir>/test/browser/**/*.browser.ts"],
  testTimeout: 120_000,
  // A browser is more than a core's work.
  maxWorkers: 1,
};
