// What the interfaces may stand for: Apollo Client needs it to match fragments such as `... on TextDelta`.
export const possibleTypes = {
  ChatTurnEvent: [
    "TurnStarted",
    "TextDelta",
    "ToolCallStarted",
    "ToolCallFinished",
    "DelegationStarted",
    "DelegationFinished",
    "UsageUpdated",
    "TurnNotice",
    "TurnFinished",
    "TurnFailed",
  ],
  Node: ["AgentSession", "Buddy", "ProviderIntegration", "ProviderKeyEvent", "Thread", "User", "Workspace"],
};
