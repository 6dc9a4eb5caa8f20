import { useCallback, useEffect, useRef, useState } from "react";

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
  /** How often it was asked: an answer that comes after a later one tells of a time that is over. */
  const asked = useRef(0);
  const answeredLast = useRef(0);
  const ask = useCallback(
    (signal?: AbortSignal) => {
      asked.current += 1;
      const question = asked.current;
      const take = (answer: (before: Answered<Data>) => Answered<Data>) => {
        if (question < answeredLast.current) return;
        answeredLast.current = question;
        setAnswered(answer);
      };
      return request(document, JSON.parse(key) as Variables, signal).then(
        (data) => take(() => ({ data, key })),
        (error) => take((before) => ({ ...before, error, key })),
      );
    },
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
