import { type GraphQLSchema, lexicographicSortSchema, printSchema } from "graphql";

import { createSchema, type SchemaServices } from "../../src/graphql/schema";

/** The schema as the code has it, for what does not execute it: it has no services. */
export function schemaOfCode(): Promise<GraphQLSchema> {
  return createSchema({ turns: {} } as SchemaServices);
}

export async function emitSchema(): Promise<string> {
  return printSorted(await schemaOfCode());
}

/** Sorted, so that moving code changes nothing. */
export function printSorted(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
