// A process that holds sockets open, each with one subscription, and does nothing but answer pings. Its parent tells it which, and is
// told once all of them have heard of their turn.
import { WebSocket } from "ws";

import { FOLLOW } from "../../test/support/test-client";

/** One user's sockets, all of them following one turn. */
export interface Holding {
  url: string;
  token: string;
  sessionId: string;
  sockets: number;
}

/** What the parent is told: how many hold, and why others do not. */
export interface Held {
  held: number;
  refused: string[];
}

/** Sockets that are being opened at the same time: the server lets in only so many who have not said yet who they are. */
const OPENED_AT_ONCE = 50;

process.once("message", async (holdings: Holding[]) => {
  const waiting = holdings.flatMap((holding) => Array<Holding>(holding.sockets).fill(holding)).values();
  const answer: Held = { held: 0, refused: [] };
  const openInTurn = async () => {
    for (const holding of waiting) {
      await hold(holding).then(
        () => {
          answer.held += 1;
        },
        (error: Error) => answer.refused.push(error.message),
      );
    }
  };
  await Promise.all(Array.from({ length: OPENED_AT_ONCE }, openInTurn));
  process.send?.(answer);
});

/** Resolves when the subscription has had its first event. */
function hold({ url, token, sessionId }: Holding): Promise<void> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/graphql`, "graphql-transport-ws", {
    perMessageDeflate: false,
  });
  const send = (message: object) => socket.send(JSON.stringify(message));
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("close", (code) => reject(new Error(`closed with ${code}`)));
    socket.on("open", () => send({ type: "connection_init", payload: { authorization: `Bearer ${token}` } }));
    socket.on("message", (data) => {
      const { type } = JSON.parse(String(data)) as { type: string };
      if (type === "connection_ack") {
        send({ type: "subscribe", id: "1", payload: { query: FOLLOW, variables: { sessionId } } });
      } else if (type === "next") resolve();
      else if (type !== "ping") reject(new Error(`got ${String(data)}`));
    });
  });
}
