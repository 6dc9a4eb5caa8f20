import { useCallback, useEffect, useState } from "react";

import { type RequestFailed, request } from "./client";
import type { TypedDocumentString } from "./generated/graphql";

export interface Query<Data> {
  /** The latest answer; it stays while it is asked for anew. */
  data: Data | undefined;
  error: RequestFailed | undefined;
  loading: boolean;
  /** Asks again. Resolves when the answer is there. */
  reload(): Promise<void>;
}

interface Answered<Data> {
  data?: Data;
  error?: RequestFailed;
  /** What was asked for. */
  key?: string;
}

/** Asks when the component appears, and again when the variables change. */
export function useQuery<Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Query<Data> {
  const [answered, setAnswered] = useState<Answered<Data>>({});
  const key = JSON.stringify(variables);
  const ask = useCallback(
    (signal?: AbortSignal) =>
      request(document, JSON.parse(key) as Variables, signal).then(
        (data) => setAnswered({ data, key }),
        (error) => setAnswered((before) => ({ ...before, error, key })),
      ),
    [document, key],
  );
  useEffect(() => {
    const gone = new AbortController();
    void ask(gone.signal);
    return () => gone.abort();
  }, [ask]);
  return {
    data: answered.data,
    error: answered.error,
    loading: answered.key !== key,
    reload: useCallback(() => ask(), [ask]),
  };
}
