import { useState } from "react";

import { ActivityDocument } from "../generated/graphql";
import { Answered } from "../parts/answered";
import { PageHead } from "../parts/page-head";
import { useQuery } from "../use-query";
import { figure } from "../words";
import { AuditTable } from "./audit-table";
import { Filters, filterOf, NO_CHOICE } from "./filters";

export function ActivityPage() {
  const [choice, setChoice] = useState(NO_CHOICE);
  /** Cursors of the pages that led here, the first page's left out. */
  const [path, setPath] = useState<readonly string[]>([]);
  const after = path.at(-1) ?? null;
  const query = useQuery(ActivityDocument, { after, filter: filterOf(choice) });
  return (
    <div className="page broad">
      <PageHead title="Activity">
        Every turn: who was asked, which model answered, who paid, and how it stands with the meter.
      </PageHead>
      <Filters
        choice={choice}
        buddies={query.data?.workspace.buddies ?? []}
        onChange={(next) => {
          setChoice(next);
          setPath([]);
        }}
        onReload={query.reload}
      />
      <Answered query={query}>
        {({ workspace: { agentSessions } }) => (
          <>
            {agentSessions.nodes.length === 0 ? (
              <p className="quiet">Nothing here{choice === NO_CHOICE ? " yet" : " with these filters"}.</p>
            ) : (
              <AuditTable rows={agentSessions.nodes} nested={filterOf(choice).topLevelOnly === true} />
            )}
            <nav className="row pager" aria-label="Pages of the list">
              <button
                type="button"
                className="button"
                disabled={path.length === 0}
                onClick={() => setPath(path.slice(0, -1))}
              >
                Newer
              </button>
              <button
                type="button"
                className="button"
                disabled={!agentSessions.pageInfo.hasNextPage}
                onClick={() => setPath([...path, agentSessions.pageInfo.endCursor ?? ""])}
              >
                Older
              </button>
              <small className="quiet">{figure(agentSessions.totalCount)} in all</small>
            </nav>
          </>
        )}
      </Answered>
    </div>
  );
}
