// Made from the schema, so that no field and no argument of a later day is forgotten.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredInputField,
} from "graphql";

export interface SchemaOperation {
  name: string;
  query: string;
  variables: object;
}

/** What a user types or a client makes up, which is kept as it is: a key in there is the user's own words. */
const OWN_WORDS = ["message", "idempotencyKey"];

const schema = buildSchema(readFileSync(resolve(__dirname, "../../schema.graphql"), "utf8"));

/** Each field of the root type with the key in one place of its arguments: once as a variable, once inline, for every place. */
export function operationsWith(key: string, root: "query" | "mutation" | "subscription"): SchemaOperation[] {
  const type = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  }[root];
  return Object.values(type?.getFields() ?? {}).flatMap((field) =>
    field.args.flatMap((argument) =>
      valuesWith(key, argument.type).flatMap((value) => {
        const others = field.args.filter((other) => other !== argument && isNonNullType(other.type));
        const values: [GraphQLArgument, unknown][] = [
          [argument, value],
          ...others.map((other) => [other, plain(other.type)] as [GraphQLArgument, unknown]),
        ];
        const selection = selectionOf(field.type);
        const declared = values.map(([{ name, type }]) => `$${name}: ${type}`).join(", ");
        const passed = values.map(([{ name }]) => `${name}: $${name}`).join(", ");
        const inline = values.map(([{ name }, given]) => `${name}: ${literal(given)}`).join(", ");
        return [
          {
            name: `${root} ${field.name}, in a variable`,
            query: `${root}(${declared}) { ${field.name}(${passed}) ${selection} }`,
            variables: Object.fromEntries(values.map(([{ name }, given]) => [name, given])),
          },
          {
            name: `${root} ${field.name}, inline`,
            query: `${root} { ${field.name}(${inline}) ${selection} }`,
            variables: {},
          },
        ];
      }),
    ),
  );
}

/** The mutations' names. */
export const MUTATIONS = Object.keys(schema.getMutationType()?.getFields() ?? {});

/** Values of the type, each with the key in another place. */
function valuesWith(key: string, type: GraphQLInputType): unknown[] {
  if (isNonNullType(type)) return valuesWith(key, type.ofType);
  if (isListType(type)) return valuesWith(key, type.ofType).map((value) => [value]);
  if (!isInputObjectType(type)) return [key];
  return Object.values(type.getFields())
    .filter(({ name }) => !OWN_WORDS.includes(name))
    .flatMap((field) =>
      valuesWith(key, field.type).map((value) => ({ ...(plain(type) as object), [field.name]: value })),
    );
}

/** The least that the type takes. */
function plain(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return plain(type.ofType);
  if (isListType(type)) return [];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (!isInputObjectType(type)) return "Hello";
  const required = Object.values(type.getFields()).filter(isRequiredInputField);
  return Object.fromEntries(required.map((field) => [field.name, plain(field.type)]));
}

function literal(value: unknown): string {
  return JSON.stringify(value)
    .replace(/"(\w+)":/g, "$1: ")
    .replace(/"([A-Z_]+)"/g, "$1");
}

function selectionOf(type: GraphQLOutputType): string {
  const named = getNamedType(type);
  const tellsErrors = isObjectType(named) && "userErrors" in named.getFields();
  return tellsErrors ? "{ __typename userErrors { code field message } }" : "{ __typename }";
}
