import { beforeAll, expect, test } from "@jest/globals";
import { type ExecutionResult, execute, type GraphQLSchema, isObjectType, parse } from "graphql";

import type { FollowedEvent } from "../../src/agents/follow-turn";
import { learnTextDeltas } from "../../src/graphql/render-text-deltas";
import { schemaOfCode } from "../tools/emit-schema";

let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await schemaOfCode();
});

const EVENT: FollowedEvent & { type: "TextDelta" } = {
  type: "TextDelta",
  sequence: 7,
  at: new Date("2026-03-04T05:06:07.089Z"),
  sessionId: "11111111-2222-4333-8444-555555555555",
  buddy: "researcher",
  blockId: "1.0",
  delta: "“quoted” and\nmore",
  text: "All “quoted” and\nmore",
};
const LIMIT = 4_000_000;

function argumentsOf(selection: string, variableValues = {}, definitions = "") {
  const document = parse(`subscription S${definitions} { agentSessionEvents(sessionId: "x") { ${selection} } }`);
  return { schema, document, variableValues, contextValue: {} };
}

async function executed(args: ReturnType<typeof argumentsOf>): Promise<ExecutionResult> {
  return execute({ ...args, rootValue: EVENT });
}

/** Every field that a piece of text has, by the schema. */
function fieldsOfTextDelta(): string[] {
  const type = schema.getType("TextDelta");
  return isObjectType(type) ? Object.keys(type.getFields()) : [];
}

test("every field that a piece of text has is told as the executor tells it", async () => {
  const fields = ["__typename", ...fieldsOfTextDelta()];
  expect(fields.length).toBeGreaterThan(7);
  for (const field of fields) {
    const args = argumentsOf(`... on TextDelta { ${field} other: ${field} }`);
    const render = await learnTextDeltas(args, LIMIT);
    expect(JSON.stringify(render?.(EVENT))).toBe(JSON.stringify(await executed(args)));
  }
});

test.each([
  ["names of the client's own", "first: sequence ... on TextDelta { piece: delta sequence }", {}, ""],
  [
    "fragments that hold for other events",
    "__typename ... on TurnFinished { finishReason } ... on TextDelta { delta }",
    {},
    "",
  ],
  ["nothing for this kind of event", "... on TurnFinished { finishReason }", {}, ""],
  [
    "fields left out by a variable",
    "sequence buddy @skip(if: $no) ... on TextDelta @include(if: $yes) { delta }",
    { no: true, yes: true },
    "($no: Boolean!, $yes: Boolean!)",
  ],
  [
    "a fragment left out by a variable",
    "sequence ... on TextDelta @include(if: $yes) { delta }",
    { yes: false },
    "($yes: Boolean!)",
  ],
])("%s: as the executor tells it, in its order", async (_name, selection, variables, definitions) => {
  const args = argumentsOf(selection, variables, definitions);
  const render = await learnTextDeltas(args, LIMIT);
  expect(JSON.stringify(render?.(EVENT))).toBe(JSON.stringify(await executed(args)));
});

test("an answer that is too long is the executor's to refuse", async () => {
  const render = await learnTextDeltas(argumentsOf("... on TextDelta { delta text }"), 600);
  expect(render?.({ ...EVENT, delta: "x".repeat(300), text: "x".repeat(300) })).not.toBeNull();
  expect(render?.({ ...EVENT, delta: "x".repeat(300), text: "x".repeat(301) })).toBeNull();
});

test("of one document, what a subscriber's variables leave out is told to another", async () => {
  const args = argumentsOf("sequence delta: buddy @skip(if: $less)", { less: true }, "($less: Boolean!)");
  for (const less of [true, false]) {
    const asked = { ...args, variableValues: { less } };
    const render = await learnTextDeltas(asked, LIMIT);
    expect(JSON.stringify(render?.(EVENT))).toBe(JSON.stringify(await executed(asked)));
  }
});

test("of one document, each operation tells its own fields", async () => {
  const one = (name: string, field: string) =>
    `subscription ${name} { agentSessionEvents(sessionId: "x") { ${field} } }`;
  const document = parse(`${one("First", "sequence")} ${one("Second", "buddy")}`);
  for (const operationName of ["First", "Second", "First"]) {
    const asked = { ...argumentsOf("sequence"), document, operationName };
    const render = await learnTextDeltas(asked, LIMIT);
    expect(JSON.stringify(render?.(EVENT))).toBe(JSON.stringify(await executed(asked)));
  }
});
