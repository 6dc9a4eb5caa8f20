import { BREAK, type GraphQLResolveInfo, Kind, TypeInfo, visit, visitWithTypeInfo } from "graphql";

/** Whether an operation may ask for this field of this type: also where a directive leaves it out after all. */
export function selectsField(
  { schema, operation, fragments }: GraphQLResolveInfo,
  type: string,
  field: string,
): boolean {
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
