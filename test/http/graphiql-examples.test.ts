import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import {
  buildSchema,
  getVariableValues,
  isInterfaceType,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
  visit,
} from "graphql";
import { z } from "zod";

import { GRAPHIQL_EXAMPLES, type GraphiqlExample } from "../../src/http/graphiql-examples";
import { parseProviderKey } from "../../src/provider-keys/key-shape";
import { loadBuddies } from "../../src/workspaces/buddies";

const schema = buildSchema(readFileSync("schema.graphql", "utf8"));

function operationOf({ document }: GraphiqlExample): OperationDefinitionNode {
  const [definition] = parse(document).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error("an example begins with its operation");
  return definition;
}

const named = GRAPHIQL_EXAMPLES.map((example) => ({ name: operationOf(example).name?.value ?? "", example }));

test("the tabs' names tell them apart", () => {
  const names = named.map(({ name }) => name);
  expect(names).toEqual(["ChatTurn", "Workspace", "ConfigureProvider", "SetBuddyModel", "AuditList", "RevokeProvider"]);
});

test.each(named)("$name is valid, with the variables that come with it", ({ example }) => {
  expect(validate(schema, parse(example.document))).toEqual([]);
  const definitions = operationOf(example).variableDefinitions ?? [];
  expect(getVariableValues(schema, definitions, example.variables ?? {}).errors).toBeUndefined();
  const declared = definitions.map((definition) => definition.variable.name.value).sort();
  expect(Object.keys(example.variables ?? {}).sort()).toEqual(declared);
});

test("the example turn is a new one on every run, and shows every kind of event", () => {
  const chatTurn = named.find(({ name }) => name === "ChatTurn")?.example;
  if (chatTurn === undefined) throw new Error("there is no ChatTurn");
  expect(chatTurn.variables?.input).not.toHaveProperty("idempotencyKey");

  const shown = new Set<string>();
  visit(parse(chatTurn.document), {
    InlineFragment: (fragment) => void shown.add(fragment.typeCondition?.name.value ?? ""),
  });
  const event = schema.getType("ChatTurnEvent");
  if (!isInterfaceType(event)) throw new Error("there is no ChatTurnEvent");
  expect([...shown].sort()).toEqual(
    schema
      .getPossibleTypes(event)
      .map(({ name }) => name)
      .sort(),
  );
});

test("what the examples name is there: the buddies, and a key of the right shape", () => {
  const buddies = loadBuddies("buddies.yaml");
  const inputs = z.object({ input: z.object({ buddy: z.string() }) });
  const [chat, , configure, setModel] = GRAPHIQL_EXAMPLES;
  for (const example of [chat, setModel]) {
    expect(buddies.find(inputs.parse(example?.variables).input.buddy)).toBeDefined();
  }
  expect(() => parseProviderKey("CLAUDE", String(configure?.variables?.apiKey))).not.toThrow();
});
