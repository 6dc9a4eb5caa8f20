// Which web pages may call the server, and what a browser is told of those.
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

import { originCheck } from "../../src/http/cross-origin";
import { createLogger } from "../../src/logger";
import { startTestServer, type TestServer } from "../support/test-server";

const APP = "https://app.example.com";

let server: TestServer;
let authorization: string;
beforeAll(async () => {
  server = await startTestServer({ ALLOWED_ORIGINS: `${APP},http://localhost:5173` });
  authorization = `Bearer ${await server.token()}`;
});
afterAll(() => server.close());

function ask(origin: string | undefined, headers: Record<string, string> = { authorization }): Promise<Response> {
  return fetch(`${server.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers, ...(origin === undefined ? {} : { origin }) },
    body: JSON.stringify({ query: "{ viewer { role } }" }),
  });
}

const HEADERS = "authorization,content-type,apollographql-client-name,traceparent";

function askFirst(origin: string, method = "POST"): Promise<Response> {
  return fetch(`${server.url}/graphql`, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": method,
      "access-control-request-headers": HEADERS,
    },
  });
}

describe.each([APP, "http://localhost:5173"])("a page of %s", (origin) => {
  test("may ask, with a token and JSON, without a token of its own", async () => {
    const response = await askFirst(origin);
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe(origin);
    expect(response.headers.get("access-control-allow-methods")).toBe("GET,POST,OPTIONS");
    // Clients and what traces them add headers of their own.
    expect(response.headers.get("access-control-allow-headers")).toBe(HEADERS);
    expect(response.headers.get("access-control-allow-credentials")).toBeNull();
    expect(response.headers.get("vary")).toContain("Origin");
  });

  test("may read the answer, and a refusal too", async () => {
    const [answer, refusal] = [await ask(origin), await ask(origin, {})];
    expect(await answer.json()).toEqual({ data: { viewer: { role: "ADMIN" } } });
    expect(refusal.status).toBe(401);
    for (const { headers } of [answer, refusal]) {
      expect(headers.get("access-control-allow-origin")).toBe(origin);
      expect(headers.get("access-control-expose-headers")).toBe("retry-after");
      expect(headers.get("vary")).toContain("Origin");
    }
  });
});

test.each([
  "https://evil.example.com",
  "http://app.example.com",
  "https://app.example.com:8443",
  "https://App.example.com",
  "https://app.example.com.evil.example",
  "http://localhost",
  "null",
  "*",
])("a page of %s is told nothing", async (origin) => {
  for (const response of [await askFirst(origin), await ask(origin)]) {
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    expect(response.headers.get("vary")).toContain("Origin");
  }
});

test("a client that is no browser needs no origin", async () => {
  const response = await ask(undefined);
  expect(response.status).toBe(200);
  expect(response.headers.get("access-control-allow-origin")).toBeNull();
});

test("an origin that is refused is logged once, with the setting that would let it in, and of many only the first", () => {
  const lines: { msg: string; origin: string }[] = [];
  const logger = createLogger("info", { write: (line) => void lines.push(JSON.parse(line)) });
  const isAllowed = originCheck([APP], () => 4000, logger);
  const refused = Array.from({ length: 30 }, (_, index) => `https://${index}.example`);
  for (const origin of [...refused, ...refused, APP]) isAllowed(origin);
  expect(lines.map(({ origin }) => origin)).toEqual(refused.slice(0, 20));
  expect(lines[0]?.msg).toContain("ALLOWED_ORIGINS");
});

test("unless it is set, pages of this machine on the server's own port are allowed", async () => {
  const local = await startTestServer();
  const { port } = new URL(local.url);
  const allowed = async (origin: string) => {
    const response = await fetch(`${local.url}/graphql`, { method: "OPTIONS", headers: { origin } });
    return response.headers.get("access-control-allow-origin");
  };
  for (const host of ["localhost", "127.0.0.1", "[::1]"]) {
    expect(await allowed(`http://${host}:${port}`)).toBe(`http://${host}:${port}`);
  }
  for (const origin of [`https://localhost:${port}`, "http://localhost", `http://evil.example:${port}`]) {
    expect(await allowed(origin)).toBeNull();
  }
  await local.close();
});
