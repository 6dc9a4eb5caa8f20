import { useState } from "react";

import { type RequestFailed, request } from "../client";
import { ThreadsDocument, type ThreadsQuery } from "../generated/graphql";
import { Answered } from "../parts/answered";
import { Notice } from "../parts/notice";
import type { Query } from "../use-query";
import { addressOf } from "../use-route";
import { moment } from "../words";

type Thread = ThreadsQuery["workspace"]["threads"]["nodes"][number];

export function ThreadList({ query, current }: { query: Query<ThreadsQuery>; current: string | null }) {
  const [open, setOpen] = useState(false);
  return (
    <section className="threads" aria-label="Conversations" data-open={open}>
      <div className="row threads-head">
        <button type="button" className="button small only-phone" aria-expanded={open} onClick={() => setOpen(!open)}>
          Conversations
        </button>
        <a className="button small" href={addressOf({ page: "chat", threadId: null })} onClick={() => setOpen(false)}>
          New conversation
        </a>
      </div>
      <div className="threads-body">
        <Answered query={query}>
          {({ workspace }) => <Threads first={workspace.threads} current={current} onChoose={() => setOpen(false)} />}
        </Answered>
      </div>
    </section>
  );
}

function Threads({
  first,
  current,
  onChoose,
}: {
  first: ThreadsQuery["workspace"]["threads"];
  current: string | null;
  onChoose: () => void;
}) {
  const [more, setMore] = useState<{ nodes: Thread[]; pageInfo: typeof first.pageInfo } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const { hasNextPage, endCursor } = (more ?? first).pageInfo;
  const known = new Set(first.nodes.map(({ id }) => id));
  const nodes = [...first.nodes, ...(more?.nodes ?? []).filter(({ id }) => !known.has(id))];
  const showMore = () => {
    setProblem(null);
    request(ThreadsDocument, { after: endCursor }).then(
      ({ workspace: { threads } }) =>
        setMore({ nodes: [...(more?.nodes ?? []), ...threads.nodes], pageInfo: threads.pageInfo }),
      (error: RequestFailed) => setProblem(error.message),
    );
  };
  if (nodes.length === 0) return <p className="quiet">None yet.</p>;
  return (
    <>
      <ul>
        {nodes.map(({ id, title, updatedAt }) => (
          <li key={id}>
            <a
              href={addressOf({ page: "chat", threadId: id })}
              aria-current={id === current ? "true" : undefined}
              onClick={onChoose}
            >
              <span>{title === "" ? "Erased conversation" : title}</span>
              <time dateTime={updatedAt}>{moment(updatedAt)}</time>
            </a>
          </li>
        ))}
      </ul>
      {problem !== null && <Notice tone="bad">{problem}</Notice>}
      {hasNextPage && (
        <button type="button" className="link" onClick={showMore}>
          Show more
        </button>
      )}
    </>
  );
}
