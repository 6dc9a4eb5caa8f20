import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { inspect, parseEnv } from "node:util";
import { afterAll, beforeEach, expect, test } from "@jest/globals";

import { type Config, ConfigError, ENVIRONMENT_NAMES, loadConfig } from "../src/config";

const PROJECT = resolve(__dirname, "..");
const root = mkdtempSync(join(tmpdir(), "waypath-config-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(root, "data-"));
});

/** All that production asks for. */
const PRODUCTION = {
  NODE_ENV: "production",
  AUTH_JWT_SECRET: "a-secret-of-at-least-thirty-two-characters",
  KEY_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 1).toString("base64")}`,
  ANTHROPIC_API_KEY: "sk-ant-an-account-of-its-own",
  DATABASE_URL: "postgres://user:password@host/waypath",
};

test("every default", () => {
  const config = load();
  expect(config).toEqual({
    production: false,
    host: "127.0.0.1",
    port: 4000,
    databaseUrl: undefined,
    dataDirectory: directory,
    redisUrl: undefined,
    tokens: { method: "HS256", secret: expect.anything(), issuer: undefined, audience: undefined },
    keyEncryptionKeys: expect.anything(),
    anthropicApiKey: undefined,
    anthropicBaseUrl: undefined,
    openAiBaseUrl: undefined,
    meteredModel: "claude-sonnet-4-6",
    byokClaudeModel: "claude-sonnet-4-6",
    stripe: { secretKey: undefined, apiBase: undefined, meterEventName: "ai_tokens", webhookSecret: undefined },
    langfuse: undefined,
    buddiesFile: resolve("buddies.yaml"),
    retentionDays: undefined,
    allowedOrigins: undefined,
    turnTimeoutSeconds: 600,
    turnUnattendedSeconds: 120,
    shutdownGraceSeconds: 25,
    graphiql: true,
    limits: {
      messageCharacters: 32_000,
      bodyBytes: 262_144,
      frameBytes: 262_144,
      documentCharacters: 65_536,
      documentTokens: 1_000,
      documentAliases: 30,
      documentDirectives: 30,
      operationDepth: 12,
      operationCost: 20_000,
      listItems: 1_000,
      answerCharacters: 4_000_000,
      aliasesOfAField: 4,
      turnStartsPerMinute: 120,
      mutationsPerMinute: 60,
      readingPerMinute: 400_000,
      keyProbesPerMinute: 20,
      socketsPerUser: 10,
      streamsPerUser: 100,
      subscriptionsPerSocket: 20,
      messagesPerMinute: 100,
      anonymousSeconds: 30,
      anonymousSockets: 1_000,
      headerSeconds: 10,
      providerSilenceSeconds: 30,
      requestSeconds: 30,
    },
    logLevel: "info",
  });
  expect(Object.isFrozen(config)).toBe(true);
});

test("every name is read", () => {
  const environment = {
    ...PRODUCTION,
    HOST: "0.0.0.0",
    PORT: "8080",
    DATA_DIR: join(directory, "elsewhere"),
    REDIS_URL: "rediss://user:password@host:6380/1",
    AUTH_ISSUER: "https://login.example.com",
    AUTH_AUDIENCE: "waypath",
    ANTHROPIC_BASE_URL: "https://claude.example.com",
    OPENAI_BASE_URL: "https://openai.example.com/v1",
    METERED_MODEL: "claude-haiku-4-5",
    BYOK_CLAUDE_MODEL: "claude-opus-4-6",
    STRIPE_SECRET_KEY: "rk_live_of_its_own",
    STRIPE_API_BASE: "https://stripe.example.com",
    STRIPE_METER_EVENT_NAME: "tokens",
    STRIPE_WEBHOOK_SECRET: "whsec_of_its_own",
    LANGFUSE_PUBLIC_KEY: "pk-lf-1",
    LANGFUSE_SECRET_KEY: "sk-lf-of-its-own",
    LANGFUSE_BASE_URL: "https://langfuse.example.com",
    LANGFUSE_CAPTURE_CONTENT: "false",
    BUDDIES_FILE: "/etc/waypath/buddies.yaml",
    RETENTION_DAYS: "30",
    ALLOWED_ORIGINS: "https://app.example.com, http://[::1]:8080, capacitor://localhost,",
    TURN_TIMEOUT_SECONDS: "60.5",
    TURN_UNATTENDED_SECONDS: "30",
    SHUTDOWN_GRACE_SECONDS: "0",
    GRAPHIQL: "1",
    LIMIT_MESSAGE_CHARACTERS: "1",
    LIMIT_BODY_BYTES: "2",
    LIMIT_FRAME_BYTES: "3",
    LIMIT_DOCUMENT_CHARACTERS: "4",
    LIMIT_DOCUMENT_TOKENS: "5",
    LIMIT_DOCUMENT_ALIASES: "6",
    LIMIT_DOCUMENT_DIRECTIVES: "7",
    LIMIT_OPERATION_DEPTH: "8",
    LIMIT_OPERATION_COST: "9",
    LIMIT_LIST_ITEMS: "10",
    LIMIT_ANSWER_CHARACTERS: "97",
    LIMIT_ALIASES_OF_A_FIELD: "98",
    LIMIT_TURN_STARTS_PER_MINUTE: "11",
    LIMIT_MUTATIONS_PER_MINUTE: "12",
    LIMIT_KEY_PROBES_PER_MINUTE: "13",
    LIMIT_READING_PER_MINUTE: "99",
    LIMIT_SOCKETS_PER_USER: "14",
    LIMIT_STREAMS_PER_USER: "23",
    LIMIT_SUBSCRIPTIONS_PER_SOCKET: "15",
    LIMIT_MESSAGES_PER_MINUTE: "16",
    LIMIT_ANONYMOUS_SECONDS: "17",
    LIMIT_ANONYMOUS_SOCKETS: "18",
    LIMIT_HEADER_SECONDS: "19",
    LIMIT_REQUEST_SECONDS: "20",
    LIMIT_PROVIDER_SILENCE_SECONDS: "21",
    LOG_LEVEL: "debug",
  };
  const config = load(environment);
  expect(config).toEqual({
    production: true,
    host: "0.0.0.0",
    port: 8080,
    databaseUrl: expect.anything(),
    dataDirectory: join(directory, "elsewhere"),
    redisUrl: expect.anything(),
    tokens: {
      method: "HS256",
      secret: expect.anything(),
      issuer: "https://login.example.com",
      audience: "waypath",
    },
    keyEncryptionKeys: expect.anything(),
    anthropicApiKey: expect.anything(),
    anthropicBaseUrl: "https://claude.example.com",
    openAiBaseUrl: "https://openai.example.com/v1",
    meteredModel: "claude-haiku-4-5",
    byokClaudeModel: "claude-opus-4-6",
    stripe: {
      secretKey: expect.anything(),
      apiBase: "https://stripe.example.com",
      meterEventName: "tokens",
      webhookSecret: expect.anything(),
    },
    langfuse: {
      publicKey: "pk-lf-1",
      secretKey: expect.anything(),
      baseUrl: "https://langfuse.example.com",
      captureContent: false,
    },
    buddiesFile: "/etc/waypath/buddies.yaml",
    retentionDays: 30,
    allowedOrigins: ["https://app.example.com", "http://[::1]:8080", "capacitor://localhost"],
    turnTimeoutSeconds: 60.5,
    turnUnattendedSeconds: 30,
    shutdownGraceSeconds: 0,
    graphiql: true,
    limits: {
      messageCharacters: 1,
      bodyBytes: 2,
      frameBytes: 3,
      documentCharacters: 4,
      documentTokens: 5,
      documentAliases: 6,
      documentDirectives: 7,
      operationDepth: 8,
      operationCost: 9,
      listItems: 10,
      answerCharacters: 97,
      aliasesOfAField: 98,
      turnStartsPerMinute: 11,
      mutationsPerMinute: 12,
      keyProbesPerMinute: 13,
      readingPerMinute: 99,
      socketsPerUser: 14,
      streamsPerUser: 23,
      subscriptionsPerSocket: 15,
      messagesPerMinute: 16,
      anonymousSeconds: 17,
      anonymousSockets: 18,
      headerSeconds: 19,
      requestSeconds: 20,
      providerSilenceSeconds: 21,
    },
    logLevel: "debug",
  });
  expect(secretsOf(config)).toEqual({
    jwt: environment.AUTH_JWT_SECRET,
    keys: environment.KEY_ENCRYPTION_KEYS,
    anthropic: environment.ANTHROPIC_API_KEY,
    database: environment.DATABASE_URL,
    redis: environment.REDIS_URL,
    stripe: environment.STRIPE_SECRET_KEY,
    webhook: environment.STRIPE_WEBHOOK_SECRET,
    langfuse: environment.LANGFUSE_SECRET_KEY,
  });
  const jwks = load({ AUTH_JWKS_URL: "https://login.example.com/keys" });
  expect(jwks.tokens).toMatchObject({ method: "JWKS", url: "https://login.example.com/keys" });
  expect([...Object.keys(environment), "AUTH_JWKS_URL"].sort()).toEqual([...ENVIRONMENT_NAMES].sort());
});

test("an empty value counts as missing, and space around a value does not count", () => {
  const nothing = Object.fromEntries(ENVIRONMENT_NAMES.map((name) => [name, " "]));
  expect(loadConfig({ ...nothing, DATA_DIR: directory })).toEqual(load());
  const spaced = load({ PORT: " 8080 ", ANTHROPIC_API_KEY: "sk-ant-pasted\n" });
  expect(spaced.port).toBe(8080);
  expect(secretsOf(spaced).anthropic).toBe("sk-ant-pasted");
});

test("`.env` is read, and the environment goes before it", () => {
  writeFileSync(join(directory, ".env"), "PORT=4001\nLOG_LEVEL=debug\nMETERED_MODEL=\n");
  const script = `
    const { loadConfig, readEnvironment } = require(${JSON.stringify(join(PROJECT, "src/config.ts"))});
    const { port, logLevel, meteredModel } = loadConfig(readEnvironment());
    process.stdout.write(JSON.stringify({ port, logLevel, meteredModel }));`;
  const read = execFileSync(process.execPath, ["-r", join(PROJECT, "test/support/swc-register.cjs"), "-e", script], {
    cwd: directory,
    env: { PATH: process.env.PATH, LOG_LEVEL: "warn" },
    encoding: "utf8",
  });
  expect(JSON.parse(read)).toEqual({ port: 4001, logLevel: "warn", meteredModel: "claude-sonnet-4-6" });
});

test.each([
  ["PORT", "eighty", "number"],
  ["PORT", "70000", "65535"],
  ["DATABASE_URL", "mysql://host/waypath", "must begin with postgres:// or postgresql://"],
  ["REDIS_URL", "localhost:6379", "must begin with redis:// or rediss://"],
  ["AUTH_JWT_SECRET", "short", "must have at least 32 characters"],
  ["AUTH_JWKS_URL", "login.example.com", "URL"],
  ["ANTHROPIC_BASE_URL", "file:///etc/passwd", "URL"],
  ["OPENAI_BASE_URL", "nowhere", "URL"],
  ["STRIPE_API_BASE", "stripe.example.com", "URL"],
  ["STRIPE_API_BASE", "https://gateway.example.com/stripe", "without a path"],
  ["STRIPE_API_BASE", "https://stripe.example.com?tenant=1", "without a path"],
  ["STRIPE_API_BASE", "https://stripe.example.com/#tenant", "without a path"],
  ["STRIPE_API_BASE", "https://user:password@stripe.example.com", "without a path"],
  ["ALLOWED_ORIGINS", "https://app.example.com,*", "https://app.example.com"],
  ["ALLOWED_ORIGINS", "null", "https://app.example.com"],
  ["ALLOWED_ORIGINS", "https://app.example.com/", "https://app.example.com"],
  ["ALLOWED_ORIGINS", "https://App.example.com", "https://app.example.com"],
  ["ALLOWED_ORIGINS", "https://app.example.com:443", "https://app.example.com"],
  ["TURN_TIMEOUT_SECONDS", "0", ">0"],
  ["TURN_UNATTENDED_SECONDS", "soon", "number"],
  // Node's timers would take it for a millisecond.
  ["TURN_TIMEOUT_SECONDS", "2147484", "2147483"],
  ["SHUTDOWN_GRACE_SECONDS", "-1", ">=0"],
  ["SHUTDOWN_GRACE_SECONDS", "86401", "<=86400"],
  ["RETENTION_DAYS", "0", ">0"],
  ["RETENTION_DAYS", "0.5", "int"],
  ["RETENTION_DAYS", "36501", "36500"],
  ["GRAPHIQL", "perhaps", '"true"'],
  ["LIMIT_MESSAGE_CHARACTERS", "1.5", "int"],
  ["LIMIT_FRAME_BYTES", "0", ">0"],
  ["LIMIT_BODY_BYTES", "all", "number"],
  ["LOG_LEVEL", "loud", '"debug"'],
])("%s=%s is refused by name, with what is expected", (name, value, expected) => {
  const [problem, ...others] = problemsOf({ [name]: value });
  expect(problem).toMatch(new RegExp(`^${name}: .+\\.$`));
  expect(problem).toContain(expected);
  expect(others).toEqual([]);
});

test.each(["https://stripe.example.com/", "http://[::1]:8080", "https://Stripe.example.com:443"])(
  "STRIPE_API_BASE may be %s",
  (address) => expect(load({ STRIPE_API_BASE: address }).stripe.apiBase).toBe(address),
);

test("all bad values are named at once, and no secret is repeated", () => {
  const problems = problemsOf({
    PORT: "eighty",
    LOG_LEVEL: "loud",
    AUTH_JWT_SECRET: "canary-too-short",
    DATABASE_URL: "canary://user:canary@host",
    REDIS_URL: "canary://user:canary@host",
  });
  expect(problems.map((problem) => problem.split(":")[0])).toEqual([
    "PORT",
    "DATABASE_URL",
    "REDIS_URL",
    "AUTH_JWT_SECRET",
    "LOG_LEVEL",
  ]);
  expect(problems.join()).not.toContain("canary");
});

test("production takes an operator's own secrets, or a key set in place of the shared one, and makes none", () => {
  expect(load(PRODUCTION)).toMatchObject({ production: true, graphiql: false, tokens: { method: "HS256" } });
  const { AUTH_JWT_SECRET: _unused, ...rest } = PRODUCTION;
  expect(load({ ...rest, AUTH_JWKS_URL: "https://login.example.com/keys" }).tokens.method).toBe("JWKS");
  expect(readdirSync(directory)).toEqual([]);
});

const SECRETS = ["AUTH_JWT_SECRET", "KEY_ENCRYPTION_KEYS", "ANTHROPIC_API_KEY", "DATABASE_URL"] as const;

test.each(SECRETS)("production refuses to start without %s", (name) => {
  const [problem, ...others] = problemsOf({ ...PRODUCTION, [name]: "" });
  expect(problem).toMatch(new RegExp(`^${name} is missing\\. .+\\.$`));
  expect(others).toEqual([]);
  expect(readdirSync(directory)).toEqual([]);
});

test("production refuses all that is missing or wrong at once", () => {
  const problems = problemsOf({ NODE_ENV: "production", PORT: "eighty" });
  expect(problems).toHaveLength(5);
  for (const name of ["PORT", ...SECRETS]) expect(problems.join("\n")).toContain(name);
  expect(problems.join("\n")).toContain("AUTH_JWKS_URL");
});

test("production refuses the secrets that were made for development", () => {
  const { jwt, keys } = secretsOf(load());
  const development = {
    AUTH_JWT_SECRET: jwt,
    KEY_ENCRYPTION_KEYS: keys,
    // The one that the server gives to its simulator.
    ANTHROPIC_API_KEY: "sk-ant-development-simulated",
    // The one that docker-compose.yml has where none is set.
    DATABASE_URL: "postgres://waypath:development@postgres:5432/waypath",
  };
  for (const [name, value] of Object.entries(development)) {
    const [problem, ...others] = problemsOf({ ...PRODUCTION, [name]: value });
    expect(problem).toMatch(new RegExp(`^${name} is a development value\\. .+`));
    expect(problem).not.toContain(value);
    expect(others).toEqual([]);
  }
  expect(problemsOf({ ...PRODUCTION, ...development })).toHaveLength(4);
  const among = `${PRODUCTION.KEY_ENCRYPTION_KEYS}, ${keys}`;
  expect(problemsOf({ ...PRODUCTION, KEY_ENCRYPTION_KEYS: among })).toHaveLength(1);
});

test("development secrets are made once, are their owner's alone to read, and are used again", () => {
  const first = secretsOf(load());
  expect(first.jwt).toMatch(/^development-[\w-]{43}$/);
  expect(first.keys).toMatch(/^development:[\w+/]{43}=$/);
  const files = readdirSync(directory).sort();
  expect(files).toEqual(["auth-jwt-secret", "key-encryption-keys"]);
  for (const file of files) expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);
  expect(secretsOf(load())).toEqual(first);

  directory = mkdtempSync(join(root, "other-"));
  expect(secretsOf(load())).not.toEqual(first);
});

test("no secret is printed or serialised with the configuration", () => {
  const config = load(PRODUCTION);
  const shown =
    inspect(config, { depth: null, showHidden: true }) + JSON.stringify(config) + String(config.databaseUrl);
  for (const name of SECRETS) expect(shown).not.toContain(PRODUCTION[name]);
  expect(shown).toContain("[secret]");
});

test("`.env.example` lists every name that is read, once, with its default", () => {
  const text = readFileSync(join(PROJECT, ".env.example"), "utf8");
  const listed = [...text.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name ?? "");
  expect(listed.sort()).toEqual([...ENVIRONMENT_NAMES].sort());
  expect(loadConfig({ ...parseEnv(text), DATA_DIR: directory })).toEqual(load());
  expect(parseEnv(text).DATA_DIR).toBe("./.waypath");
});

function load(environment: Record<string, string> = {}): Config {
  return loadConfig({ DATA_DIR: directory, ...environment });
}

test("a misspelt NODE_ENV does not start as development", () => {
  expect(problemsOf({ NODE_ENV: "prod" })).toEqual([expect.stringMatching(/^NODE_ENV: .*"production"/)]);
});

test("in production a key set comes over https alone", () => {
  const { AUTH_JWT_SECRET: _, ...production } = PRODUCTION;
  expect(problemsOf({ ...production, AUTH_JWKS_URL: "http://login.example.com/keys" })).toEqual([
    expect.stringMatching(/^AUTH_JWKS_URL must begin with https/),
  ]);
  expect(load({ ...production, AUTH_JWKS_URL: "https://login.example.com/keys" }).production).toBe(true);
});

function problemsOf(environment: Record<string, string>): string[] {
  try {
    load(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n");
    throw error;
  }
  throw new Error("the environment was accepted");
}

function secretsOf(config: Config) {
  const plaintext = (text: string) => text;
  return {
    jwt: config.tokens.method === "HS256" ? config.tokens.secret.use(plaintext) : "",
    keys: config.keyEncryptionKeys.use(plaintext),
    anthropic: config.anthropicApiKey?.use(plaintext),
    database: config.databaseUrl?.use(plaintext),
    redis: config.redisUrl?.use(plaintext),
    stripe: config.stripe.secretKey?.use(plaintext),
    webhook: config.stripe.webhookSecret?.use(plaintext),
    langfuse: config.langfuse?.secretKey.use(plaintext),
  };
}
