import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, test } from "@jest/globals";

const SERVERS = 4;
const SECRETS = 300;

// Each worker is a server that starts: all of them ask for the same secret at the same moment, many times over.
const ASK_TOGETHER = `
  const { parentPort, workerData } = require("node:worker_threads");
  require(workerData.register);
  const { developmentSecret } = require(workerData.source);
  const arrived = new Int32Array(workerData.arrived);
  const values = [];
  for (let index = 0; index < workerData.secrets; index++) {
    Atomics.add(arrived, 0, 1);
    while (Atomics.load(arrived, 0) < (index + 1) * workerData.servers);
    const secret = developmentSecret(workerData.directory, "secret-" + index, (random) => random.toString("hex"));
    values.push(secret.use((plaintext) => plaintext));
  }
  parentPort.postMessage(values);`;

test("servers that start at the same moment get the same secrets, and leave nothing else behind", async () => {
  const directory = mkdtempSync(join(tmpdir(), "waypath-secrets-"));
  const workerData = {
    register: resolve(__dirname, "support/swc-register.cjs"),
    source: resolve(__dirname, "../src/development-secrets.ts"),
    arrived: new SharedArrayBuffer(4),
    directory,
    servers: SERVERS,
    secrets: SECRETS,
  };
  const answers = await Promise.all(
    Array.from({ length: SERVERS }, () => {
      const worker = new Worker(ASK_TOGETHER, { eval: true, workerData });
      return new Promise<string[]>((done, failed) => worker.once("message", done).once("error", failed));
    }),
  );
  for (const values of answers) expect(values).toEqual(answers[0]);
  for (const value of answers[0] ?? []) expect(value).toMatch(/^[0-9a-f]{64}$/);
  expect(readdirSync(directory)).toHaveLength(SECRETS);
  rmSync(directory, { recursive: true });
});
