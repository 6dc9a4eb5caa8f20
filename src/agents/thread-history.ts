import type { DataSource } from "typeorm";

import type { Message } from "../providers/language-model";

/** What was said in a thread so far, oldest first. Turns that ended without an answer left nothing here. */
export function loadHistory(dataSource: DataSource, threadId: string): Promise<Message[]> {
  // The two columns were written from one Message, so that they belong together.
  return dataSource.query("SELECT role, content FROM messages WHERE thread_id = $1 ORDER BY created_at, id", [
    threadId,
  ]);
}

/** The message that asks a prompt. */
export function asksPrompt(prompt: string): Message {
  return { role: "user", content: [{ type: "text", text: prompt }] };
}

/** The message that answered a text; of a turn that was cut short this is all that is known. */
export function saysText(text: string): Message {
  return { role: "assistant", content: [{ type: "text", text: text.toWellFormed() }] };
}
