import { beforeEach, describe, expect, test } from "@jest/globals";

import { type Tool, type ToolCallContext, ToolFailure } from "../../../src/agents/tools/tool";
import { OFFERED_TOOLS, PARALLEL_TOOL_CALLS, RESULT_CHARACTERS } from "../../../src/agents/tools/tool-limits";
import { createToolbox, type ToolOutcome } from "../../../src/agents/tools/toolbox";
import { createLogger } from "../../../src/logger";
import type { JsonObject, JsonValue } from "../../../src/providers/language-model";

let logs: string[] = [];
const logger = createLogger("debug", { write: (line) => logs.push(line) });
beforeEach(() => {
  logs = [];
});

function context(signal = new AbortController().signal): ToolCallContext {
  return { workspaceId: "acme", userId: "user", buddy: "campaign", sessionId: "session", signal };
}

function tool(name: string, call: Tool["call"], more: Partial<Tool> = {}): Tool {
  return { name, description: `Does ${name}.`, inputSchema: { type: "object" }, call, ...more };
}

const echo = tool("echo", async (args) => args, {
  inputSchema: {
    type: "object",
    properties: { text: { type: "string" }, times: { type: "integer", minimum: 1 } },
    required: ["text"],
    additionalProperties: false,
  },
});

function toolboxOf(tools: Tool[], allowed = tools.map(({ name }) => name)) {
  return createToolbox({ tools, allowed, logger });
}

/** Calls the only tool of a toolbox. */
function callOnly(only: Tool, args: JsonObject = {}, signal?: AbortSignal): Promise<ToolOutcome> {
  const toolbox = toolboxOf([only]);
  return toolbox.call({ name: toolbox.definitions[0]?.name ?? "", arguments: args }, context(signal));
}

const returning = (value: unknown) => callOnly(tool("t", async () => value as JsonValue));
const messageOf = (outcome: ToolOutcome) => ("errorMessage" in outcome ? outcome.errorMessage : undefined);

test("a call reaches its tool, with whose it is, and comes back with the result", async () => {
  const seen: unknown[] = [];
  const spy = tool("spy", async (args, { signal, ...rest }) => {
    seen.push(args, rest, signal.aborted);
    return { fine: [1, null, "ü"] };
  });
  expect(await callOnly(spy, { a: 1 })).toEqual({ result: { fine: [1, null, "ü"] } });
  const { signal: _, ...whose } = context();
  expect(seen).toEqual([{ a: 1 }, whose, false]);
});

describe("the allowlist", () => {
  const tools = ["echo", "crm/find", "crm/delete", "crmx/find", "mail/send"].map((name) =>
    tool(name, async () => name),
  );

  test.each([
    [["echo"], ["echo"]],
    [["crm/find"], ["crm__find"]],
    [["crm/*"], ["crm__delete", "crm__find"]],
    [
      ["mail/*", "echo"],
      ["echo", "mail__send"],
    ],
    [[], []],
    [["crm", "*", "*/find", "ec*"], []],
  ])("%j offers %j", (allowed, offered) => {
    expect(toolboxOf(tools, allowed).definitions.map(({ name }) => name)).toEqual(offered);
  });

  test("is enforced where the tool is called, whatever the model asks", async () => {
    let called = 0;
    const all = tools.map((each) => ({ ...each, call: async () => (called += 1) }));
    const toolbox = toolboxOf(all, ["echo"]);
    for (const name of [
      "crm__find",
      "crm/find",
      "crm_find",
      "",
      "constructor",
      "__proto__",
      "x".repeat(5000),
      "echo ",
    ]) {
      const message = messageOf(await toolbox.call({ name, arguments: {} }, context()));
      expect(message).toMatch(/^You may not call ".*": it is not one of your tools\.$/);
      expect(message?.length).toBeLessThan(200);
    }
    expect(called).toBe(0);
    expect(await toolbox.call({ name: "echo", arguments: {} }, context())).toEqual({ result: 1 });
  });

  test("names go back to what events and allowlists call them", () => {
    const toolbox = toolboxOf(tools, ["crm/*"]);
    expect(toolbox.nameOf("crm__find")).toBe("crm/find");
    expect(toolbox.nameOf("mail__send")).toBe("mail__send");
  });

  test("no more tools are offered than a provider takes, and the rest is named", () => {
    const many = Array.from({ length: OFFERED_TOOLS + 2 }, (_, index) => tool(`s/t${index}`, async () => index));
    const toolbox = toolboxOf(many, ["s/*"]);
    expect(toolbox.definitions).toHaveLength(OFFERED_TOOLS);
    expect(toolbox.nameOf("s__t0")).toBe("s/t0");
    expect(logs).toHaveLength(1);
    expect(JSON.parse(logs[0] ?? "")).toMatchObject({ level: "warn", tools: ["s/t128", "s/t129"] });
  });
});

