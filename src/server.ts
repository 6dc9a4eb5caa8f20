import express from "express";

import { createModelConnections } from "./agents/model-connections";
import { startRetention } from "./agents/retention";
import { createLoadRouting } from "./agents/routing";
import { createBuiltInTools } from "./agents/tools/built-in-tools";
import { startMcpServers } from "./agents/tools/mcp-servers";
import { prepareTool } from "./agents/tools/prepare-tool";
import { createToolbox } from "./agents/tools/toolbox";
import { createTurns } from "./agents/turns";
import { openBilling } from "./billing";
import { closeInOrder, type Stage } from "./close-in-order";
import { type Config, ConfigError } from "./config";
import { createFormatError } from "./graphql/format-error";
import { openHttpDoor } from "./graphql/http";
import { createOperationGate } from "./graphql/operation-gate";
import { createSchema } from "./graphql/schema";
import { createSocketGuard } from "./graphql/socket-guard";
import { openWebsocketDoor } from "./graphql/websocket";
import { createApiDoor } from "./http/api-door";
import { openChatDoor } from "./http/chat";
import { consoleRoutes } from "./http/console";
import { API_METHODS, crossOrigin, GRAPHQL_METHODS, originCheck } from "./http/cross-origin";
import { graphiqlRoutes } from "./http/graphiql";
import { healthRoutes } from "./http/health";
import { closeHttpServer, createHttpServer, listen, portOf } from "./http/http-server";
import { integrationRoutes } from "./http/integrations";
import { metricsRoutes } from "./http/metrics";
import { notFound } from "./http/not-found";
import { securityHeaders } from "./http/security-headers";
import type { Logger } from "./logger";
import { readMeterBacklog } from "./metering/meter-events";
import { type KeyRing, parseKeyRing } from "./provider-keys/key-ring";
import { describeLostRingKey, describeTakenRingKey, findLostRingKeys } from "./provider-keys/lost-ring-keys";
import { ProviderKeys } from "./provider-keys/provider-keys";
import { keepRegistered, registerRingKeys } from "./provider-keys/registered-ring-keys";
import { SecretBox } from "./provider-keys/secret-box";
import { connectAnthropic } from "./providers/anthropic/anthropic-connection";
import type { LlmProvider, ProviderConnection } from "./providers/language-model";
import { connectOpenAi } from "./providers/openai/openai-connection";
import { createRateLimits } from "./rate-limits";
import { openRedis, type Redis } from "./redis";
import type { Secret } from "./secret";
import { bringUpToDate, openServerDatabase, type ServerDatabase } from "./server-database";
import { startTracing } from "./tracing/tracing";
import { createAuthenticate } from "./workspaces/authenticate";
import { type Buddies, loadBuddies } from "./workspaces/buddies";
import { createFindDisabledWorkspaces } from "./workspaces/disabled-workspaces";
import { createViewerWatch } from "./workspaces/viewer-watch";

export interface ServerOptions {
  config: Config;
  /** A Postgres that is running. */
  databaseUrl: Secret;
  /** Waypath's own account, which metered turns run on. */
  platformApiKey: Secret;
  /** Where the providers are; undefined: where the SDKs say. */
  anthropicBaseUrl: string | undefined;
  openAiBaseUrl: string | undefined;
  /** Whether metered turns are billed, as `SettleOptions`. */
  bills: boolean;
  /** Makes the demo workspace, and is filled in on the web pages for readers on this machine. Development only. */
  developmentToken?: string | undefined;
  /** Where the built web pages are; undefined: they are not served. */
  consoleDirectory?: string | undefined;
  /** What `${NAME}` in the buddies file's MCP servers stands for. */
  environment: NodeJS.ProcessEnv;
  logger: Logger;
}

export interface RunningServer {
  /** Where it listens, e.g. `http://127.0.0.1:4000`. */
  url: string;
  /** Lets running turns end for so long, then ends everything, in order. Safe to repeat. */
  dispose(graceSeconds: number): Promise<void>;
}

/** What a server stands on. */
interface Foundation {
  database: ServerDatabase;
  /** Undefined where there is one server. */
  redis: Redis | undefined;
  buddies: Buddies;
  secretBox: SecretBox;
}

