import type { PlannedTurn } from "./plan-turns";
import { type PlayedTurn, playTurn } from "./play-turn";
import type { Stage } from "./stage";

export interface PlayTurnsOptions {
  stage: Stage;
  /** Taken from as long as it gives. */
  turns: Iterable<PlannedTurn>;
  /** How many play at the same time, each one turn after the other; every second one begins on the second server. */
  clients: number;
  idempotencyKeyOf: (turn: PlannedTurn) => string;
  onEnd?: () => void;
}

/** Plays the turns, and resolves with what their clients saw, by the turns' numbers. */
export async function playTurns(options: PlayTurnsOptions): Promise<PlayedTurn[]> {
  const { stage, clients, idempotencyKeyOf, onEnd } = options;
  const played: PlayedTurn[] = [];
  const waiting = options.turns[Symbol.iterator]();
  const client = async (_: unknown, number: number): Promise<void> => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
      const turn = next.value;
      const workspace = stage.workspaces[turn.workspace];
      if (workspace === undefined) throw new Error(`turn ${turn.number} is planned for no workspace`);
      const token = await stage.token(workspace, `user-${number}`);
      const urls = number % 2 === 0 ? stage.servers.urls : stage.servers.urls.toReversed();
      played[turn.number] = await playTurn({ turn, urls, token, idempotencyKey: idempotencyKeyOf(turn) });
      onEnd?.();
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return played;
}