test("a description is cut to what a provider takes", () => {
  const [definition] = toolboxOf([
    tool("t", async () => 1, { description: `\0${"🙂".repeat(600)}\ud800` }),
  ]).definitions;
  expect(definition?.description).toHaveLength(1023);
  expect(definition?.description).toBe(`${"🙂".repeat(511)}…`);
});

describe("arguments", () => {
  test.each<[JsonObject, string]>([
    [{}, '"text" is missing'],
    [{ text: 1 }, '"text" must be of type string'],
    [{ text: "a", times: 0 }, '"times" must be >= 1'],
    [{ text: "a", other: 1 }, '"other" is not known'],
    [{ times: 0.5 }, '"text" is missing; "times" must be of type integer; "times" must be >= 1'],
  ])("%j is refused: %s", async (args, problem) => {
    expect(await callOnly(echo, args)).toEqual({
      errorMessage: `The arguments do not fit: ${problem}. Correct them and call again.`,
    });
  });

  test("that were no JSON object are refused in words", async () => {
    const call = { name: "echo", arguments: {}, invalidArguments: '{"text":' };
    expect(messageOf(await toolboxOf([echo]).call(call, context()))).toBe(
      "The arguments were not a JSON object. Call again with one that fits the tool's schema.",
    );
  });

  test("reach the tool as they were sent: nothing is filled in or changed", async () => {
    const withDefault = tool("t", async (args) => args, {
      inputSchema: { type: "object", properties: { a: { type: "integer", default: 1 }, b: { type: "string" } } },
    });
    expect(await callOnly(withDefault, { b: "1", c: null })).toEqual({ result: { b: "1", c: null } });
    expect(messageOf(await callOnly(withDefault, { a: "1" }))).toContain('"a" must be of type integer');
  });
});

describe("a tool that fails", () => {
  const failing = (error: unknown) =>
    callOnly(
      tool("t", async () => {
        throw error;
      }),
    );

  test("with a sentence of its own: the model reads it, and nothing is logged", async () => {
    expect(await failing(new ToolFailure("Ask\0 again on Monday.\ud800"))).toEqual({
      errorMessage: "Ask again on Monday.\ufffd",
    });
    expect(messageOf(await failing(new ToolFailure("x".repeat(100_000))))).toHaveLength(4000);
    expect(logs).toEqual([]);
  });

  test.each([
    ["an error", new Error("password=hunter2 at /srv/app.js")],
    ["a string", "password=hunter2"],
    ["undefined", undefined],
    ["an object without a prototype", Object.create(null)],
    ["a symbol", Symbol("hunter2")],
  ])("with %s: the model reads a neutral sentence, and the error is logged", async (_what, error) => {
    expect(await failing(error)).toEqual({ errorMessage: "The tool failed. Go on without it, or try again later." });
    expect(logs.map((line) => JSON.parse(line))).toMatchObject([{ level: "error", tool: "t", sessionId: "session" }]);
  });

  test("before it has returned a promise", async () => {
    const synchronous = tool("t", () => {
      throw new ToolFailure("At once.");
    });
    expect(await callOnly(synchronous)).toEqual({ errorMessage: "At once." });
  });
});

