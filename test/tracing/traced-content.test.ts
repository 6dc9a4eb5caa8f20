// What of people's words and keys leaves for Langfuse.
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

import { simulate } from "../../src/simulators/script";
import { PLATFORM_KEY } from "../support/test-server";
import {
  configureKeys,
  LANGFUSE_KEYS,
  observationsOf,
  outlineOf,
  startTracedServer,
  type TracedServer,
} from "./traced-server";

const sent = (traced: TracedServer) => JSON.stringify(traced.langfuse.traces.spans);

describe("with LANGFUSE_CAPTURE_CONTENT=false", () => {
  let traced: TracedServer;
  beforeAll(async () => {
    traced = await startTracedServer({ LANGFUSE_CAPTURE_CONTENT: "false" });
  });
  afterAll(() => traced.close());

  test("there is the same tree, and in it no prompt, answer, argument, result or instruction", async () => {
    const task = simulate([[{ text: "gardenia" }]]);
    const message = simulate([
      [
        { text: "foxglove" },
        { tool: "current_time", arguments: { text: "larkspur" } },
        { tool: "delegate", arguments: { buddy: "campaign", task } },
        { tool: "larkspur_of_the_prompt", arguments: { from: "hellebore" } },
      ],
      [{ text: "foxglove" }],
    ]);
    const trace = await traced.trace({ message });
    expect(outlineOf(trace.observations)).toEqual([
      [
        "AGENT orchestrator",
        [
          "GENERATION model call",
          "TOOL current_time",
          ["TOOL delegate", [["AGENT campaign", ["GENERATION model call"]]]],
          "TOOL a tool that is not on offer",
          "GENERATION model call",
        ],
      ],
    ]);
    expect(observationsOf(trace).every(({ input, output }) => input === null && output === null)).toBe(true);
    expect(sent(traced)).not.toMatch(
      /foxglove|gardenia|larkspur|hellebore|simulate|You are the orchestrator|specialist/,
    );
    const [, generation] = observationsOf(trace);
    expect(generation).toMatchObject({ model: "claude-sonnet-4-6", usage: { total: expect.any(Number) } });
  });
});

describe("keys", () => {
  const CANARIES = {
    prompt: "sk-ant-canary-7f3a9c51e2b84d06-prompt",
    ownLine: "sk-ant-canary-51e2b84d06aa-line",
    argument: "sk-proj-canary-0b6d4e8f1a2c3d5e-argument",
    answer: "sk-ant-canary-8f1a2c3d5e77-answer",
    quoted: 'sk-ant-canary"9c0ffee1234-quoted',
    tool: "sk-canary-5eed5eed5eed",
    CLAUDE: "sk-ant-own-aa11bb22cc33dd44",
    OPENAI: "sk-own-ee55ff66aa77bb88",
  };
  const SECRET_PARTS = [
    "7f3a9c51e2b84d06",
    "51e2b84d06aa",
    "0b6d4e8f1a2c3d5e",
    "8f1a2c3d5e77",
    "9c0ffee1234",
    "5eed5eed5eed",
    "aa11bb22cc33dd44",
    "ee55ff66aa77bb88",
    PLATFORM_KEY.slice(7),
    LANGFUSE_KEYS.secretKey,
  ];
  let traced: TracedServer;
  beforeAll(async () => {
    traced = await startTracedServer();
    await configureKeys(traced.server, { CLAUDE: CANARIES.CLAUDE, OPENAI: CANARIES.OPENAI });
  });
  afterAll(() => traced.close());

  test.each(["METERED", "BYOK_CLAUDE", "BYOK_OPENAI"])("no key is in what is sent of a %s turn", async (mode) => {
    const script = simulate([
      [
        { text: `As you say: ${CANARIES.answer} it is` },
        { tool: "measure_text", arguments: { text: `the key ${CANARIES.argument} is mine` } },
        { tool: CANARIES.tool, arguments: {} },
        { tool: "delegate", arguments: { buddy: "campaign", task: `Use ${CANARIES.argument} for it` } },
      ],
      [{ text: "Done." }],
    ]);
    const message = `My key is ${CANARIES.prompt} and\n${CANARIES.ownLine}\nand ${CANARIES.quoted} too. ${script}`;
    const buddyModels = ["orchestrator", "campaign"].map((buddy) => ({ buddy, mode }));
    const trace = await traced.trace({ message, buddyModels });

    const [agent] = observationsOf(trace);
    expect(agent?.input).toMatch(/^My key is \[redacted\] and\n\[redacted\]\nand \[redacted\] too\. /);
    expect(agent?.output).toBe("As you say: [redacted] it isDone.");
    const calls = observationsOf(trace).filter(({ type }) => type === "TOOL");
    expect(calls.map(({ name, input }) => [name, input])).toEqual([
      ["measure_text", { text: "the key [redacted] is mine" }],
      ["[redacted]", {}],
      ["delegate", { buddy: "campaign", task: "Use [redacted] for it" }],
    ]);
    for (const part of SECRET_PARTS)
      expect({ part, found: sent(traced).includes(part) }).toEqual({ part, found: false });
  });
});
