// The page in a real Chromium, against the built server as `npm start` runs it. Each picture that is taken replaces the one
// before it in the system's temporary folder, under `waypath-graphiql`.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Browser, chromium, type Page } from "playwright-core";

import { createTestDatabase, type TestDatabase } from "../support/database";

const PICTURES = join(tmpdir(), "waypath-graphiql");
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const TABS = ["ChatTurn", "Workspace", "ConfigureProvider", "SetBuddyModel", "AuditList", "RevokeProvider"];

let directory: string;
let database: TestDatabase;
let server: ChildProcess;
let browser: Browser;
let url: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "waypath-browser-"));
  database = await createTestDatabase();
  // In a folder of its own, so that no `.env` is read, and with nothing inherited, so that no real provider is asked.
  server = spawn(process.execPath, [resolve("dist/src/main.js")], {
    cwd: directory,
    env: { PORT: "0", DATA_DIR: directory, DATABASE_URL: database.url, BUDDIES_FILE: resolve("buddies.yaml") },
    stdio: ["ignore", "pipe", "inherit"],
  });
  url = await announcedUrl(server);
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"],
  });
});

afterAll(async () => {
  await browser?.close();
  if (server?.exitCode === null) {
    server.kill("SIGTERM");
    await once(server, "exit");
  }
  await database?.drop();
  rmSync(directory, { recursive: true, force: true });
});

async function announcedUrl({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error("the server's output is not read");
  for await (const line of createInterface({ input: stdout })) {
    const found = /GraphiQL\s+(\S+)/.exec(line)?.[1];
    if (found !== undefined) {
      stdout.resume();
      return found;
    }
  }
  throw new Error("the server ended before it was ready");
}

interface Visit {
  page: Page;
  /** What must not happen: errors in the console, what the policy blocked, requests to anywhere else. */
  complaints: string[];
  /** What the page sent over its socket, parsed. */
  frames: { type: string; payload?: { extensions?: unknown } }[];
}

async function visit(viewport: { width: number; height: number }): Promise<Visit> {
  const context = await browser.newContext({ viewport, isMobile: viewport === PHONE });
  const page = await context.newPage();
  const complaints: string[] = [];
  const frames: Visit["frames"] = [];
  await page.addInitScript({
    content: `addEventListener("securitypolicyviolation", (event) => console.error("blocked", event.blockedURI));`,
  });
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    const target = new URL(request.url());
    if (target.protocol !== "data:" && target.origin !== new URL(url).origin) complaints.push(`asked ${target.href}`);
  });
  page.on("websocket", (socket) => {
    if (new URL(socket.url()).host !== new URL(url).host) complaints.push(`asked ${socket.url()}`);
    socket.on("framesent", ({ payload }) => frames.push(JSON.parse(String(payload))));
  });
  await page.goto(url);
  await opened(page);
  return { page, complaints, frames };
}

/** Once the schema is there, the names of fields are links into its documentation. */
async function opened(page: Page): Promise<void> {
  await page.getByText("ChatTurnInput").first().waitFor();
  await page.getByRole("button", { name: /^Execute query/ }).waitFor();
}

const run = (page: Page) => page.getByRole("button", { name: /^Execute query/ }).click();

const result = (page: Page, text: string) => page.locator(".result-window", { hasText: text });

const tabs = (page: Page) => page.locator(".graphiql-tab").allInnerTexts();

const stored = (page: Page) => page.evaluate<string>("JSON.stringify(localStorage)");

test.each([
  ["desktop", DESKTOP],
  ["phone", PHONE],
])("the example turn runs from the first tab as it stands, on a %s", async (name, viewport) => {
  const { page, complaints, frames } = await visit(viewport);
  expect(await tabs(page)).toEqual(TABS);

  await run(page);
  await result(page, "TurnFinished").waitFor();
  await page.screenshot({ path: join(PICTURES, `chat-turn-${name}.png`) });

  // The headers editor reaches a subscription with the operation, and not with the connection.
  expect(frames.find(({ type }) => type === "connection_init")?.payload).toEqual({});
  expect(frames.find(({ type }) => type === "subscribe")?.payload?.extensions).toEqual({
    headers: { Authorization: expect.stringMatching(/^Bearer ey/) },
  });
  expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(viewport.width);
  const pane = await page.locator(".result-window").boundingBox();
  expect(pane?.width).toBeGreaterThan(250);
  expect(complaints).toEqual([]);
});

test("the other examples work one after the other", async () => {
  const { page, complaints } = await visit(DESKTOP);
  for (const [index, name] of TABS.entries()) {
    if (index === 0) continue;
    await page.locator(".graphiql-tab-button", { hasText: name }).click();
    // The editor writes the document into the address once it has read it; until then it would run the one before.
    await page.waitForURL((address) => address.searchParams.get("query")?.includes(` ${name}`) ?? false);
    const [response] = await Promise.all([
      page.waitForResponse((answer) => answer.request().postDataJSON()?.operationName === name),
      run(page),
    ]);
    const answer = await response.text();
    expect(answer).not.toContain('"errors"');
    expect(answer).not.toMatch(/"userErrors":\[[^\]]/);
    await result(page, '"data"').waitFor();
    await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  }
  expect(complaints).toEqual([]);
});

test("a reload brings back the same tabs and the token, which the browser has not kept", async () => {
  const { page, complaints } = await visit(DESKTOP);
  await run(page);
  await result(page, "TurnFinished").waitFor();
  expect(await stored(page)).toContain("ChatTurn");
  expect(await stored(page)).not.toContain("Bearer");

  await page.reload();
  await opened(page);
  expect(await tabs(page)).toEqual(TABS);
  await run(page);
  await result(page, "TurnFinished").waitFor();
  expect(await stored(page)).not.toContain("Bearer");
  expect(complaints).toEqual([]);
});
