import type { Page, PagePosition } from "../agents/session-queries";
import { RequestError } from "../errors";
import type { EdgeSource } from "./types/connection";
import type { PageArgs } from "./types/page-args";
import type { PageInfo } from "./types/page-info";

const DEFAULT_PAGE_SIZE = 25;
const LARGEST_PAGE_SIZE = 100;

export interface ConnectionSource<Item> {
  edges: readonly EdgeSource<Item>[];
  nodes: readonly Item[];
  pageInfo: PageInfo;
}

/** What a connection's arguments ask for. Throws `BAD_USER_INPUT`. */
export function readPageArgs(args: PageArgs): { first: number; after: PagePosition | null } {
  const first = args.first ?? DEFAULT_PAGE_SIZE;
  if (first < 1 || first > LARGEST_PAGE_SIZE) {
    throw new RequestError("BAD_USER_INPUT", `\`first\` must be between 1 and ${LARGEST_PAGE_SIZE}.`, ["first"]);
  }
  return { first, after: args.after ? decodeCursor(args.after) : null };
}

export function connectionFrom<Item>(page: Page<Item>, after: PagePosition | null): ConnectionSource<Item> {
  const edges = page.rows.map(({ row, position }) => ({ node: row, cursor: encodeCursor(position) }));
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

function encodeCursor({ value, id }: PagePosition): string {
  return Buffer.from(`${id} ${value}`).toString("base64url");
}

function decodeCursor(cursor: string): PagePosition {
  const match = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) ([0-9 :+.-]*)$/.exec(
    Buffer.from(cursor, "base64url").toString(),
  );
  const [, id, value] = match ?? [];
  if (id === undefined || value === undefined) {
    throw new RequestError(
      "BAD_USER_INPUT",
      "`after` is no cursor of this list: pass an `endCursor` as it was given.",
      ["after"],
    );
  }
  return { id, value };
}
