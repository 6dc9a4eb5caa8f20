import { jest } from "@jest/globals";
import { Client } from "pg";

/** A statement as it went to the database. */
export interface Statement {
  text: string;
  values: unknown[];
}

/** What this process asks the database while `work` runs: also what its servers ask on their own, every few seconds. */
export async function statementsDuring(work: () => Promise<unknown>): Promise<Statement[]> {
  const spy = jest.spyOn(Client.prototype, "query");
  try {
    await work();
    return spy.mock.calls.flatMap(([text, values]: unknown[]) => {
      return typeof text === "string" ? [{ text, values: Array.isArray(values) ? values : [] }] : [];
    });
  } finally {
    spy.mockRestore();
  }
}
