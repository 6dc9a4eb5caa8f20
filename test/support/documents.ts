// The project's documents, and what is in them that the project can be held against.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, posix, resolve } from "node:path";

export const PROJECT = resolve(__dirname, "../..");

export interface Document {
  /** Below the project, e.g. `docs/scaling.md`. */
  path: string;
  text: string;
}

/** The text of a file of the project. */
export function read(path: string): string {
  return readFileSync(join(PROJECT, path), "utf8");
}

/** Files below a folder of the project, e.g. `src/ids.ts`. */
export function filesBelow(folder: string): string[] {
  return readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" })
    .map((file) => posix.join(folder, file))
    .filter((path) => statSync(join(PROJECT, path)).isFile());
}

/** Everything that people read of this project: the pages at its root, and below `docs`. */
export const DOCUMENTS: readonly Document[] = [...readdirSync(PROJECT), ...filesBelow("docs")]
  .filter((path) => path.endsWith(".md"))
  .map((path) => ({ path, text: read(path) }));

const FILES = new Set(["src", "test", "docs", "bench"].flatMap(filesBelow));

/** Whether a file, a folder or a pattern such as `test/*.test.ts` names something that is there. */
export function isThere(path: string): boolean {
  const name = path.replace(/\/$/, "");
  const pattern = new RegExp(
    `^${name
      .replaceAll(".", "\\.")
      .replaceAll("**/", "(.+/)?")
      .replaceAll(/(?<!\))\*/g, "[^/]*")}(/|$)`,
  );
  return [...FILES].some((file) => pattern.test(file));
}

/** What stands between backticks, outside of code blocks. */
export function backticked(text: string): string[] {
  return [...withoutCode(text).matchAll(/`([^`\n]+)`/g)].map(([, inside = ""]) => inside);
}

/** Where a document's links lead that stay within the project, with the anchor, if any. */
export function linksOf({ path, text }: Document): { target: string; anchor: string | undefined }[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^\w+:/.test(link))
    .map((link) => {
      const [file = "", anchor] = link.split("#");
      return { target: file === "" ? path : posix.join(dirname(path), file), anchor };
    });
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchorsOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** A document's part below the heading, up to the next one. */
export function sectionOf(text: string, heading: string): string {
  const [, section] = text.split(new RegExp(`^#+ ${heading}$`, "m"));
  if (section === undefined) throw new Error(`there is no heading "${heading}"`);
  return section.split(/^#+ /m)[0] ?? "";
}

/** Bullets, paragraphs and rows of tables. */
export function blocksOf(text: string): string[] {
  return withoutCode(text).split(/\n(?=- |\||#)|\n\s*\n/);
}

/** The cells of the tables in a text, row by row, without heads. */
export function rowsOf(text: string): string[][] {
  const rows = [...text.matchAll(/^\|(.+)\|$/gm)].map(([, row = ""]) =>
    row.split(/(?<!\\)\|/).map((cell) => cell.trim()),
  );
  return rows.filter((_, index) => !isRule(rows[index]) && !isRule(rows[index + 1]));
}

function isRule(row: string[] | undefined): boolean {
  return row?.every((cell) => /^:?-+:?$/.test(cell)) ?? false;
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```.*?^```$/gms, "");
}
