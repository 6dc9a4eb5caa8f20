// The whole table: every override, stored mode, default, state of either key, fallback policy and supply of models, held
// against the rules as they are promised, written down here a second time.
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "@jest/globals";

import {
  type KeyFact,
  type ModelChoice,
  type ResolverFacts,
  type RouteDecision,
  resolveModelForBuddy,
} from "../../src/agents/model-resolver";
import type { LlmProvider } from "../../src/providers/language-model";
import { BYOK_FALLBACKS, MODEL_MODES, type ModelMode } from "../../src/workspaces/model-mode";

type KeyState = "absent" | "present" | "rejected";

const KEY_STATES: readonly KeyState[] = ["absent", "present", "rejected"];
const MASKED: Record<LlmProvider, string> = { CLAUDE: "sk-ant-…x4Qz", OPENAI: "sk-…Tt77" };
const MODELS: Record<ModelMode, ModelChoice> = {
  METERED: { modelId: "claude-metered", reason: "Metered turns." },
  BYOK_CLAUDE: { modelId: "claude-own", reason: "Own Claude turns." },
  BYOK_OPENAI: { modelId: "gpt-own", reason: "Own OpenAI turns." },
};
const MISSING: ModelChoice = { missing: "Choose another mode." };

function key(provider: LlmProvider, state: KeyState): KeyFact | null {
  return state === "absent" ? null : { maskedKey: MASKED[provider], rejected: state === "rejected" };
}

/** Facts of a workspace that has set nothing, with what a case says differently. */
function facts(different: Partial<Omit<ResolverFacts, "keys">> & { claude?: KeyState; openAi?: KeyState }) {
  const { claude = "absent", openAi = "absent", ...rest } = different;
  return {
    override: null,
    storedMode: null,
    defaultMode: null,
    byokFallback: "METERED",
    keys: { CLAUDE: key("CLAUDE", claude), OPENAI: key("OPENAI", openAi) },
    models: MODELS,
    ...rest,
  } satisfies ResolverFacts;
}

function* everyCombination(): Generator<ResolverFacts> {
  const modes = [null, ...MODEL_MODES];
  for (const override of modes)
    for (const storedMode of modes)
      for (const defaultMode of modes)
        for (const claude of KEY_STATES)
          for (const openAi of KEY_STATES)
            for (const byokFallback of BYOK_FALLBACKS)
              for (const models of everySupply())
                yield facts({ override, storedMode, defaultMode, claude, openAi, byokFallback, models });
}

/** Each mode's model, there or missing. */
function everySupply(): Record<ModelMode, ModelChoice>[] {
  return Array.from({ length: 2 ** MODEL_MODES.length }, (_, bits) => ({
    METERED: bits & 1 ? MISSING : MODELS.METERED,
    BYOK_CLAUDE: bits & 2 ? MISSING : MODELS.BYOK_CLAUDE,
    BYOK_OPENAI: bits & 4 ? MISSING : MODELS.BYOK_OPENAI,
  }));
}

const ALL = [...everyCombination()];

/** What the laws promise. A refusal is told by its code alone: its sentence is for people. */
function promised({ override, storedMode, defaultMode, keys, byokFallback, models }: ResolverFacts): unknown {
  // The most specific wish counts; who wished nothing gets METERED.
  const wishes = [
    { mode: override, source: "REQUEST" },
    { mode: storedMode, source: "BUDDY" },
    { mode: defaultMode, source: "WORKSPACE" },
    { mode: "METERED" as const, source: "DEFAULT" },
  ];
  const wish = wishes.find(({ mode }) => mode !== null);
  const requested = wish?.mode ?? "METERED";
  const ownKey = { METERED: undefined, BYOK_CLAUDE: keys.CLAUDE, BYOK_OPENAI: keys.OPENAI }[requested];

  // A missing key is one that the wish needs and nobody stored. A rejected key is not missing.
  const missing = ownKey === null;
  if (missing && byokFallback === "FAIL") return "PROVIDER_NOT_CONFIGURED";
  const served = missing ? "METERED" : requested;
  const model = models[served];
  if ("missing" in model) return "MODEL_NOT_AVAILABLE";

  const outcome = missing ? "FALLS_BACK" : ownKey?.rejected === true ? "KEY_REJECTED" : "READY";
  return {
    outcome,
    route: {
      requestedMode: requested,
      modeSource: wish?.source,
      mode: served,
      fallbackReason: missing ? "KEY_MISSING" : null,
      payer: { METERED: "WAYPATH", BYOK_CLAUDE: "WORKSPACE", BYOK_OPENAI: "WORKSPACE" }[served],
      provider: served === "BYOK_OPENAI" ? "OPENAI" : "CLAUDE",
      modelId: model.modelId,
      modelReason: model.reason,
      maskedKey: ownKey?.maskedKey ?? null,
    },
  };
}

