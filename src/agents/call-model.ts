import { setTimeout as wait } from "node:timers/promises";

import { TurnFailure } from "../errors";
import type { LanguageModel, ModelFinish, ModelPart, ModelRequest } from "../providers/language-model";

export interface CallModelOptions {
  model: LanguageModel;
  request: ModelRequest;
  emit: (part: ModelPart) => void;
  /** Told before each further try, with the seconds until it. */
  onRetry: (failure: TurnFailure, delaySeconds: number) => void;
}

/** How often a call is made anew when it broke before its first output. Afterwards never: the reader would see text twice. */
const FURTHER_TRIES = 2;
/** The pause before the first further try, in milliseconds; it doubles each time, and up to half of it is left to chance. */
const FIRST_PAUSE_MS = 500;
/** A provider that asks for a longer pause than this is not waited for, in seconds: the user hears of it instead. */
const LONGEST_PAUSE_SECONDS = 20;

/** One model call, made again where that cannot do harm. Rejects as `LanguageModel.respond` does. */
export async function callModel({ model, request, emit, onRetry }: CallModelOptions): Promise<ModelFinish> {
  for (let tries = 0; ; tries += 1) {
    let outputBegan = false;
    try {
      return await model.respond(request, (part) => {
        if (part.type !== "usage") outputBegan = true;
        emit(part);
      });
    } catch (error) {
      if (!(error instanceof TurnFailure) || !error.retryable || outputBegan || tries === FURTHER_TRIES) throw error;
      const pauseSeconds = pauseBefore(tries, error.retryAfterSeconds);
      if (pauseSeconds > LONGEST_PAUSE_SECONDS) throw error;
      onRetry(error, pauseSeconds);
      await wait(pauseSeconds * 1000, undefined, { signal: request.signal }).catch(() => {
        throw request.signal.reason;
      });
    }
  }
}

function pauseBefore(tries: number, retryAfterSeconds: number | undefined): number {
  const pause = (FIRST_PAUSE_MS / 1000) * 2 ** tries;
  const jittered = pause * (0.5 + Math.random() / 2);
  return Math.max(jittered, retryAfterSeconds ?? 0);
}
