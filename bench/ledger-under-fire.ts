// Turns, while one of two servers is killed every second or so, Postgres restarts and Stripe loses answers. Afterwards the bill
// must be right to the token, and nothing may have run twice: npm run fire -- --turns 1000 --seeds 1,2,3
import { parseArgs } from "node:util";
import { seededRandom } from "../src/simulators/seeded-random";
import { type Check, checkFire, checkLedger, type Evidence } from "./fire/check-ledger";
import { comeToRest } from "./fire/come-to-rest";
import { countCalls } from "./fire/count-calls";
import { makeTrouble } from "./fire/make-trouble";
import { type PlannedTurn, planTurns } from "./fire/plan-turns";
import { playTurns } from "./fire/play-turns";
import { type FireOptions, printReport } from "./fire/print-report";
import { setStage } from "./fire/stage";
import { runBench } from "./run-bench";

/** What Stripe does to meter events, as shares of them. */
const STRIPE_FAULTS = { lostAnswers: 0.12, failures: 0.08 };
/** Turns that a client has one after the other, unless `--clients` says otherwise, and clients at most. */
const [TURNS_PER_CLIENT, MOST_CLIENTS] = [5, 100];

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
    const onEnd = (): void => {
      ended += 1;
    };
    const played = await playTurns({ stage, turns, clients, idempotencyKeyOf, onEnd });
    await trouble.stop();
    await Promise.all(stage.servers.urls.map((_, index) => stage.servers.untilReady(index)));
    const rows = await comeToRest(stage.postgres.url);

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

runBench(main);
