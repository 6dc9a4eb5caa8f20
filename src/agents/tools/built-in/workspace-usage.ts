import type { DataSource } from "typeorm";

import type { JsonValue } from "../../../providers/language-model";
import { totalTokens } from "../../token-usage";
import { LONGEST_PERIOD_DAYS } from "../../usage-period";
import { summarizeUsage, type UsageTotals } from "../../usage-summary";
import { type Tool, ToolFailure } from "../tool";
import { DAY_MS, dateSchema, formatDate, readDate } from "./calendar-date";

/** Days that are counted when nothing else is asked for. */
const USUAL_DAYS = 30;

/** Whole days and totals by mode only: every member may know what the workspace uses, and nobody what another one asked. */
export function createWorkspaceUsageTool(dataSource: DataSource): Omit<Tool, "name"> {
  return {
    description:
      "Tells how many sessions and tokens this workspace has used, in total and by who pays: METERED is billed by Waypath, " +
      "the BYOK modes run on the workspace's own provider keys. Delegated sessions count as sessions. " +
      "A session counts on the day it ended; one that is still running, like this one, does not count yet.",
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
  const end = daysAfter(last, 1);
  if (daysAfter(first, LONGEST_PERIOD_DAYS) < end) {
    throw new ToolFailure(`"from" and "to" must be within ${LONGEST_PERIOD_DAYS - 1} days of each other.`);
  }
  const { total, byMode } = await summarizeUsage(dataSource, { workspaceId, userId: null }, { from: first, to: end });
  return {
    from: formatDate(first),
    to: formatDate(last),
    sessions: total.sessions,
    totalTokens: totalTokens(total.usage),
    byMode: byMode.map(({ mode, totals }) => ({ mode, ...flatten(totals) })),
  };
}

/** Reasoning stays out: it is part of the output, and a model that reads both would add them up. */
function flatten({ sessions, usage }: UsageTotals) {
  const { reasoningTokens: _, ...counts } = usage;
  return { sessions, ...counts, totalTokens: totalTokens(usage) };
}

function daysAfter(date: Date, days: number): Date {
  return new Date(date.getTime() + days * DAY_MS);
}
