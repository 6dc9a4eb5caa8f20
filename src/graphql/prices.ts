// What a field costs besides the values that it holds: the statements that it makes each time that it stands in an answer, and the rows
// that it reads with all their texts. What many fields share by a loader has no price, however often it is selected.
// `test/graphql/prices.test.ts` counts the statements.

/** In values, of which an operation may have `LIMIT_OPERATION_COST`, and a user `LIMIT_READING_PER_MINUTE`. */
export const PRICES = {
  /** An operation, refused or not: it is read, and its user looked up. */
  operation: 10,
  /** A row by its id. */
  row: 10,
  /** A page of rows, in order. */
  page: 50,
  /**
   * Each session that a page may have, whatever is selected of it: its row is read with its prompt, its answer and what its tools
   * returned. Without it an operation could read ten thousand of them, a gigabyte, for their ids.
   */
  sessionOfPage: 10,
  /** All rows that match, counted. */
  count: 100,
  /** Sums over all rows of a period, in several ways. */
  sums: 500,
} as const;
