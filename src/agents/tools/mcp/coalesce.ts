/**
 * Runs `work` when asked, one run at a time, and once more however often it was asked for during a run.
 * `work` must not reject.
 */
export function coalesce(work: () => Promise<void>): () => void {
  let asked = false;
  let running = false;
  const run = async () => {
    running = true;
    while (asked) {
      asked = false;
      await work();
    }
    running = false;
  };
  return () => {
    asked = true;
    if (!running) void run();
  };
}
