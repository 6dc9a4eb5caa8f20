// Requests that nobody thought of: documents grown from the schema, and documents of ours with pieces cut, doubled or swapped.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import {
  buildSchema,
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
} from "graphql";

import { GRAPHIQL_EXAMPLES } from "../../src/http/graphiql-examples";
import { HOSTILE_REQUESTS } from "./hostile-documents";

/** What is put into a body or a frame; often no request at all. */
export interface RandomRequest {
  query: unknown;
  variables?: unknown;
  operationName?: unknown;
  extensions?: unknown;
}

const schema = buildSchema(readFileSync("schema.graphql", "utf8"));
const LEVELS = 6;

/** A number below `most`, from what chance has laid out; 0 when that is used up, which ends whatever it decides about. */
type Choose = (most: number) => number;

function chooser(choices: readonly number[]): Choose {
  let next = 0;
  return (most) => {
    const choice = choices[next] ?? 0;
    next += 1;
    return choice % most;
  };
}

const TEXTS = ['""', '"campaign"', '"ses_1"', '"\\u0000"', '"\\ud800"', '"sk-ant-canary-0001"', '"""block"""', '"🙂"'];
const ODD_VALUES = ["null", "[]", "{}", "-1", "1e400", "99999999999", "true", "FOO", "$v", '[[[["x"]]]]', ...TEXTS];

function literalOf(type: GraphQLInputType, choose: Choose, level = 0): string {
  if (choose(12) === 1) return ODD_VALUES[choose(ODD_VALUES.length)] ?? "null";
  if (isNonNullType(type)) return literalOf(type.ofType, choose, level);
  if (isListType(type))
    return `[${Array.from({ length: choose(3) }, () => literalOf(type.ofType, choose, level)).join(" ")}]`;
  if (isEnumType(type)) return type.getValues()[choose(type.getValues().length)]?.name ?? "FOO";
  if (isInputObjectType(type)) {
    const given = Object.values(type.getFields()).filter((field) => isRequiredInputField(field) || choose(3) === 1);
    return `{${level > 3 ? "" : given.map((field) => `${field.name}: ${literalOf(field.type, choose, level + 1)}`).join(" ")}}`;
  }
  if (["Int", "SafeInt"].includes(type.name)) return String(choose(120) - 5);
  if (type.name === "Boolean") return choose(2) === 0 ? "true" : "false";
  if (type.name === "DateTime") return '"2026-05-14T09:30:00Z"';
  return TEXTS[choose(TEXTS.length)] ?? '""';
}

function selectionOf(type: GraphQLOutputType, choose: Choose, level: number): string {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return choose(40) === 1 ? "{ id }" : "";
  const fields = isUnionType(named) ? [] : Object.values(named.getFields());
  const picked = Array.from({ length: 1 + choose(4) }, () => {
    const field = fields[choose(fields.length || 1)];
    if (field === undefined || level >= LEVELS || choose(30) === 1) return choose(9) === 1 ? "nothing" : "__typename";
    const args = field.args.filter((arg) => isRequiredArgument(arg) || choose(4) === 1);
    const given = args.map((arg) => `${arg.name}: ${literalOf(arg.type, choose)}`).join(" ");
    const alias = choose(10) === 1 ? `a${choose(3)}: ` : "";
    const directive = choose(20) === 1 ? ` @include(if: ${choose(2) === 0})` : "";
    return `${alias}${field.name}${given && `(${given})`}${directive} ${selectionOf(field.type, choose, level + 1)}`;
  });
  if (isAbstractType(named)) {
    const possible = schema.getPossibleTypes(named);
    const one = possible[choose(possible.length)];
    if (one !== undefined && level < LEVELS) picked.push(`... on ${one.name} ${selectionOf(one, choose, level + 1)}`);
  }
  return `{ ${picked.join(" ")} }`;
}

function grow(choices: readonly number[]): string {
  const choose = chooser(choices);
  const roots = [schema.getQueryType(), schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const root = roots[choose(roots.length)] ?? schema.getQueryType();
  if (!root) throw new Error("the schema has no queries");
  const variables = choose(4) === 1 ? `($v: ${["Int", "String!", "ChatTurnInput!", "Nothing"][choose(4)]})` : "";
  return `${root.name.toLowerCase()} ${variables} ${selectionOf(getNullableType(root), choose, 0)}`;
}

const PIECES = [
  "{",
  "}",
  "(",
  ")",
  "[",
  "]",
  '"',
  '"""',
  "...",
  "@skip(if: true)",
  "$v",
  ":",
  "!",
  "#",
  "\0",
  "\ud800",
  "on",
  "__schema { types { name } }",
  " ".repeat(500),
];

function damage(text: string, choices: readonly number[]): string {
  const choose = chooser(choices);
  let damaged = text;
  for (let edits = 1 + choose(4); edits > 0; edits -= 1) {
    const at = choose(damaged.length + 1);
    const length = choose(40);
    const piece = damaged.slice(at, at + length);
    const [before, after] = [damaged.slice(0, at), damaged.slice(at + length)];
    damaged =
      [
        before + after,
        before + piece + piece + after,
        before + (PIECES[choose(PIECES.length)] ?? "") + piece + after,
        before + [...piece].reverse().join("") + after,
      ][choose(4)] ?? damaged;
  }
  return damaged;
}

const OURS: readonly RandomRequest[] = [
  ...GRAPHIQL_EXAMPLES.map(({ document, variables }) => ({ query: document, variables })),
  ...HOSTILE_REQUESTS.filter(({ query }) => query.length < 5_000),
];

const choices = fc.array(fc.nat(), { minLength: 50, maxLength: 50 });
const json = fc.jsonValue({ maxDepth: 4 });
const grown = choices.map((laidOut): RandomRequest => ({ query: grow(laidOut) }));
const damaged = fc
  .tuple(fc.oneof(grown, fc.constantFrom(...OURS)), choices)
  .map(([request, laidOut]): RandomRequest => ({ ...request, query: damage(String(request.query), laidOut) }));

const odd = fc.record({
  query: fc.oneof(
    grown.map(({ query }) => query),
    json,
    fc.string(),
  ),
  variables: json,
  operationName: json,
  extensions: json,
});
const request: fc.Arbitrary<RandomRequest> = fc.oneof(
  { weight: 4, arbitrary: grown },
  { weight: 3, arbitrary: damaged },
  { weight: 1, arbitrary: odd },
);

/** A request, put into a body or a frame. */
export interface RandomSend {
  /** Whether that is not what it should be, so that nobody may answer. */
  wrecked: boolean;
  text(envelope: (request: RandomRequest) => object): string;
}

export const randomSend: fc.Arbitrary<RandomSend> = fc
  .tuple(request, fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: choices }))
  .map(([made, wreck]) => ({
    wrecked: wreck !== null,
    text(envelope) {
      const text = JSON.stringify(envelope(made));
      return wreck === null ? text : damage(text, wreck);
    },
  }));
