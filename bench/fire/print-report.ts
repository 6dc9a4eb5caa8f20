import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { say } from "../run-bench";
import type { Check, Evidence } from "./check-ledger";
import { groupBy } from "./group-by";
import type { Trouble } from "./make-trouble";
import type { PlayedTurn } from "./play-turn";
import type { ServerPair } from "./server-pair";
import type { Stage } from "./stage";

export interface FireOptions {
  turns: number;
  /** Turns under way at the same time. */
  clients: number;
  seed: number;
}

export interface FireReport {
  options: FireOptions;
  stage: Stage;
  trouble: Trouble;
  evidence: Evidence;
  checks: readonly Check[];
  seconds: number;
}

/** Prints what happened and what was checked. */
export function printReport({ options, stage, trouble, evidence, checks, seconds }: FireReport): void {
  const { seed, turns, clients } = options;
  const { servers, workspaces } = stage;
  say(
    `seed ${seed}: ${turns} turns, ${clients} at a time, ${workspaces.length} workspaces, ${seconds.toFixed(0)} seconds`,
  );
  line("turns", tally(evidence.played.map(outcomeOf)));
  line("sessions", aboutSessions(evidence));
  line(
    "servers",
    `${trouble.kills} kills, each of one that said it was ready, ${trouble.blackouts} of the only one; ` +
      `${servers.failedStarts} starts without a database`,
  );
  line("Postgres", `${trouble.databaseRestarts} restarts`);
  line("clients", aboutClients(evidence.played));
  line("Stripe", aboutStripe(stage));
  printChecks(checks, servers);
}

/** One line a check; where one fails, what the servers said is kept in a file. */
export function printChecks(checks: readonly Check[], servers: ServerPair): void {
  for (const { name, violations, examples } of checks) {
    say(`  ${violations === 0 ? "ok    " : "FAILED"} ${violations} ${name}`);
    if (violations > 0) for (const example of examples) say(`           ${example}`);
  }
  if (checks.every(({ violations }) => violations === 0)) return;
  const file = join(tmpdir(), `waypath-fire-${process.pid}-${Date.now()}.log`);
  writeFileSync(file, servers.output());
  say(`  What the servers said is in ${file}`);
}

export function outcomeOf({ status, error, refused }: PlayedTurn): string {
  if (status === "FAILED") return `failed of ${error}`;
  return status?.toLowerCase() ?? refused ?? "without an end";
}

function aboutSessions({ sessions }: Evidence): string {
  const metered = sessions.filter(({ payer }) => payer === "WAYPATH");
  const tokens = metered.reduce((sum, { total }) => sum + total, 0);
  return `${metered.length} metered, ${sessions.length - metered.length} on own keys; ${tokens} tokens metered`;
}

export function aboutClients(played: readonly PlayedTurn[]): string {
  const reconnects = played.reduce((sum, turn) => sum + Math.max(0, turn.reconnects), 0);
  const durations = played.map(({ seconds }) => seconds).toSorted((one, other) => one - other);
  const [middle, longest] = [durations.at(Math.floor(durations.length / 2)), durations.at(-1)];
  return `${reconnects} reconnects; a turn took ${middle?.toFixed(1)} s in the middle and ${longest?.toFixed(1)} s at most`;
}

function aboutStripe({ stripe, workspaces }: Stage): string {
  const { ledger } = stripe.account;
  const concurrent = Math.max(0, ...workspaces.map(({ customer }) => ledger.mostConcurrent(customer)));
  return [
    `${ledger.events.length} events taken`,
    `${ledger.duplicatesRefused} duplicates refused`,
    `${ledger.answersLost} answers lost`,
    `${ledger.answersReplayed} replayed`,
    `${ledger.failures} failures`,
    `at most ${concurrent} at a time for a customer`,
  ].join(", ");
}

export function tally(words: readonly string[]): string {
  return [...groupBy(words, (word) => word)]
    .map(([word, { length }]) => `${length} ${word}`)
    .toSorted()
    .join(", ");
}

export function line(name: string, text: string): void {
  say(`  ${name.padEnd(9)} ${text}`);
}
