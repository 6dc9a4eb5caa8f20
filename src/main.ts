// The process: environment → database → providers → server. A signal undoes it in reverse.
import { existsSync } from "node:fs";
import { resolve } from "node:path";

import { CLOSING_SECONDS } from "./close-in-order";
import { type Config, ConfigError, type LangfuseConfig, loadConfig, readEnvironment } from "./config";
import { startEmbeddedPostgres } from "./database/embedded-postgres";
import { EmbeddedPostgresError } from "./database/embedded-postgres-error";
import { startDemoTurns } from "./demo-turns";
import { DEVELOPMENT_PREFIX } from "./development-secrets";
import { greeting } from "./greeting";
import { createLogger, type Logger, redactSecrets } from "./logger";
import { Secret } from "./secret";
import { createServer } from "./server";
import { startAnthropicSimulator } from "./simulators/anthropic-simulator";
import { startLangfuseSimulator } from "./simulators/langfuse-simulator";
import { startOpenAiSimulator } from "./simulators/openai-simulator";
import { startStripeSimulator } from "./simulators/stripe-simulator";
import { issueToken } from "./workspaces/issue-token";

/** Undoes what was started, last first. */
type Stop = (graceSeconds: number) => Promise<void>;

/** How long a development token lasts, in seconds: a month. */
const DEVELOPMENT_TOKEN_SECONDS = 30 * 24 * 3600;
/** Of the Langfuse that stands in on this machine. */
const DEVELOPMENT_LANGFUSE_KEYS = {
  publicKey: `pk-lf-${DEVELOPMENT_PREFIX}-simulated`,
  secretKey: `sk-lf-${DEVELOPMENT_PREFIX}-simulated`,
};

async function main(): Promise<void> {
  const environment = readEnvironment();
  const config = loadConfig(environment);
  const logger = createLogger(config.logLevel);
  const started = start(config, environment, logger);

  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    // Whoever asks twice does not want to wait: turns that still run are settled by the next server.
    if (stopping) process.exit(1);
    stopping = true;
    logger.info({ signal, graceSeconds: config.shutdownGraceSeconds }, "shutting down");
    // Other servers settle what this one could not, and its supervisor need not kill it.
    setTimeout(
      () => {
        logger.fatal("shutting down takes too long: the process ends as it is");
        process.exit(1);
      },
      (config.shutdownGraceSeconds + CLOSING_SECONDS) * 1000,
    ).unref();
    // What is being started is started first: half of it could not be undone in order.
    started
      .then((stop) => stop(config.shutdownGraceSeconds))
      .then(
        () => process.exit(0),
        (error) => {
          logger.fatal({ err: error }, "shutting down failed");
          process.exit(1);
        },
      );
  };
  process.on("SIGTERM", onSignal).on("SIGINT", onSignal);
  await started;
}

