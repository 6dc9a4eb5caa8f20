// Every bound on tools, in one place, with what happens when it is reached.

/** Model calls in one session. The answer so far stands, and the session ends with `STEP_LIMIT`. */
export const STEPS = 16;

/** Tasks that one session may delegate. Further ones are refused in words that the model reads. */
export const DELEGATIONS = 16;

/** Tool calls that run at once in one session, and delegations likewise. Further ones wait for their turn; their seconds count from when they begin. */
export const PARALLEL_TOOL_CALLS = 8;

/** Seconds one tool call may take (delegated work may take as long as its turn). It is abandoned, and the model reads that it took too long. */
export const TOOL_CALL_SECONDS = 30;

/** Characters of a result as JSON. What is beyond is cut, and the model is told how much. */
export const RESULT_CHARACTERS = 50_000;

/** Nesting of a result: Postgres keeps no jsonb of any depth. A deeper one is handed over as JSON text. */
export const RESULT_DEPTH = 64;

/** Characters of what the model reads about a failed call. What is beyond is cut. */
export const FAILURE_CHARACTERS = 4_000;

/** Tools offered to one model: OpenAI takes no more. Those that come later are left out, with a warning. */
export const OFFERED_TOOLS = 128;

/** Characters of a tool's description: OpenAI takes no more. What is beyond is cut. */
export const DESCRIPTION_CHARACTERS = 1_024;

/** Characters and nesting of a tool's input schema. The tool is dropped, with a warning. */
export const SCHEMA_CHARACTERS = 30_000;
export const SCHEMA_DEPTH = 24;

/** Milliseconds to make a tool's schema ready, during which nothing else runs. The tool is dropped, with a warning. */
export const SCHEMA_READING_MS = 500;

/** Milliseconds to hold arguments against a schema, during which nothing else runs. The call is refused. */
export const ARGUMENT_CHECK_MS = 100;

/** Tools taken from one MCP server, and pages of its list that are read. The rest is left out, with a warning. */
export const MCP_TOOLS = 128;
export const MCP_LIST_PAGES = 16;

/** Bytes of one message of an MCP server. The connection ends, its calls fail, and the server is started again. */
export const MCP_MESSAGE_BYTES = 4 * 1024 * 1024;

/** Seconds until an MCP server has said hello and listed its tools. The try has failed; another one follows. */
export const MCP_CONNECT_SECONDS = 60;

/** Seconds in which an MCP server must answer a ping after a call of it was given up. It is started again. */
export const MCP_PING_SECONDS = 5;

/** Milliseconds before an MCP server that failed again is tried again: doubled each time, up to the longest. */
export const MCP_FIRST_PAUSE_MS = 1_000;
export const MCP_LONGEST_PAUSE_MS = 60_000;

/** Milliseconds an MCP server must have run for its next end to count as its first. */
export const MCP_STABLE_MS = 60_000;

/** Milliseconds at least between two readings of an MCP server's tools, however often it says that they changed. */
export const MCP_RELIST_PAUSE_MS = 1_000;

/** Milliseconds an MCP server's process has to end after its input was closed, and again after SIGTERM; then it is killed. */
export const MCP_END_MS = 1_000;

/** What an MCP server's process writes to its error output: characters of a line, lines a minute. The rest is not logged. */
export const MCP_LOG_LINE_CHARACTERS = 1_000;
export const MCP_LOG_LINES = 200;