function withoutSentence(decision: RouteDecision): unknown {
  return decision.outcome === "REFUSED" ? decision.code : decision;
}

test("every combination is decided as the laws promise", () => {
  const strays = ALL.filter(
    (given) => !isDeepStrictEqual(withoutSentence(resolveModelForBuddy(given)), promised(given)),
  );

  expect(ALL).toHaveLength(4 * 4 * 4 * 3 * 3 * 2 * 8);
  expect(strays.slice(0, 3)).toEqual([]);
});

describe("the cases people ask about", () => {
  const READY = "READY";
  const metered = { mode: "METERED", payer: "WAYPATH", provider: "CLAUDE", modelId: "claude-metered", maskedKey: null };
  const ownClaude = {
    mode: "BYOK_CLAUDE",
    payer: "WORKSPACE",
    provider: "CLAUDE",
    modelId: "claude-own",
    maskedKey: "sk-ant-…x4Qz",
    fallbackReason: null,
  };
  const ownOpenAi = {
    mode: "BYOK_OPENAI",
    payer: "WORKSPACE",
    provider: "OPENAI",
    modelId: "gpt-own",
    maskedKey: "sk-…Tt77",
    fallbackReason: null,
  };

  test.each<[string, Parameters<typeof facts>[0], string, object]>([
    ["nothing was ever set", {}, READY, { ...metered, requestedMode: "METERED", modeSource: "DEFAULT" }],
    [
      "keys are stored, and nobody chose to use them",
      { claude: "present", openAi: "present" },
      READY,
      { ...metered, requestedMode: "METERED", modeSource: "DEFAULT", fallbackReason: null },
    ],
    [
      "the workspace's default is its own Claude key",
      { defaultMode: "BYOK_CLAUDE", claude: "present" },
      READY,
      { ...ownClaude, requestedMode: "BYOK_CLAUDE", modeSource: "WORKSPACE" },
    ],
    [
      "the buddy's stored mode beats the workspace's default",
      { defaultMode: "BYOK_CLAUDE", storedMode: "BYOK_OPENAI", claude: "present", openAi: "present" },
      READY,
      { ...ownOpenAi, requestedMode: "BYOK_OPENAI", modeSource: "BUDDY" },
    ],
    [
      "the request beats the buddy's stored mode",
      { override: "BYOK_CLAUDE", storedMode: "BYOK_OPENAI", claude: "present", openAi: "present" },
      READY,
      { ...ownClaude, requestedMode: "BYOK_CLAUDE", modeSource: "REQUEST" },
    ],
    [
      "the request asks for METERED although the buddy has its own key",
      { override: "METERED", storedMode: "BYOK_CLAUDE", claude: "present" },
      READY,
      { ...metered, requestedMode: "METERED", modeSource: "REQUEST", fallbackReason: null },
    ],
    [
      "the key is missing",
      { storedMode: "BYOK_CLAUDE" },
      "FALLS_BACK",
      { ...metered, requestedMode: "BYOK_CLAUDE", modeSource: "BUDDY", fallbackReason: "KEY_MISSING" },
    ],
    [
      "the other provider's key is no substitute",
      { storedMode: "BYOK_OPENAI", claude: "present" },
      "FALLS_BACK",
      { ...metered, requestedMode: "BYOK_OPENAI", modeSource: "BUDDY", fallbackReason: "KEY_MISSING" },
    ],
    [
      "the key was rejected: it is tried again, on its owner's account",
      { storedMode: "BYOK_CLAUDE", claude: "rejected" },
      "KEY_REJECTED",
      { ...ownClaude, requestedMode: "BYOK_CLAUDE", modeSource: "BUDDY" },
    ],
    [
      "a rejected key is not a missing one, also where falling back is forbidden",
      { override: "BYOK_OPENAI", openAi: "rejected", byokFallback: "FAIL" },
      "KEY_REJECTED",
      { ...ownOpenAi, requestedMode: "BYOK_OPENAI", modeSource: "REQUEST" },
    ],
    [
      "a key that was rejected does not matter to METERED",
      { claude: "rejected", byokFallback: "FAIL" },
      READY,
      { ...metered, requestedMode: "METERED", modeSource: "DEFAULT" },
    ],
  ])("%s", (_name, different, outcome, route) => {
    expect(resolveModelForBuddy(facts(different))).toMatchObject({ outcome, route });
  });

  test.each<[string, Parameters<typeof facts>[0], string, RegExp]>([
    [
      "the key is missing and falling back is forbidden",
      { defaultMode: "BYOK_OPENAI", byokFallback: "FAIL" },
      "PROVIDER_NOT_CONFIGURED",
      /^This workspace has no OpenAI key and does not fall back to Metered: an admin must configure one,/,
    ],
    [
      "the mode has no model to offer",
      { override: "BYOK_OPENAI", openAi: "present", models: { ...MODELS, BYOK_OPENAI: MISSING } },
      "MODEL_NOT_AVAILABLE",
      /^Choose another mode\.$/,
    ],
    [
      "the mode that it falls back to has no model to offer",
      { override: "BYOK_OPENAI", models: { ...MODELS, METERED: MISSING } },
      "MODEL_NOT_AVAILABLE",
      /^Choose another mode\.$/,
    ],
  ])("%s: nothing may be started", (_name, different, code, message) => {
    expect(resolveModelForBuddy(facts(different))).toEqual({
      outcome: "REFUSED",
      code,
      message: expect.stringMatching(message),
    });
  });
});

