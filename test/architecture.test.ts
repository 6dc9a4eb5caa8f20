import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "@jest/globals";

// Rooms from the ground up. A file imports from its own room and from rooms above it in this list, never from one below.
const ROOMS = [
  "ground",
  "database",
  "workspaces",
  "providers",
  "provider-keys",
  "metering",
  "tracing",
  "agents",
  "graphql",
  "http",
  "simulators",
  "assembly",
  "cli",
  "console",
];

/** Files that stand in `src` itself: the ground that everything rests on, and a room's own door; the rest puts the rooms together. */
const GROUND = [
  "config",
  "at-most",
  "beat",
  "development-secrets",
  "ends-within",
  "errors",
  "ids",
  "limits",
  "logger",
  "over",
  "rate-limits",
  "redis",
  "redis-channels",
  "redis-client",
  "rounds",
  "secret",
];

const SOURCE = resolve(__dirname, "../src");
const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file) && !file.includes("/generated/"))
  .map((file) => join(SOURCE, file));

function roomOf(file: string): string {
  const [first = "", ...rest] = relative(SOURCE, file).split("/");
  if (rest.length > 0) return first;
  const name = first.replace(/\.ts$/, "");
  if (ROOMS.includes(name)) return name;
  return GROUND.includes(name) ? "ground" : "assembly";
}

/** Styles, and what is generated from the schema, import nothing of ours. */
function isCode(path: string): boolean {
  return !path.endsWith(".css") && !path.includes("/generated/");
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const paths = [...text.matchAll(/(?:from|import) "(\.{1,2}\/[^"\n]+)"/g)].map(([, path = ""]) => path);
  return paths.filter(isCode).map((path) => {
    const target = resolve(dirname(file), path);
    const found = [`${target}.ts`, `${target}.tsx`, join(target, "index.ts")].find((candidate) =>
      files.includes(candidate),
    );
    if (found === undefined) throw new Error(`${file} imports ${path}, which is no file here`);
    return found;
  });
}

test("every room is in the list", () => {
  expect([...new Set(files.map(roomOf))].filter((room) => !ROOMS.includes(room))).toEqual([]);
});

test("imports run one way: no room knows one below it", () => {
  const against = files.flatMap((file) =>
    importsOf(file)
      .filter((target) => ROOMS.indexOf(roomOf(target)) > ROOMS.indexOf(roomOf(file)))
      .map((target) => `${relative(SOURCE, file)} → ${relative(SOURCE, target)}`),
  );
  expect(against).toEqual([]);
});

test("simulators know nothing of the product but the ground", () => {
  const known = files
    .filter((file) => roomOf(file) === "simulators")
    .flatMap(importsOf)
    .filter((target) => !["ground", "simulators"].includes(roomOf(target)));
  expect(known).toEqual([]);
});

test("the console runs in the browser: it imports no other room, and none imports it", () => {
  const across = files.flatMap((file) =>
    importsOf(file)
      .filter((target) => (roomOf(target) === "console") !== (roomOf(file) === "console"))
      .map((target) => `${relative(SOURCE, file)} → ${relative(SOURCE, target)}`),
  );
  expect(files.filter((file) => roomOf(file) === "console").length).toBeGreaterThan(10);
  expect(across).toEqual([]);
});

test("no imports go in a circle", () => {
  const done = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    const start = path.indexOf(file);
    if (start !== -1) {
      throw new Error([...path.slice(start), file].map((step) => relative(SOURCE, step)).join(" → "));
    }
    if (done.has(file)) return;
    for (const target of importsOf(file)) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
});

describe("every file", () => {
  const texts = files.map((file) => ({ name: relative(SOURCE, file), text: readFileSync(file, "utf8") }));

  test("has at most 300 lines", () => {
    expect(texts.filter(({ text }) => text.split("\n").length > 300).map(({ name }) => name)).toEqual([]);
  });

  test("has named exports only", () => {
    expect(texts.filter(({ text }) => /^export default/m.test(text)).map(({ name }) => name)).toEqual([]);
  });

  test("reads the environment through config.ts", () => {
    const readers = texts.filter(({ text }) => /process\.env\b/.test(text)).map(({ name }) => name);
    expect(readers).toEqual(["config.ts"]);
  });
});
