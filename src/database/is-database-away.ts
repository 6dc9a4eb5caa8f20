import { errorCode } from "./error-code";

/** What the system says of a connection that cannot be had, and Postgres of one that it has ended or will not take. */
const AWAY =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|08...|25006|40001|40P01|53...|57014|57P0[1-5])$/;
/**
 * Words of the driver, which have no code, and of Postgres, whose code means other things too. A query runner is released under
 * a transaction when its connection breaks: the next statement then hears of the runner, and not of the connection.
 */
const AWAY_WORDS =
  /Connection terminated|Connection ended|timeout exceeded when trying to connect|Driver not Connected|not currently accepting connections|Query runner already released|is not queryable/;

/** Whether a statement failed because the database could not be reached, which says nothing about the statement. */
export function isDatabaseAway(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  if (AWAY.test(String(errorCode(error)))) return true;
  if ("driverError" in error && error.driverError !== error && isDatabaseAway(error.driverError)) return true;
  return "message" in error && AWAY_WORDS.test(String(error.message));
}
