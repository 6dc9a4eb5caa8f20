import type { JsonObject, JsonValue } from "../../../providers/language-model";
import { isJsonObject } from "../clean-json";
import { type Tool, ToolFailure } from "../tool";
import { twoSidedProbability, Z_95 } from "./normal-distribution";

/** So many of so many, e.g. 120 orders of 4,000 visitors. */
export interface Rate {
  successes: number;
  trials: number;
}

/** Below so many expected successes or failures the normal approximation is not to be trusted. */
const FEWEST_EXPECTED = 5;
const SIGNIFICANT_DIGITS = 6;

const MOST = 1_000_000_000;
const RATE_SCHEMA: JsonObject = {
  type: "object",
  properties: {
    successes: { type: "integer", minimum: 0, maximum: MOST, description: "How often it happened, e.g. orders." },
    trials: { type: "integer", minimum: 1, maximum: MOST, description: "How often it could have, e.g. visitors." },
  },
  required: ["successes", "trials"],
  additionalProperties: false,
};

export const compareRatesTool: Omit<Tool, "name"> = {
  description:
    "Compares two rates, e.g. of an A/B test: the difference b − a with its 95% interval, and the p-value of a two-sided test.",
  inputSchema: {
    type: "object",
    properties: {
      a: { ...RATE_SCHEMA, description: "The first rate." },
      b: { ...RATE_SCHEMA, description: "The other." },
    },
    required: ["a", "b"],
    additionalProperties: false,
  },
  call: async ({ a, b }) => compareRates(readRate(a, "a"), readRate(b, "b")),
};

/** The pooled two-proportion test, and Newcombe's interval, which also holds near 0 and 1. */
export function compareRates(a: Rate, b: Rate): JsonObject {
  const rateA = a.successes / a.trials;
  const rateB = b.successes / b.trials;
  const difference = rateB - rateA;
  const pooled = (a.successes + b.successes) / (a.trials + b.trials);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / a.trials + 1 / b.trials));
  // Nobody or everybody in both: no difference, and nothing to divide by.
  const pValue = error === 0 ? 1 : twoSidedProbability(difference / error);

  const [lowA, highA] = wilsonInterval(a);
  const [lowB, highB] = wilsonInterval(b);
  const expected = Math.min(a.trials, b.trials) * Math.min(pooled, 1 - pooled);
  return {
    rateA: rounded(rateA),
    rateB: rounded(rateB),
    difference: rounded(difference),
    relativeDifference: rateA === 0 ? null : rounded(difference / rateA),
    interval95: [
      rounded(difference - Math.hypot(rateB - lowB, highA - rateA)),
      rounded(difference + Math.hypot(highB - rateB, rateA - lowA)),
    ],
    pValue: rounded(pValue),
    significantAt5Percent: pValue < 0.05,
    caution: expected < FEWEST_EXPECTED ? "Too few cases for the p-value to be trusted. Collect more." : null,
  };
}

/** Where the true rate lies, 95 times of 100. */
function wilsonInterval({ successes, trials }: Rate): [number, number] {
  const rate = successes / trials;
  const squared = Z_95 ** 2;
  const center = rate + squared / (2 * trials);
  const reach = Z_95 * Math.sqrt((rate * (1 - rate)) / trials + squared / (4 * trials ** 2));
  const scale = 1 + squared / trials;
  return [Math.max(0, (center - reach) / scale), Math.min(1, (center + reach) / scale)];
}

function readRate(value: JsonValue | undefined, argument: string): Rate {
  const successes = Number(isJsonObject(value) ? value.successes : undefined);
  const trials = Number(isJsonObject(value) ? value.trials : undefined);
  if (!(successes <= trials)) {
    throw new ToolFailure(`"${argument}.successes" must not be greater than "${argument}.trials".`);
  }
  return { successes, trials };
}

function rounded(value: number): number {
  return Number(value.toPrecision(SIGNIFICANT_DIGITS));
}
