import { type GraphQLSchema, lexicographicSortSchema, printSchema } from "graphql";

import { createSchema, type SchemaServices } from "../../src/graphql/schema";

/** The schema as the code has it. Nothing is executed, so that it needs no services. */
export async function emitSchema(): Promise<string> {
  const services = { turns: {} } as SchemaServices;
  return printSorted(await createSchema(services));
}

/** Sorted, so that moving code changes nothing. */
export function printSorted(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
