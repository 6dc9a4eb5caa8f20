/** A followed turn's row says so at most this often, in seconds. */
const TOUCH_AFTER_SECONDS = 5;

/** How old a running turn's `last_followed_at` may grow while it is followed, in seconds: well within its time unattended. */
export function touchAfterSeconds(turnUnattendedSeconds: number): number {
  return Math.min(TOUCH_AFTER_SECONDS, turnUnattendedSeconds / 4);
}
