// What both doors do with an operation before anything of it is executed: the same limits, in the same order, with the same
// codes. What is cheap to look at comes first, so that a document made to be expensive is refused before it is.
import { createHash } from "node:crypto";
import {
  type ASTNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  OperationTypeNode,
  type ParseOptions,
  parse,
  specifiedRules,
  validate,
  visit,
} from "graphql";

import { RequestError } from "../errors";
import type { Limits } from "../limits";
import type { RateLimit, RateLimits } from "../rate-limits";
import type { Viewer } from "../workspaces/authenticate";
import { ShortMemory } from "../workspaces/short-memory";
import { type Measure, measureOperation } from "./measure-operation";
import { PRICES } from "./prices";
import { withoutValues } from "./without-values";

export interface OperationRequest {
  operationName?: string | null | undefined;
  variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Why an operation is refused; each error has its code. */
export interface Refusal {
  errors: readonly GraphQLError[];
}

export interface OperationGate {
  readonly parseOptions: ParseOptions;
  parse(query: string): DocumentNode | Refusal;
  /** The operation to execute. Counts what it costs, and its mutations, as the viewer's. */
  admit(viewer: Viewer, document: DocumentNode, request: OperationRequest): Promise<OperationDefinitionNode | Refusal>;
}

export interface OperationGateOptions {
  schema: GraphQLSchema;
  /** Whether the schema may be looked at; names that would have fitted are suggested only then. */
  introspection: boolean;
  limits: Limits;
  rateLimits: Pick<RateLimits, "mutations" | "reading">;
}

/** Errors that are told of one document. */
const ERRORS_TOLD = 10;
/** Documents that are remembered, as an app sends the same few again and again: by digest, so that they hold no memory. */
const KNOWN_DOCUMENTS = { milliseconds: 3_600_000, values: 1_000 };

export function createOperationGate({
  schema,
  introspection,
  limits,
  rateLimits,
}: OperationGateOptions): OperationGate {
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const telling = { maxErrors: ERRORS_TOLD, hideSuggestions: !introspection };
  const parseOptions = { maxTokens: limits.documentTokens };
  const sound = new ShortMemory<true>(KNOWN_DOCUMENTS);
  /** Those that something still holds: ten thousand subscriptions to one document have one between them. */
  const held = new ShortMemory<WeakRef<DocumentNode>>(KNOWN_DOCUMENTS);

  /** One of the library's rules throws what it finds. */
  const validated = (document: DocumentNode): readonly GraphQLError[] => {
    try {
      return validate(schema, document, rules, telling);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return [error];
    }
  };
  const check = (document: DocumentNode): readonly GraphQLError[] => {
    const digest = digestOf(document.loc?.source.body ?? "");
    if (sound.recall(digest)) return [];
    const excess = countTooMuch(document, limits);
    if (excess !== null) return [excess];
    const errors = validated(document);
    if (errors.length === 0) sound.remember(digest, true, Number.POSITIVE_INFINITY);
    return errors;
  };

  return {
    parseOptions,

    parse(query) {
      // The HTTP door's library does not get as far as reading it.
      if (query === "") return refuse("BAD_REQUEST", [new GraphQLError("The document is empty.")]);
      const digest = digestOf(query);
      const known = held.recall(digest)?.deref();
      if (known !== undefined) return known;
      try {
        const document = parse(query, parseOptions);
        held.remember(digest, new WeakRef(document), Number.POSITIVE_INFINITY);
        return document;
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        return refuse("GRAPHQL_PARSE_FAILED", [error]);
      }
    },

    async admit(viewer, document, { operationName: named, variables }) {
      // Some clients send an empty one for none.
      const operationName = named || undefined;
      const late = await countFor(rateLimits.reading, viewer, PRICES.operation);
      if (late !== null) return late;
      const errors = check(document);
      if (errors.length > 0) return refuse("GRAPHQL_VALIDATION_FAILED", errors);

      const operation = getOperationAST(document, operationName);
      if (!operation) {
        const sentence = operationName
          ? "The document has no operation of that name."
          : "The document has several operations: say in `operationName` which one to execute.";
        return refuse("OPERATION_RESOLUTION_FAILURE", [new GraphQLError(sentence)]);
      }

      if (hasLongList(variables, limits.listItems)) {
        return refuse("BAD_USER_INPUT", [tooMuch("A list in the variables has more than", limits.listItems, "items.")]);
      }
      const read = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {}, telling);
      if (read.errors) return refuse("BAD_USER_INPUT", read.errors);

      const measure = measureOperation({ schema, document, operation, variables: read.coerced }, limits);
      const excess = measureTooMuch(measure, limits);
      if (excess !== null) return refuse("GRAPHQL_VALIDATION_FAILED", [excess]);
      // The library looks for the one field that a subscription has, and breaks where it has been left out.
      if (operation.operation === OperationTypeNode.SUBSCRIPTION && measure.hasConditionalRoot) {
        const sentence =
          "A subscription's first field takes no directive: without that field there is nothing to follow.";
        return refuse("GRAPHQL_VALIDATION_FAILED", [new GraphQLError(sentence)]);
      }

      // How many turns may be started is counted where they start: attaching to one is free.
      const isMutation = operation.operation === OperationTypeNode.MUTATION;
      const changes = isMutation ? measure.rootFields.filter((name) => name !== "startTurn").length : 0;
      const refused =
        (await countFor(rateLimits.reading, viewer, measure.cost)) ??
        (changes > 0 ? await countFor(rateLimits.mutations, viewer, changes) : null);
      return refused ?? operation;
    },
  };
}

