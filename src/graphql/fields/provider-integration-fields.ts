import { FieldResolver, Resolver, Root } from "type-graphql";

import type { LlmProvider } from "../../providers/language-model";
import { type ProviderStatus, ProviderStatusEnum } from "../types/enums";
import { ProviderIntegration } from "../types/provider-integration";
import { DateTime } from "../types/scalars";
import type { ProviderIntegrationSource } from "../types/sources";

const DISPLAY_NAMES: Record<LlmProvider, string> = { CLAUDE: "Anthropic", OPENAI: "OpenAI" };

const CONSOLE_URLS: Record<LlmProvider, string> = {
  CLAUDE: "https://platform.claude.com/settings/keys",
  OPENAI: "https://platform.openai.com/api-keys",
};

/** What the stored key says of itself; of the key's row nothing else is shown. */
@Resolver(() => ProviderIntegration)
export class ProviderIntegrationFields {
  @FieldResolver(() => String, { description: "Name to show, e.g. `Anthropic`." })
  displayName(@Root() { provider }: ProviderIntegrationSource): string {
    return DISPLAY_NAMES[provider];
  }

  @FieldResolver(() => ProviderStatusEnum, { description: "State of the key." })
  status(@Root() { key }: ProviderIntegrationSource): ProviderStatus {
    return key?.status ?? "NOT_CONFIGURED";
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      "Public prefix and last four characters of the stored key, e.g. `sk-ant-…x4Qz`. Null when no key is stored. The key itself is never returned.",
  })
  maskedKey(@Root() { key }: ProviderIntegrationSource): string | null {
    return key?.maskedKey ?? null;
  }

  @FieldResolver(() => DateTime, { nullable: true, description: "When the current key was stored." })
  configuredAt(@Root() { key }: ProviderIntegrationSource): Date | null {
    return key?.configuredAt ?? null;
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: "When the provider last accepted or rejected the key.",
  })
  lastVerifiedAt(@Root() { key }: ProviderIntegrationSource): Date | null {
    return key?.lastVerifiedAt ?? null;
  }

  @FieldResolver(() => DateTime, { nullable: true, description: "When a turn last used the key." })
  lastUsedAt(@Root() { key }: ProviderIntegrationSource): Date | null {
    return key?.lastUsedAt ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      "What the provider said when it last rejected the key or refused a call. Null when `status` is `ACTIVE`.",
  })
  lastError(@Root() { key }: ProviderIntegrationSource): string | null {
    return key?.lastError ?? null;
  }

  @FieldResolver(() => String, { description: "Where to create a key at the provider." })
  consoleUrl(@Root() { provider }: ProviderIntegrationSource): string {
    return CONSOLE_URLS[provider];
  }
}
