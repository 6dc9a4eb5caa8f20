/** The embedded Postgres cannot be used. `message` is written for the operator: it names the files and the next step. */
export class EmbeddedPostgresError extends Error {
  constructor(message: string, options?: { cause: unknown }) {
    super(message, options);
    this.name = "EmbeddedPostgresError";
  }
}
