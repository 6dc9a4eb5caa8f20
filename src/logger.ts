import { pino } from "pino";

export type Logger = pino.Logger;

/** What every log line passes through on its way out: the net below the `Secret` type, for keys inside foreign texts. */
const KEY_LIKE = /\b(sk-[A-Za-z0-9_-]{8,}|rk_(?:live|test)_\w+|whsec_\w+|eyJ[\w-]+\.[\w-]+\.[\w-]+)/g;

/** Replaces whatever looks like a provider key or a token. */
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
      hooks: { streamWrite: redactSecrets },
    },
    sink ?? pino.destination({ dest: 1, sync: true }),
  );
}
