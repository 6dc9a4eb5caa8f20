// Every bound on tracing, in one place, with what happens when it is reached.

/** Characters of one prompt, answer, argument or result in a trace. What is beyond is cut, and the trace says how much. */
export const CONTENT_CHARACTERS = 50_000;

/** Spans that wait to be sent or are on their way, and the characters in them. Further ones are dropped and counted. */
export const WAITING_SPANS = 2_000;
export const WAITING_CHARACTERS = 16 * 1024 * 1024;

/** Spans in one request to Langfuse; as many do not wait for the clock. With `CONTENT_CHARACTERS` it keeps a request below 16 MB. */
export const BATCH_SPANS = 64;

/** Seconds that a span waits for others at most, while Langfuse answers. */
export const BATCH_SECONDS = 1;

/** Milliseconds of silence after which Langfuse has failed to take a batch, tries again included. Its spans are lost and counted. */
export const SILENCE_MS = 3_000;

/** Milliseconds that one batch may take, however lively the connection is. Then all connections are broken off. */
export const BATCH_MS = 10_000;

/** Milliseconds that what still waits may take to be sent when the server stops. The rest is lost. */
export const CLOSE_MS = 4_000;

/** Milliseconds between two warnings that something was not traced. What happens between is counted, not logged. */
export const WARN_EVERY_MS = 60_000;
