import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";

import type { ProviderKeyEventEntity } from "../provider-keys/provider-key-event.entity";
import type { ProviderKeys } from "../provider-keys/provider-keys";
import { LLM_PROVIDERS, type LlmProvider } from "../providers/language-model";
import { findModel } from "../providers/model-catalog";
import type { RateLimit } from "../rate-limits";
import type { Buddies, Buddy as BuddyOfFile } from "../workspaces/buddies";
import type { ModelMode } from "../workspaces/model-mode";
import { requireAdmin } from "../workspaces/permissions";
import type { UserEntity } from "../workspaces/user.entity";
import type { WorkspaceEntity } from "../workspaces/workspace.entity";
import type { GraphqlContext } from "./context";
import type { Loaders } from "./loaders";
import { type ConnectionSource, connectionFrom, readPageArgs } from "./pagination";
import { PRICES } from "./prices";
import { Buddy } from "./types/buddy";
import { LlmProviderEnum } from "./types/enums";
import { Model } from "./types/model";
import { PageArgs } from "./types/page-args";
import { ProviderIntegration } from "./types/provider-integration";
import { ProviderKeyEvent, ProviderKeyEventConnection } from "./types/provider-key-event";
import {
  ConfigureProviderInput,
  ConfigureProviderPayload,
  RevokeProviderInput,
  RevokeProviderPayload,
  VerifyProviderInput,
  VerifyProviderPayload,
} from "./types/provider-mutations";
import type { BuddySource, ProviderIntegrationSource } from "./types/sources";
import { User } from "./types/user";
import { Workspace } from "./types/workspace";
import { withUserErrors } from "./user-errors";

const MODES: Record<LlmProvider, ModelMode> = { CLAUDE: "BYOK_CLAUDE", OPENAI: "BYOK_OPENAI" };

@Resolver()
export class ProviderMutations {
  constructor(
    private readonly providerKeys: ProviderKeys,
    private readonly keyProbes: RateLimit,
    private readonly buddies: Buddies,
    private readonly loaders: Loaders,
  ) {}

  @Mutation(() => ConfigureProviderPayload, {
    description:
      "Store the workspace's key for a provider, replacing any earlier one, after asking the provider whether it is\n" +
      "valid. Nothing is stored when the provider rejects it (`INVALID_PROVIDER_KEY`). Needs role ADMIN.",
  })
  async configureProvider(
    @Arg("input", () => ConfigureProviderInput, { description: "What to store." }) input: ConfigureProviderInput,
    @Ctx() { viewer }: GraphqlContext,
  ) {
    requireAdmin(viewer);
    await this.keyProbes.take(viewer.workspaceId);
    return withUserErrors(
      async () => {
        const key = await this.providerKeys.configure(viewer, input.provider, input.apiKey);
        return { provider: { workspaceId: viewer.workspaceId, provider: input.provider, key } };
      },
      { provider: null },
    );
  }

  @Mutation(() => VerifyProviderPayload, {
    description: "Ask the provider whether the stored key still works. Costs no tokens. Needs role ADMIN.",
  })
  async verifyProvider(
    @Arg("input", () => VerifyProviderInput, { description: "Which key." }) { provider }: VerifyProviderInput,
    @Ctx() { viewer }: GraphqlContext,
  ) {
    requireAdmin(viewer);
    await this.keyProbes.take(viewer.workspaceId);
    return withUserErrors(
      async () => {
        const key = await this.providerKeys.verify(viewer, provider);
        return { provider: { workspaceId: viewer.workspaceId, provider, key } };
      },
      { provider: null },
    );
  }

  @Mutation(() => RevokeProviderPayload, {
    description:
      "Delete the workspace's key for a provider and remove it from the connected platforms. Running turns finish with the key\n" +
      "they started with; from the next turn on, buddies set to it follow `RoutingPolicy.byokFallback`. Safe to repeat.\n" +
      "Needs role ADMIN.",
  })
  revokeProvider(
    @Arg("input", () => RevokeProviderInput, { description: "Which key." }) { provider }: RevokeProviderInput,
    @Ctx() { viewer }: GraphqlContext,
  ) {
    requireAdmin(viewer);
    const { workspaceId } = viewer;
    return withUserErrors(
      async () => {
        await this.providerKeys.revoke(viewer, provider);
        const { settings } = await this.loaders.routing.load(workspaceId);
        const affectedBuddies = this.buddies.all
          .filter(({ slug }) => (settings.buddyModes.get(slug) ?? settings.defaultMode) === MODES[provider])
          .map((buddy) => ({ ...buddy, workspaceId }));
        return { provider: { workspaceId, provider, key: null }, affectedBuddies };
      },
      { provider: null, affectedBuddies: [] },
    );
  }
}

