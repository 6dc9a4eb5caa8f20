import { setTimeout as wait } from "node:timers/promises";

import { TurnFailure } from "../errors";
import type { LanguageModel, ModelFinish, ModelPart, ModelRequest } from "../providers/language-model";
import type { SessionObserver } from "../tracing/turn-observer";
import { observedFailure } from "./observed-failure";
import { TurnStopped } from "./turn-stopped";

export interface CallModelOptions {
  model: LanguageModel;
  request: ModelRequest;
  emit: (part: ModelPart) => void;
  /** Told before each try. */
  onTry: () => void;
  /**
   * Told when a try failed by itself before its first output, whatever usage it told of: the answer was not begun, and nobody is billed
   * for it. One that was stopped counts, because its provider does count it.
   */
  onUncounted: () => void;
  /** Told before each further try, with the seconds until it. */
  onRetry: (delaySeconds: number) => void;
  /** Looks on at every try. */
  observer: Pick<SessionObserver, "modelCallStarted">;
}

/** How often a call is made anew when it broke before its first output. Afterwards never: the reader would see text twice. */
const FURTHER_TRIES = 2;
/** The longest pause before the first further try, in seconds; it doubles each time. Half of it is left to chance. */
const FIRST_PAUSE_SECONDS = 0.5;
/** A provider that asks for a longer pause than this is not waited for, in seconds: the user hears of it instead. */
const LONGEST_PAUSE_SECONDS = 20;

/** One model call, made again where that cannot do harm. Rejects as `LanguageModel.respond` does. */
export async function callModel(options: CallModelOptions): Promise<ModelFinish> {
  const { model, request, emit, onTry, onUncounted, onRetry } = options;
  for (let tries = 0; ; tries += 1) {
    const observer = options.observer.modelCallStarted({ modelId: model.modelId, request });
    let outputBegan = false;
    onTry();
    try {
      const finish = await model.respond(request, (part) => {
        if (part.type !== "usage") outputBegan = true;
        observer.said(part);
        emit(part);
      });
      observer.finished(finish);
      return finish;
    } catch (error) {
      const pauseSeconds = outputBegan ? null : pauseBeforeNext(tries, error);
      const isCounted = outputBegan || error instanceof TurnStopped;
      observer.failed({ ...observedFailure(error, pauseSeconds !== null), isCounted });
      if (!isCounted) onUncounted();
      if (pauseSeconds === null) throw error;
      onRetry(pauseSeconds);
      await wait(pauseSeconds * 1000, undefined, { signal: request.signal }).catch(() => {
        throw request.signal.reason;
      });
    }
  }
}

/** In seconds; null: the call is not made again. */
function pauseBeforeNext(tries: number, error: unknown): number | null {
  if (!(error instanceof TurnFailure) || !error.retryable || tries === FURTHER_TRIES) return null;
  const half = (FIRST_PAUSE_SECONDS / 2) * 2 ** tries;
  const asked = Math.max(half, error.retryAfterSeconds ?? 0);
  // Chance comes on top of what the provider asked for too: all the calls that it put off together would come back together.
  return asked > LONGEST_PAUSE_SECONDS ? null : asked + half * Math.random();
}
