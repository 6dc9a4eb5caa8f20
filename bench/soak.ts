// A server under a steady load for a long time: memory, file descriptors and the event loop's delay, looked at every few seconds, must
// stay where they are. npm run soak -- --minutes 20 --turns-per-second 8; with REDIS_URL its turn log is there.
import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Client } from "graphql-ws";

import { Secret } from "../src/secret";
import { startAnthropicSimulator } from "../src/simulators/anthropic-simulator";
import { startLangfuseSimulator } from "../src/simulators/langfuse-simulator";
import { simulate } from "../src/simulators/script";
import { startStripeSimulator } from "../src/simulators/stripe-simulator";
import { issueToken } from "../src/workspaces/issue-token";
import { LIFTED_LIMITS } from "../test/support/lifted-limits";
import { makeServerHome } from "../test/support/server-process";
import { connect, streamOf } from "../test/support/test-client";
import { runBench } from "./run-bench";
import { printSoak } from "./soak/print-soak";
import { lookAtProcess, type ProcessState } from "./soak/process-state";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "20" },
    "turns-per-second": { type: "string", default: "8" },
  },
});

/** Sockets that the turns are spread over. */
const SOCKETS = 8;
/** Between two looks, in milliseconds. */
const LOOK_EVERY_MS = 10_000;
const SECRET = randomBytes(32).toString("hex");
const LANGFUSE_KEYS = { publicKey: "pk-lf-soak", secretKey: "sk-lf-soak" };
const CHAT_TURN = `subscription ($input: ChatTurnInput!) { chatTurn(input: $input) {
  __typename sequence ... on TextDelta { delta } ... on TurnFinished { session { status } } } }`;
/** A second and a half of text, with a tool in between. */
const MESSAGE = `Write, please. ${simulate([
  [{ repeat: "some words ", times: 40, paceMs: 20 }, { tool: "current_time" }],
  [{ repeat: "and more ", times: 30, paceMs: 20 }],
])}`;

async function main(): Promise<number> {
  const [anthropic, stripe, langfuse] = await Promise.all([
    startAnthropicSimulator(),
    startStripeSimulator(),
    startLangfuseSimulator(LANGFUSE_KEYS),
  ]);
  const home = makeServerHome();
  const server = home.start({
    AUTH_JWT_SECRET: SECRET,
    ANTHROPIC_API_KEY: "sk-ant-soak-platform-key-0001",
    ANTHROPIC_BASE_URL: anthropic.url,
    STRIPE_SECRET_KEY: "sk_test_soak0001",
    STRIPE_API_BASE: stripe.url,
    LANGFUSE_PUBLIC_KEY: LANGFUSE_KEYS.publicKey,
    LANGFUSE_SECRET_KEY: LANGFUSE_KEYS.secretKey,
    LANGFUSE_BASE_URL: langfuse.url,
    ...LIFTED_LIMITS,
    LIMIT_MESSAGES_PER_MINUTE: "1000000",
    LIMIT_SUBSCRIPTIONS_PER_SOCKET: "1000",
    LOG_LEVEL: "warn",
    ...(process.env.REDIS_URL ? { REDIS_URL: process.env.REDIS_URL } : {}),
  });
  const { url } = await server.ready();
  const clients = await Promise.all(Array.from({ length: SOCKETS }, (_, number) => clientOf(url, number)));
  const looks: ProcessState[] = [];
  const minutes = Number(values.minutes);
  const looking = setInterval(() => {
    lookAtProcess(server.pid, url).then(
      (state) => looks.push(state),
      () => undefined,
    );
    // What the simulators remember is no part of what is measured, and would fill this process.
    anthropic.journal.clear();
  }, LOOK_EVERY_MS);
  const turns = await runTurns(clients, minutes * 60, Number(values["turns-per-second"]));
  clearInterval(looking);

  const sound = printSoak({ looks, ...turns, minutes, redis: process.env.REDIS_URL !== undefined });
  await Promise.all(clients.map((client) => client.dispose()));
  await home.close();
  await Promise.all([anthropic.close(), stripe.close(), langfuse.close()]);
  return sound ? 0 : 1;
}

async function clientOf(url: string, number: number): Promise<Client> {
  const verification = { method: "HS256" as const, secret: new Secret(SECRET), issuer: undefined, audience: undefined };
  const token = await issueToken(verification, {
    workspaceId: `soak-${number}`,
    subject: "somebody",
    role: "OWNER",
    stripeCustomerId: `cus_soak${number}`,
    expiresInSeconds: 24 * 3600,
  });
  return connect(url, token);
}

/** Begins turns at a steady rate, whatever becomes of those before; resolves when the last has ended. */
async function runTurns(clients: Client[], seconds: number, perSecond: number) {
  const counted = { completed: 0, failed: 0 };
  const under = new Set<Promise<void>>();
  const begun = performance.now();
  for (let number = 0; number < seconds * perSecond; number += 1) {
    await wait(Math.max(0, begun + (number * 1000) / perSecond - performance.now()));
    const turn = runTurn(clients[number % clients.length] as Client)
      .catch(() => false)
      .then((completed) => {
        counted[completed ? "completed" : "failed"] += 1;
        under.delete(turn);
      });
    under.add(turn);
  }
  await Promise.all(under);
  return counted;
}

async function runTurn(client: Client): Promise<boolean> {
  let completed = false;
  for await (const event of streamOf(client, CHAT_TURN, { input: { buddy: "analyst", message: MESSAGE } })) {
    completed = event.__typename === "TurnFinished" && event.session.status === "COMPLETED";
  }
  return completed;
}

runBench(main);
