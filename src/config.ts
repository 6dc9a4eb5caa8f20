// The only reader of the environment. What comes out is complete, typed and frozen; what is wrong is refused here, by name.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { loadEnvFile } from "node:process";
import { z } from "zod";

import { DEVELOPMENT_PREFIX, developmentSecret } from "./development-secrets";
import { type Limits, limitsIn, limitVariables } from "./limits";
import { Secret } from "./secret";

/** Who may ask, and how a token is checked. */
export type TokenVerification = ({ method: "HS256"; secret: Secret } | { method: "JWKS"; url: string }) & {
  issuer: string | undefined;
  audience: string | undefined;
};

/** The meter that metered turns are billed through. */
export interface StripeConfig {
  /** Undefined: what is to be billed is kept, and sent once there is one. */
  secretKey: Secret | undefined;
  /** Undefined: Stripe's own. */
  apiBase: string | undefined;
  meterEventName: string;
  /** Undefined: Stripe's webhook is not served. */
  webhookSecret: Secret | undefined;
}

/** Where turns are traced. */
export interface LangfuseConfig {
  publicKey: string;
  secretKey: Secret;
  baseUrl: string;
  /** Whether traces hold prompts and answers. */
  captureContent: boolean;
}

export interface Config {
  production: boolean;
  host: string;
  port: number;
  /** Undefined: the server runs its own Postgres in `dataDirectory`. */
  databaseUrl: Secret | undefined;
  dataDirectory: string;
  /** Undefined: this is the only server, and keeps what is said in its memory. */
  redisUrl: Secret | undefined;
  tokens: TokenVerification;
  /** `id:base64,id:base64`; the first seals, all open. */
  keyEncryptionKeys: Secret;
  /** Undefined in development: the simulator serves. */
  anthropicApiKey: Secret | undefined;
  anthropicBaseUrl: string | undefined;
  openAiBaseUrl: string | undefined;
  meteredModel: string;
  byokClaudeModel: string;
  stripe: StripeConfig;
  /** Undefined: turns are not traced. */
  langfuse: LangfuseConfig | undefined;
  buddiesFile: string;
  /** What was said longer ago is erased. Undefined: kept. */
  retentionDays: number | undefined;
  /** Undefined: the addresses of this machine on the server's own port. */
  allowedOrigins: string[] | undefined;
  turnTimeoutSeconds: number;
  turnUnattendedSeconds: number;
  shutdownGraceSeconds: number;
  /** GraphiQL and introspection. */
  graphiql: boolean;
  limits: Limits;
  logLevel: string;
}

/** What is wrong with the environment, one sentence a line. */
export class ConfigError extends Error {
  constructor(problems: string[]) {
    super(problems.join("\n"));
    this.name = "ConfigError";
  }
}

/** The longest time that a timer takes, in seconds: about 24 days. A longer one would go off at once. */
const LONGEST_TIMER_SECONDS = 2_147_483;
/** A day, in seconds: with what is waited for after it, it must fit a timer. */
const LONGEST_GRACE_SECONDS = 86_400;
/** A hundred years: nobody means more. */
const LONGEST_RETENTION_DAYS = 36_500;

const seconds = z.coerce.number().positive().max(LONGEST_TIMER_SECONDS);
const days = z.coerce.number().int().positive().max(LONGEST_RETENTION_DAYS);
const flag = z.enum(["true", "false", "1", "0"]).transform((value) => value === "true" || value === "1");
const list = z.string().transform((value) =>
  value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== ""),
);
const origins = list.refine(
  (origins) => origins.every(isOrigin),
  "must be origins as browsers send them, e.g. https://app.example.com",
);
const secret = z.string().transform((value) => new Secret(value));

