import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataSource } from "typeorm";

import { type Config, loadConfig } from "../../src/config";
import { createDataSource } from "../../src/database/data-source";
import { ENTITIES } from "../../src/entities";
import { createLogger } from "../../src/logger";
import { Secret } from "../../src/secret";
import { createServer, type RunningServer } from "../../src/server";
import { startAnthropicSimulator } from "../../src/simulators/anthropic-simulator";
import { startOpenAiSimulator } from "../../src/simulators/openai-simulator";
import type { ProviderSimulator } from "../../src/simulators/provider-simulator";
import { issueToken, type TokenContent } from "../../src/workspaces/issue-token";
import { createTestDatabase } from "./database";
import { LIFTED_LIMITS } from "./lifted-limits";

/** A real server on a database of its own, with simulated providers, and a look behind each of them. */
export interface TestServer {
  url: string;
  config: Config;
  dataSource: DataSource;
  anthropic: ProviderSimulator;
  openAi: ProviderSimulator;
  /** What the server logged, one object a line. */
  logs: LogLine[];
  /** Resolves with the first line, past or to come, that matches. An error that a test waits for is one that it expects. */
  logged(matches: (line: LogLine) => boolean): Promise<LogLine>;
  token(content?: Partial<TokenContent>): Promise<string>;
  /** Another server process, as far as the database can tell. */
  startSibling(): Promise<RunningServer>;
  /** Ends everything. Rejects when the server has logged an error that no test waited for. */
  close(): Promise<void>;
}

export type LogLine = Record<string, unknown> & { level: string; msg: string };

export const PLATFORM_KEY = "sk-ant-platform-key-of-the-tests-0001";

/** `through` is where the server finds its database instead of at this address, e.g. a proxy. */
export async function startTestServer(
  environment: Record<string, string> = {},
  through = (databaseUrl: string) => databaseUrl,
): Promise<TestServer> {
  const database = await createTestDatabase();
  const directory = mkdtempSync(join(tmpdir(), "waypath-server-"));
  const [anthropic, openAi] = await Promise.all([
    startAnthropicSimulator({ paceMs: 0 }),
    startOpenAiSimulator({ paceMs: 0 }),
  ]);
  const config = loadConfig({
    PORT: "0",
    DATA_DIR: directory,
    AUTH_JWT_SECRET: randomBytes(32).toString("hex"),
    KEY_ENCRYPTION_KEYS: `test:${randomBytes(32).toString("base64")}`,
    LOG_LEVEL: "debug",
    ...LIFTED_LIMITS,
    ...environment,
  });

  const logs: LogLine[] = [];
  const expected = new Set<LogLine>();
  const listeners = new Set<() => void>();
  const logger = createLogger(config.logLevel, {
    write(line) {
      logs.push(JSON.parse(line));
      for (const listener of listeners) listener();
    },
  });
  const start = () =>
    createServer({
      config,
      databaseUrl: new Secret(through(database.url)),
      platformApiKey: new Secret(PLATFORM_KEY),
      anthropicBaseUrl: anthropic.url,
      openAiBaseUrl: openAi.url,
      bills: true,
      environment: { PATH: process.env.PATH },
      logger,
    });
  const servers = [await start()];
  const dataSource = await createDataSource({ url: database.url, entities: ENTITIES, poolSize: 2 }).initialize();

  return {
    url: servers[0]?.url ?? "",
    config,
    dataSource,
    anthropic,
    openAi,
    logs,
    logged(matches) {
      return new Promise((resolve) => {
        const look = () => {
          const line = logs.find(matches);
          if (line === undefined) return;
          listeners.delete(look);
          expected.add(line);
          resolve(line);
        };
        listeners.add(look);
        look();
      });
    },
    token: (content = {}) =>
      issueToken(config.tokens, {
        workspaceId: "acme",
        subject: "admin",
        role: "ADMIN",
        expiresInSeconds: 3600,
        ...content,
      }),
    async startSibling() {
      const sibling = await start();
      servers.push(sibling);
      return sibling;
    },
    async close() {
      await Promise.all(servers.map((server) => server.dispose(0)));
      await dataSource.destroy();
      await Promise.all([anthropic.close(), openAi.close()]);
      await database.drop();
      rmSync(directory, { recursive: true, force: true });
      const faults = logs.filter((line) => ["error", "fatal"].includes(line.level) && !expected.has(line));
      if (faults.length > 0)
        throw new Error(`the server logged errors:\n${faults.map((line) => JSON.stringify(line)).join("\n")}`);
    },
  };
}