/** How long the stages of shutting down may take, in milliseconds; that of the turns besides the time that they are given. */
const CLOSING_MS = { turns: 7_000, doors: 5_000, sending: 5_000, database: 1_000 };
const GRAPHQL_PATH = "/graphql";

/** Puts the rooms together and listens. Rejects when the database, Redis or the port cannot be had; then nothing is left open. */
export async function createServer(options: ServerOptions): Promise<RunningServer> {
  const { config } = options;
  const buddies = loadBuddies(config.buddiesFile);
  const secretBox = new SecretBox(readKeyRing(config.keyEncryptionKeys));
  const database = await openServerDatabase(options.databaseUrl);
  let redis: Redis | undefined;
  try {
    redis = config.redisUrl && (await openRedis(config.redisUrl, options.logger));
    return await openServer(options, { database, redis, buddies, secretBox });
  } catch (error) {
    redis?.close();
    await database.close();
    throw error;
  }
}

async function openServer(
  options: ServerOptions,
  { database, redis, buddies, secretBox }: Foundation,
): Promise<RunningServer> {
  const { config, logger } = options;
  const { dataSource, reading } = database;
  await bringUpToDate(options.databaseUrl, logger);
  const lost = await findLostRingKeys(dataSource, secretBox);
  if (lost.length > 0) throw new ConfigError(lost.map(describeLostRingKey));
  const taken = await registerRingKeys(dataSource, secretBox);
  if (taken.length > 0) throw new ConfigError(taken.map(describeTakenRingKey));
  const stopRegistering = keepRegistered(dataSource, secretBox, logger);
  const viewers = createViewerWatch(createFindDisabledWorkspaces(dataSource), logger);
  const authenticate = createAuthenticate(dataSource, config.tokens, viewers.foundOpen);
  if (config.production && config.tokens.method === "JWKS" && config.tokens.audience === undefined) {
    logger.warn(
      "AUTH_AUDIENCE is not set: a token that the same issuer made for another service is taken too, if it has the claims",
    );
  }
  // Whoever logs in first makes the workspace; in development that is this server, so that there is one to look at.
  if (options.developmentToken !== undefined) await authenticate(options.developmentToken);

  const { providerSilenceSeconds: silenceSeconds } = config.limits;
  const connect = (provider: LlmProvider, apiKey: Secret): ProviderConnection =>
    provider === "CLAUDE"
      ? connectAnthropic({ apiKey, baseUrl: options.anthropicBaseUrl, silenceSeconds })
      : connectOpenAi({ apiKey, baseUrl: options.openAiBaseUrl, silenceSeconds });
  const providerKeys = new ProviderKeys({ dataSource, secretBox, connect, logger });
  const loadRouting = createLoadRouting({ dataSource, ...config });
  const connections = createModelConnections({
    platform: connect("CLAUDE", options.platformApiKey),
    openKey: (key) => providerKeys.open(key),
    connect,
    findSealed: (ids) => providerKeys.findSealed(ids),
    logger,
  });
  const tracing = startTracing({
    langfuse: config.langfuse,
    environment: config.production ? "production" : "development",
    logger,
  });
  const rateLimits = createRateLimits(config.limits, redis);
  const builtInTools = createBuiltInTools({ dataSource: reading });
  // Before anybody waits for them. It also warms up what reads schemas, before a foreign one is read against the clock.
  for (const tool of builtInTools) prepareTool(tool, logger);
  const mcpServers = startMcpServers(buddies.mcpServers, { logger, environment: options.environment });
  const turns = createTurns({
    dataSource,
    reading,
    buddies,
    toolboxOf: ({ tools: allowed }) =>
      createToolbox({ tools: [...builtInTools, ...mcpServers.tools()], allowed, logger }),
    providerKeys,
    loadRouting,
    connections,
    bills: options.bills,
    redis,
    turnStarts: rateLimits.turnStarts,
    messageCharacters: config.limits.messageCharacters,
    turnTimeoutSeconds: config.turnTimeoutSeconds,
    turnUnattendedSeconds: config.turnUnattendedSeconds,
    observer: tracing.observer,
    logger,
  });
  const retention = startRetention({ dataSource, retentionDays: config.retentionDays, logger });

  const billing = openBilling({ config, dataSource, logger });
  const { limits } = config;
  const { keyProbes } = rateLimits;
  const schema = await createSchema({
    dataSource,
    reading,
    buddies,
    providerKeys,
    keyProbes,
    loadRouting,
    turns,
    answerCharacters: limits.answerCharacters,
    traceUrlOf: (traceId) => tracing.urlOf(traceId),
  });
  const formatError = createFormatError(logger);
  const gate = createOperationGate({ schema, introspection: config.graphiql, limits, rateLimits });
  let accepting = true;

  const http = await openHttpDoor({ schema, gate, authenticate, formatError, bodyBytes: limits.bodyBytes });
  const door = createApiDoor({ authenticate, formatError, bodyBytes: limits.bodyBytes });
  const chat = openChatDoor({ door, schema, gate, viewers, formatError, limits });
  const isAllowedOrigin = originCheck(config.allowedOrigins, () => portOf(server), logger);
  const app = express()
    .use(securityHeaders())
    .use(healthRoutes({ dataSource, redis, isAccepting: () => accepting }))
    .use(
      metricsRoutes({
        relay: billing.relay,
        meterBacklog: () => readMeterBacklog(reading),
        turnsRunning: () => turns.running(),
        log: turns.log,
        redis,
        tracing,
      }),
    )
    .use(billing.webhook)
    .use(GRAPHQL_PATH, crossOrigin(isAllowedOrigin, GRAPHQL_METHODS), http.routes)
    .use("/api", crossOrigin(isAllowedOrigin, API_METHODS))
    .use("/api/integrations", integrationRoutes({ door, providerKeys, rateLimits }))
    .use("/api/chat", chat.routes);
  const { consoleDirectory, developmentToken } = options;
  if (consoleDirectory !== undefined) app.use(consoleRoutes({ directory: consoleDirectory, developmentToken }));
  if (config.graphiql) {
    app.use(graphiqlRoutes({ graphqlPath: GRAPHQL_PATH, developmentToken }));
  }
  app.use(notFound());

  const server = createHttpServer(app, limits);
  const port = await listen(server, config.host, config.port).catch(async (error) => {
    await Promise.all([
      turns.close(0),
      billing.relay?.close(),
      tracing.close(),
      retention.close(),
      mcpServers.close(),
      http.dispose(),
      viewers.close(),
    ]);
    connections.close();
    stopRegistering();
    throw error;
  });
  const guard = createSocketGuard({ viewers, limits });
  const websocket = openWebsocketDoor({
    server,
    path: GRAPHQL_PATH,
    schema,
    gate,
    authenticate,
    guard,
    formatError,
    isAllowedOrigin,
    limits,
  });

  let disposed: Promise<void> | undefined;
  const dispose = async (graceSeconds: number) => {
    accepting = false;
    turns.stopAccepting();
    websocket.leave(graceSeconds);
    const stages: Stage[] = [
      { what: "turns", withinMs: graceSeconds * 1000 + CLOSING_MS.turns, close: () => turns.close(graceSeconds) },
      {
        what: "doors",
        withinMs: CLOSING_MS.doors,
        async close() {
          await Promise.all([websocket.dispose(), chat.dispose()]);
          guard.close();
          await viewers.close();
          await closeHttpServer(server);
          await http.dispose();
        },
      },
      {
        // What turns have left to send, now that none can begin any more.
        what: "last sendings",
        withinMs: CLOSING_MS.sending,
        close: () => Promise.all([billing.relay?.close(), tracing.close(), retention.close(), mcpServers.close()]),
      },
      {
        what: "database",
        withinMs: CLOSING_MS.database,
        async close() {
          connections.close();
          stopRegistering();
          redis?.close();
          await database.close();
        },
      },
    ];
    // What is late waits for the database, as a rule.
    await closeInOrder(stages, { onLate: database.cut, logger });
  };
  return {
    url: `http://${config.host.includes(":") ? `[${config.host}]` : config.host}:${port}`,
    dispose: (graceSeconds) => (disposed ??= dispose(graceSeconds)),
  };
}

function readKeyRing(keys: Secret): KeyRing {
  try {
    return parseKeyRing(keys);
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)]);
  }
}
