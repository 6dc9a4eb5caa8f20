import { pino } from "pino";

export type Logger = pino.Logger;

// What is cut from foreign texts: the net below the `Secret` type, for logs, errors and traces alike. A secret begins where no
// letter or digit is before it, or where the one before it ends an escape: a line break in a log line is a backslash and an n.
const BEHIND_ESCAPE = /(?<=\\[bfnrt]|\\u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2})/;
const KEYS = [
  // A provider key may hold any printable character, so that one is cut up to the end of the quoted text that it stands in.
  /sk-(?:[^\s"\\…]|\\["\\]){5,}/,
  // Stripe's keys and webhook secrets.
  /[rs]k_(?:live|test)_\w+|whsec_[\w+/=]+/,
  // A ring key: 32 bytes in base64 behind its id.
  /[\w-]{1,32}:[A-Za-z0-9+/]{43}=/,
];
// Base64 of what always begins the same. Such a text is looked through from its beginning alone: from every place in it that looks
// like one would take a long text minutes.
const TOKENS = [
  /eyJ[\w-]+\.[\w-]+\.[\w-]+/,
  // Langfuse's pair of keys as it is sent.
  /cGstbGYt[\w+/=]+/,
];
const SECRETS = new RegExp(`${oneOf(/(?<![A-Za-z0-9])/, KEYS)}|${oneOf(/(?<![\w-])/, TOKENS)}`, "g");
/** One of these is in whatever `SECRETS` finds. Most texts have none, and looking for words costs a tenth of looking for patterns. */
const MARKS = ["sk-", "k_live_", "k_test_", "whsec_", "=", "eyJ", "cGstbGYt"];
/** A database's address holds its password. */
const PASSWORD_IN_ADDRESS = /(?<=[a-z]:\/\/[^\s:@/"]*:)[^\s@/"]+(?=@)/g;

/** Replaces whatever looks like a key, a token or a password in an address. Masked keys stay. */
export function redactSecrets(text: string): string {
  const cut = MARKS.some((mark) => text.includes(mark)) ? text.replace(SECRETS, "[redacted]") : text;
  return cut.includes("://") ? cut.replace(PASSWORD_IN_ADDRESS, "[redacted]") : cut;
}

function oneOf(beginning: RegExp, secrets: readonly RegExp[]): string {
  const any = secrets.map(({ source }) => source).join("|");
  return `(?:${beginning.source}|${BEHIND_ESCAPE.source})(?:${any})`;
}

/** JSON logs, one object a line, on standard output; `sink` receives the lines instead when given. */
export function createLogger(level: string, sink?: { write(line: string): void }): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      hooks: { streamWrite: redactSecrets },
    },
    sink ?? pino.destination({ dest: 1, sync: true }),
  );
}

/** What a log needs of an error. Whatever else hangs on it stays out: a failed query brings its parameters, people's messages. */
function describeError(error: Error): object {
  const { type, message, stack, code } = pino.stdSerializers.err(error);
  return { type, message, stack, code };
}
