// Ten thousand sockets, each with a subscription to a turn that waits: what one costs the server in memory, and how soon peers are let
// go that have died without a word: npm run bench:sockets -- --sockets 10000
import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";

import { Secret } from "../src/secret";
import { startAnthropicSimulator } from "../src/simulators/anthropic-simulator";
import { simulate } from "../src/simulators/script";
import { issueToken } from "../src/workspaces/issue-token";
import { makeServerHome } from "../test/support/server-process";
import { post } from "../test/support/test-client";
import { INSPECTED, inspect, type Memory } from "./inspected-memory";
import { runBench, say } from "./run-bench";
import type { Held, Holding } from "./sockets/hold-sockets";

const { values } = parseArgs({ options: { sockets: { type: "string", default: "10000" } } });

const SECRET = randomBytes(32).toString("hex");
/** As many as a user may have. */
const SOCKETS_PER_USER = 10;
/** Users of a workspace, who all follow its one turn. */
const USERS_PER_WORKSPACE = 10;
/** Processes that hold the sockets: one of them dies. */
const HOLDERS = 4;
/** What a socket may cost, in bytes, and how long a dead peer may stay, in milliseconds. */
const BYTES_PER_SOCKET = 25 * 1024;
const GONE_WITHIN_MS = 30_000;
/** Sockets that are opened and closed again before anything is measured, so that nothing is measured which is there only once. */
const WARM_UP = 200;
const START = "mutation ($input: ChatTurnInput!) { startTurn(input: $input) { session { id } } }";
const WAITS = simulate([[{ text: "One moment, please." }, { fault: "stall" }]]);

async function main(): Promise<number> {
  const sockets = Number(values.sockets);
  if (!Number.isSafeInteger(sockets) || sockets < 1) throw new Error("--sockets takes a number above 0");
  const anthropic = await startAnthropicSimulator();
  const home = makeServerHome();
  const server = home.start({
    AUTH_JWT_SECRET: SECRET,
    ANTHROPIC_API_KEY: "sk-ant-sockets-platform-key-0001",
    ANTHROPIC_BASE_URL: anthropic.url,
    LIMIT_PROVIDER_SILENCE_SECONDS: "3600",
    TURN_TIMEOUT_SECONDS: "3600",
    LOG_LEVEL: "warn",
    ...INSPECTED,
  });
  const holders = Array.from({ length: HOLDERS + 1 }, () =>
    fork(join(__dirname, "sockets/hold-sockets.ts"), {
      execArgv: ["-r", require.resolve("../test/support/swc-register.cjs")],
    }),
  );
  try {
    const { url } = await server.ready();
    const inspector = await inspect(server);
    const holdings = await planHoldings(url, sockets + WARM_UP);
    const [warmer, ...holding] = holders as [ChildProcess, ...ChildProcess[]];
    await holdAll([warmer], holdings.splice(0, Math.ceil(WARM_UP / SOCKETS_PER_USER)));
    warmer.kill("SIGTERM");
    await once(warmer, "exit");
    const idle = await settledDescriptors(server.pid);

    const before = await inspector.memory();
    const openedAt = performance.now();
    const { held, refused } = await holdAll(holding, holdings);
    const openSeconds = (performance.now() - openedAt) / 1000;
    const after = await inspector.memory();
    say(
      `${held} sockets of ${holdings.length} users, each following a turn that waits, opened in ${openSeconds.toFixed(0)} seconds`,
    );
    if (refused.length > 0) say(`  ${refused.length} could not be opened: ${[...new Set(refused)].join(", ")}`);
    const perSocket = ofEach(before, after, held);
    say(
      `  ${kibibytes(perSocket.resident)} resident each; ${kibibytes(perSocket.heap)} of heap, ${kibibytes(perSocket.external)} of buffers`,
    );

    const [dead] = holding;
    const lost = Math.ceil(held / HOLDERS);
    const goneAfterMs = await freeze(dead as ChildProcess, server.pid, idle + held - lost + lost / 100);
    say(`  ${lost} peers dead without a word: the last was let go after ${(goneAfterMs / 1000).toFixed(1)} seconds`);
    const ready = await fetch(`${url}/readyz`);
    inspector.close();
    const sound =
      held >= sockets &&
      perSocket.resident <= BYTES_PER_SOCKET &&
      goneAfterMs <= GONE_WITHIN_MS &&
      ready.status === 200;
    say(
      `${sound ? "ok" : "FAILED"}: at most ${kibibytes(BYTES_PER_SOCKET)} each, dead peers gone within ${GONE_WITHIN_MS / 1000} seconds`,
    );
    return sound ? 0 : 1;
  } finally {
    for (const holder of holders) holder.kill("SIGKILL");
    await home.close();
    await anthropic.close();
  }
}

/** Users with their tokens, and a turn of each workspace that says something and then waits. */
async function planHoldings(url: string, sockets: number): Promise<Holding[]> {
  const verification = { method: "HS256" as const, secret: new Secret(SECRET), issuer: undefined, audience: undefined };
  const users = Math.ceil(sockets / SOCKETS_PER_USER);
  const holdings: Holding[] = [];
  let sessionId = "";
  for (let user = 0; user < users; user += 1) {
    const workspaceId = `sockets-${Math.floor(user / USERS_PER_WORKSPACE)}`;
    const subject = `user-${user}`;
    const token = await issueToken(verification, { workspaceId, subject, role: "OWNER", expiresInSeconds: 24 * 3600 });
    if (user % USERS_PER_WORKSPACE === 0) {
      const { data } = await post(url, token, START, { input: { message: `Waiting. ${WAITS}` } });
      sessionId = data.startTurn.session.id;
    }
    const left = sockets - user * SOCKETS_PER_USER;
    holdings.push({ url, token, sessionId, sockets: Math.min(SOCKETS_PER_USER, left) });
  }
  return holdings;
}

/** Shares the users out among the processes, and resolves when all of them hold. */
async function holdAll(holders: ChildProcess[], holdings: readonly Holding[]): Promise<Held> {
  const answers = holders.map(async (holder, index) => {
    holder.send(holdings.filter((_, user) => user % holders.length === index));
    const [answer] = (await once(holder, "message")) as [Held];
    return answer;
  });
  const held = await Promise.all(answers);
  return { held: held.reduce((sum, one) => sum + one.held, 0), refused: held.flatMap(({ refused }) => refused) };
}

/** Stops a process in its tracks: its connections stay, and nobody answers on them. Milliseconds until the server has let them go. */
async function freeze(holder: ChildProcess, server: number, descriptors: number): Promise<number> {
  holder.kill("SIGSTOP");
  const frozenAt = performance.now();
  while (descriptorsOf(server) > descriptors && performance.now() - frozenAt < 4 * GONE_WITHIN_MS) await wait(100);
  return performance.now() - frozenAt;
}

/** How many there are once no more are being closed. */
async function settledDescriptors(pid: number): Promise<number> {
  for (let last = Number.POSITIVE_INFINITY; ; ) {
    const now = descriptorsOf(pid);
    if (now >= last) return now;
    last = now;
    await wait(500);
  }
}

function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function ofEach(before: Memory, after: Memory, sockets: number): Memory {
  const share = (of: (memory: Memory) => number) => (of(after) - of(before)) / Math.max(1, sockets);
  return {
    resident: share(({ resident }) => resident),
    heap: share(({ heap }) => heap),
    external: share(({ external }) => external),
  };
}

function kibibytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

runBench(main);
