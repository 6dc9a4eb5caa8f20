import { randomBytes, randomUUID } from "node:crypto";
import { Client } from "pg";

import { Secret } from "../../src/secret";
import { issueToken, type TokenContent } from "../../src/workspaces/issue-token";
import { createTestDatabase } from "../support/database";
import { makeServerHome } from "../support/server-process";

/** The built server as `npm start` runs it, on a database of its own. */
export interface ConsoleServer {
  url: string;
  /** Of a workspace that nobody has used before, unless one is named. */
  token(content?: Partial<TokenContent>): Promise<string>;
  /** As an operator does it. */
  disable(workspaceId: string): Promise<void>;
  close(): Promise<void>;
}

export async function startConsoleServer(): Promise<ConsoleServer> {
  const database = await createTestDatabase();
  const home = makeServerHome();
  const secret = randomBytes(32).toString("hex");
  const { url } = await home.start({ DATABASE_URL: database.url, AUTH_JWT_SECRET: secret }).ready();
  const tokens = { method: "HS256", secret: new Secret(secret), issuer: undefined, audience: undefined } as const;
  return {
    url: `${url}/`,
    token: (content = {}) =>
      issueToken(tokens, {
        workspaceId: `w-${randomUUID()}`,
        workspaceName: "Acme",
        subject: "ada",
        name: "Ada",
        role: "OWNER",
        expiresInSeconds: 3600,
        ...content,
      }),
    async disable(workspaceId) {
      const operator = new Client({ connectionString: database.url });
      await operator.connect();
      await operator.query("UPDATE workspaces SET disabled_at = now() WHERE id = $1", [workspaceId]);
      await operator.end();
    },
    async close() {
      await home.close();
      await database.drop();
    },
  };
}
