import type { JsonObject, JsonValue } from "../../providers/language-model";

/** On whose behalf a tool is called. */
export interface ToolCallContext {
  workspaceId: string;
  userId: string;
  /** Slug of the buddy whose model asked for the call. */
  buddy: string;
  sessionId: string;
  /** Aborted when the turn is stopped or the call has taken too long: whoever ignores it is abandoned. */
  signal: AbortSignal;
}

/** Something a model may ask for. */
export interface Tool {
  /** As allowlists and events name it: `current_time`, or `server/tool` for a tool of an MCP server. */
  name: string;
  /** What the model reads when it decides whether to call. */
  description: string;
  /** JSON Schema of the arguments. */
  inputSchema: JsonObject;
  /** Written here: its schema is read without a watch on the clock, which a busy machine would run down all by itself. */
  isOurs?: boolean;
  /** Seconds one call may take instead of the usual limit. `Infinity` for a tool that keeps a limit of its own. */
  callSeconds?: number;
  /** Called with arguments that fit the schema. Rejects with a `ToolFailure` for what the model should know. */
  call(args: JsonObject, context: ToolCallContext): Promise<JsonValue>;
}

/** A failure whose sentence the model may read: it says what to do instead. */
export class ToolFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ToolFailure";
  }
}
