// What both doors do with a document before it is executed: the same rules, the same codes.
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from "graphql";

/** Tokens of a document; more is refused. A parser calls itself for each level, and this many levels it can bear. */
export const DOCUMENT_TOKENS = 2_000;

/** What this server asks of a document besides GraphQL's own rules. */
export function documentRules({ introspection }: { introspection: boolean }): ValidationRule[] {
  return introspection ? [] : [NoSchemaIntrospectionCustomRule];
}

/** The document, or what is wrong with it. The HTTP door's library does the same, with the same codes. */
export function readDocument(
  schema: GraphQLSchema,
  query: string,
  rules: readonly ValidationRule[],
): DocumentNode | readonly GraphQLError[] {
  try {
    const document = parse(query, { maxTokens: DOCUMENT_TOKENS });
    const errors = validate(schema, document, [...specifiedRules, ...rules]);
    return errors.length === 0 ? document : errors.map((error) => withCode(error, "GRAPHQL_VALIDATION_FAILED"));
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return [withCode(error, "GRAPHQL_PARSE_FAILED")];
  }
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  error.extensions.code = code;
  return error;
}
