import { createHash } from "node:crypto";
import { createServer, type IncomingHttpHeaders, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { runInNewContext } from "node:vm";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import express from "express";

import { graphiqlRoutes } from "../../src/http/graphiql";
import { GRAPHIQL_EXAMPLES } from "../../src/http/graphiql-examples";

/** A token that would break out of a script, were it let. */
const TOKEN = "secret-token</script><script>alert(1)</script><!--<script>";

let server: Server;

beforeAll(async () => {
  server = createServer(express().use(graphiqlRoutes({ graphqlPath: "/graphql", developmentToken: TOKEN })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

function get(headers: Record<string, string> = {}): Promise<Answer> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", path: "/graphiql", agent: false, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.once("error", reject).end();
  });
}

const STRANGER = { host: "rebound.example" };

function scriptsOf({ body }: Answer): string[] {
  return [...body.toString().matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script = ""]) => script);
}

/** What the page's own script starts the editor with, and what it leaves in the browser. */
function startEditor(answer: Answer, stored: Record<string, string> = {}) {
  const localStorage = Object.assign(Object.create(storageMethods), stored);
  let started: { headers?: string; defaultTabs?: unknown; endpoint?: string } = {};
  runInNewContext(scriptsOf(answer)[1] ?? "", {
    self: {},
    URL: { createObjectURL: () => "blob:" },
    Blob,
    localStorage,
    document: { getElementById: () => null },
    YogaGraphiQL: {
      renderYogaGraphiQL(_root: unknown, options: typeof started) {
        started = options;
      },
    },
  });
  return { options: started, localStorage };
}

const storageMethods = {
  getItem(this: Record<string, string>, name: string) {
    return Object.hasOwn(this, name) ? this[name] : null;
  },
  setItem(this: Record<string, string>, name: string, value: string) {
    this[name] = value;
  },
};

test("the page allows its own scripts by their hashes, and nothing from elsewhere", async () => {
  const answer = await get();
  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
  });
  const hashes = scriptsOf(answer).map((script) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`);
  expect(hashes).toHaveLength(2);
  const policy = String(answer.headers["content-security-policy"]).split("; ");
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain(`script-src ${hashes.join(" ")}`);
  expect(policy).toContain("connect-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy.join()).not.toMatch(/https?:|\*|unsafe-eval/);
});

test("a reader on this machine finds the token in the headers, and no cache keeps it", async () => {
  const answer = await get({ host: "localhost:4000" });
  expect(answer.headers["cache-control"]).toBe("no-store");
  expect(answer.headers.etag).toBeUndefined();
  const { options } = startEditor(answer);
  expect(JSON.parse(options.headers ?? "")).toEqual({ Authorization: `Bearer ${TOKEN}` });
});

test("a token cannot end the script that it stands in", async () => {
  const page = (await get()).body.toString();
  expect(page).not.toContain("</script><script>alert(1)");
  expect(page.match(/<\/script/g)).toHaveLength(2);
});

test.each([
  ["under a foreign name", STRANGER],
  ["through a proxy", { "x-forwarded-for": "203.0.113.9" }],
])("a reader %s gets a place to paste a token, and the browser may keep the page", async (_how, headers) => {
  const answer = await get(headers);
  expect(answer.body.toString()).not.toContain("secret-token");
  expect(JSON.parse(startEditor(answer).options.headers ?? "")).toEqual({ Authorization: "Bearer " });
  expect(answer.headers["cache-control"]).toBe("private, no-cache");

  const again = await get({ ...headers, "if-none-match": String(answer.headers.etag) });
  expect(again.status).toBe(304);
  expect(again.body).toHaveLength(0);
});

test("the page is sent gzipped to those who take it, and as it is to others", async () => {
  const [packed, plain] = await Promise.all([get({ "accept-encoding": "gzip, br" }), get()]);
  expect(packed.headers).toMatchObject({ "content-encoding": "gzip", vary: "accept-encoding" });
  expect(packed.body.length).toBeLessThan(3_000_000);
  expect(plain.headers["content-encoding"]).toBeUndefined();
  expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
});

test("the editor opens with the examples, the first one's variables filled in", async () => {
  const { options, localStorage } = startEditor(await get(STRANGER));
  expect(options).toMatchObject({ endpoint: "/graphql", subscriptionsProtocol: "WS", shouldPersistHeaders: false });
  const tabs = GRAPHIQL_EXAMPLES.map(({ document, variables }) => ({
    query: document,
    variables: variables === undefined ? "" : JSON.stringify(variables, null, 2),
  }));
  expect(JSON.parse(JSON.stringify(options.defaultTabs))).toEqual(tabs);
  expect(localStorage["waypath:graphiql:query"]).toBe(tabs[0]?.query);
  expect(localStorage["waypath:graphiql:variables"]).toBe(tabs[0]?.variables);
});

test("what a browser kept of an earlier visit stays, and another project's GraphiQL is not mistaken for it", async () => {
  const answer = await get(STRANGER);
  const kept = { "waypath:graphiql:tabState": "{}", "waypath:graphiql:query": "{ mine }" };
  expect({ ...startEditor(answer, kept).localStorage }).toEqual(kept);
  const foreign = { "graphiql:tabState": "{}", "graphiql:query": "{ theirs }" };
  expect(startEditor(answer, foreign).localStorage).toMatchObject({
    ...foreign,
    "waypath:graphiql:query": GRAPHIQL_EXAMPLES[0]?.document,
  });
});
