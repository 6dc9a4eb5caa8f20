import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLInputField,
  getNamedType,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
} from "graphql";

/** The arguments, down to the leaves of their inputs, that may name something: ids, slugs, keys, cursors, providers. */
export function* namingArguments(sdl: string): Generator<string> {
  for (const type of Object.values(buildSchema(sdl).getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      for (const path of field.args.flatMap(leaves)) yield `${type.name}.${field.name}(${path}:)`;
    }
  }
}

function leaves(argument: GraphQLArgument | GraphQLInputField): string[] {
  const type = getNamedType(argument.type);
  if (isInputObjectType(type)) {
    return Object.values(type.getFields())
      .flatMap(leaves)
      .map((path) => `${argument.name}.${path}`);
  }
  return ["ID", "String", "LlmProvider"].includes(type.name) ? [argument.name] : [];
}
