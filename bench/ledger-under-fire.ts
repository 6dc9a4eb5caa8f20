// Turns, while one of two servers is killed every second or so, Postgres restarts and Stripe loses answers. Afterwards the bill
// must be right to the token, and nothing may have run twice: npm run fire -- --turns 1000 --seeds 1,2,3
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { seededRandom } from "../src/simulators/seeded-random";
import { type Check, checkLedger, type Evidence, readRows } from "./fire/check-ledger";
import { countCalls } from "./fire/count-calls";
import { groupBy } from "./fire/group-by";
import { makeTrouble, type Trouble } from "./fire/make-trouble";
import { type PlannedTurn, planTurns } from "./fire/plan-turns";
import { type PlayedTurn, playTurn } from "./fire/play-turn";
import { type Stage, setStage } from "./fire/stage";

interface FireOptions {
  turns: number;
  /** Turns under way at the same time. */
  clients: number;
  seed: number;
}

/** What Stripe does to meter events, as shares of them. */
const STRIPE_FAULTS = { lostAnswers: 0.12, failures: 0.08 };
/** How long everything may take to come to rest after the last kill, in milliseconds. */
const SETTLING_MS = 180_000;
const LOOK_EVERY_MS = 250;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      turns: { type: "string", default: "1000" },
      clients: { type: "string", default: "100" },
      seed: { type: "string", default: "1" },
      seeds: { type: "string" },
    },
  });
  const seeds = (values.seeds ?? values.seed).split(",").map(Number);
  let [passed, failed] = [0, 0];
  for (const seed of seeds) {
    const checks = await fire({ turns: Number(values.turns), clients: Number(values.clients), seed });
    passed += checks.filter(({ violations }) => violations === 0).length;
    failed += checks.filter(({ violations }) => violations > 0).length;
  }
  say(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** One run, printed. */
async function fire(options: FireOptions): Promise<Check[]> {
  const startedAt = performance.now();
  const stage = await setStage(options.seed);
  try {
    const turns = planTurns(options.turns, stage.workspaces.length, options.seed);
    const idempotencyKeyOf = ({ number }: PlannedTurn): string => `fire-${options.seed}-${number}`;
    stage.stripe.account.faults.set(STRIPE_FAULTS);
    const calls = countCalls([stage.anthropic, stage.openAi]);
    let ended = 0;
    const trouble = makeTrouble({
      servers: stage.servers,
      random: seededRandom(options.seed + 1),
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
    await Promise.all(Array.from({ length: options.clients }, client));
    await trouble.stop();
    await Promise.all(stage.servers.urls.map((_, index) => stage.servers.ready(index)));
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
    const checks = [...checkLedger(evidence), ...checkFire(stage, trouble)];
    report(options, stage, trouble, evidence, checks, (performance.now() - startedAt) / 1000);
    return checks;
  } finally {
    await stage.close();
  }
}

/** The rows once no session runs and no meter row waits, or after `SETTLING_MS`. */
async function settled(stage: Stage): Promise<Awaited<ReturnType<typeof readRows>>> {
  const deadline = Date.now() + SETTLING_MS;
  for (;;) {
    const rows = await readRows(stage.postgres.url);
    const running = rows.sessions.some(({ status }) => status === "PENDING" || status === "RUNNING");
    const atRest = !running && (rows.meterStates.PENDING ?? 0) === 0;
    if (atRest || Date.now() > deadline) return rows;
    await wait(LOOK_EVERY_MS);
  }
}

/** Whether there was a fire at all, and nothing in it that nobody lit. */
function checkFire({ servers }: Stage, trouble: Trouble): Check[] {
  return [
    { name: "servers that ended by themselves", violations: servers.crashes.length, examples: servers.crashes },
    { name: "kills that are missing", violations: trouble.kills === 0 ? 1 : 0, examples: [] },
    { name: "restarts of Postgres that are missing", violations: 3 - trouble.databaseRestarts, examples: [] },
  ];
}

function report(
  { seed, turns, clients }: FireOptions,
  stage: Stage,
  trouble: Trouble,
  { played, sessions, events, workspaces }: Evidence,
  checks: readonly Check[],
  seconds: number,
): void {
  const { servers, stripe } = stage;
  const { ledger } = stripe.account;
  const metered = sessions.filter(({ payer }) => payer === "WAYPATH");
  const tokens = metered.reduce((sum, { total }) => sum + total, 0);
  const concurrent = Math.max(0, ...workspaces.map(({ customer }) => ledger.mostConcurrent(customer)));
  say(
    `seed ${seed}: ${turns} turns, ${clients} at a time, ${workspaces.length} workspaces, ${seconds.toFixed(0)} seconds`,
  );
  line(
    "turns",
    tally(
      played.map(({ status, error, refused }) =>
        status === "FAILED" ? `failed of ${error}` : (status ?? refused ?? "no end"),
      ),
    ),
  );
  line(
    "sessions",
    `${metered.length} metered, ${sessions.length - metered.length} on own keys, ${tokens} tokens metered`,
  );
  line(
    "servers",
    `${trouble.kills} kills, only of one that said it was ready; ${servers.failedStarts} starts without a database`,
  );
  line("Postgres", `${trouble.databaseRestarts} restarts`);
  const durations = played.map(({ seconds: lasted }) => lasted).toSorted((one, other) => one - other);
  line(
    "clients",
    `${played.reduce((sum, { reconnects }) => sum + Math.max(0, reconnects), 0)} reconnects; a turn took ` +
      `${durations.at(durations.length / 2)?.toFixed(1)} s in the middle and ${durations.at(-1)?.toFixed(1)} s at most`,
  );
  line(
    "Stripe",
    `${events.length} events taken, ${ledger.duplicatesRefused} duplicates refused, ${ledger.answersLost} answers lost, ${ledger.answersReplayed} replayed, ${ledger.failures} failures, ${concurrent} at most at a time per customer`,
  );
  for (const { name, violations, examples } of checks) {
    say(`  ${violations === 0 ? "ok    " : "FAILED"} ${violations} ${name}`);
    if (violations > 0) for (const example of examples) say(`           ${example}`);
  }
  if (checks.every(({ violations }) => violations === 0)) return;
  const file = join(tmpdir(), `waypath-fire-${seed}-${Date.now()}.log`);
  writeFileSync(file, servers.output.join("\n"));
  say(`  What the servers said is in ${file}`);
}

function tally(words: readonly string[]): string {
  return [...groupBy(words, (word) => word)]
    .map(([word, { length }]) => `${length} ${word}`)
    .toSorted()
    .join(", ");
}

function line(name: string, text: string): void {
  say(`  ${name.padEnd(9)} ${text}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    process.exit(1);
  },
);
