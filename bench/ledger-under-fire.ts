// Turns, while one of two servers is killed every second or so, Postgres restarts and Stripe loses answers. Afterwards the bill
// must be right to the token, and nothing may have run twice: npm run fire -- --turns 1000 --seeds 1,2,3
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { seededRandom } from "../src/simulators/seeded-random";
import { type Check, checkFire, checkLedger, type Evidence } from "./fire/check-ledger";
import { countCalls } from "./fire/count-calls";
import { makeTrouble } from "./fire/make-trouble";
import { type PlannedTurn, planTurns } from "./fire/plan-turns";
import { type PlayedTurn, playTurn } from "./fire/play-turn";
import { type FireOptions, printReport } from "./fire/print-report";
import { type LedgerRows, readRows } from "./fire/read-rows";
import { type Stage, setStage } from "./fire/stage";

/** What Stripe does to meter events, as shares of them. */
const STRIPE_FAULTS = { lostAnswers: 0.12, failures: 0.08 };
/** Turns that a client has one after the other, unless `--clients` says otherwise, and clients at most. */
const [TURNS_PER_CLIENT, MOST_CLIENTS] = [5, 100];
/** How long everything may take to come to rest after the last kill, in milliseconds. */
const SETTLING_MS = 180_000;
const LOOK_EVERY_MS = 250;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      turns: { type: "string", default: "1000" },
      clients: { type: "string" },
      seed: { type: "string", default: "1" },
      seeds: { type: "string" },
    },
  });
  const seeds = (values.seeds ?? values.seed).split(",").map(Number);
  const turns = Number(values.turns);
  const clients = Number(values.clients ?? Math.min(Math.ceil(turns / TURNS_PER_CLIENT), MOST_CLIENTS));
  if (![turns, clients, ...seeds].every((number) => Number.isSafeInteger(number) && number > 0)) {
    throw new Error("--turns, --clients, --seed and each of --seeds take a number above 0");
  }
  let [passed, failed] = [0, 0];
  for (const seed of seeds) {
    const checks = await fire({ turns, clients, seed });
    passed += checks.filter(({ violations }) => violations === 0).length;
    failed += checks.filter(({ violations }) => violations > 0).length;
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

/** One run, printed. */
async function fire({ turns: count, clients, seed }: FireOptions): Promise<Check[]> {
  const startedAt = performance.now();
  const stage = await setStage(seed);
  try {
    const turns = planTurns(count, stage.workspaces.length, seed);
    const idempotencyKeyOf = ({ number }: PlannedTurn): string => `fire-${seed}-${number}`;
    stage.stripe.account.faults.set(STRIPE_FAULTS);
    const calls = countCalls([stage.anthropic, stage.openAi]);
    let ended = 0;
    const trouble = makeTrouble({
      servers: stage.servers,
      random: seededRandom(seed + 1),
      restartDatabase: () => stage.postgres.restart(),
      progress: () => ended / turns.length,
    });
    const played: PlayedTurn[] = [];
    const waiting = turns.values();
    const client = async (_: unknown, number: number): Promise<void> => {
      for (const turn of waiting) {
        const workspace = stage.workspaces[turn.workspace];
        if (workspace === undefined) throw new Error(`turn ${turn.number} is planned for no workspace`);
        const token = await stage.token(workspace, `user-${number}`);
        const urls = number % 2 === 0 ? stage.servers.urls : stage.servers.urls.toReversed();
        played[turn.number] = await playTurn({ turn, urls, token, idempotencyKey: idempotencyKeyOf(turn) });
        ended += 1;
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
    await trouble.stop();
    await Promise.all(stage.servers.urls.map((_, index) => stage.servers.untilReady(index)));
    const rows = await settled(stage);

    const evidence: Evidence = {
      turns,
      played,
      idempotencyKeyOf,
      workspaces: stage.workspaces,
      ...rows,
      calls: calls.stop(),
      events: stage.stripe.account.ledger.events,
    };
    const checks = [...checkLedger(evidence), ...checkFire(stage.servers, trouble)];
    const seconds = (performance.now() - startedAt) / 1000;
    printReport({ options: { turns: count, clients, seed }, stage, trouble, evidence, checks, seconds });
    return checks;
  } finally {
    await stage.close();
  }
}

/** The rows once no session runs and no meter row waits, or after `SETTLING_MS`. */
async function settled(stage: Stage): Promise<LedgerRows> {
  const deadline = Date.now() + SETTLING_MS;
  for (;;) {
    const rows = await readRows(stage.postgres.url);
    const running = rows.sessions.some(({ status }) => status === "PENDING" || status === "RUNNING");
    const atRest = !running && (rows.meterStates.PENDING ?? 0) === 0;
    if (atRest || Date.now() > deadline) return rows;
    await wait(LOOK_EVERY_MS);
  }
}

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    process.exit(1);
  },
);
