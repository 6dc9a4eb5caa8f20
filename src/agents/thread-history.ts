import type { DataSource } from "typeorm";

import type { Message } from "../providers/language-model";
import { MODEL_CATALOG } from "../providers/model-catalog";
import { BYTES_PER_TOKEN } from "./fit-history";

/** What any model takes in one call, in bytes of JSON as `fitHistory` counts it. */
const LARGEST_WINDOW_BYTES = Math.max(...MODEL_CATALOG.map(({ contextWindow }) => contextWindow)) * BYTES_PER_TOKEN;
/**
 * How much of a thread is read, in bytes of JSON as Postgres writes it; the message that goes beyond is the last. Twice what fits,
 * because Postgres writes up to half as much again, with a space after every comma and colon: `fitHistory` sees then that not
 * everything fits, and says so. What is read of the turn in which the reading ended it leaves out like all that it has no room for.
 */
export const HISTORY_BYTES = 2 * LARGEST_WINDOW_BYTES;

/**
 * What was said in a thread so far, oldest first, and without what is older than any model could take. Turns that ended without an
 * answer left nothing here.
 */
export function loadHistory(dataSource: DataSource, threadId: string): Promise<Message[]> {
  // One step a message, by the index: a running sum over all of them would open all of them, hundreds of megabytes in a long thread.
  // The two columns were written from one Message, so that they belong together.
  return dataSource.query(
    `WITH RECURSIVE newest AS (
       (SELECT id, created_at, role, content, octet_length(content::text)::bigint AS bytes
        FROM messages WHERE thread_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1)
       UNION ALL
       SELECT older.id, older.created_at, older.role, older.content, newest.bytes + octet_length(older.content::text)
       FROM newest CROSS JOIN LATERAL (
         SELECT id, created_at, role, content FROM messages
         WHERE thread_id = $1 AND (created_at, id) < (newest.created_at, newest.id) ORDER BY created_at DESC, id DESC LIMIT 1
       ) AS older
       WHERE newest.bytes <= $2
     )
     SELECT role, content FROM newest ORDER BY created_at, id`,
    [threadId, HISTORY_BYTES],
  );
}

/** The message that asks a prompt. */
export function asksPrompt(prompt: string): Message {
  return { role: "user", content: [{ type: "text", text: prompt }] };
}

/** The message that answered a text; of a turn that was cut short this is all that is known. */
export function saysText(text: string): Message {
  return { role: "assistant", content: [{ type: "text", text: text.toWellFormed() }] };
}
