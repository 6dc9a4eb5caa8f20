import type { EntityManager } from "typeorm";

import type { Message } from "../providers/language-model";
import { MessageEntity } from "./message.entity";

/** What was said in a thread so far, oldest first. Turns that ended without an answer left nothing here. */
export async function loadHistory(manager: EntityManager, threadId: string): Promise<Message[]> {
  const rows = await manager.find(MessageEntity, {
    where: { threadId },
    order: { createdAt: "ASC", id: "ASC" },
    select: { role: true, content: true },
  });
  return rows.map(asMessage);
}

/** The message that asks a prompt. */
export function asksPrompt(prompt: string): Message {
  return { role: "user", content: [{ type: "text", text: prompt }] };
}

/** The message that answered a text; of a turn that was cut short this is all that is known. */
export function saysText(text: string): Message {
  return { role: "assistant", content: [{ type: "text", text: text.toWellFormed() }] };
}

function asMessage(row: MessageEntity): Message {
  // The two columns were written from one Message, so that they belong together.
  return { role: row.role, content: row.content } as Message;
}
