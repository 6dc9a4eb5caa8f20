import { RequestError } from "../errors";
import type { LlmProvider } from "../providers/language-model";
import { PROVIDER_NAMES } from "../providers/provider-names";
import { Secret } from "../secret";

/** How each provider's keys begin: the public part. */
const PREFIXES: Record<LlmProvider, string> = { CLAUDE: "sk-ant-", OPENAI: "sk-" };

const MIN_LENGTH = 8;
const MAX_LENGTH = 512;
const PRINTABLE = /^[\x21-\x7e]*$/;

/** Characters at a key's end that its masked form shows, and how many before them must stay hidden for that. */
const SHOWN_LENGTH = 4;
const MIN_HIDDEN_LENGTH = 4;

/**
 * The key in what somebody typed or pasted. Nothing is assumed of it beyond length, characters and beginning.
 * Throws a `BAD_USER_INPUT` that says what is expected and repeats none of the text.
 */
export function parseProviderKey(provider: LlmProvider, text: string): Secret {
  const key = text.trim();
  const issuer = evidentProvider(key);
  if (issuer !== provider) {
    throw refused(
      issuer === null
        ? `This is not a key for ${PROVIDER_NAMES[provider]}. ${expectation(provider)}`
        : `This looks like a key for ${PROVIDER_NAMES[issuer]}: configure it there. ${expectation(provider)}`,
    );
  }
  if (!PRINTABLE.test(key)) {
    throw refused(
      "A key is printable ASCII characters without a space or line break: copy the key alone, and all of it.",
    );
  }
  if (key.length < MIN_LENGTH || key.length > MAX_LENGTH) {
    throw refused(`A key has ${MIN_LENGTH} to ${MAX_LENGTH} characters: copy the key alone, and all of it.`);
  }
  return new Secret(key);
}

/**
 * What may be shown of a key: its public beginning and its last four characters, e.g. `sk-ant-…x4Qz`.
 * A key so short that these would give most of it away shows the beginning alone.
 */
export function maskKey(provider: LlmProvider, key: Secret): string {
  const prefix = PREFIXES[provider];
  return key.use((text) => {
    const hidden = text.length - prefix.length - SHOWN_LENGTH;
    return `${prefix}…${hidden < MIN_HIDDEN_LENGTH ? "" : text.slice(-SHOWN_LENGTH)}`;
  });
}

// OpenAI's beginning also begins Claude's, which is asked for first.
function evidentProvider(key: string): LlmProvider | null {
  if (key.startsWith(PREFIXES.CLAUDE)) return "CLAUDE";
  return key.startsWith(PREFIXES.OPENAI) ? "OPENAI" : null;
}

function expectation(provider: LlmProvider): string {
  const exception = provider === "OPENAI" ? ` but not with "${PREFIXES.CLAUDE}"` : "";
  return `A key for ${PROVIDER_NAMES[provider]} begins with "${PREFIXES[provider]}"${exception}.`;
}

function refused(message: string): RequestError {
  return new RequestError("BAD_USER_INPUT", message, ["input", "apiKey"]);
}