describe("results", () => {
  test.each<[unknown, JsonValue]>([
    [undefined, null],
    [null, null],
    ["", ""],
    [0, 0],
    [Number.NaN, null],
    [{ a: undefined, b: () => 1, c: new Date(0) }, { c: "1970-01-01T00:00:00.000Z" }],
    ["a\0b\ud800c😀", "ab\ufffdc😀"],
    [{ "k\0\udc00": ["\\u0000", "\0", "\\\0"] }, { "k\ufffd": ["\\u0000", "", "\\"] }],
  ])("%j becomes %j", async (returned, result) => {
    expect(await returning(returned)).toEqual({ result });
  });

  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  let deep: unknown = 1;
  for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];

  test.each([
    ["a bigint", { value: 1n }],
    ["a cycle", cycle],
    ["nesting without end", deep],
    [
      "a getter that throws",
      {
        get value() {
          throw new Error("no");
        },
      },
    ],
  ])("%s is a failure that the model reads", async (_what, returned) => {
    expect(await returning(returned)).toEqual({
      errorMessage: "The tool has run, but its result cannot be read. Go on without it.",
    });
  });

  test("a deep one is handed over as text", async () => {
    let nested: JsonValue = ']]\\"[[';
    for (let depth = 0; depth < 70; depth += 1) nested = { a: nested };
    expect(await returning(nested)).toEqual({ result: JSON.stringify(nested) });
    expect(await returning({ text: "[".repeat(100) })).toEqual({ result: { text: "[".repeat(100) } });
  });

  test("a long one is cut, and the model is told", async () => {
    const text = "😀".repeat(RESULT_CHARACTERS);
    const cut = await returning(text);
    const result = "result" in cut ? String(cut.result) : "";
    expect(result.isWellFormed()).toBe(true);
    expect(result.length).toBeLessThan(RESULT_CHARACTERS + 100);
    expect(result).toMatch(/…\n\[Cut here: the result has 100000 characters\. Ask for less to see the rest\.\]$/);

    expect(await returning("x".repeat(RESULT_CHARACTERS))).toEqual({ result: "x".repeat(RESULT_CHARACTERS) });
    const rows = Array.from({ length: 10_000 }, (_, id) => ({ id }));
    const cutRows = await returning(rows);
    expect("result" in cutRows && cutRows.result).toMatch(
      /^\[\{"id":0\},\{"id":1\}.*…\n\[Cut here: the result has 118891/s,
    );
  });
});

describe("time", () => {
  test("a tool that ignores its signal is abandoned when its time is over", async () => {
    let told: AbortSignal | undefined;
    const slow = tool("t", (_args, { signal }) => {
      told = signal;
      return new Promise(() => undefined);
    });
    expect(await callOnly({ ...slow, callSeconds: 0.02 })).toEqual({
      errorMessage: "The tool did not answer within 0.02 seconds. Go on without it, or ask for less.",
    });
    expect(told?.aborted).toBe(true);
  });

  test("what an abandoned tool does later disturbs nobody", async () => {
    const { promise, reject } = withReject();
    const slow = tool("t", () => promise, { callSeconds: 0.01 });
    expect(messageOf(await callOnly(slow))).toContain("did not answer");
    reject(new Error("too late"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(logs).toEqual([]);
  });

  test("a turn that is stopped stops its calls at once, running, waiting and coming", async () => {
    const stop = new AbortController();
    let started = 0;
    const waiting = tool("t", () => {
      started += 1;
      if (started === PARALLEL_TOOL_CALLS) setImmediate(() => stop.abort(new Error("stopped")));
      return new Promise(() => undefined);
    });
    const toolbox = toolboxOf([waiting]);
    const call = () => toolbox.call({ name: "t", arguments: {} }, context(stop.signal));
    const outcomes = await Promise.all(Array.from({ length: PARALLEL_TOOL_CALLS + 5 }, call));
    outcomes.push(await call());
    expect(new Set(outcomes.map(messageOf))).toEqual(
      new Set(["The call was cancelled, because the turn was stopped."]),
    );
    expect(started).toBe(PARALLEL_TOOL_CALLS);
  });

  test("so many calls run at once, and the rest in turn", async () => {
    let running = 0;
    let most = 0;
    const order: JsonValue[] = [];
    const busy = tool("t", async ({ id = null }) => {
      running += 1;
      most = Math.max(most, running);
      order.push(id);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return id;
    });
    const toolbox = toolboxOf([busy]);
    const ids = Array.from({ length: 30 }, (_, id) => id);
    const outcomes = await Promise.all(ids.map((id) => toolbox.call({ name: "t", arguments: { id } }, context())));
    expect(outcomes).toEqual(ids.map((result) => ({ result })));
    expect(order).toEqual(ids);
    expect(most).toBe(PARALLEL_TOOL_CALLS);
  });

  test("a limit of its own can be none", async () => {
    expect(await callOnly(tool("t", async () => 1, { callSeconds: Number.POSITIVE_INFINITY }))).toEqual({ result: 1 });
  });

  test("nothing keeps listening to the turn's signal", async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners += 1;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners -= 1;
      removeEventListener.apply(signal, args);
    };
    await callOnly(
      tool("t", async () => 1),
      {},
      signal,
    );
    expect(listeners).toBe(0);
  });
});

test("10,000 calls of any kind: none rejects, and every outcome can be stored as JSON", async () => {
  const random = createRandom(20_261_123);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const texts = ["", "a", "\0", "\ud800", "__proto__", "constructor", "x".repeat(60_000), "🙂", '"\\', "1e999"];
  const value = (depth: number): unknown => {
    const kind = Math.floor(random() * (depth > 3 ? 9 : 12));
    if (kind === 0) return undefined;
    if (kind === 1) return pick([1n, Symbol("s"), () => 1]);
    if (kind === 2) return pick([Number.NaN, -0, Number.MAX_VALUE, 1e-320]);
    if (kind < 6) return pick(texts);
    if (kind < 8) return random() * 100;
    if (kind === 8) return pick([true, false, null]);
    if (kind === 9) return Array.from({ length: 3 }, () => value(depth + 1));
    return Object.fromEntries(Array.from({ length: 3 }, () => [pick(texts), value(depth + 1)]));
  };
  const behaviours: Tool["call"][] = [
    async () => value(0) as JsonValue,
    async (args) => args,
    async () => {
      throw value(0);
    },
    () => {
      throw new ToolFailure(pick(texts));
    },
    (() => value(0)) as unknown as Tool["call"],
    () => new Promise(() => undefined),
    async (_args, { signal }) => {
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      return 1;
    },
  ];
  const schemas: JsonObject[] = [
    { type: "object" },
    { type: "object", properties: { a: { type: "string", pattern: "^(a|a)*$" } }, required: ["a"] },
    { $ref: "#/$defs/a", $defs: { a: { type: "object", properties: { a: { $ref: "#/$defs/a" } } } } },
    {
      anyOf: [
        { type: "object", required: ["a"] },
        { type: "object", required: ["b"] },
      ],
    },
  ];
  const tools = behaviours.flatMap((call, behaviour) =>
    schemas.map((inputSchema, schema) =>
      tool(`s/${behaviour}-${schema}`, call, { inputSchema, callSeconds: behaviour < 5 ? 5 : 0.001 }),
    ),
  );
  const stopped = AbortSignal.abort();
  const quiet = createToolbox({ tools, allowed: ["s/*"], logger: createLogger("silent") });
  const names = [...quiet.definitions.map(({ name }) => name), ...texts];
  expect(quiet.definitions).toHaveLength(tools.length);

  for (let round = 0; round < 100; round += 1) {
    const calls = Array.from({ length: 100 }, () =>
      quiet.call(
        {
          name: pick(names),
          arguments: value(0) as JsonObject,
          ...(random() < 0.1 ? { invalidArguments: pick(texts) } : {}),
        },
        context(random() < 0.1 ? stopped : undefined),
      ),
    );
    for (const outcome of await Promise.all(calls)) {
      expect(["result", "errorMessage"]).toContain(Object.keys(outcome).join());
      const text = JSON.stringify(outcome);
      expect(text).not.toMatch(/\\u0000|\\ud[89a-f]/);
      expect(text.length).toBeLessThan(RESULT_CHARACTERS * 3);
    }
  }
});

function withReject() {
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<JsonValue>((_, fail) => {
    reject = fail;
  });
  return { promise, reject };
}

/** The same numbers in every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
