import { setTimeout as wait } from "node:timers/promises";

import { TurnFailure } from "../errors";
import type { LanguageModel, ModelFinish, ModelPart, ModelRequest } from "../providers/language-model";
import type { SessionObserver } from "../tracing/turn-observer";
import { observedFailure } from "./observed-failure";

export interface CallModelOptions {
  model: LanguageModel;
  request: ModelRequest;
  emit: (part: ModelPart) => void;
  /** Told before each try. */
  onTry: () => void;
  /** Told before each further try, with the seconds until it. */
  onRetry: (delaySeconds: number) => void;
  /** Looks on at every try. */
  observer: Pick<SessionObserver, "modelCallStarted">;
}

/** How often a call is made anew when it broke before its first output. Afterwards never: the reader would see text twice. */
const FURTHER_TRIES = 2;
/** The pause before the first further try, in milliseconds; it doubles each time, and up to half of it is left to chance. */
const FIRST_PAUSE_MS = 500;
/** A provider that asks for a longer pause than this is not waited for, in seconds: the user hears of it instead. */
const LONGEST_PAUSE_SECONDS = 20;

/** One model call, made again where that cannot do harm. Rejects as `LanguageModel.respond` does. */
export async function callModel(options: CallModelOptions): Promise<ModelFinish> {
  const { model, request, emit, onTry, onRetry } = options;
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
      observer.failed(observedFailure(error, pauseSeconds !== null));
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
  const pause = (FIRST_PAUSE_MS / 1000) * 2 ** tries;
  const jittered = pause * (0.5 + Math.random() / 2);
  const seconds = Math.max(jittered, error.retryAfterSeconds ?? 0);
  return seconds > LONGEST_PAUSE_SECONDS ? null : seconds;
}
