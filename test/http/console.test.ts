// How the web pages are served; what is on them is tested in a browser.
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import express from "express";

import { consoleRoutes } from "../../src/http/console";
import { closeHttpServer, createHttpServer, listen } from "../../src/http/http-server";
import { notFound } from "../../src/http/not-found";
import { DEFAULT_LIMITS } from "../../src/limits";

const PAGE =
  '<!doctype html><meta name="waypath-token" content=""><script type="module" src="/assets/index-1a.js"></script>';
const SCRIPT = "console.log(1);".repeat(100);
const TOKEN = "eyJ.of.development";

const directory = mkdtempSync(join(tmpdir(), "waypath-console-"));
let server: Server;
let url: string;
beforeAll(async () => {
  mkdirSync(join(directory, "assets"));
  writeFileSync(join(directory, "index.html"), PAGE);
  writeFileSync(join(directory, "assets/index-1a.js"), SCRIPT);
  server = createHttpServer(
    express()
      .use(consoleRoutes({ directory, developmentToken: TOKEN }))
      .use(notFound()),
    DEFAULT_LIMITS,
  );
  url = `http://127.0.0.1:${await listen(server, "127.0.0.1", 0)}`;
});
afterAll(async () => {
  await closeHttpServer(server);
  rmSync(directory, { recursive: true });
});

const foreign = { "x-forwarded-for": "203.0.113.1" };

test("readers on this machine find the token filled in, and no cache keeps it", async () => {
  const response = await fetch(url);
  expect(await response.text()).toContain(`<meta name="waypath-token" content="${TOKEN}">`);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("etag")).toBeNull();
});

test("others get the page without it, and need it only once", async () => {
  const response = await fetch(url, { headers: foreign });
  expect(await response.text()).toBe(PAGE);
  expect(response.headers.get("cache-control")).toBe("private, no-cache");
  const etag = response.headers.get("etag") ?? "";
  // As a browser asks: `fetch` would say that it wants nothing kept.
  const again = get(url, { headers: { ...foreign, "if-none-match": etag } });
  const [{ statusCode }] = await once(again, "response");
  expect(statusCode).toBe(304);
});

test("the policy takes this server's own files and nothing that stands in the page", async () => {
  for (const headers of [{}, foreign]) {
    const response = await fetch(url, { headers });
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy.split("; ")).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]),
    );
    expect(policy).not.toMatch(/unsafe|http|\*/);
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
  }
});

test("assets are kept for ever, as their names change with them, and are sent compressed", async () => {
  const response = await fetch(`${url}/assets/index-1a.js`);
  expect(await response.text()).toBe(SCRIPT);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "text/javascript; charset=utf-8",
    "content-encoding": "gzip",
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
  });
  const plain = await fetch(`${url}/assets/index-1a.js`, { headers: { "accept-encoding": "identity" } });
  expect(plain.headers.get("content-encoding")).toBeNull();
  expect(await plain.text()).toBe(SCRIPT);
});

test.each([
  "/assets/none.js",
  "/assets/..%2findex.html",
  "/assets/%2e%2e/index.html",
  "/index.html",
  "/assets/__proto__",
])("%s is nothing", async (path) => {
  expect((await fetch(url + path)).status).toBe(404);
});

test("a build without a place for the token is refused at the start", () => {
  const other = mkdtempSync(join(tmpdir(), "waypath-console-"));
  writeFileSync(join(other, "index.html"), "<!doctype html>");
  expect(() => consoleRoutes({ directory: other })).toThrow("no place for a token");
  rmSync(other, { recursive: true });
});
