import {
  type CatalogModel,
  DEFAULT_OPENAI_MODEL,
  findModel,
  MODEL_CAPABILITIES,
  MODEL_CATALOG,
  type ModelCapability,
} from "./model-catalog";

/** What a buddy asks of its model. What is left out is not needed. */
export interface ModelNeeds extends Readonly<Partial<Record<ModelCapability, boolean>>> {
  /** Tokens that its window must hold at least. */
  readonly contextWindow?: number;
}

export interface ChooseModelOptions {
  needs: ModelNeeds;
  /** Ids of the models that the key can use, as its provider lists them; null where the key may not list them. */
  visible: readonly string[] | null;
}

/** The model, and in a sentence why it is this one; or a sentence for the user that says what no model has. */
export type ChosenModel = { modelId: string; reason: string } | { missing: string };

interface Need {
  /** As in "supports …" and "with …". */
  words: string;
  isMetBy(model: CatalogModel): boolean;
}

interface Candidate {
  /** As the key lists it, perhaps with a date. */
  modelId: string;
  model: CatalogModel;
}

const WORDS: Record<ModelCapability, string> = {
  tools: "tools",
  parallelTools: "parallel tool calls",
  vision: "images",
  structuredOutput: "structured output",
  reasoning: "reasoning",
};

const REMEDY = "Use a key with access to more models, or choose another mode for the buddy.";

/** Chooses the cheapest gpt model that fits; of equally cheap ones the first in the catalog. */
export function chooseOpenAiModel({ needs, visible }: ChooseModelOptions): ChosenModel {
  const needed = listNeeds(needs);
  if (visible === null) return chooseDefault(needed);

  const candidates = candidatesAmong(visible);
  const [first, ...others] = candidates.filter(({ model }) => needed.every((need) => need.isMetBy(model)));
  if (first === undefined) return { missing: `${whatIsMissing(candidates, needed)} ${REMEDY}` };

  const cheapest = others.reduce(
    (best, other) => (other.model.relativePrice < best.model.relativePrice ? other : best),
    first,
  );
  const rank = others.length === 0 ? "the only model" : `the cheapest of the ${others.length + 1} models`;
  const suffix = needed.length === 0 ? "" : ` with ${wordsOf(needed)}`;
  return { modelId: cheapest.modelId, reason: `${cheapest.modelId} is ${rank} that this key can use${suffix}.` };
}

function chooseDefault(needed: readonly Need[]): ChosenModel {
  const model = findModel(DEFAULT_OPENAI_MODEL);
  const unmet = needed.filter((need) => model === undefined || !need.isMetBy(model));
  if (unmet.length === 0) {
    return {
      modelId: DEFAULT_OPENAI_MODEL,
      reason: `${DEFAULT_OPENAI_MODEL} is the default for keys that may not list their models.`,
    };
  }
  return {
    missing: `This key may not list its models, and the default for such keys, ${DEFAULT_OPENAI_MODEL}, does not support ${wordsOf(unmet)}. ${REMEDY}`,
  };
}

function listNeeds({ contextWindow = 0, ...capabilities }: ModelNeeds): Need[] {
  const needed = MODEL_CAPABILITIES.filter((capability) => capabilities[capability]).map(
    (capability): Need => ({ words: WORDS[capability], isMetBy: (model) => model[capability] }),
  );
  if (contextWindow === 0) return needed;
  const words = `a context window of ${contextWindow.toLocaleString("en-US")} tokens`;
  return [...needed, { words, isMetBy: (model) => model.contextWindow >= contextWindow }];
}

/** The catalog's models that the key lists, in the catalog's order, each once: undated where it is listed so, else the newest. */
function candidatesAmong(visible: readonly string[]): Candidate[] {
  return MODEL_CATALOG.filter(({ provider }) => provider === "OPENAI").flatMap((model) => {
    // Dates sort as text, and the bare id before all of them.
    const ids = visible.filter((id) => findModel(id) === model).sort();
    const modelId = ids.includes(model.id) ? model.id : ids.at(-1);
    return modelId === undefined ? [] : [{ modelId, model }];
  });
}

function whatIsMissing(candidates: readonly Candidate[], needed: readonly Need[]): string {
  const [only] = candidates;
  if (only === undefined) return "This key can use none of the gpt models that are known here.";
  const metByNone = needed.filter((need) => !candidates.some(({ model }) => need.isMetBy(model)));
  if (candidates.length === 1) {
    return `The only model that this key can use, ${only.modelId}, does not support ${wordsOf(metByNone)}.`;
  }
  const what = metByNone.length > 0 ? wordsOf(metByNone) : `${wordsOf(needed)} together`;
  return `None of the ${candidates.length} models that this key can use supports ${what}.`;
}

/** "a", "a and b", "a, b and c". */
function wordsOf(needs: readonly Need[]): string {
  const words = needs.map((need) => need.words);
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
