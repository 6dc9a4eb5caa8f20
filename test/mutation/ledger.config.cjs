// The ledger: against a Postgres, and so slower.
const { optionsFor } = require("./options.cjs");

module.exports = optionsFor({
  services: true,
  mutate: ["src/metering/reconcile.ts", "src/metering/record-usage.ts", "src/metering/meter-ledger.ts"],
  tests: ["test/metering/ledger.test.ts", "test/metering/reconcile.test.ts"],
});
