import { pino } from "pino";

export type Logger = pino.Logger;

/**
 * The net below the `Secret` type, for keys inside foreign texts. It is cast over JSON, where a line break before a key ends in a
 * letter. A provider key may hold any printable character, so that one is cut up to the end of the quoted text that it stands in.
 */
const KEY_LIKE =
  /(?:\b|(?<=\\(?:[bfnrt]|u[\da-f]{4})))(?:sk-(?:[^\s"\\…]|\\["\\]){5,}|rk_(?:live|test)_\w+|whsec_\w+|eyJ[\w-]+\.[\w-]+\.[\w-]+)/g;

/** Replaces whatever looks like a provider key or a token: in every log line, and in all that is traced. Masked keys stay. */
export function redactSecrets(text: string): string {
  return text.replace(KEY_LIKE, "[redacted]");
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
