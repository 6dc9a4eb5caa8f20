// All that a reader of the documents may copy: blocks of code, and commands within the text.
import { backticked, DOCUMENTS } from "../support/documents";

export interface Snippet {
  /** Which document, e.g. `docs/scaling.md`. */
  document: string;
  /** What the block is said to be (`sh`, `graphql`, `sql`, …), or `command` where it stands within the text. */
  language: string;
  text: string;
}

const PROGRAMS = /^(?:[A-Z_]+=\S* )?(?:npm|npx|node|docker|sh|pg_dump|pg_restore) (?!.*…$)/;

/** Block by block, in the order of the text. */
export function blocksOf({ path, text }: { path: string; text: string }): Snippet[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = "", block = ""]) => ({
    document: path,
    language,
    text: block.trim(),
  }));
}

/** Every command that stands between backticks in one of the documents, once each. */
export function inlineCommands(): Snippet[] {
  const seen = new Set<string>();
  return DOCUMENTS.flatMap(({ path, text }) =>
    backticked(text)
      .map((command) => command.replaceAll("\\|", "|"))
      .filter((command) => PROGRAMS.test(command) && !seen.has(command) && seen.add(command))
      .map((command) => ({ document: path, language: "command", text: command })),
  );
}
