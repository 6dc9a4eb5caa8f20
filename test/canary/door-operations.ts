import Stripe from "stripe";

import { introduce, openSocket } from "../support/raw-socket";
import type { Evidence } from "./evidence";

export interface Doors {
  url: string;
  token: string;
  bodyBytes: number;
  webhookSecret: string;
}

/** Goes to every HTTP door with the key in every part of a request. */
export async function knockOverHttp(evidence: Evidence, key: string, doors: Doors): Promise<void> {
  const authorization = `Bearer ${doors.token}`;
  const json = { authorization, "content-type": "application/json" };
  const send = (name: string, path: string, init: RequestInit = {}) =>
    evidence.drive(`HTTP: ${name}`, async () => {
      const response = await fetch(doors.url + path, init);
      return { status: response.status, headers: [...response.headers], body: await response.text() };
    });
  const post = (name: string, body: unknown, headers: HeadersInit = json) =>
    send(name, "/graphql", { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body) });
  const inline = `{ buddy(slug: "${key}") { slug } }`;
  const inAddress = encodeURIComponent(inline);

  await post("the key as token", { query: "{ viewer { role } }" }, { ...json, authorization: `Bearer ${key}` });
  await post("inline", { query: inline });
  await post("a document that is not closed", { query: `{ buddy(slug: "${key}") ` });
  await post("a text that is not closed", { query: `{ buddy(slug: "${key}` });
  await post("a field's name", { query: `{ ${key} }` });
  await post("a directive", { query: `{ viewer @include(if: "${key}") { role } }` });
  await post("an argument that there is not", { query: `{ viewer(key: "${key}") { role } }` });
  await post("a number's place", { query: `{ workspace { threads(first: "${key}") { nodes { id } } } }` });
  await post("a cursor", { query: `{ workspace { threads(after: "${key}") { nodes { id } } } }` });
  await post("a filter", {
    query: "query($filter: AgentSessionFilter) { workspace { agentSessions(filter: $filter) { nodes { id } } } }",
    variables: { filter: { statuses: [key], threadId: key, startedAfter: key, more: key } },
  });
  await post("an operation's name", { query: "query A { viewer { role } }", operationName: key });
  await post("variables that are none", { query: "{ viewer { role } }", variables: key });
  await post("extensions", {
    query: "{ viewer { role } }",
    extensions: { persistedQuery: { sha256Hash: key, version: 1 } },
  });
  await post("a batch", [{ query: inline }]);
  await post("no JSON", `{"query": "${key}`);
  await post("a JSON text", JSON.stringify(key));
  await post("a body over the limit", { query: inline, more: key.repeat(doors.bodyBytes / key.length + 1) });
  await post("another content type", inline, { authorization, "content-type": "application/graphql" });
  await post("a content type with the key", inline, { authorization, "content-type": `text/${key}` });
  await post("a form", `query=${inAddress}`, { authorization, "content-type": "application/x-www-form-urlencoded" });
  await post("an encoding", inline, { ...json, "content-encoding": key });
  await post("another origin", { query: inline }, { ...json, origin: `http://${key}.example` });
  await send("GET, not preflighted", `/graphql?query=${inAddress}`, { headers: { authorization } });
  await send("GET", `/graphql?query=${inAddress}`, { headers: json });
  await send("GET with a mutation", `/graphql?query=mutation${inAddress}`, { headers: json });
  await send("another method", `/graphql?key=${key}`, { method: "PUT", headers: json, body: key });
  const rest = (name: string, method: string, path: string, body?: unknown, headers: HeadersInit = json) =>
    send(`REST ${name}`, `/api/${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  for (const provider of ["claude", "openai", key]) {
    const path = `integrations/${provider}/configure`;
    const to = provider === key ? "a provider of its name" : provider;
    await rest(`configure ${to}, in its place`, "POST", path, { apiKey: key });
    await rest(`configure ${to}, in another's place`, "POST", path, { [key]: key, key });
    await rest(`configure ${to}, no text`, "POST", path, { apiKey: { key } });
    await rest(`configure ${to}, no JSON`, "POST", path, `{"apiKey": "${key}`);
    await rest(`configure ${to}, no object`, "POST", path, JSON.stringify(key));
    await rest(`configure ${to}, as a form`, "POST", path, `apiKey=${key}`, { authorization });
    await rest(`configure ${to}, as token`, "POST", path, { apiKey: key }, { ...json, authorization: `Bearer ${key}` });
    await rest(`configure ${to}, over the limit`, "POST", path, {
      apiKey: key.repeat(doors.bodyBytes / key.length + 1),
    });
    await rest(`configure ${to}, by another method`, "PUT", `${path}?apiKey=${key}`, { apiKey: key });
    await rest(`revoke ${to}`, "DELETE", `integrations/${provider}?key=${key}`);
  }
  await rest("a path that cannot be read", "POST", `integrations/%E0%A4%A${key}/configure`, { apiKey: key });
  await rest("the list", "GET", `integrations?key=${key}`);
  await rest("an address that there is not", "POST", `${key}/${key}`, { key });
  for (const [place, body] of Object.entries({
    "a buddy": { message: "Hello", buddy: key },
    "a thread": { message: "Hello", threadId: key },
    "a mode": { message: "Hello", buddyModels: [{ buddy: "campaign", mode: key }] },
    "a mode's buddy": { message: "Hello", buddyModels: [{ buddy: key, mode: "METERED" }] },
    "a list's place": { message: "Hello", buddyModels: key },
    "a message's place": { message: { key } },
    "a field's name": { message: "Hello", [key]: key },
    "no object": [key],
    "no JSON": `{"message": "${key}`,
    "over the limit": { message: key.repeat(doors.bodyBytes / key.length + 1) },
  })) {
    await rest(`chat, ${place}`, "POST", "chat", body);
  }
  await rest(
    "chat, the last event",
    "POST",
    "chat",
    { message: "Hello", idempotencyKey: "1" },
    {
      ...json,
      "last-event-id": key,
    },
  );
  await rest("chat, as token", "POST", "chat", { message: "Hello" }, { ...json, authorization: `Bearer ${key}` });
  for (const path of ["/metrics", "/readyz", "/healthz", "/graphiql"]) {
    await send(path, `${path}?key=${key}`, { headers: { authorization: `Bearer ${key}`, cookie: `key=${key}` } });
  }
  await send("a page that there is not", `/nothing/${key}?key=${key}`);
  await send("a page that there is not, posted to", `/${key}`, { method: "POST", headers: json, body: key });
  await send("a path that cannot be read", `/graphql/%E0%A4%A${key}`);

  const webhook = (name: string, body: string, signature: string) =>
    send(name, "/webhooks/stripe", { method: "POST", headers: { "stripe-signature": signature }, body });
  const signed = (payload: string) =>
    Stripe.webhooks.generateTestHeaderString({ payload, secret: doors.webhookSecret });
  const event = JSON.stringify({ id: key, object: "v2.core.event", type: key, data: { key } });
  await webhook("a forged report", event, key);
  await webhook("a report of another kind", event, signed(event));
  await webhook("a report over the limit", key.repeat(doors.bodyBytes / key.length + 1), key);
}

