// The HTTP door: who gets in, and how a refusal looks.
import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { WorkspaceEntity } from "../../src/workspaces/workspace.entity";
import { STALL_MS } from "../support/busy-machine";
import { startTestServer, type TestServer } from "../support/test-server";
import { until } from "../support/until";

const LIMIT_BODY_BYTES = 10_000;

let server: TestServer;
let authorization: string;
beforeAll(async () => {
  server = await startTestServer({ LIMIT_BODY_BYTES: String(LIMIT_BODY_BYTES) });
  authorization = `Bearer ${await server.token()}`;
});
afterAll(() => server.close());

const QUERY = JSON.stringify({ query: "{ viewer { role } }" });

/** Sends a request as a test describes it; everything that is not said is as it should be. */
function send({ method = "POST", path = "", body = QUERY, ...headers }: Record<string, string>): Promise<Response> {
  return fetch(`${server.url}/graphql${path}`, {
    method,
    headers: { "content-type": "application/json", authorization, ...headers },
    ...(method === "GET" ? {} : { body }),
  });
}

test("a token lets its bearer in", async () => {
  const response = await send({});
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/^application\/json/);
  expect(await response.json()).toEqual({ data: { viewer: { role: "ADMIN" } } });
  expect(response.headers.get("x-powered-by")).toBeNull();
});

test.each([
  ["no token", "", "A bearer token is needed: send `Authorization: Bearer <token>`."],
  ["another scheme", "Basic YTpi", "A bearer token is needed: send `Authorization: Bearer <token>`."],
  ["rubbish", "Bearer rubbish", "The token is not valid."],
])("%s is a 401 in GraphQL's shape", async (_name, wrong, message) => {
  const response = await send({ authorization: wrong });
  expect(response.status).toBe(401);
  expect(response.headers.get("www-authenticate")).toBe("Bearer");
  expect(response.headers.get("content-type")).toMatch(/^application\/json/);
  expect(await response.json()).toEqual({ errors: [{ message, extensions: { code: "UNAUTHENTICATED" } }] });
});

test("an expired token is a 401 that says so", async () => {
  const response = await send({ authorization: `Bearer ${await server.token({ expiresInSeconds: -1 })}` });
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({
    errors: [{ message: "The token has expired: get a new one.", extensions: { code: "UNAUTHENTICATED" } }],
  });
});

test("the token is looked at before the body is", async () => {
  expect((await send({ authorization: "", body: "x".repeat(LIMIT_BODY_BYTES + 1) })).status).toBe(401);
});

test("a disabled workspace is out within two seconds", async () => {
  const token = await server.token({ workspaceId: "closing" });
  const statusNow = async () => (await send({ authorization: `Bearer ${token}` })).status;
  expect(await statusNow()).toBe(200);
  await server.dataSource.getRepository(WorkspaceEntity).update({ id: "closing" }, { disabledAt: new Date() });
  const disabledAt = performance.now();
  await until(async () => (await statusNow()) !== 200);
  expect(performance.now() - disabledAt).toBeLessThan(2_000 + STALL_MS);
  expect(await statusNow()).toBe(401);
});

test("a body that is too large is a 413", async () => {
  const body = JSON.stringify({ query: `{ viewer { role } } # ${"x".repeat(LIMIT_BODY_BYTES)}` });
  const response = await send({ body });
  expect(response.status).toBe(413);
  expect(await response.json()).toEqual({
    errors: [{ message: "The request is larger than 10,000 bytes.", extensions: { code: "BAD_USER_INPUT" } }],
  });
});

test.each([
  ["no JSON", { body: '{"query": "sk-ant-canary' }],
  ["a bare word", { body: "canary" }],
  ["no body", { body: "" }],
  ["an empty object", { body: "{}" }],
  ["a list", { body: `[${QUERY}]` }],
  ["a query that is no text", { body: '{"query": {"canary": 1}}' }],
  ["variables that are none", { body: '{"query": "{ viewer { role } }", "variables": "canary"}' }],
  ["an unknown encoding", { "content-encoding": "canary" }],
  ["an unknown character set", { "content-type": "application/json; charset=canary" }],
])("%s is refused in GraphQL's shape, and not repeated", async (_name, request) => {
  const response = await send(request);
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(response.status).toBeLessThan(500);
  const text = await response.text();
  expect(JSON.parse(text)).toEqual({
    errors: [
      { message: expect.any(String), extensions: { code: expect.stringMatching(/^BAD_(USER_INPUT|REQUEST)$/) } },
    ],
  });
  expect(text).not.toContain("canary");
});

