// The resolver, the event contract, the secret box.
const { optionsFor } = require("./options.cjs");

module.exports = optionsFor({
  services: false,
  mutate: [
    "src/agents/model-resolver.ts",
    "src/agents/turn-writer.ts",
    "src/agents/turn-events.ts",
    "src/agents/turn-event-codec.ts",
    "src/agents/terminal-event.ts",
    "src/agents/sealed-log.ts",
    "src/agents/held-events.ts",
    "src/provider-keys/secret-box.ts",
    "src/provider-keys/authenticated-cipher.ts",
    "src/provider-keys/key-ring.ts",
    "src/metering/explained-by.ts",
  ],
  tests: [
    "test/agents/model-resolver.test.ts",
    "test/agents/turn-writer.test.ts",
    "test/agents/turn-events.test.ts",
    "test/agents/sealed-log.test.ts",
    "test/agents/held-events.test.ts",
    "test/provider-keys/secret-box.test.ts",
    "test/provider-keys/key-ring.test.ts",
    "test/metering/explained-by.test.ts",
  ],
});
