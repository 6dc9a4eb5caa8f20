// Turns on two servers, while their Postgres is restarted again and again, every second time as after a crash, and their Redis is
// killed and comes back empty. No server may end, each must be ready again at once, and no turn may be lost, cut short or billed
// twice: npm run bench:outages -- --restarts 20 --redis-restarts 10
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";

import { type RedisServer, startRedisServer } from "../test/support/redis-server";
import { check, checkLedger, type Evidence } from "./fire/check-ledger";
import { comeToRest } from "./fire/come-to-rest";
import { countCalls } from "./fire/count-calls";
import { groupBy } from "./fire/group-by";
import { type PlannedTurn, planTurns } from "./fire/plan-turns";
import { playTurns } from "./fire/play-turns";
import { aboutClients, line, outcomeOf, printChecks, tally } from "./fire/print-report";
import { type Stage, setStage } from "./fire/stage";
import { type Outage, restartPostgres, restartRedis } from "./outages/make-outage";
import { runBench, say } from "./run-bench";

const { values } = parseArgs({
  options: {
    restarts: { type: "string", default: "20" },
    "redis-restarts": { type: "string", default: "10" },
    clients: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
  },
});

/** From one outage's end to the next one, in milliseconds. */
const PEACE_MS = 1_500;
/** How soon a server must be ready after its database, in milliseconds. */
const READY_WITHIN_MS = 5_000;
/** More turns than are played before the last outage has ended. */
const PLANNED_TURNS = 20_000;

async function main(): Promise<number> {
  const counts = [values.restarts, values["redis-restarts"], values.clients, values.seed].map(Number);
  if (!counts.every((count) => Number.isSafeInteger(count) && count > 0)) {
    throw new Error("--restarts, --redis-restarts, --clients and --seed each take a number above 0");
  }
  const [restarts = 0, redisRestarts = 0, clients = 0, seed = 0] = counts;
  const startedAt = performance.now();
  const redis = await startRedisServer();
  const stage = await setStage(seed, { REDIS_URL: redis.url });
  try {
    const calls = countCalls([stage.anthropic, stage.openAi]);
    const turns: PlannedTurn[] = [];
    let over = false;
    const untilOver = function* () {
      for (const turn of planTurns(PLANNED_TURNS, stage.workspaces.length, seed)) {
        if (over) return;
        turns.push(turn);
        yield turn;
      }
    };
    const idempotencyKeyOf = ({ number }: PlannedTurn): string => `outage-${seed}-${number}`;
    const playing = playTurns({ stage, turns: untilOver(), clients, idempotencyKeyOf });
    const outages: Outage[] = [];
    for (const makeOutage of planOutages(stage, redis, restarts, redisRestarts)) {
      await wait(PEACE_MS);
      outages.push(await makeOutage());
    }
    over = true;
    const played = await playing;
    const rows = await comeToRest(stage.postgres.url);
    const { workspaces, stripe } = stage;
    const { events } = stripe.account.ledger;
    const evidence: Evidence = { turns, played, idempotencyKeyOf, workspaces, ...rows, calls: calls.stop(), events };

    const checks = [...checkOutages(stage, outages), ...checkEnds(evidence), ...checkLedger(evidence)];
    const seconds = (performance.now() - startedAt) / 1000;
    say(`${turns.length} turns, ${clients} at a time, on two servers, ${seconds.toFixed(0)} seconds`);
    line("turns", tally(played.map(outcomeOf)));
    line("clients", aboutClients(played));
    for (const [of, some] of groupBy(outages, (outage) => outage.of)) say(`  ${aboutOutages(of, some)}`);
    printChecks(checks, stage.servers);
    const failed = checks.filter(({ violations }) => violations > 0).length;
    say(`${checks.length - failed} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  } finally {
    await stage.close();
    await redis.kill();
  }
}

/** Postgres in order and as after a crash by turns, and in between, evenly, Redis. */
function* planOutages(stage: Stage, redis: RedisServer, restarts: number, redisRestarts: number) {
  let done = 0;
  for (let number = 0; number < restarts; number += 1) {
    yield () => restartPostgres(stage, number % 2 === 0 ? "fast" : "immediate");
    for (; done < (redisRestarts * (number + 1)) / restarts; done += 1) yield () => restartRedis(stage, redis);
  }
}

function checkOutages({ servers }: Stage, outages: readonly Outage[]) {
  const late = outages.flatMap(({ of, readyAfterMs }) =>
    readyAfterMs > READY_WITHIN_MS ? [`${of}: ${readyAfterMs.toFixed(0)} ms`] : [],
  );
  return [
    check("servers that ended", [...servers.crashes, ...Array(servers.failedStarts).fill("could not start again")]),
    check(
      "servers that called themselves ready without a database, or without Redis",
      outages.flatMap(({ falselyReady }) => falselyReady),
    ),
    check(`returns after which a server was not ready within ${READY_WITHIN_MS / 1000} seconds`, late),
  ];
}

/** No server is lost here, so that nothing but its user may cut a turn short. */
function checkEnds({ turns, played }: Evidence) {
  const cut = turns.filter(({ number, cancelAfterMs }) => {
    const status = played[number]?.status;
    return status !== "COMPLETED" && !(status === "CANCELLED" && cancelAfterMs !== null);
  });
  return [
    check(
      "turns cut short by an outage",
      cut.map(({ number }) => `turn ${number}: ${JSON.stringify(played[number])}`),
    ),
  ];
}

function aboutOutages(of: string, outages: readonly Outage[]): string {
  const times = outages.map(({ readyAfterMs }) => readyAfterMs).toSorted((one, other) => one - other);
  const [middle, longest] = [times[Math.floor(times.length / 2)] ?? 0, times.at(-1) ?? 0];
  return (
    `${of}: ${outages.length} restarts; both servers ready again after ` +
    `${middle.toFixed(0)} ms in the middle and ${longest.toFixed(0)} ms at most`
  );
}

runBench(main);
