import { GraphQLScalarType } from "graphql";
import { GraphQLDateTime, GraphQLJSON, GraphQLSafeInt } from "graphql-scalars";

export const DateTime = new GraphQLScalarType({
  ...GraphQLDateTime.toConfig(),
  description: "An instant in ISO 8601 with offset, always sent in UTC, e.g. `2026-05-14T09:30:00.000Z`.",
  specifiedByURL: "https://scalars.graphql.org/andimarek/date-time.html",
});

export const SafeInt = new GraphQLScalarType({
  ...GraphQLSafeInt.toConfig(),
  description: "A non-negative whole number up to 2^53-1. Used for token totals, which outgrow the 32-bit `Int`.",
  specifiedByURL: "https://www.ecma-international.org/ecma-262/#sec-number.issafeinteger",
});

export const Json = new GraphQLScalarType({
  ...GraphQLJSON.toConfig(),
  name: "JSON",
  description:
    "An arbitrary JSON value. Used only for tool arguments and tool results, whose shape belongs to the tool.",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc8259",
});
