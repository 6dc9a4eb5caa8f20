import type { DataSource } from "typeorm";

import type { BuiltInToolName } from "../../workspaces/built-in-tool-names";
import { compareRatesTool } from "./built-in/compare-rates";
import { currentTimeTool } from "./built-in/current-time";
import { listDatesTool } from "./built-in/list-dates";
import { measureTextTool } from "./built-in/measure-text";
import { createWorkspaceUsageTool } from "./built-in/workspace-usage";
import type { Tool } from "./tool";

/** The tools that need no server and no account of their own: one for each name that a buddy can be allowed. */
export function createBuiltInTools({ dataSource }: { dataSource: DataSource }): readonly Tool[] {
  const tools: Record<BuiltInToolName, Omit<Tool, "name">> = {
    compare_rates: compareRatesTool,
    current_time: currentTimeTool,
    list_dates: listDatesTool,
    measure_text: measureTextTool,
    workspace_usage: createWorkspaceUsageTool(dataSource),
  };
  return Object.entries(tools).map(([name, tool]) => ({ name, ...tool, isOurs: true }));
}