const environment = z.object({
  // A misspelt one must not start as development, with secrets made on the spot.
  NODE_ENV: z.enum(["production", "development", "test"]).optional(),
  HOST: z.string().default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: "must begin with postgres:// or postgresql://" })
    .optional(),
  DATA_DIR: z.string().default("./.waypath"),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: "must begin with redis:// or rediss://" }).optional(),
  AUTH_JWT_SECRET: z.string().min(32, "must have at least 32 characters").optional(),
  AUTH_JWKS_URL: z.url({ protocol: /^https?$/ }).optional(),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  KEY_ENCRYPTION_KEYS: z.string().optional(),
  ANTHROPIC_API_KEY: z.string().optional(),
  ANTHROPIC_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  OPENAI_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  METERED_MODEL: z.string().default("claude-sonnet-4-6"),
  BYOK_CLAUDE_MODEL: z.string().default("claude-sonnet-4-6"),
  STRIPE_SECRET_KEY: z
    .string()
    .regex(/^(sk|rk)_/, "must be a secret or restricted key, which begins with sk_ or rk_")
    .optional(),
  STRIPE_API_BASE: z
    .url({ protocol: /^https?$/ })
    .refine(isBare, "must be an address without a path, a query or a user, e.g. https://api.stripe.com")
    .optional(),
  STRIPE_METER_EVENT_NAME: z.string().max(100).default("ai_tokens"),
  STRIPE_WEBHOOK_SECRET: z.string().startsWith("whsec_", "must begin with whsec_").optional(),
  LANGFUSE_PUBLIC_KEY: z.string().optional(),
  LANGFUSE_SECRET_KEY: z.string().optional(),
  LANGFUSE_BASE_URL: z.url({ protocol: /^https?$/ }).default("https://cloud.langfuse.com"),
  LANGFUSE_CAPTURE_CONTENT: flag.default(true),
  BUDDIES_FILE: z.string().default("buddies.yaml"),
  RETENTION_DAYS: days.optional(),
  ALLOWED_ORIGINS: origins.optional(),
  TURN_TIMEOUT_SECONDS: seconds.default(600),
  TURN_UNATTENDED_SECONDS: seconds.default(120),
  SHUTDOWN_GRACE_SECONDS: z.coerce.number().nonnegative().max(LONGEST_GRACE_SECONDS).default(25),
  GRAPHIQL: flag.optional(),
  ...limitVariables,
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
});

/** The process's environment, with what a `.env` file in the working directory adds to it. */
export function readEnvironment(): NodeJS.ProcessEnv {
  if (existsSync(".env")) loadEnvFile(".env");
  return process.env;
}

/** The names that are read; `.env.example` lists the same ones. */
export const ENVIRONMENT_NAMES: readonly string[] = Object.keys(environment.shape);