test("the decision follows from the facts alone and leaves them as they are", () => {
  const frozen = ALL.map(deepFreeze);

  const first = frozen.map(resolveModelForBuddy);
  const again = frozen.toReversed().map(resolveModelForBuddy).toReversed();

  expect(isDeepStrictEqual(first, again)).toBe(true);
});

test("a stored key changes nothing for who did not ask for its mode", () => {
  const changed = ALL.filter((given) => {
    const needed = neededKey(given);
    const keys = {
      CLAUDE: given.keys.CLAUDE === needed ? needed : null,
      OPENAI: given.keys.OPENAI === needed ? needed : null,
    };
    return !isDeepStrictEqual(resolveModelForBuddy(given), resolveModelForBuddy({ ...given, keys }));
  });

  expect(changed).toEqual([]);
});

test("the workspace pays exactly where its own key serves", () => {
  const strays = ALL.map(resolveModelForBuddy).filter(
    (decision) =>
      decision.outcome !== "REFUSED" &&
      ((decision.route.payer === "WORKSPACE") !== (decision.route.mode !== "METERED") ||
        (decision.route.payer === "WORKSPACE") !== (decision.route.maskedKey !== null)),
  );

  expect(strays).toEqual([]);
});

test("a rejected key never makes Waypath pay", () => {
  const rejected = ALL.filter((given) => neededKey(given)?.rejected);
  const paid = rejected.map(resolveModelForBuddy).filter((decision) => {
    return decision.outcome !== "REFUSED" && (decision.route.payer === "WAYPATH" || decision.outcome === "FALLS_BACK");
  });

  expect(rejected.length).toBeGreaterThan(0);
  expect(paid).toEqual([]);
});

/** The key that the mode asked for would use; null where it needs none or there is none. */
function neededKey({ override, storedMode, defaultMode, keys }: ResolverFacts): KeyFact | null {
  const requested = override ?? storedMode ?? defaultMode ?? "METERED";
  return { METERED: null, BYOK_CLAUDE: keys.CLAUDE, BYOK_OPENAI: keys.OPENAI }[requested];
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}
