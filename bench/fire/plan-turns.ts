import { type SimulatedAction, simulate } from "../../src/simulators/script";
import { seededRandom } from "../../src/simulators/seeded-random";

/** One session that a turn is planned to have: its own, or one that it delegates. */
export interface PlannedSession {
  /** Stands first in its prompt, so that its model calls can be told apart. */
  marker: string;
  mode: "METERED" | "BYOK_CLAUDE" | "BYOK_OPENAI";
  /** Model calls of a session that runs once, to its end. */
  calls: number;
  /** Tokens that those calls report, all kinds together. */
  tokens: number;
}

export interface PlannedTurn {
  number: number;
  /** Its place in the list of workspaces. */
  workspace: number;
  message: string;
  buddyModels: { buddy: string; mode: PlannedSession["mode"] }[];
  sessions: PlannedSession[];
  /** Milliseconds from its first event until its user cancels it; null: never. */
  cancelAfterMs: number | null;
}

/** Shares of all turns. */
const OWN_KEY = 0.2;
const DELEGATING = 0.25;
const CANCELLED = 0.12;

const COLLEAGUES = ["campaign", "copywriter", "analyst"];
/** How an answer streams: pieces of so many characters, so many milliseconds apart. */
const PIECE = "a few words of text ";
const PACE_MS = 20;
/** From the first event to its cancelling, in milliseconds at most; the text of such a turn lasts longer than of others. */
const LONGEST_UNTIL_CANCEL_MS = 900;
const PIECES = { least: 8, most: 30, cancelled: 60 };

/** Plans turns; the same seed plans the same ones. */
export function planTurns(count: number, workspaces: number, seed: number): PlannedTurn[] {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const chooseMode = (): PlannedSession["mode"] => {
    if (random() >= OWN_KEY) return "METERED";
    return random() < 0.5 ? "BYOK_CLAUDE" : "BYOK_OPENAI";
  };
  /** One model call: what it says it used, and what it says. */
  const planCall = (...actions: SimulatedAction[]): { call: SimulatedAction[]; tokens: number } => {
    const [input, output] = [50 + below(2_000), 5 + below(500)];
    return { call: [{ usage: { input, output, cacheRead: 0, cacheWrite: 0 } }, ...actions], tokens: input + output };
  };
  const planText = (cancelled: boolean): SimulatedAction => {
    const pieces = cancelled ? PIECES.cancelled : PIECES.least + below(PIECES.most - PIECES.least + 1);
    return { text: PIECE.repeat(pieces), every: PIECE.length, paceMs: PACE_MS };
  };

  return Array.from({ length: count }, (_, number): PlannedTurn => {
    const marker = `fire-${number}`;
    const mode = chooseMode();
    const buddyModels = [{ buddy: "orchestrator", mode }];
    const cancelled = random() < CANCELLED;
    const answer = planCall(planText(cancelled));
    const own: PlannedSession = { marker, mode, calls: 1, tokens: answer.tokens };
    const sessions = [own];
    const script = [answer.call];
    if (random() < DELEGATING) {
      const buddy = COLLEAGUES[below(COLLEAGUES.length)] ?? "campaign";
      const work = planCall(planText(false));
      const task = `fire-${number}-child ${simulate([work.call])}`;
      const handOver = planCall({ tool: "delegate", arguments: { buddy, task } });
      const childMode = chooseMode();
      script.unshift(handOver.call);
      own.calls += 1;
      own.tokens += handOver.tokens;
      sessions.push({ marker: `${marker}-child`, mode: childMode, calls: 1, tokens: work.tokens });
      buddyModels.push({ buddy, mode: childMode });
    }
    return {
      number,
      workspace: below(workspaces),
      message: `${marker} ${simulate(script)}`,
      buddyModels,
      sessions,
      cancelAfterMs: cancelled ? below(LONGEST_UNTIL_CANCEL_MS) : null,
    };
  });
}

/** The marker that a prompt, or a text that begins with one, was planned with; undefined for any other. */
export function markerIn(text: string): string | undefined {
  return /fire-\d+(-child)?(?= )/.exec(text)?.[0];
}
