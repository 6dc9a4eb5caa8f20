import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { processIdentity } from "../../src/database/process-identity";
import { releaseProcessLock, takeProcessLock } from "../../src/database/process-lock";

let directory = "";
let path = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "process-lock-"));
  path = join(directory, "lock");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("a lock is held until it is released", () => {
  expect(takeProcessLock(path)).toBeUndefined();
  expect(takeProcessLock(path)).toBe(process.pid);
  releaseProcessLock(path);
  expect(takeProcessLock(path)).toBeUndefined();
  expect(readdirSync(directory)).toEqual(["lock"]);
});

test("another process's lock is respected while it lives, and taken over when it was killed", async () => {
  const holder = await contender();
  expect(await holder.take()).toBeNull();
  expect(takeProcessLock(path)).toBe(holder.pid);
  await holder.kill();
  expect(takeProcessLock(path)).toBeUndefined();
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
    pid: process.pid,
    identity: processIdentity(process.pid),
  });
});

(process.platform === "linux" ? test : test.skip)(
  "a number that another process has since been given is no holder",
  () => {
    writeFileSync(path, JSON.stringify({ pid: process.pid, identity: "another boot 1" }));
    expect(takeProcessLock(path)).toBeUndefined();
  },
);

test("a living process is respected where its identity could not be learnt", () => {
  writeFileSync(path, JSON.stringify({ pid: process.pid, identity: "" }));
  expect(takeProcessLock(path)).toBe(process.pid);
});

test("a file torn by a power failure is nobody's", () => {
  writeFileSync(path, '{"pid":');
  expect(takeProcessLock(path)).toBeUndefined();
});

test("a takeover that was itself cut short is taken over", async () => {
  const dead = await deadProcess();
  writeFileSync(path, JSON.stringify({ pid: dead, identity: "" }));
  writeFileSync(`${path}.after-${dead}`, JSON.stringify({ pid: dead, identity: "" }));
  expect(takeProcessLock(path)).toBeUndefined();
  expect(readdirSync(directory)).toEqual(["lock"]);
});

test("of many that find a dead holder at the same moment, one gets the lock", async () => {
  const dead = await deadProcess();
  writeFileSync(path, JSON.stringify({ pid: dead, identity: "" }));
  const contenders = await Promise.all(Array.from({ length: 8 }, () => contender()));
  const answers = await Promise.all(contenders.map(({ take }) => take()));
  const winners = contenders.filter((_, index) => answers[index] === null);
  expect(winners).toHaveLength(1);
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ pid: winners[0]?.pid });
  await Promise.all(contenders.map(({ kill }) => kill()));
});

interface Contender {
  pid: number;
  take(): Promise<unknown>;
  kill(): Promise<void>;
}

async function contender(): Promise<Contender> {
  const support = join(__dirname, "../support");
  const child = spawn(
    process.execPath,
    ["--require", join(support, "swc-register.cjs"), join(support, "hold-process-lock.ts"), path],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe("ready");
  return {
    pid: child.pid ?? 0,
    take: async () => {
      child.stdin.write("!");
      return JSON.parse(String((await lines.next()).value));
    },
    kill: async () => {
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ["--eval", ""]);
  await once(child, "exit");
  return child.pid ?? 0;
}
