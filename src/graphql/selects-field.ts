import {
  BREAK,
  type GraphQLResolveInfo,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from "graphql";

/** By operation, what was found: documents are the same objects as long as anybody asks with them. */
const known = new WeakMap<OperationDefinitionNode, Map<string, boolean>>();

/** Whether an operation may ask for this field of this type: also where a directive leaves it out after all. */
export function selectsField(info: GraphQLResolveInfo, type: string, field: string): boolean {
  const found = known.get(info.operation) ?? new Map<string, boolean>();
  const name = `${type}.${field}`;
  const selects = found.get(name) ?? looksFor(info, type, field);
  known.set(info.operation, found.set(name, selects));
  return selects;
}

function looksFor({ schema, operation, fragments }: GraphQLResolveInfo, type: string, field: string): boolean {
  const types = new TypeInfo(schema);
  let found = false;
  visit(
    { kind: Kind.DOCUMENT, definitions: [operation, ...Object.values(fragments)] },
    visitWithTypeInfo(types, {
      Field({ name }) {
        if (name.value !== field || types.getParentType()?.name !== type) return undefined;
        found = true;
        return BREAK;
      },
    }),
  );
  return found;
}