/** Null where it is not too often. */
async function countFor(limit: RateLimit, { userId }: Viewer, count: number): Promise<Refusal | null> {
  try {
    await limit.take(userId, count);
    return null;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return { errors: [new GraphQLError(error.message, { originalError: error })] };
  }
}

function refuse(code: string, errors: readonly GraphQLError[]): Refusal {
  return {
    errors: errors.map((error) => {
      const { nodes, source, positions } = error;
      return new GraphQLError(withoutValues(error), { nodes, source, positions, extensions: { code } });
    }),
  };
}

/** What can be counted in a document before it is known to be valid; null where nothing is too much. */
function countTooMuch(document: DocumentNode, limits: Limits): GraphQLError | null {
  let [aliases, directives] = [0, 0];
  /** Of fields that are given no arguments, which are the same under every name. */
  const names = new Map<string, Set<string>>();
  let aliasedSchema = false;
  visit(document, {
    Field({ name, alias, arguments: given, selectionSet }, _key, _parent, _path, ancestors) {
      if (!given?.length && !selectionSet) {
        const known = names.get(name.value) ?? new Set();
        names.set(name.value, known.add(alias?.value ?? name.value));
      }
      if (alias === undefined) return;
      aliases += 1;
      if (ancestors.some(isLookAtSchema)) aliasedSchema = true;
    },
    Directive() {
      directives += 1;
    },
  });
  const characters = document.loc?.source.body.length ?? 0;
  if (characters > limits.documentCharacters) {
    return tooMuch(
      "The document has more than",
      limits.documentCharacters,
      "characters: send long texts as variables.",
    );
  }
  if (aliases > limits.documentAliases)
    return tooMuch("The document has more than", limits.documentAliases, "aliases.");
  const [repeated] = [...names].find(([, { size }]) => size > limits.aliasesOfAField) ?? [];
  if (repeated !== undefined) {
    return tooMuch(`The document gives the field "${repeated}" more than`, limits.aliasesOfAField, "names.");
  }
  // What lies below it is not measured field by field.
  if (aliasedSchema) return new GraphQLError("A look at the schema takes no aliases.");
  if (directives > limits.documentDirectives) {
    return tooMuch("The document has more than", limits.documentDirectives, "directives.");
  }
  return null;
}

function isLookAtSchema(node: ASTNode | readonly ASTNode[]): boolean {
  return "kind" in node && node.kind === Kind.FIELD && ["__schema", "__type"].includes(node.name.value);
}

function measureTooMuch({ depth, cost }: Measure, limits: Limits): GraphQLError | null {
  if (depth > limits.operationDepth) {
    return tooMuch("The operation is more than", limits.operationDepth, "levels of fields deep.");
  }
  if (cost > limits.operationCost) {
    const advice = "values: select fewer fields, or ask for smaller pages.";
    return tooMuch("The operation costs more than", limits.operationCost, advice);
  }
  return null;
}

function tooMuch(before: string, limit: number, after: string): GraphQLError {
  return new GraphQLError(`${before} ${limit.toLocaleString("en")} ${after}`);
}

/** Looked through without recursion: how deep variables go, only the body's size limits. */
function hasLongList(variables: unknown, items: number): boolean {
  const left: unknown[] = [variables];
  while (left.length > 0) {
    const value = left.pop();
    if (Array.isArray(value) && value.length > items) return true;
    if (typeof value === "object" && value !== null) for (const part of Object.values(value)) left.push(part);
  }
  return false;
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