/**
 * Reads the environment. In development what is secret and missing is made once and kept in `DATA_DIR`; with
 * `NODE_ENV=production` it is refused by name, and so is a development secret. Throws a `ConfigError`.
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  // An empty value in a `.env` file means the same as none, and a key pasted with a line break is still that key.
  const given: NodeJS.ProcessEnv = Object.fromEntries(
    Object.entries(env)
      .map(([name, value]) => [name, value?.trim()])
      .filter(([, value]) => value !== undefined && value !== ""),
  );
  const production = given.NODE_ENV === "production";
  const parsed = environment.safeParse(given);
  const problems = [
    ...(parsed.error?.issues ?? []).map((issue) => `${issue.path.join(".")}: ${issue.message}.`),
    ...langfuseProblems(given),
    ...(production ? productionProblems(given) : []),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const values = parsed.data;

  const dataDirectory = resolve(values.DATA_DIR);
  const made = (name: string, make: (random: Buffer) => string) => developmentSecret(dataDirectory, name, make);
  return Object.freeze({
    production,
    host: values.HOST,
    port: values.PORT,
    databaseUrl: secret.optional().parse(values.DATABASE_URL),
    dataDirectory,
    redisUrl: secret.optional().parse(values.REDIS_URL),
    tokens: {
      ...(values.AUTH_JWKS_URL !== undefined
        ? { method: "JWKS" as const, url: values.AUTH_JWKS_URL }
        : {
            method: "HS256" as const,
            secret:
              secret.optional().parse(values.AUTH_JWT_SECRET) ??
              made("auth-jwt-secret", (random) => `${DEVELOPMENT_PREFIX}-${random.toString("base64url")}`),
          }),
      issuer: values.AUTH_ISSUER,
      audience: values.AUTH_AUDIENCE,
    },
    keyEncryptionKeys:
      secret.optional().parse(values.KEY_ENCRYPTION_KEYS) ??
      made("key-encryption-keys", (random) => `${DEVELOPMENT_PREFIX}:${random.toString("base64")}`),
    anthropicApiKey: secret.optional().parse(values.ANTHROPIC_API_KEY),
    anthropicBaseUrl: values.ANTHROPIC_BASE_URL,
    openAiBaseUrl: values.OPENAI_BASE_URL,
    meteredModel: values.METERED_MODEL,
    byokClaudeModel: values.BYOK_CLAUDE_MODEL,
    stripe: {
      secretKey: secret.optional().parse(values.STRIPE_SECRET_KEY),
      apiBase: values.STRIPE_API_BASE,
      meterEventName: values.STRIPE_METER_EVENT_NAME,
      webhookSecret: secret.optional().parse(values.STRIPE_WEBHOOK_SECRET),
    },
    langfuse:
      values.LANGFUSE_PUBLIC_KEY === undefined || values.LANGFUSE_SECRET_KEY === undefined
        ? undefined
        : {
            publicKey: values.LANGFUSE_PUBLIC_KEY,
            secretKey: new Secret(values.LANGFUSE_SECRET_KEY),
            baseUrl: values.LANGFUSE_BASE_URL,
            captureContent: values.LANGFUSE_CAPTURE_CONTENT,
          },
    buddiesFile: resolve(values.BUDDIES_FILE),
    retentionDays: values.RETENTION_DAYS,
    allowedOrigins: values.ALLOWED_ORIGINS,
    turnTimeoutSeconds: values.TURN_TIMEOUT_SECONDS,
    turnUnattendedSeconds: values.TURN_UNATTENDED_SECONDS,
    shutdownGraceSeconds: values.SHUTDOWN_GRACE_SECONDS,
    graphiql: values.GRAPHIQL ?? !production,
    limits: limitsIn(values),
    logLevel: values.LOG_LEVEL,
  });
}

/** In the one way that a browser writes it: whatever is written otherwise would match no request. */
function isOrigin(text: string): boolean {
  if (/^https?:/i.test(text)) return URL.canParse(text) && new URL(text).origin === text;
  // Of an app's own scheme, e.g. capacitor://localhost.
  return /^[a-z][a-z\d+.-]*:\/\/[^\s/?#@]+$/.test(text);
}

/** Nothing but scheme, host and port: Stripe's SDK takes no more. What is no URL is refused elsewhere. */
function isBare(text: string): boolean {
  return !URL.canParse(text) || new URL(text).href === `${new URL(text).origin}/`;
}

/** Half of a pair would trace nothing, without a word. */
function langfuseProblems(values: NodeJS.ProcessEnv): string[] {
  const pair = ["LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"];
  const missing = pair.filter((name) => values[name] === undefined);
  return missing.length === 1 ? [`${missing[0]} is missing: the two Langfuse keys are set together, or neither.`] : [];
}

/** What is missing, or is a development value, where every secret must be the operator's own. */
function productionProblems(values: NodeJS.ProcessEnv): string[] {
  const problems: string[] = [];
  const refuse = (name: string, value: string | undefined, isDevelopment: boolean, howToGetOne: string) => {
    if (value === undefined) problems.push(`${name} is missing. In production it must be set: ${howToGetOne}`);
    else if (isDevelopment) problems.push(`${name} is a development value. In production use your own: ${howToGetOne}`);
  };
  if (values.AUTH_JWKS_URL?.startsWith("http:")) {
    problems.push(
      "AUTH_JWKS_URL must begin with https:// in production: on plain HTTP, whoever is on the way can be anybody.",
    );
  }
  if (values.AUTH_JWKS_URL === undefined) {
    refuse(
      "AUTH_JWT_SECRET",
      values.AUTH_JWT_SECRET,
      values.AUTH_JWT_SECRET?.startsWith(`${DEVELOPMENT_PREFIX}-`) ?? false,
      "at least 32 random characters shared with whoever issues your tokens, or AUTH_JWKS_URL instead.",
    );
  }
  refuse(
    "KEY_ENCRYPTION_KEYS",
    values.KEY_ENCRYPTION_KEYS,
    values.KEY_ENCRYPTION_KEYS?.split(",").some((entry) => entry.trim().startsWith(`${DEVELOPMENT_PREFIX}:`)) ?? false,
    '"k1:" and the output of `openssl rand -base64 32`.',
  );
  refuse(
    "ANTHROPIC_API_KEY",
    values.ANTHROPIC_API_KEY,
    values.ANTHROPIC_API_KEY?.startsWith(`sk-ant-${DEVELOPMENT_PREFIX}`) ?? false,
    "the key of the Anthropic account that metered turns run on.",
  );
  refuse(
    "DATABASE_URL",
    values.DATABASE_URL,
    passwordIn(values.DATABASE_URL).startsWith(DEVELOPMENT_PREFIX),
    "a Postgres 15 or newer, e.g. postgres://user:password@host/waypath.",
  );
  return problems;
}

/** Empty where there is none, and where it is no URL, which is refused elsewhere. */
function passwordIn(url = ""): string {
  return URL.canParse(url) ? new URL(url).password : "";
}