@Resolver(() => ProviderIntegration)
export class ProviderIntegrationResolver {
  constructor(
    private readonly buddies: Buddies,
    private readonly loaders: Loaders,
  ) {}

  @FieldResolver(() => User, {
    nullable: true,
    description: "Who stored it. Null when no key is stored.",
  })
  configuredBy(@Root() { key }: ProviderIntegrationSource): Promise<UserEntity | null> | null {
    return key?.configuredBy ? this.loaders.user.load(key.configuredBy) : null;
  }

  @FieldResolver(() => [Model], { description: "Models this key may use. Empty when no key is stored." })
  models(@Root() { key, provider }: ProviderIntegrationSource): Model[] {
    return (key?.models ?? []).map(({ id, displayName }) => ({
      id,
      displayName,
      provider,
      contextWindow: findModel(id)?.contextWindow ?? null,
    }));
  }

  @FieldResolver(() => [Buddy], {
    name: "buddies",
    description:
      "Buddies whose stored mode uses this key; those that the workspace's default sets to it have none stored, and are not among them. Once it is revoked all of them fall back to `METERED`, or are refused, as `RoutingPolicy.byokFallback` says.",
  })
  async buddiesOnKey(@Root() { workspaceId, provider }: ProviderIntegrationSource): Promise<BuddySource[]> {
    const { settings } = await this.loaders.routing.load(workspaceId);
    const uses = ({ slug }: BuddyOfFile) => settings.buddyModes.get(slug) === MODES[provider];
    return this.buddies.all.filter(uses).map((buddy) => ({ ...buddy, workspaceId }));
  }
}

@Resolver(() => ProviderKeyEvent)
export class ProviderKeyEventResolver {
  constructor(private readonly loaders: Loaders) {}

  @FieldResolver(() => User, {
    nullable: true,
    description: "Who did it. Null when the server did, as when a provider rejects a key during a turn.",
  })
  actor(@Root() { actorId }: ProviderKeyEventEntity): Promise<UserEntity | null> | null {
    return actorId === null ? null : this.loaders.user.load(actorId);
  }
}

@Resolver(() => Workspace)
export class WorkspaceProvidersResolver {
  constructor(
    private readonly providerKeys: ProviderKeys,
    private readonly loaders: Loaders,
  ) {}

  @FieldResolver(() => [LlmProviderEnum], {
    description: "Providers with a stored key: the connected platforms list. Revoking a key removes its provider.",
  })
  async connectedPlatforms(@Root() workspace: WorkspaceEntity): Promise<LlmProvider[]> {
    const routing = await this.loaders.routing.load(workspace.id);
    return LLM_PROVIDERS.filter((provider) => routing.key(provider) !== null);
  }

  @FieldResolver(() => [ProviderIntegration], {
    description: "Every provider the server supports, configured or not, in a stable order.",
  })
  async providers(@Root() workspace: WorkspaceEntity): Promise<ProviderIntegrationSource[]> {
    return Promise.all(LLM_PROVIDERS.map((provider) => this.provider(workspace, provider)));
  }

  @FieldResolver(() => ProviderIntegration, { description: "One provider." })
  async provider(
    @Root() workspace: WorkspaceEntity,
    @Arg("provider", () => LlmProviderEnum, { description: "Which one." }) provider: LlmProvider,
  ): Promise<ProviderIntegrationSource> {
    const routing = await this.loaders.routing.load(workspace.id);
    return { workspaceId: workspace.id, provider, key: routing.key(provider) };
  }

  @FieldResolver(() => ProviderKeyEventConnection, {
    description: "What happened to provider keys, newest first: the custody trail.",
    complexity: PRICES.page,
  })
  async keyEvents(
    @Root() workspace: WorkspaceEntity,
    @Args(() => PageArgs) args: PageArgs,
  ): Promise<ConnectionSource<ProviderKeyEventEntity>> {
    const page = readPageArgs(args, "KEY_EVENTS");
    const found = await this.providerKeys.events(workspace.id, { first: page.first, afterId: page.after?.id });
    // Ordered by id alone.
    const rows = found.rows.map((row) => ({ row, position: { id: row.id, value: 0 } }));
    return connectionFrom({ rows, hasNextPage: found.hasNextPage }, page);
  }
}