async function start(config: Config, environment: NodeJS.ProcessEnv, logger: Logger): Promise<Stop> {
  const started: Stop[] = [];
  const stop: Stop = async (graceSeconds) => {
    const failures: unknown[] = [];
    for (const stopOne of started.reverse()) await stopOne(graceSeconds).catch((error) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  try {
    let { databaseUrl, anthropicBaseUrl, openAiBaseUrl, stripe, langfuse } = config;
    if (databaseUrl === undefined) {
      const database = await startEmbeddedPostgres({ dataDirectory: config.dataDirectory, logger });
      started.push(() => database.stop());
      databaseUrl = new Secret(database.url);
    }
    const simulated = config.anthropicApiKey === undefined;
    // Only what is in a database of this server's own: one that others use may hold a bill for the real Stripe.
    const simulatesStripe = simulated && stripe.secretKey === undefined && config.databaseUrl === undefined;
    if (simulated) {
      const simulators = await Promise.all([startAnthropicSimulator(), startOpenAiSimulator()]);
      started.push(...simulators.map((simulator) => () => simulator.close()));
      anthropicBaseUrl ??= simulators[0].url;
      openAiBaseUrl ??= simulators[1].url;
      if (stripe.secretKey?.use(isLiveKey)) {
        throw new ConfigError([
          "STRIPE_SECRET_KEY is a live key, but no ANTHROPIC_API_KEY is set: simulated answers would be billed. Set both, or a test key.",
        ]);
      }
      if (simulatesStripe) {
        const simulator = await startStripeSimulator({ eventNames: [stripe.meterEventName] });
        started.push(() => simulator.close());
        stripe = { ...stripe, secretKey: new Secret(`sk_test_${DEVELOPMENT_PREFIX}`), apiBase: simulator.url };
      }
    }
    const simulatesTraces = simulated && langfuse === undefined;
    if (simulatesTraces) {
      const simulator = await startLangfuseSimulator(DEVELOPMENT_LANGFUSE_KEYS);
      started.push(() => simulator.close());
      langfuse = developmentLangfuse(simulator.url);
    }
    const developmentToken = config.production ? undefined : await makeDevelopmentToken(config);
    const server = await createServer({
      config: { ...config, stripe, langfuse },
      databaseUrl,
      platformApiKey: config.anthropicApiKey ?? new Secret(`sk-ant-${DEVELOPMENT_PREFIX}-simulated`),
      anthropicBaseUrl,
      openAiBaseUrl,
      bills: !simulated || stripe.secretKey !== undefined,
      developmentToken,
      consoleDirectory: builtConsole(logger),
      environment,
      logger,
    });
    started.push((graceSeconds) => server.dispose(graceSeconds));
    // Only where nothing at all is real: what they use is billed and traced as the normal way has it.
    if (simulatesStripe && simulatesTraces && developmentToken !== undefined) {
      const demo = startDemoTurns({ url: server.url, token: developmentToken, logger });
      started.push(() => demo.stop());
    }
    if (config.production) logger.info({ url: server.url }, "listening");
    else
      process.stdout.write(
        greeting({ config, url: server.url, simulated, simulatesStripe, simulatesTraces, developmentToken }),
      );
    return stop;
  } catch (error) {
    await stop(0);
    throw error;
  }
}

/** Beside the compiled server. */
function builtConsole(logger: Logger): string | undefined {
  const directory = resolve(__dirname, "../console");
  if (existsSync(directory)) return directory;
  logger.warn("the web pages are not built, and so not served: `npm run build` makes them");
  return undefined;
}

function isLiveKey(key: string): boolean {
  return key.includes("_live_");
}

function developmentLangfuse(baseUrl: string): LangfuseConfig {
  const { publicKey, secretKey } = DEVELOPMENT_LANGFUSE_KEYS;
  return { publicKey, secretKey: new Secret(secretKey), baseUrl, captureContent: true };
}

/** Undefined where tokens come from somebody else's key set: this server cannot make one. */
async function makeDevelopmentToken(config: Config): Promise<string | undefined> {
  if (config.tokens.method !== "HS256") return undefined;
  return issueToken(config.tokens, {
    workspaceId: "demo",
    workspaceName: "Demo workspace",
    subject: "developer",
    name: "Developer",
    role: "OWNER",
    stripeCustomerId: "cus_demo",
    expiresInSeconds: DEVELOPMENT_TOKEN_SECONDS,
  });
}

/** A sentence for what the operator can mend; the whole error for what they cannot. */
function explain(error: unknown): string {
  if (error instanceof ConfigError) return `The configuration cannot be used:\n${error.message}`;
  if (error instanceof EmbeddedPostgresError) return error.message;
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    const port = "port" in error ? `${error.port} ` : "";
    return `Port ${port}is taken: stop what listens on it, or set PORT to another one.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

main().catch((error) => {
  process.stderr.write(`Waypath did not start. ${redactSecrets(explain(error))}\n`);
  process.exit(1);
});
