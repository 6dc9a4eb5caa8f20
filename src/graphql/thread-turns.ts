// The turns of many threads at once, as a list of conversations shows them: one statement for all threads of an answer, whoever
// asks for them.
import DataLoader from "dataloader";

import type { AgentSessionEntity } from "../agents/agent-session.entity";
import type { Page } from "../agents/read-page";
import type { SessionQueries } from "../agents/session-queries";
import type { Viewer } from "../workspaces/authenticate";
import type { PageRequest } from "./pagination";

interface TurnsRequest {
  viewer: Viewer;
  threadId: string;
}

export interface ThreadTurns {
  page(viewer: Viewer, threadId: string, page: PageRequest): Promise<Page<AgentSessionEntity>>;
  count(viewer: Viewer, threadId: string): Promise<number>;
}

export function createThreadTurns(sessions: SessionQueries): ThreadTurns {
  const pages = new DataLoader(
    (requests: readonly (TurnsRequest & { page: PageRequest })[]) =>
      inGroups(
        requests,
        ({ viewer, page }) => JSON.stringify([viewer.userId, viewer.role, page]),
        ({ viewer, page }, threadIds) => sessions.turnsOf(viewer, threadIds, page),
      ),
    { cache: false },
  );
  const counts = new DataLoader(
    (requests: readonly TurnsRequest[]) =>
      inGroups(
        requests,
        ({ viewer }) => JSON.stringify([viewer.userId, viewer.role]),
        ({ viewer }, threadIds) => sessions.countTurnsOf(viewer, threadIds),
      ),
    { cache: false },
  );
  return {
    page: (viewer, threadId, page) => pages.load({ viewer, threadId, page }),
    count: (viewer, threadId) => counts.load({ viewer, threadId }),
  };
}

/** Asks once for all requests of the same group, and gives each its answer. */
async function inGroups<Request extends TurnsRequest, Answer>(
  requests: readonly Request[],
  groupOf: (request: Request) => string,
  ask: (like: Request, threadIds: readonly string[]) => Promise<Answer[]>,
): Promise<(Answer | Error)[]> {
  const groups = new Map<string, [Request, ...Request[]]>();
  for (const request of requests) {
    const group = groups.get(groupOf(request));
    if (group) group.push(request);
    else groups.set(groupOf(request), [request]);
  }
  const answers = new Map<Request, Answer>();
  const askForGroup = async (group: [Request, ...Request[]]) => {
    const threadIds = group.map(({ threadId }) => threadId);
    const found = (await ask(group[0], threadIds)).entries();
    for (const [index, answer] of found) answers.set(group[index] ?? group[0], answer);
  };
  await Promise.all([...groups.values()].map(askForGroup));
  return requests.map((request) => answers.get(request) ?? new Error("a thread's turns were not answered"));
}
