// The GraphQL over HTTP specification, held by its own audits, which are not ours.
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { serverAudits } from "graphql-http";

import { startTestServer, type TestServer } from "../support/test-server";

let server: TestServer;
let headers: Record<string, string>;
beforeAll(async () => {
  server = await startTestServer();
  headers = { authorization: `Bearer ${await server.token()}`, "apollo-require-preflight": "true" };
});
afterAll(() => server.close());

/** As the audits ask, with what this server asks of everybody: a token, and a header that no foreign page may send. */
const fetchFn = (url: string, init: RequestInit = {}) =>
  fetch(url, { ...init, headers: { ...headers, ...Object.fromEntries(new Headers(init.headers)) } });

const audits = serverAudits({ url: () => `${server.url}/graphql`, fetchFn });

/** Recommended and not done: what is refused is a 400 to every client, whichever media type it asks for. */
const NOT_DONE = ["572B", "FDE2", "7B9B"];

test.each(audits)("$id $name", async ({ id, fn }) => {
  expect(await fn()).toMatchObject({ status: NOT_DONE.includes(id) ? "warn" : "ok" });
});
