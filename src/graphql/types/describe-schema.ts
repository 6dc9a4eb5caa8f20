import type { GraphQLSchema } from "graphql";

const SCHEMA =
  "Waypath buddies API. Conventions:\n" +
  "- `ID`s are opaque, globally unique strings; never parse them.\n" +
  '- Enum values are ALL_CAPS; treat unknown values as "other" (new values may be added without notice).\n' +
  "- Mutations take one `input` and return a payload with a nullable result and `userErrors`.\n" +
  "  Top-level `errors` are only for authentication, authorization, rate limits, malformed requests and server faults.\n" +
  "- The bearer token names the workspace: nothing takes a workspace id, so nothing can name a foreign one.\n" +
  "- Provider keys are write-only: no field ever returns one.";

const QUERY = "Reads.";

const MUTATION = "Writes. Each returns a payload; check `userErrors` before using the result.";

const SUBSCRIPTION =
  "Event streams. Dropping the connection or unsubscribing does not stop a turn (use `cancelTurn`); one that nobody has followed for a while is cancelled. Events are kept while\n" +
  "the turn runs and for a while after; later a subscriber gets the short form: `TurnStarted`, one `TextDelta` with the\n" +
  "whole text, and the terminal event; one that asks `after` a number gets the terminal event alone, whose `session.text` replaces what it has.";

/** Describes what no decorator can: the schema itself and its three root types. Changes the schema it is handed. */
export function describeSchema(schema: GraphQLSchema): void {
  schema.description = SCHEMA;
  const roots = [
    [schema.getQueryType(), QUERY],
    [schema.getMutationType(), MUTATION],
    [schema.getSubscriptionType(), SUBSCRIPTION],
  ] as const;
  for (const [type, description] of roots) if (type) type.description = description;
}
