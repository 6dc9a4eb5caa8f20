import { type RequestHandler, Router } from "express";

import { RequestError } from "../errors";
import { PRICES } from "../graphql/prices";
import type { ProviderKeys } from "../provider-keys/provider-keys";
import type { LlmProvider } from "../providers/language-model";
import type { RateLimits } from "../rate-limits";
import { viewerOf } from "../workspaces/identify";
import { requireAdmin } from "../workspaces/permissions";
import { type ApiDoor, only, refuse } from "./api-door";

export interface IntegrationRoutesOptions {
  door: ApiDoor;
  providerKeys: ProviderKeys;
  rateLimits: Pick<RateLimits, "keyProbes" | "mutations" | "reading">;
}

/** By the name that a provider has in an address. */
const PROVIDERS = new Map<string, LlmProvider>([
  ["claude", "CLAUDE"],
  ["openai", "OPENAI"],
]);
const NAMES = [...PROVIDERS.keys()];

/** The workspace's own provider keys, for clients without GraphQL. Mount at `/api/integrations`. */
export function integrationRoutes({ door, providerKeys, rateLimits }: IntegrationRoutesOptions): Router {
  const list: RequestHandler = async (_request, response) => {
    const { userId, workspaceId } = viewerOf(response);
    await rateLimits.reading.take(userId, PRICES.operation + PROVIDERS.size);
    const stored = new Set((await providerKeys.list(workspaceId)).map(({ provider }) => provider));
    const connected = [...PROVIDERS].filter(([, provider]) => stored.has(provider)).map(([name]) => name);
    response.json({ connected });
  };

  const configure: RequestHandler<{ name: string }> = async ({ params: { name }, body }, response) => {
    const viewer = viewerOf(response);
    const provider = providerNamed(name);
    const { apiKey } = body as { apiKey?: unknown };
    if (typeof apiKey !== "string") {
      throw new RequestError("BAD_USER_INPUT", 'The body must be {"apiKey": "…"}, with the key as text.');
    }
    await rateLimits.mutations.take(viewer.userId);
    requireAdmin(viewer);
    await rateLimits.keyProbes.take(viewer.workspaceId);
    try {
      await providerKeys.configure(viewer, provider, apiKey);
    } catch (error) {
      if (!(error instanceof RequestError) || error.code !== "INVALID_PROVIDER_KEY") throw error;
      return refuse(response, 401, error.code, `Invalid ${name} key`);
    }
    response.json({ status: "configured", provider: name });
  };

  const revoke: RequestHandler<{ name: string }> = async ({ params: { name } }, response) => {
    const viewer = viewerOf(response);
    const provider = providerNamed(name);
    await rateLimits.mutations.take(viewer.userId);
    requireAdmin(viewer);
    await providerKeys.revoke(viewer, provider);
    response.json({ status: "revoked", provider: name });
  };

  return Router()
    .all("/", only("GET", "HEAD"), door.identify, list)
    .all("/:name", only("DELETE"), door.identify, revoke)
    .all("/:name/configure", only("POST"), door.identify, ...door.readBody, configure)
    .use(door.answerError);
}

function providerNamed(name: string): LlmProvider {
  const provider = PROVIDERS.get(name);
  if (provider === undefined) {
    throw new RequestError("NOT_FOUND", `There is no provider of that name: it is ${NAMES.join(" or ")}.`);
  }
  return provider;
}
