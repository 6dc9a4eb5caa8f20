// Holds an emitted schema against a designed one. What is not there yet is told apart from what is there and different, so
// that a schema can grow towards its design while nothing that it already has strays from it.
import {
  astFromValue,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
  lexicographicSortSchema,
  print,
} from "graphql";

/** Sorted; each line begins with a schema coordinate such as `Query.buddy(slug:)`. */
export interface SchemaDifferences {
  /** Designed, but not emitted. What belongs to something missing is not listed again. */
  missing: string[];
  /** Emitted, but not designed. */
  extra: string[];
  /** In both, with another kind, type, default, description, deprecation or specification. */
  different: string[];
}

interface Element {
  /** Coordinate of what it belongs to. */
  parent: string | null;
  aspects: Readonly<Record<string, string | null>>;
}

type Elements = Map<string, Element>;

export function schemaDifferences(designed: GraphQLSchema, emitted: GraphQLSchema): SchemaDifferences {
  // Sorted, so that the fields of a default are printed in one order, whichever way they were written.
  const wanted = elementsOf(lexicographicSortSchema(designed));
  const found = elementsOf(lexicographicSortSchema(emitted));
  return {
    missing: onlyInFirst(wanted, found),
    extra: onlyInFirst(found, wanted),
    different: [...wanted.keys()].sort().flatMap((coordinate) => {
      const [left, right] = [wanted.get(coordinate), found.get(coordinate)];
      return left && right ? aspectDifferences(coordinate, left, right) : [];
    }),
  };
}

function onlyInFirst(first: Elements, second: Elements): string[] {
  return [...first]
    .filter(([coordinate, { parent }]) => !second.has(coordinate) && (parent === null || second.has(parent)))
    .map(([coordinate]) => coordinate)
    .sort();
}

function aspectDifferences(coordinate: string, designed: Element, emitted: Element): string[] {
  const names = [...new Set([...Object.keys(designed.aspects), ...Object.keys(emitted.aspects)])].sort();
  return names.flatMap((name) => {
    const [want, have] = [designed.aspects[name] ?? null, emitted.aspects[name] ?? null];
    if (want === have) return [];
    return [`${coordinate} ${name}\n    designed ${JSON.stringify(want)}\n    emitted  ${JSON.stringify(have)}`];
  });
}

function elementsOf(schema: GraphQLSchema): Elements {
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
  );
  return new Map([
    ["schema", { parent: null, aspects: { description: schema.description ?? null } }],
    ...types.flatMap(typeElements),
  ]);
}

function typeElements(type: GraphQLNamedType): [string, Element][] {
  const specifiedBy = isScalarType(type) ? (type.specifiedByURL ?? null) : null;
  const aspects = { kind: type.constructor.name, description: type.description ?? null, specifiedBy };
  return [[type.name, { parent: null, aspects }], ...memberElements(type)];
}

function memberElements(type: GraphQLNamedType): [string, Element][] {
  const belongs = (suffix: string): [string, Element] => [`${type.name} ${suffix}`, { parent: type.name, aspects: {} }];

  if (isEnumType(type)) {
    return type.getValues().map(({ name, description = null, deprecationReason = null }) => {
      return [`${type.name}.${name}`, { parent: type.name, aspects: { description, deprecationReason } }];
    });
  }
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map((field) => inputElement(`${type.name}.${field.name}`, type.name, field));
  }
  if (isUnionType(type)) return type.getTypes().map(({ name }) => belongs(`= ${name}`));
  if (!isObjectType(type) && !isInterfaceType(type)) return [];

  const fields = Object.values(type.getFields()).flatMap((field): [string, Element][] => {
    const coordinate = `${type.name}.${field.name}`;
    const { description = null, deprecationReason = null } = field;
    return [
      [coordinate, { parent: type.name, aspects: { type: String(field.type), description, deprecationReason } }],
      ...field.args.map((arg) => inputElement(`${coordinate}(${arg.name}:)`, coordinate, arg)),
    ];
  });
  return [...type.getInterfaces().map(({ name }) => belongs(`implements ${name}`)), ...fields];
}

function inputElement(
  coordinate: string,
  parent: string,
  { type, defaultValue, description = null, deprecationReason = null }: GraphQLArgument | GraphQLInputField,
): [string, Element] {
  const literal = defaultValue === undefined ? null : astFromValue(defaultValue, type);
  const printed = literal ? print(literal) : null;
  const aspects = { type: String(type), default: printed, description, deprecationReason };
  return [coordinate, { parent, aspects }];
}
