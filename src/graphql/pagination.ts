import type { Page, PagePosition } from "../agents/read-page";
import type { SessionOrder } from "../agents/session-queries";
import { RequestError } from "../errors";
import type { EdgeSource } from "./types/connection";
import type { PageArgs } from "./types/page-args";
import type { PageInfo } from "./types/page-info";

export const DEFAULT_PAGE_SIZE = 25;
export const LARGEST_PAGE_SIZE = 100;

/** Lists whose cursors are not each other's: each keeps another position. */
export type ListOrder = SessionOrder["field"] | "THREADS" | "KEY_EVENTS";

export interface PageRequest {
  order: ListOrder;
  first: number;
  after: PagePosition | null;
}

export interface ConnectionSource<Item> {
  edges: readonly EdgeSource<Item>[];
  nodes: readonly Item[];
  pageInfo: PageInfo;
}

/** What a connection's arguments ask for. Throws `BAD_USER_INPUT`. */
export function readPageArgs(args: PageArgs, order: ListOrder): PageRequest {
  const first = args.first ?? DEFAULT_PAGE_SIZE;
  if (first < 1 || first > LARGEST_PAGE_SIZE) {
    throw new RequestError("BAD_USER_INPUT", `\`first\` must be between 1 and ${LARGEST_PAGE_SIZE}.`, ["first"]);
  }
  return { order, first, after: args.after ? decodeCursor(args.after, order) : null };
}

export function connectionFrom<Item>(page: Page<Item>, { order, after }: PageRequest): ConnectionSource<Item> {
  const edges = page.rows.map(({ row, position }) => ({ node: row, cursor: encodeCursor(position, order) }));
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function encodeCursor({ value, id }: PagePosition, order: ListOrder): string {
  return Buffer.from(`${order} ${id} ${value}`).toString("base64url");
}

function decodeCursor(cursor: string, order: ListOrder): PagePosition {
  // Up to 15 digits: more is no instant and no count of tokens that the database could compare with.
  const [, givenFor, id, value] =
    /^(\w+) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (\d{1,15})$/.exec(
      Buffer.from(cursor, "base64url").toString(),
    ) ?? [];
  if (givenFor !== order || id === undefined) {
    throw new RequestError(
      "BAD_USER_INPUT",
      "`after` is no cursor of this list in this order: pass an `endCursor` as it was given.",
      ["after"],
    );
  }
  return { id, value: Number(value) };
}
