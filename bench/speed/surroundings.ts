// What surrounds the servers that are measured, each in a process of its own: the provider, Stripe and Langfuse; and a Redis and a
// Postgres, those at REDIS_URL and DATABASE_URL where they are given.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { LIFTED_LIMITS } from "../../test/support/lifted-limits";
import { startRedisServer } from "../../test/support/redis-server";
import { startRestartablePostgres } from "../fire/restartable-postgres";

export interface Surroundings {
  providerUrl: string;
  /** Where the product finds all of it. */
  environment: Record<string, string>;
  close(): Promise<void>;
}

const PROJECT = join(__dirname, "../..");

export async function startSurroundings(): Promise<Surroundings> {
  const directory = mkdtempSync(join(tmpdir(), "waypath-speed-"));
  const postgres = await startRestartablePostgres(directory);
  const redis = await startRedisServer();
  const provider = startProcess("provider.ts");
  const [, providerUrl = ""] = await said(provider, /listening at (\S+)/);
  const ledgers = startProcess("stripe-and-langfuse.ts");
  const [, stripeUrl = "", langfuseUrl = ""] = await said(ledgers, /stripe at (\S+), langfuse at (\S+)/);
  return {
    providerUrl,
    environment: {
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      ANTHROPIC_API_KEY: "sk-ant-speed-platform-key-0001",
      ANTHROPIC_BASE_URL: providerUrl,
      STRIPE_SECRET_KEY: "sk_test_speed0001",
      STRIPE_API_BASE: stripeUrl,
      LANGFUSE_PUBLIC_KEY: "pk-lf-speed",
      LANGFUSE_SECRET_KEY: "sk-lf-speed",
      LANGFUSE_BASE_URL: langfuseUrl,
      LIMIT_SOCKETS_PER_USER: "10000",
      LIMIT_MESSAGES_PER_MINUTE: "1000000",
      // As it is deployed: in development graphql-js, for one, checks more.
      NODE_ENV: "production",
      AUTH_JWT_SECRET: randomBytes(32).toString("base64"),
      KEY_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString("base64")}`,
      ...LIFTED_LIMITS,
    },
    async close() {
      await Promise.all([provider, ledgers].map(ended));
      await redis.kill();
      await postgres.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Resolves with what standard output has said once it matches. */
export function said(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let output = "";
    child.once("exit", (code) => reject(new Error(`ended with ${code}: ${output}`)));
    child.stdout?.setEncoding("utf8").on("data", (text) => {
      output += text;
      const match = pattern.exec(output);
      if (match !== null) resolve(match);
    });
  });
}

export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

function startProcess(script: string): ChildProcess {
  const register = join(PROJECT, "test/support/swc-register.cjs");
  return spawn(process.execPath, ["-r", register, join(__dirname, script)], { stdio: ["ignore", "pipe", "inherit"] });
}
