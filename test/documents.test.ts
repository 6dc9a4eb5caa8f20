// The documents say what is so: what they name is there, and what there is to know stands in them.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ApolloServerErrorCode } from "@apollo/server/errors";
import { describe, expect, test } from "@jest/globals";
import type { Command } from "commander";

import { billingCommand } from "../src/cli/billing";
import { keysCommand } from "../src/cli/keys";
import { migrateCommand } from "../src/cli/migrate";
import { tokenCommand } from "../src/cli/token";
import { workspaceCommand } from "../src/cli/workspace";
import { ENVIRONMENT_NAMES } from "../src/config";
import {
  anchorsOf,
  backticked,
  DOCUMENTS,
  filesBelow,
  isThere,
  linksOf,
  PROJECT,
  read,
  rowsOf,
  sectionOf,
} from "./support/documents";

const WHOLE = DOCUMENTS.map(({ text }) => text).join("\n");
const OPERATIONS = read("docs/operations.md");
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

test("the documents are found", () => {
  const paths = DOCUMENTS.map(({ path }) => path);
  for (const name of [
    "README",
    "ARCHITECTURE",
    "PROTOCOL",
    "SECURITY",
    "CONTRIBUTING",
    "CHANGELOG",
    "docs/operations",
  ]) {
    expect(paths).toContain(`${name}.md`);
  }
});

describe.each(DOCUMENTS)("$path", (document) => {
  const { text } = document;
  const names = backticked(text);

  test("its links lead somewhere, to headings too", () => {
    const astray = linksOf(document).filter(({ target, anchor }) => {
      if (!existsSync(join(PROJECT, target))) return true;
      return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
    });
    expect(astray).toEqual([]);
  });

  test("the files that it names are there", () => {
    const missing = names.filter((name) => /^(src|test|docs|bench)\/[^ …<]*$/.test(name) && !isThere(name));
    expect(missing).toEqual([]);
  });

  test("the rooms' files that it names are there", () => {
    const rooms = readdirSync(join(PROJECT, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const inRoom = new RegExp(`^(${rooms.map(({ name }) => name).join("|")})/[\\w./-]*$`);
    const missing = names
      .filter((name) => inRoom.test(name))
      .filter((name) => !["", ".ts", ".tsx"].some((ending) => isThere(`src/${name}${ending}`)));
    expect(missing).toEqual([]);
  });

  test("the scripts that it names are there", () => {
    expect(scriptsIn(text).filter((name) => !(name in scripts))).toEqual([]);
  });

  test("the commands that it names are there, with their options", () => {
    expect(commandsIn(text).flatMap(strangersIn)).toEqual([]);
  });
});

test("every script that a person would call is named somewhere", () => {
  // npm calls those that go before or after another one.
  const called = Object.keys(scripts).filter(
    (name) => !/^(pre|post)/.test(name) || !(name.replace(/^(pre|post)/, "") in scripts),
  );
  expect(called.filter((name) => !scriptsIn(WHOLE).includes(name))).toEqual([]);
});

test("every setting has a comment above it in `.env.example`, its own or its group's", () => {
  const isSetting = (line: string | undefined) => line !== undefined && /^(# )?[A-Z_]+=/.test(line);
  const lines = read(".env.example").split("\n");
  const firsts = lines.filter((line, index) => isSetting(line) && !isSetting(lines[index - 1]));
  expect(firsts.length).toBeGreaterThan(30);
  expect(firsts.filter((line) => !lines[lines.indexOf(line) - 1]?.startsWith("# "))).toEqual([]);
});

test("capitalised names in the documents are settings, or names that the code has", () => {
  const code = [
    ...["src", "bench", "test/support"].flatMap(filesBelow),
    "schema.graphql",
    "docker-compose.yml",
    "Dockerfile",
  ];
  const programs = filesBelow("docs").filter((path) => !path.endsWith(".md"));
  const libraries = Object.values(ApolloServerErrorCode);
  const known = new Set([
    ...ENVIRONMENT_NAMES,
    ...libraries,
    ...[...code, ...programs].flatMap((path) => capitalisedIn(read(path))),
  ]);
  const unknown = [...DOCUMENTS, { path: ".env.example", text: read(".env.example") }].flatMap(({ path, text }) =>
    capitalisedIn(text)
      .filter((name) => !known.has(name))
      .map((name) => `${path}: ${name}`),
  );
  expect(unknown).toEqual([]);
});

test("metrics in the documents are those of the code, and every one is explained to operators", () => {
  const served = metricsIn(read("src/http/metrics.ts"));
  expect(served.length).toBeGreaterThan(5);
  expect(metricsIn(WHOLE).filter((name) => !served.includes(name))).toEqual([]);
  const explained = rowsOf(sectionOf(OPERATIONS, "Metrics")).map(([name = ""]) => name);
  expect(served.filter((name) => !explained.some((cell) => cell.startsWith(`\`${name}`)))).toEqual([]);
});

test("log lines that operators are told to look for are written by the code, and every error that it writes is among them", () => {
  const source = filesBelow("src").map(read).join("\n");
  const lines = rowsOf(sectionOf(OPERATIONS, "Logs")).flatMap(([cell = ""]) => backticked(cell));
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.filter((line) => !source.includes(`"${line}"`))).toEqual([]);
  const errors = [...source.matchAll(/logger\.(?:error|fatal)\([^"]*"([^"]+)"/gi)].map(([, line = ""]) => line);
  expect(errors.length).toBeGreaterThan(10);
  expect(errors.filter((line) => !lines.includes(line))).toEqual([]);
});

test("every law of the architecture names the tests that hold it", () => {
  const laws = rowsOf(sectionOf(read("ARCHITECTURE.md"), "Laws, and what holds them"));
  expect(laws.length).toBeGreaterThan(20);
  expect(
    laws.filter(([, tests = ""]) => !backticked(tests).some((name) => /^test\//.test(name) && isThere(name))),
  ).toEqual([]);
});

function scriptsIn(text: string): string[] {
  const run = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = ""]) => name);
  const short = [...text.matchAll(/npm (test|start)\b/g)].map(([, name = ""]) => name);
  return [...run, ...short];
}

/** The words of each command line, without the program's name. */
function commandsIn(text: string): string[][] {
  return [...text.matchAll(/npx waypath ([^`\n")]+)/g)].map(([, line = ""]) => line.trim().split(/\s+/));
}

/** Words that are no command, and options that the command does not have. */
function strangersIn(words: readonly string[]): string[] {
  let command: Command | undefined;
  let [known, rest] = [COMMANDS, words];
  while (known.length > 0 && rest[0] !== undefined && !rest[0].startsWith("-")) {
    const next = known.find((candidate) => candidate.name() === rest[0]);
    if (next === undefined) return rest[0] === "…" ? [] : [words.join(" ")];
    [command, known, rest] = [next, [...next.commands], rest.slice(1)];
  }
  const options = ["--help", ...(command?.options ?? []).map(({ long }) => long)];
  return rest.filter((word) => word.startsWith("--") && !options.includes(word));
}

const COMMANDS = [tokenCommand(), workspaceCommand(), keysCommand(), billingCommand(), migrateCommand()];

/** Names of several words, such as `DATA_DIR`. */
function capitalisedIn(text: string): string[] {
  return [...new Set(text.match(/(?<![\w-])[A-Z][A-Z\d]*(?:_[A-Z\d]+)+(?!\w)/g))];
}

function metricsIn(text: string): string[] {
  return [...new Set(text.match(/\bwaypath_[a-z_]+[a-z]\b/g))];
}
