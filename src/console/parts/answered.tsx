import type { ReactNode } from "react";

import type { Query } from "../use-query";
import { Notice } from "./notice";

/** What a query answers; until then, and when it fails, that. */
export function Answered<Data>({ query, children }: { query: Query<Data>; children: (data: Data) => ReactNode }) {
  const { data, error, loading, reload } = query;
  return (
    <>
      {error !== undefined && (
        <Notice tone="bad">
          {error.message}{" "}
          <button type="button" className="link" onClick={() => void reload()}>
            Try again
          </button>
        </Notice>
      )}
      {data === undefined && error === undefined && <Waiting />}
      {data !== undefined && <div aria-busy={loading}>{children(data)}</div>}
    </>
  );
}

function Waiting() {
  return (
    <p className="waiting" role="status">
      Loading…
    </p>
  );
}
