// The law of aborting, kept once for all adapters: the connection is closed at once, the caller gets its own reason, and
// nothing stays listening on a signal that outlives the call (an SDK may leave its listener there).

import { OVER } from "../over";

/**
 * Runs `work` with a signal of its own that follows `signal`, and settles as `work` does; rejects with `signal.reason` when
 * `signal` was aborted by then. Unless all went well the inner signal is aborted then, so that whatever is still open is closed.
 */
export async function abortable<Result>(
  signal: AbortSignal,
  work: (inner: AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const inner = new AbortController();
  const follow = () => inner.abort(OVER);
  signal.addEventListener("abort", follow, { once: true });
  try {
    const result = await work(inner.signal);
    signal.throwIfAborted();
    return result;
  } catch (error) {
    // Not of what went well: an SDK's own controller follows, and makes a reason with the stack that leads to it.
    inner.abort(OVER);
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", follow);
  }
}
