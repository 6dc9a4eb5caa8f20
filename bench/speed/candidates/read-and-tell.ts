// The floor of the server's own way: an answer read by Node's HTTP client, its pieces told in frames as often as the server tells them.
// No account of it is kept: no GraphQL, no number that lasts, no database, no bill, no trace.
import { Agent, request as ask, type IncomingMessage } from "node:http";
import { createParser } from "eventsource-parser";
import { type WebSocket, WebSocketServer } from "ws";

import { atNextBeat } from "../../../src/beat";
import { READING, restUntilBeat } from "../../../src/providers/rest-until-beat";
import { listen, providerUrl } from "./listen";

interface Asked {
  id: string;
  type: string;
  payload: { variables: { message: string } };
}

const agent = new Agent({ keepAlive: true, onread: READING });

new WebSocketServer({ server: listen(), path: "/graphql", handleProtocols: () => "graphql-transport-ws" }).on(
  "connection",
  (socket) => {
    socket.on("message", (data) => {
      const message: Asked = JSON.parse(String(data));
      if (message.type === "connection_init") socket.send(JSON.stringify({ type: "connection_ack" }));
      if (message.type === "subscribe") answer(socket, message);
    });
  },
);

function answer(socket: WebSocket, { id, payload }: Asked): void {
  const body = JSON.stringify({
    model: "claude-opus-5-0",
    max_tokens: 4_096,
    stream: true,
    messages: [{ role: "user", content: payload.variables.message }],
  });
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const asked = ask(`${providerUrl()}/v1/messages`, { method: "POST", agent, headers }, (response) =>
    tell(response, (message) => socket.send(JSON.stringify({ id, ...message }))),
  );
  asked.end(body);
}

function tell(response: IncomingMessage, send: (message: object) => void): void {
  let sequence = 0;
  let pending = "";
  let merging = false;
  let read = "";
  const flush = () => {
    sequence += 1;
    send({ type: "next", payload: { data: { chatTurn: { __typename: "TextDelta", sequence, delta: pending } } } });
    pending = "";
  };
  const merge = () => {
    merging = true;
    atNextBeat(() => {
      merging = false;
      if (pending === "") return;
      flush();
      merge();
    });
  };
  const parser = createParser({
    onEvent({ data }) {
      const event = JSON.parse(data);
      if (event.type === "content_block_delta") pending += event.delta.text;
    },
  });
  const tellRead = () => {
    if (read === "") return;
    parser.feed(read);
    read = "";
    if (pending === "") return;
    restUntilBeat(response);
    if (merging) return;
    flush();
    merge();
  };
  response.setEncoding("utf8");
  response.on("data", (text: string) => {
    if (read === "") setImmediate(tellRead);
    read += text;
  });
  response.once("end", () => {
    parser.feed(read);
    read = "";
    if (pending !== "") flush();
    send({ type: "complete" });
  });
}
