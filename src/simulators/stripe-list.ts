import { z } from "zod";
import { SimulatedRefusal } from "./simulated-refusal";
import { formExpand, formInteger } from "./stripe-form";

/** The parameters that every list takes. */
export const listParameters = {
  limit: formInteger.optional(),
  starting_after: z.string().min(1).optional(),
  ending_before: z.string().min(1).optional(),
  expand: formExpand,
};

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100;

/** One page of a list, in Stripe's shape. Throws a refusal on a limit or a cursor that Stripe would refuse. */
export function stripePage<T extends { id: string }>(
  all: readonly T[],
  url: string,
  parameters: { limit?: number | undefined; starting_after?: string | undefined; ending_before?: string | undefined },
): object {
  const { limit = DEFAULT_LIMIT, starting_after, ending_before } = parameters;
  if (limit < 1 || limit > MAX_LIMIT) {
    throw new SimulatedRefusal({ status: 400, param: "limit", message: `limit must be from 1 to ${MAX_LIMIT}` });
  }
  const start = starting_after === undefined ? 0 : positionOf(all, "starting_after", starting_after) + 1;
  const end = ending_before === undefined ? all.length : positionOf(all, "ending_before", ending_before);
  const rest = all.slice(start, end);
  // A page before an id is the one next to it.
  const data = ending_before === undefined ? rest.slice(0, limit) : rest.slice(-limit);
  return { object: "list", data, has_more: rest.length > data.length, url };
}

function positionOf(all: readonly { id: string }[], param: string, id: string): number {
  const position = all.findIndex((item) => item.id === id);
  if (position !== -1) return position;
  throw new SimulatedRefusal({ status: 400, code: "resource_missing", param, message: `No such object: '${id}'` });
}
