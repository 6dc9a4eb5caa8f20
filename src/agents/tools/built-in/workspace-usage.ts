import type { DataSource } from "typeorm";

import type { JsonValue } from "../../../providers/language-model";
import type { ModelMode } from "../../../workspaces/model-mode";
import { NO_TOKENS, totalTokens } from "../../token-usage";
import { type Tool, ToolFailure } from "../tool";
import { DAY_MS, dateSchema, formatDate, readDate } from "./calendar-date";

/** Days that are counted when nothing else is asked for, and at most. */
const USUAL_DAYS = 30;
const LONGEST_SPAN_DAYS = 366;

/** What one mode used. Sums of `bigint` are numeric, which the driver reads as text. */
interface UsageRow {
  mode: ModelMode;
  sessions: string;
  input_tokens: string;
  output_tokens: string;
  cache_read_tokens: string;
  cache_write_tokens: string;
}

/** Totals by mode only: every member may know what the workspace uses, and nobody what another one asked. */
export function createWorkspaceUsageTool(dataSource: DataSource): Omit<Tool, "name"> {
  return {
    description:
      "Tells how many sessions and tokens this workspace has used, in total and by who pays: METERED is billed by Waypath, " +
      "the BYOK modes run on the workspace's own provider keys. Delegated sessions count as sessions.",
    inputSchema: {
      type: "object",
      properties: {
        from: dateSchema(`First day, UTC. ${USUAL_DAYS} days up to "to" when left out.`),
        to: dateSchema("Last day, UTC. Today when left out."),
      },
      additionalProperties: false,
    },
    call: async ({ from, to }, { workspaceId }) => {
      const last = to === undefined ? readDate(formatDate(new Date()), "to") : readDate(to, "to");
      const first = from === undefined ? daysAfter(last, 1 - USUAL_DAYS) : readDate(from, "from");
      return readUsage(dataSource, workspaceId, first, last);
    },
  };
}

async function readUsage(dataSource: DataSource, workspaceId: string, first: Date, last: Date): Promise<JsonValue> {
  if (first > last) throw new ToolFailure('"from" must not be after "to".');
  if (daysAfter(first, LONGEST_SPAN_DAYS) < last) {
    throw new ToolFailure(`"from" and "to" must be within ${LONGEST_SPAN_DAYS} days of each other.`);
  }
  const rows = await dataSource.query<UsageRow[]>(
    `SELECT mode, count(*) AS sessions, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens,
            sum(cache_read_tokens) AS cache_read_tokens, sum(cache_write_tokens) AS cache_write_tokens
     FROM agent_sessions WHERE workspace_id = $1 AND started_at >= $2 AND started_at < $3 GROUP BY mode ORDER BY mode`,
    [workspaceId, first, daysAfter(last, 1)],
  );
  const byMode = rows.map(readRow);
  return {
    from: formatDate(first),
    to: formatDate(last),
    sessions: byMode.reduce((sum, { sessions }) => sum + sessions, 0),
    totalTokens: byMode.reduce((sum, { totalTokens }) => sum + totalTokens, 0),
    byMode,
  };
}

function readRow(row: UsageRow) {
  const usage = {
    inputTokens: Number(row.input_tokens),
    outputTokens: Number(row.output_tokens),
    cacheReadTokens: Number(row.cache_read_tokens),
    cacheWriteTokens: Number(row.cache_write_tokens),
  };
  return {
    mode: row.mode,
    sessions: Number(row.sessions),
    ...usage,
    totalTokens: totalTokens({ ...NO_TOKENS, ...usage }),
  };
}

function daysAfter(date: Date, days: number): Date {
  return new Date(date.getTime() + days * DAY_MS);
}
