// How deep an operation is, and what it costs: the values that its answer could hold, and the price of what makes statements and reads rows. It is looked through as execution would, fragments
// spread and pages as long as they were asked for, and only until a limit is passed: a bomb is not set off to be measured.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  GraphQLInt,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromAST,
} from "graphql";

import type { Limits } from "../limits";
import { DEFAULT_PAGE_SIZE, LARGEST_PAGE_SIZE } from "./pagination";

export interface MeasuredOperation {
  schema: GraphQLSchema;
  /** Valid in that schema. */
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** Coerced. */
  variables: Readonly<Record<string, unknown>>;
}

export interface Measure {
  /** Levels of fields. */
  depth: number;
  /** In values: those that the answer could hold, and the prices of its fields. */
  cost: number;
  /** Fields of the first level, by name. */
  rootFields: string[];
  /** Whether one of them may be left out, as a directive says. */
  hasConditionalRoot: boolean;
}

/** A place in the answer. */
interface Place {
  type: GraphQLCompositeType;
  /** The level of its fields. */
  depth: number;
  /** How often it may be there. */
  times: number;
  /** Of the connection that it may be. */
  pageSize: number;
}

/** Items of a list without pages, e.g. buddies, providers, tool calls. */
const LIST_ITEMS = 10;
/** Lists that are as long as their page. */
const PAGES = new Set(["edges", "nodes"]);
/** What a look at the schema counts as. How deep it may go is one of the library's rules. */
const INTROSPECTION_COST = 1_000;

export function measureOperation(
  { schema, document, operation, variables }: MeasuredOperation,
  limits: Pick<Limits, "operationDepth" | "operationCost">,
): Measure {
  const fragments = new Map(document.definitions.filter(isFragment).map((fragment) => [fragment.name.value, fragment]));
  const found: Measure = { depth: 0, cost: 0, rootFields: [], hasConditionalRoot: false };
  const isTooMuch = () => found.depth > limits.operationDepth || found.cost > limits.operationCost;

  const lookThrough = ({ selections }: SelectionSetNode, place: Place, spread = new Set<string>()): void => {
    for (const selection of selections) {
      if (isTooMuch()) return;
      if (place.depth === 1 && selection.directives?.length) found.hasConditionalRoot = true;
      if (selection.kind === Kind.FIELD) {
        count(selection, place);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        lookThrough(
          selection.selectionSet,
          { ...place, type: typeNamed(selection.typeCondition) ?? place.type },
          spread,
        );
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        const type = typeNamed(fragment?.typeCondition);
        if (fragment && type) lookThrough(fragment.selectionSet, { ...place, type }, spread);
      }
    }
  };

  const count = (field: FieldNode, { type, depth, times, pageSize }: Place): void => {
    const name = field.name.value;
    if (name.startsWith("__")) {
      found.cost += name === "__typename" ? times : INTROSPECTION_COST;
      return;
    }
    const definition = isUnionType(type) ? undefined : type.getFields()[name];
    found.cost += times * (1 + priceOf(definition));
    if (depth === 1) found.rootFields.push(name);
    found.depth = Math.max(found.depth, depth);
    const returned = definition?.type;
    const fieldsOf = returned && getNamedType(returned);
    if (field.selectionSet === undefined || !isCompositeType(fieldsOf)) return;
    found.cost += times * pageSizeOf(field, variables) * priceOfItem(fieldsOf);
    const items = isListType(getNullableType(returned)) ? (PAGES.has(name) ? pageSize : LIST_ITEMS) : 1;
    lookThrough(field.selectionSet, {
      type: fieldsOf,
      depth: depth + 1,
      times: times * items,
      pageSize: pageSizeOf(field, variables),
    });
  };

  const typeNamed = (node: FragmentDefinitionNode["typeCondition"] | undefined) => {
    const type = node && schema.getType(node.name.value);
    return isCompositeType(type) ? type : undefined;
  };

  const root = schema.getRootType(operation.operation);
  if (root) lookThrough(operation.selectionSet, { type: root, depth: 1, times: 1, pageSize: 1 });
  return found;
}

/** What the field's resolver declares as its `complexity`, in values. */
function priceOf(definition: GraphQLField<unknown, unknown> | undefined): number {
  const price = definition?.extensions.complexity;
  return typeof price === "number" ? price : 0;
}

/** What the type of a page declares as its `complexityOfItem`: in values, for each item that the page may have, selected or not. */
function priceOfItem(type: GraphQLCompositeType): number {
  const price = type.extensions.complexityOfItem;
  return typeof price === "number" ? price : 0;
}

/** As `first` asks, within what a page may hold: more is refused where the page is made. */
function pageSizeOf(field: FieldNode, variables: MeasuredOperation["variables"]): number {
  const first = field.arguments?.find(({ name }) => name.value === "first")?.value;
  const size = first?.kind === Kind.VARIABLE ? variables[first.name.value] : valueFromAST(first, GraphQLInt);
  return typeof size === "number" ? Math.min(Math.max(size, 1), LARGEST_PAGE_SIZE) : DEFAULT_PAGE_SIZE;
}

function isFragment(definition: DocumentNode["definitions"][number]): definition is FragmentDefinitionNode {
  return definition.kind === Kind.FRAGMENT_DEFINITION;
}
