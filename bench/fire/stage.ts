import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "../../src/secret";
import { startAnthropicSimulator } from "../../src/simulators/anthropic-simulator";
import { startOpenAiSimulator } from "../../src/simulators/openai-simulator";
import type { ProviderSimulator } from "../../src/simulators/provider-simulator";
import { type StripeSimulator, startStripeSimulator } from "../../src/simulators/stripe-simulator";
import { issueToken } from "../../src/workspaces/issue-token";
import { type RestartablePostgres, startRestartablePostgres } from "./restartable-postgres";
import { ServerPair } from "./server-pair";

export interface FireWorkspace {
  id: string;
  customer: string;
}

/** Everything that a run needs, on this machine. */
export interface Stage {
  postgres: RestartablePostgres;
  anthropic: ProviderSimulator;
  openAi: ProviderSimulator;
  stripe: StripeSimulator;
  servers: ServerPair;
  workspaces: readonly FireWorkspace[];
  /** A token of one of a workspace's members. */
  token(workspace: FireWorkspace, subject: string): Promise<string>;
  close(): Promise<void>;
}

// Two of them share a customer: their events go one after the other, too.
const WORKSPACES: readonly FireWorkspace[] = [0, 1, 2, 3, 4, 5, 6, 7].map((number) => ({
  id: `fire-${number}`,
  customer: `cus_fire${Math.min(number, 6)}`,
}));
/** How long tokens last, in seconds. */
const TOKEN_SECONDS = 12 * 3600;
const CONFIGURE = `mutation ($provider: LlmProvider!, $apiKey: String!) {
  configureProvider(input: { provider: $provider, apiKey: $apiKey }) { userErrors { code } }
}`;

/** Starts it all; every workspace has both providers' keys when it resolves. `environment`: what the servers are told besides. */
export async function setStage(seed: number, environment: Record<string, string> = {}): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), "waypath-fire-"));
  const postgres = await startRestartablePostgres(directory);
  const [anthropic, openAi, stripe] = await Promise.all([
    startAnthropicSimulator(),
    startOpenAiSimulator(),
    startStripeSimulator({ seed }),
  ]);
  const secret = randomBytes(32).toString("hex");
  const servers = await ServerPair.start({
    DATABASE_URL: postgres.url,
    AUTH_JWT_SECRET: secret,
    KEY_ENCRYPTION_KEYS: `fire:${randomBytes(32).toString("base64")}`,
    ANTHROPIC_API_KEY: "sk-ant-fire-platform-key-0001",
    ANTHROPIC_BASE_URL: anthropic.url,
    OPENAI_BASE_URL: openAi.url,
    STRIPE_SECRET_KEY: "sk_test_fire0001",
    STRIPE_API_BASE: stripe.url,
    LOG_LEVEL: "warn",
    ...environment,
  });
  const verification = { method: "HS256" as const, secret: new Secret(secret), issuer: undefined, audience: undefined };
  const stage: Stage = {
    postgres,
    anthropic,
    openAi,
    stripe,
    servers,
    workspaces: WORKSPACES,
    token: ({ id, customer }, subject) =>
      issueToken(verification, {
        workspaceId: id,
        subject,
        role: "OWNER",
        stripeCustomerId: customer,
        expiresInSeconds: TOKEN_SECONDS,
      }),
    async close() {
      await servers.stop();
      await Promise.all([anthropic.close(), openAi.close(), stripe.close()]);
      await postgres.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  for (const workspace of WORKSPACES) await configureKeys(stage, workspace);
  return stage;
}

async function configureKeys(stage: Stage, workspace: FireWorkspace): Promise<void> {
  const keys = [
    { provider: "CLAUDE", apiKey: `sk-ant-own-key-of-${workspace.id}` },
    { provider: "OPENAI", apiKey: `sk-own-key-of-${workspace.id}` },
  ];
  for (const variables of keys) {
    const response = await fetch(`${stage.servers.urls[0]}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${await stage.token(workspace, "owner")}`,
      },
      body: JSON.stringify({ query: CONFIGURE, variables }),
    });
    const { data } = (await response.json()) as { data?: { configureProvider: { userErrors: unknown[] } } };
    if (data?.configureProvider.userErrors.length !== 0) throw new Error(`${workspace.id}: a key was not taken`);
  }
}
