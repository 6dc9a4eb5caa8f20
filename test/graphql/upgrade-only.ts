import { once } from "node:events";
import { connect } from "node:net";

/** A client that opens a socket and then does nothing: what the network's own layer would answer for it, it does not. */
export async function upgradeOnly(url: string): Promise<{ closed: Promise<unknown> }> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  const closed = once(socket, "close");
  socket.write(
    [
      "GET /graphql HTTP/1.1",
      `Host: ${host}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
      "Sec-WebSocket-Protocol: graphql-transport-ws",
      "\r\n",
    ].join("\r\n"),
  );
  const [answer] = await once(socket, "data");
  if (!String(answer).startsWith("HTTP/1.1 101 ")) throw new Error(String(answer));
  // Read, so that its end is heard of.
  socket.resume();
  return { closed };
}