/** Goes to the socket door with the key in every part of the conversation. */
export async function knockOnSocket(evidence: Evidence, key: string, { url, token }: Doors): Promise<void> {
  const authorization = `Bearer ${token}`;
  const inline = `{ buddy(slug: "${key}") { slug } }`;
  const closedBy = (name: string, messages: (object | string)[], introduction?: object) =>
    evidence.drive(`socket: ${name}`, async () => {
      const socket = introduction === undefined ? await openSocket(url) : await introduce(url, introduction);
      for (const message of messages) socket.send(message);
      return socket.closed;
    });
  const answerTo = (name: string, payload: object, introduction: object = { authorization }) =>
    evidence.drive(`socket: ${name}`, async () => {
      const socket = await introduce(url, introduction);
      socket.send({ type: "subscribe", id: "1", payload });
      const answer = await socket.next();
      await socket.close();
      return answer;
    });

  await closedBy("the key as token", [{ type: "connection_init", payload: { authorization: `Bearer ${key}` } }]);
  await closedBy("parameters that are none", [{ type: "connection_init", payload: key }]);
  await closedBy(
    "the key as an operation's token",
    [{ type: "subscribe", id: "1", payload: { query: inline, extensions: { authorization: `Bearer ${key}` } } }],
    {},
  );
  await closedBy("no JSON", [key], { authorization });
  await closedBy("a message of no kind", [{ type: key }], { authorization });
  await closedBy("a message without an id", [{ type: "subscribe", payload: { query: inline } }], { authorization });
  await closedBy("a payload that is none", [{ type: "subscribe", id: "1", payload: key }], { authorization });
  await answerTo("inline", { query: inline });
  await answerTo("a document that is not closed", { query: `{ buddy(slug: "${key}` });
  await answerTo("a field's name", { query: `{ ${key} }` });
  await answerTo("a number's place", {
    query: `subscription { agentSessionEvents(sessionId: "${key}", after: "${key}") { at } }`,
  });
  await answerTo("an operation's name", { query: "query A { viewer { role } }", operationName: key });
}
