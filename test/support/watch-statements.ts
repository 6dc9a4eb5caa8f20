import { jest } from "@jest/globals";
import { Client } from "pg";

/** A statement as it went to the database. */
export interface Statement {
  text: string;
  values: unknown[];
  /** In milliseconds of `performance.now`. */
  askedAt: number;
  /** The same; later than any other moment until it is answered. */
  answeredAt: number;
}

export interface StatementWatch {
  /** In the order in which they were asked. */
  readonly statements: readonly Statement[];
  stop(): void;
}

/** What this process asks the database from now on: also what its servers ask on their own, every few seconds. */
export function watchStatements(): StatementWatch {
  const statements: Statement[] = [];
  const { query } = Client.prototype;
  const spy = jest.spyOn(Client.prototype, "query").mockImplementation(function (this: Client, ...asked: unknown[]) {
    const answer = Reflect.apply(query, this, asked);
    const [text, values] = asked;
    if (typeof text !== "string") return answer;
    const statement: Statement = {
      text,
      values: Array.isArray(values) ? values : [],
      askedAt: performance.now(),
      answeredAt: Number.POSITIVE_INFINITY,
    };
    statements.push(statement);
    const answered = () => {
      statement.answeredAt = performance.now();
    };
    Promise.resolve(answer).then(answered, answered);
    return answer;
  });
  return { statements, stop: () => spy.mockRestore() };
}

/** What this process asks the database while `work` runs. */
export async function statementsDuring(work: () => Promise<unknown>): Promise<readonly Statement[]> {
  const { statements, stop } = watchStatements();
  try {
    await work();
    return statements;
  } finally {
    stop();
  }
}
