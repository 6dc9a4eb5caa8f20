// Documents that select every field there is, made from the schema, and what of it an answer has.
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInterfaceType,
  isIntrospectionType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  Kind,
  parse,
} from "graphql";

import { measureOperation } from "../../src/graphql/measure-operation";
import { DEFAULT_LIMITS } from "../../src/limits";

/** Levels of objects below the one that is asked for; one less where that could cost more than the server allows. */
const LEVELS = 3;
/** Items of a page: enough for what a test has, and what is newest of anything that does not belong there. */
const PAGE = 4;

/** `Type.field` of every object that an answer can hold; what an operation begins with is in `operationsOf`. */
export function fieldsOf(schema: GraphQLSchema): string[] {
  const begins = [schema.getMutationType(), schema.getSubscriptionType()];
  return objectTypes(schema)
    .filter((type) => !begins.includes(type))
    .flatMap(coordinatesOf);
}

/** `Mutation.field` and `Subscription.field`. */
export function operationsOf(schema: GraphQLSchema): string[] {
  return [schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) => (type ? coordinatesOf(type) : []));
}

/** The operation `coordinate` with every field below, whatever of its possible types is returned. */
export function operationFor(schema: GraphQLSchema, coordinate: string, given: string): string {
  const field = fieldAt(schema, coordinate);
  const fragments = new Map<string, string>();
  const spreads = possibleTypes(schema, getNamedType(field.type)).map((type) =>
    spreadOf(schema, type, LEVELS, fragments),
  );
  return documentOf(coordinate, field, given, spreads, fragments);
}

/** The same of one type in several queries, one for each object in it: all of it at once costs more than is allowed. */
export function queriesFor(schema: GraphQLSchema, coordinate: string, given: string, typeName: string): string[] {
  const field = fieldAt(schema, coordinate);
  const type = schema.getType(typeName);
  if (!isObjectType(type)) throw new Error(`the schema has no object ${typeName}`);
  const queryOf = (part: GraphQLField<unknown, unknown>, levels: number) => {
    const fragments = new Map<string, string>();
    const selection = selectionOf(schema, part, levels, fragments);
    return documentOf(coordinate, field, given, [`... on ${typeName} { __typename ${selection} }`], fragments);
  };
  return Object.values(type.getFields()).map((part) => {
    const deep = queryOf(part, LEVELS);
    return isAllowed(schema, deep) ? deep : queryOf(part, LEVELS - 1);
  });
}

/** Every `Type.field` that stands in an answer, null or not. */
export function* answeredFields(answer: unknown): Generator<string> {
  if (typeof answer !== "object" || answer === null) return;
  const typename = "__typename" in answer ? answer.__typename : undefined;
  for (const [name, value] of Object.entries(answer)) {
    if (typename !== undefined && name !== "__typename") yield `${typename}.${name}`;
    yield* answeredFields(value);
  }
}

function isAllowed(schema: GraphQLSchema, query: string): boolean {
  const document = parse(query);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return false;
  const { cost } = measureOperation({ schema, document, operation, variables: {} }, DEFAULT_LIMITS);
  return cost <= DEFAULT_LIMITS.operationCost;
}

function objectTypes(schema: GraphQLSchema): GraphQLObjectType[] {
  return Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && !isIntrospectionType(type),
  ) as GraphQLObjectType[];
}

function coordinatesOf(type: GraphQLObjectType): string[] {
  return Object.keys(type.getFields()).map((name) => `${type.name}.${name}`);
}

function possibleTypes(schema: GraphQLSchema, type: GraphQLNamedType): GraphQLObjectType[] {
  if (isInterfaceType(type)) return [...schema.getPossibleTypes(type)];
  return isObjectType(type) ? [type] : [];
}

function fieldAt(schema: GraphQLSchema, coordinate: string): GraphQLField<unknown, unknown> {
  const [typeName = "", fieldName = ""] = coordinate.split(".");
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (field === undefined) throw new Error(`the schema has no ${coordinate}`);
  return field;
}

function documentOf(
  coordinate: string,
  { name, args }: GraphQLField<unknown, unknown>,
  given: string,
  selections: string[],
  fragments: Map<string, string>,
): string {
  const kind = coordinate.split(".")[0]?.toLowerCase();
  const variables = args.filter(isRequiredArgument).map((argument) => `$${argument.name}: ${argument.type}`);
  const operation = variables.length === 0 ? kind : `${kind} (${variables.join(", ")})`;
  // A subscription has one field, and its type is none.
  const begin = kind === "subscription" ? "" : "__typename";
  const root = `${name}${given && `(${given})`} { ${selections.join(" ")} }`;
  return [operation, "{", begin, root, "}", ...fragments.values()].join(" ");
}

/** Adds what is spread, and all below it, to the fragments. On the last level only values are left. */
function spreadOf(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  levels: number,
  fragments: Map<string, string>,
): string {
  const name = `${type.name}_${levels}`;
  if (!fragments.has(name)) {
    const selections = Object.values(type.getFields()).map((field) => selectionOf(schema, field, levels, fragments));
    fragments.set(name, `fragment ${name} on ${type.name} { __typename ${selections.join(" ")} }`);
  }
  return `...${name}`;
}

function selectionOf(
  schema: GraphQLSchema,
  field: GraphQLField<unknown, unknown>,
  levels: number,
  fragments: Map<string, string>,
): string {
  const returned = getNamedType(field.type);
  const start = `${field.name}${argumentsOf(field)}`;
  if (isLeafType(returned)) return start;
  if (levels === 0) return "";
  const spreads = possibleTypes(schema, returned).map((type) => spreadOf(schema, type, levels - 1, fragments));
  return `${start} { ${spreads.join(" ")} }`;
}

function argumentsOf(field: GraphQLField<unknown, unknown>): string {
  const given = field.args.flatMap((argument) => valueFor(argument) ?? []);
  return given.length === 0 ? "" : `(${given.join(", ")})`;
}

function valueFor(argument: GraphQLArgument): string | undefined {
  const type = getNamedType(argument.type);
  if (argument.name === "first") return `first: ${PAGE}`;
  if (!isRequiredArgument(argument)) return undefined;
  if (isEnumType(type)) return `${argument.name}: ${type.getValues()[0]?.name}`;
  throw new Error(`no value is known for ${argument.name}`);
}
