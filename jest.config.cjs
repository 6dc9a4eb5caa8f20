const { spawnSync } = require("node:child_process");
const { availableParallelism } = require("node:os");

// What needs a Redis starts its own from the PATH: no npm package brings one that runs without a download or a compiler. Where there
// is none those tests are left out, and that is said; on CI it is a fault.
const hasRedis = ["redis-server", "valkey-server"].some((name) => spawnSync(name, ["--version"]).status === 0);
if (!hasRedis && process.env.CI) throw new Error("neither redis-server nor valkey-server is on the PATH");
if (!hasRedis) {
  process.stderr.write(
    "No redis-server on the PATH: the tests that need one, test/**/*.redis.test.ts, are LEFT OUT.\n",
  );
}

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: "node",
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  testPathIgnorePatterns: hasRedis ? ["/node_modules/"] : ["/node_modules/", "\\.redis\\.test\\.ts$"],
  // What runs in processes of their own (the command line, main.ts) and in the browser counts nothing here.
  collectCoverageFrom: ["src/**/*.ts", "!src/console/**"],
  coverageProvider: "v8",
  coverageReporters: ["text-summary", "html"],
  globalSetup: "<rootDir>/test/support/global-setup.ts",
  globalTeardown: "<rootDir>/test/support/global-teardown.ts",
  setupFiles: ["reflect-metadata"],
  testTimeout: 60_000,
  // Jest's own choice is one fewer, and on two cores that is a single process, in which every file's modules pile up.
  maxWorkers: availableParallelism(),
  // A worker is begun anew before what earlier files have left behind slows the next ones.
  workerIdleMemoryLimit: "1GB",
  transform: {
    "^.+\\.(t|m?j)s$": [
      "@swc/jest",
      {
        jsc: {
          target: "es2022",
          parser: { syntax: "typescript", decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          keepClassNames: true,
        },
        module: { type: "commonjs" },
        sourceMaps: "inline",
      },
    ],
  },
  // What Jest's own loader cannot load: jose is published as ES modules only, and OpenTelemetry's exporter calls `import()`.
  transformIgnorePatterns: ["/node_modules/(?!(jose|@opentelemetry/otlp-exporter-base)/)"],
};
