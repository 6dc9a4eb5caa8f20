import { TurnFailure } from "../errors";
import type { ObservedFailure } from "../tracing/turn-observer";
import { type StopCause, TurnStopped } from "./turn-stopped";

const STOPPED: Record<StopCause, string> = {
  CANCELLED: "The turn was cancelled.",
  UNATTENDED: "Nobody followed the turn any more.",
  TIMEOUT: "The turn took longer than this server allows.",
  SHUTDOWN: "The server was shutting down.",
  LEASE_LOST: "Another server has settled the session.",
};

/** Why a model call failed, for who looks on: whoever runs this server, not who asked. `goesOn`: it is made again. */
export function observedFailure(error: unknown, goesOn: boolean): Omit<ObservedFailure, "isCounted"> {
  if (error instanceof TurnStopped) return { code: error.why, message: STOPPED[error.why], severity: "WARNING" };
  const severity = goesOn ? "WARNING" : "ERROR";
  return error instanceof TurnFailure
    ? { code: error.code, message: error.message, severity }
    : { code: "INTERNAL", message: "The server failed: its log has the error.", severity };
}
