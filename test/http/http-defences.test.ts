// What every response says to a browser, and how long a client may take to ask.
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

import { startTestServer, type TestServer } from "../support/test-server";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ LIMIT_HEADER_SECONDS: "1", LIMIT_REQUEST_SECONDS: "2" });
});
afterAll(() => server.close());

test.each(["/healthz", "/readyz", "/graphql"])("%s is no page, and says so to browsers", async (path) => {
  const { headers } = await fetch(server.url + path);
  expect(Object.fromEntries(headers)).toMatchObject({
    "content-security-policy": "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
  });
  expect(headers.get("x-powered-by")).toBeNull();
});

test("GraphiQL keeps the content security policy of its own page", async () => {
  const { headers } = await fetch(`${server.url}/graphiql`);
  expect(headers.get("content-security-policy")).toContain("script-src 'sha256-");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
});

describe("a request that comes byte by byte", () => {
  /** All that the server answers to what is sent so far, until it closes the connection. */
  async function answerTo(begin: string): Promise<string> {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    let answer = "";
    socket.setEncoding("utf8").on("data", (text) => {
      answer += text;
    });
    socket.write(begin);
    await once(socket, "close");
    return answer;
  }

  test("is not waited for: its headers", async () => {
    expect(await answerTo("POST /graphql HTTP/1.1\r\nHost: x\r\n")).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("is not waited for: its body", async () => {
    const headers = ["Host: x", `Authorization: Bearer ${await server.token()}`, "Content-Type: application/json"];
    const head = `POST /graphql HTTP/1.1\r\n${headers.join("\r\n")}\r\nContent-Length: 1000\r\n\r\n`;
    expect(await answerTo(`${head}{"query": "`)).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("does not hold up others", async () => {
    const slow = answerTo("GET /healthz HTTP/1.1\r\n");
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(await slow).toMatch(/^HTTP\/1\.1 408 /);
  });
});
