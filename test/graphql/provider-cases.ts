/** A provider, and keys for it. */
export interface ProviderCase {
  provider: string;
  name: string;
  mode: string;
  key: string;
  masked: string;
  /** A key that the simulator takes as its mark says. */
  marked(mark: string): string;
  model: { id: string; provider: string };
  /** What it is, the text, and what is said of it. */
  wrongShapes: [string, string, string][];
}

const LENGTH = "A key has 8 to 512 characters: copy the key alone, and all of it.";
const CHARACTERS =
  "A key is printable ASCII characters without a space or line break: copy the key alone, and all of it.";

export const CLAUDE: ProviderCase = {
  provider: "CLAUDE",
  name: "Claude",
  mode: "BYOK_CLAUDE",
  key: "sk-ant-api03-of-the-workspace-x4Qz",
  masked: "sk-ant-…x4Qz",
  marked: (mark: string) => `sk-ant-api03-${mark}-0001`,
  model: { id: "claude-sonnet-4-6", provider: "CLAUDE" },
  wrongShapes: [
    ["empty", "", 'This is not a key for Claude. A key for Claude begins with "sk-ant-".'],
    ["a password", "correct horse", 'This is not a key for Claude. A key for Claude begins with "sk-ant-".'],
    ["too short", "sk-ant-", LENGTH],
    ["too long", "sk-ant-".padEnd(513, "0"), LENGTH],
    ["two words", "sk-ant-api03 0001", CHARACTERS],
    [
      "OpenAI's",
      "sk-proj-somebodys-0001",
      'This looks like a key for OpenAI: configure it there. A key for Claude begins with "sk-ant-".',
    ],
  ],
};
export const OPENAI: ProviderCase = {
  provider: "OPENAI",
  name: "OpenAI",
  mode: "BYOK_OPENAI",
  key: "sk-proj-of-the-workspace-Tt77",
  masked: "sk-…Tt77",
  marked: (mark: string) => `sk-proj-${mark}-0001`,
  model: { id: "gpt-4.1", provider: "OPENAI" },
  wrongShapes: [
    ["empty", "", 'This is not a key for OpenAI. A key for OpenAI begins with "sk-" but not with "sk-ant-".'],
    [
      "a password",
      "correct horse",
      'This is not a key for OpenAI. A key for OpenAI begins with "sk-" but not with "sk-ant-".',
    ],
    ["too short", "sk-1234", LENGTH],
    ["too long", "sk-".padEnd(513, "0"), LENGTH],
    ["two words", "sk-proj 0001", CHARACTERS],
    [
      "Claude's",
      "sk-ant-somebodys-0001",
      'This looks like a key for Claude: configure it there. A key for OpenAI begins with "sk-" but not with "sk-ant-".',
    ],
  ],
};
export const PROVIDERS = [CLAUDE, OPENAI];
