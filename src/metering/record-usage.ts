/**
 * The part of a statement that puts what metered sessions used into the ledger. It stands in the statement that ends them: a session
 * and its bill are then written together or not at all. `used` names the part that says so: `session_id`, `workspace_id`, `value` in
 * tokens, cached ones included, and `occurred_at`, when the session ended. Nothing is written for nothing used. The database refuses a
 * session that its workspace pays for, and a second row for the same session.
 */
export function recordUsage(used: string): string {
  return `INSERT INTO meter_events (session_id, payer, workspace_id, value, occurred_at)
    SELECT session_id, 'WAYPATH', workspace_id, value, occurred_at FROM ${used} WHERE value > 0`;
}
