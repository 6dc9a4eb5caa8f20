/** The tools that come with the server, as buddies name them. */
export const BUILT_IN_TOOL_NAMES = [
  "compare_rates",
  "current_time",
  "list_dates",
  "measure_text",
  "workspace_usage",
] as const;

export type BuiltInToolName = (typeof BUILT_IN_TOOL_NAMES)[number];
