// Pages by keyset: as quick on the thousandth page as on the first, and steady while rows are added.
import type { ObjectLiteral, SelectQueryBuilder } from "typeorm";

/** Where a page begins: after the row with this sort value and id. */
export interface PagePosition {
  /** Tokens, or milliseconds since 1970. */
  value: number;
  id: string;
}

/** Which page of a list. */
export interface PageRange {
  first: number;
  after: PagePosition | null;
}

export interface Page<Row> {
  rows: { row: Row; position: PagePosition }[];
  hasNextPage: boolean;
}

/** What a list is ordered by: an expression of the row, and its value as a position keeps it. */
export interface Sort<Row> {
  expression: string;
  type: "timestamptz" | "bigint";
  valueOf(row: Row): number;
}

export type Direction = "ASC" | "DESC";

/** One page of a query whose rows are named `row`. */
export async function readPage<Row extends ObjectLiteral & { id: string }>(
  query: SelectQueryBuilder<Row>,
  sort: Sort<Row>,
  direction: Direction,
  range: PageRange,
): Promise<Page<Row>> {
  return pageFrom(await narrow(query, sort, direction, range).getMany(), sort, range);
}

/**
 * The same page of each of the lists that a query's rows fall into by the uuid in a column, in ascending order: in one statement,
 * which looks into the index once for each list. In the order of `values`.
 */
export async function readPageOfEach<Row extends ObjectLiteral & { id: string }>(
  query: SelectQueryBuilder<Row>,
  lists: { column: string; values: readonly string[]; listOf(row: Row): string },
  sort: Sort<Row>,
  range: PageRange,
): Promise<Page<Row>[]> {
  const ofOne = narrow(query.clone(), sort, "ASC", range)
    .select("row.id", "id")
    .andWhere(`row.${lists.column} = list.id`);
  const found = await query
    .andWhere(
      `row.id IN (SELECT shown.id FROM unnest(CAST(:lists AS uuid[])) AS list (id) CROSS JOIN LATERAL (${ofOne.getQuery()}) AS shown)`,
      { ...ofOne.getParameters(), lists: lists.values },
    )
    .orderBy(sort.expression)
    .addOrderBy("row.id")
    .getMany();
  return lists.values.map((value) =>
    pageFrom(
      found.filter((row) => lists.listOf(row) === value),
      sort,
      range,
    ),
  );
}

/** To the page's rows, and one more where there is one. */
function narrow<Row extends ObjectLiteral>(
  query: SelectQueryBuilder<Row>,
  sort: Sort<Row>,
  direction: Direction,
  { first, after }: PageRange,
): SelectQueryBuilder<Row> {
  if (after !== null) {
    const comparison = direction === "ASC" ? ">" : "<";
    query.andWhere(
      `(${sort.expression}, row.id) ${comparison} (CAST(:afterValue AS ${sort.type}), CAST(:afterId AS uuid))`,
      { afterValue: sort.type === "timestamptz" ? new Date(after.value) : after.value, afterId: after.id },
    );
  }
  return query
    .orderBy(sort.expression, direction)
    .addOrderBy("row.id", direction)
    .limit(first + 1);
}

function pageFrom<Row extends { id: string }>(found: readonly Row[], sort: Sort<Row>, { first }: PageRange): Page<Row> {
  const rows = found.slice(0, first).map((row) => ({ row, position: { value: sort.valueOf(row), id: row.id } }));
  return { rows, hasNextPage: found.length > first };
}
