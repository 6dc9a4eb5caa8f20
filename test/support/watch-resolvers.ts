import { defaultFieldResolver, type GraphQLSchema, isObjectType } from "graphql";

/** Has every resolver of the schema, and every beginning of a stream, say so when it is called. */
export function watchResolvers(schema: GraphQLSchema, called: () => void): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    if (type.name.startsWith("__")) continue;
    for (const field of Object.values(type.getFields())) {
      const { resolve = defaultFieldResolver, subscribe } = field;
      field.resolve = (...args) => {
        called();
        return resolve(...args);
      };
      if (subscribe === undefined) continue;
      field.subscribe = (...args) => {
        called();
        return subscribe(...args);
      };
    }
  }
  return schema;
}
