import { introduce, type RawSocket } from "../../test/support/raw-socket";
import { count, type Open, type Streamed } from "./server-sent-events";

export interface GraphqlSocketsOptions {
  token?: string;
  query: string;
  variables(message: string): object;
}

/** A client that subscribes to its answer, each on a socket of its own, which stays open for the next one. */
export function graphqlSockets(url: string, { token, query, variables }: GraphqlSocketsOptions): Open {
  const introduction = token === undefined ? undefined : { authorization: `Bearer ${token}` };
  return async () => {
    const idle: RawSocket[] = [];
    const all: RawSocket[] = [];
    let asked = 0;
    const open = async () => {
      const socket = await introduce(url, introduction);
      all.push(socket);
      return socket;
    };
    return {
      async ask(message) {
        const socket = idle.pop() ?? (await open());
        asked += 1;
        const startedAt = performance.now();
        const streamed: Streamed = { firstTextMs: Number.NaN, characters: 0, messages: 0 };
        socket.send({ id: `${asked}`, type: "subscribe", payload: { query, variables: variables(message) } });
        for (;;) {
          const { type, payload } = await socket.next();
          if (type === "complete") break;
          if (type === "error") throw new Error(JSON.stringify(payload));
          const [event] = Object.values<{ delta?: string }>(payload?.data ?? {});
          if (event?.delta !== undefined) count(streamed, event.delta, startedAt);
        }
        idle.push(socket);
        return streamed;
      },
      close() {
        for (const socket of all) void socket.close();
      },
    };
  };
}