/** A refusal that comes before GraphQL is asked. */
const refused = (message: unknown) => ({ errors: [{ message, extensions: { code: "BAD_REQUEST" } }] });

test.each(["PUT", "PATCH", "DELETE", "PROPFIND"])("%s is no way to ask, and is told the ways", async (method) => {
  const response = await send({ method });
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe("GET, POST, OPTIONS");
  expect(await response.json()).toEqual(refused("GraphQL is asked by POST, or by GET for queries."));
});

test.each([
  ["text/plain"],
  ["application/x-www-form-urlencoded"],
  ["multipart/form-data; boundary=x"],
  ["application/graphql"],
  ["application/xml"],
  ["application/jsonp"],
  ["no type at all"],
  [""],
])("a body that calls itself %p is not read", async (type) => {
  const response = await send({ "content-type": type });
  expect(response.status).toBe(415);
  expect(await response.json()).toEqual(refused("Send the operation as JSON, with `Content-Type: application/json`."));
});

test.each(["application/json", "Application/JSON; charset=utf-8", "application/json;charset=UTF-8"])(
  "a body that calls itself %p is read",
  async (type) => {
    expect((await send({ "content-type": type })).status).toBe(200);
  },
);

test("a foreign page cannot ask by a link: a GET needs a header that only the server's own clients may send", async () => {
  const asked = { method: "GET", path: `?query=${encodeURIComponent("{ viewer { role } }")}`, "content-type": "" };
  for (const disguise of [{}, { "content-type": "text/plain" }]) {
    const response = await send({ ...asked, ...disguise });
    expect([400, 415]).toContain(response.status);
    expect(await response.json()).toEqual(refused(expect.any(String)));
  }
  const response = await send({ ...asked, "content-type": "application/json" });
  expect(await response.json()).toEqual({ data: { viewer: { role: "ADMIN" } } });
});

test("a GET changes nothing", async () => {
  const mutation = "mutation { updateRoutingPolicy(input: {byokFallback: FAIL}) { userErrors { code } } }";
  const response = await send({ method: "GET", path: `?query=${encodeURIComponent(mutation)}` });
  expect(response.status).toBe(405);
  expect(await response.json()).toEqual(refused(expect.stringContaining("GET requests only support query operations")));
});

test("a document by its hash alone is not known: the socket does not know it either", async () => {
  const persistedQuery = { version: 1, sha256Hash: "0".repeat(64) };
  const response = await send({ body: JSON.stringify({ extensions: { persistedQuery } }) });
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "PERSISTED_QUERY_NOT_SUPPORTED" } }] });
});

test("a browser that comes by is not sent a page from elsewhere", async () => {
  const response = await send({ method: "GET", accept: "text/html" });
  expect(response.status).toBe(406);
  expect(response.headers.get("content-type")).not.toContain("html");
});

test("a subscription belongs on the socket", async () => {
  const body = JSON.stringify({ query: 'subscription { agentSessionEvents(sessionId: "ses_1") { sequence } }' });
  const response = await send({ body });
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({
    errors: [
      {
        message: "Subscriptions are served over WebSocket, at the same address.",
        extensions: { code: "BAD_REQUEST" },
      },
    ],
  });
});

test("a fault of ours on the way in is masked", async () => {
  const broken = await startTestServer();
  await broken.dataSource.query("ALTER TABLE users RENAME TO gone");
  const response = await fetch(`${broken.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${await broken.token()}` },
    body: QUERY,
  });
  expect(response.status).toBe(500);
  const { errors } = Object(await response.json());
  expect(errors).toEqual([
    {
      message: "Something went wrong on our side. Quote the request id when you report it.",
      extensions: { code: "INTERNAL_SERVER_ERROR", requestId: expect.any(String) },
    },
  ]);
  await broken.logged((line) => line.request === errors[0].extensions.requestId);
  await broken.close();
});

test("while tokens cannot be checked, the answer is a 503 and not a 401", async () => {
  const keyless = await startTestServer({ AUTH_JWKS_URL: "http://127.0.0.1:1/keys" });
  const [header, payload] = ['{"alg":"ES256","kid":"k"}', "{}"].map((part) => Buffer.from(part).toString("base64url"));
  const response = await fetch(`${keyless.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${header}.${payload}.AAAA` },
    body: QUERY,
  });
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "SERVICE_UNAVAILABLE" } }] });
  await keyless.close();
});
