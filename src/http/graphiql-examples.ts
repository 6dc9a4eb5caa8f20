/** One tab of the GraphiQL page. It works as it stands on the built-in simulator. */
export interface GraphiqlExample {
  /** A GraphQL document; its operation's name becomes the tab's. */
  document: string;
  variables?: Record<string, unknown>;
}

const CHAT_TURN: GraphiqlExample = {
  document: /* GraphQL */ `
# Asks a buddy and streams the turn. Only the
# latest event is shown: the text so far, and at
# the end the receipt. Each run is a new turn.
# An app sends an idempotencyKey, so that a
# reconnect does not ask, and pay, twice.
subscription ChatTurn($input: ChatTurnInput!) {
  chatTurn(input: $input) {
    __typename
    sequence
    sessionId
    buddy
    ... on TurnStarted {
      session {
        threadId
        route {
          mode
          payer
          modelId
        }
      }
    }
    ... on TextDelta {
      text
    }
    ... on ToolCallStarted {
      toolCall {
        name
        arguments
      }
    }
    ... on ToolCallFinished {
      toolCall {
        name
        result
        errorMessage
      }
    }
    ... on DelegationStarted {
      task
      toBuddy {
        slug
      }
    }
    ... on DelegationFinished {
      session {
        text
      }
    }
    ... on UsageUpdated {
      usage {
        totalTokens
      }
    }
    ... on TurnNotice {
      code
      message
    }
    ... on TurnFinished {
      finishReason
      session {
        text
        route {
          requestedMode
          modeSource
          mode
          fallbackReason
          payer
          provider
          modelId
          modelReason
          maskedKey
        }
        usage {
          inputTokens
          outputTokens
          cacheReadTokens
          cacheWriteTokens
          totalTokens
        }
        durationMs
        timeToFirstTokenMs
        traceUrl
      }
    }
    ... on TurnFailed {
      error {
        code
        message
        retryable
        retryAfterSeconds
        requestId
      }
      session {
        text
      }
    }
  }
}
`,
  variables: {
    input: { buddy: "campaign", message: "Plan a launch week for our spring newsletter, in three steps." },
  },
};

const WORKSPACE: GraphiqlExample = {
  document: /* GraphQL */ `
# Who you are, which platforms are connected,
# and where each buddy's next turn would go.
query Workspace {
  viewer {
    role
    user {
      name
    }
    workspace {
      id
      name
      connectedPlatforms
      routingPolicy {
        defaultMode
        byokFallback
      }
      buddies {
        slug
        name
        role
        modelMode
        nextRoute {
          status
          route {
            mode
            modeSource
            fallbackReason
            payer
            modelId
            maskedKey
          }
        }
      }
    }
  }
}
`,
};

const CONFIGURE_PROVIDER: GraphiqlExample = {
  document: /* GraphQL */ `
# Stores the workspace's own key, once the
# provider has accepted it; the simulator
# accepts any of this shape. Do not type a real
# key here: the browser remembers what is typed
# into this page, variables too.
mutation ConfigureProvider($provider: LlmProvider!, $apiKey: String!) {
  configureProvider(input: { provider: $provider, apiKey: $apiKey }) {
    provider {
      provider
      status
      maskedKey
      configuredAt
      configuredBy {
        name
      }
      models {
        id
        displayName
      }
    }
    userErrors {
      field
      message
      code
    }
  }
}
`,
  variables: { provider: "CLAUDE", apiKey: "sk-ant-example-key-0001" },
};

const SET_BUDDY_MODEL: GraphiqlExample = {
  document: /* GraphQL */ `
# Puts a buddy on the workspace's own key, or
# with "mode": null back on the workspace's
# default. nextRoute says who would pay for its
# next turn.
mutation SetBuddyModel($input: SetBuddyModelInput!) {
  setBuddyModel(input: $input) {
    buddy {
      slug
      modelMode
      nextRoute {
        status
        route {
          requestedMode
          mode
          fallbackReason
          payer
          modelId
          maskedKey
        }
      }
    }
    userErrors {
      field
      message
      code
    }
  }
}
`,
  variables: { input: { buddy: "campaign", mode: "BYOK_CLAUDE" } },
};

const AUDIT_LIST: GraphiqlExample = {
  document: /* GraphQL */ `
# The audit list: every turn, which model ran it
# and who paid. For the next page pass endCursor
# as "after".
query AuditList($first: Int, $after: String, $filter: AgentSessionFilter) {
  workspace {
    agentSessions(first: $first, after: $after, filter: $filter) {
      totalCount
      nodes {
        id
        startedAt
        buddySlug
        status
        prompt
        requestedBy {
          name
        }
        modelId
        route {
          mode
          payer
          fallbackReason
          maskedKey
        }
        usage {
          totalTokens
        }
        durationMs
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
`,
  variables: { first: 10, after: null, filter: { topLevelOnly: true } },
};

const REVOKE_PROVIDER: GraphiqlExample = {
  document: /* GraphQL */ `
# Deletes the workspace's key. From the next
# turn on, buddies that were set to it follow
# the routing policy.
mutation RevokeProvider($provider: LlmProvider!) {
  revokeProvider(input: { provider: $provider }) {
    provider {
      provider
      status
    }
    affectedBuddies {
      slug
      nextRoute {
        status
      }
    }
    userErrors {
      field
      message
      code
    }
  }
}
`,
  variables: { provider: "CLAUDE" },
};

/** In the order of the tabs, which is also one in which they tell a story. */
export const GRAPHIQL_EXAMPLES: readonly GraphiqlExample[] = [
  CHAT_TURN,
  WORKSPACE,
  CONFIGURE_PROVIDER,
  SET_BUDDY_MODEL,
  AUDIT_LIST,
  REVOKE_PROVIDER,
].map((example) => ({ ...example, document: example.document.trim() }));
