// A page of the built server in a real Chromium, and what must not happen on it.
import { readFileSync } from "node:fs";
import { expect } from "@jest/globals";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

export type Theme = "light" | "dark";

export interface Visit {
  page: Page;
  /** Another tab of the same browser, with what it has stored. */
  another(): Promise<Visit>;
  /** Errors in the console, what the policy blocked, requests to anywhere else. */
  complaints: string[];
  /** Bytes that came over the network, compressed as they were. */
  received(): number;
}

export interface VisitOptions {
  viewport?: { width: number; height: number };
  theme?: Theme;
}

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"],
  });
}

/** Opens `url` in a browser of its own, as a person would who has never been here. */
export async function visit(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visit> {
  const { viewport = DESKTOP, theme = "light" } = options;
  const context = await browser.newContext({ viewport, colorScheme: theme, isMobile: viewport === PHONE });
  return open(context, url);
}

async function open(context: BrowserContext, url: string): Promise<Visit> {
  const page = await context.newPage();
  const complaints: string[] = [];
  const origin = new URL(url).origin;
  let received = 0;
  await page.addInitScript({
    content: `addEventListener("securitypolicyviolation", (event) => console.error("blocked", event.blockedURI));`,
  });
  page.on("console", (message) => {
    // A socket that is closed, because its token is over, say, is told by Chromium as an error too.
    if (message.type() === "error" && !/WebSocket/.test(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    const target = new URL(request.url());
    if (target.protocol !== "data:" && target.origin !== origin) complaints.push(`asked ${target.href}`);
  });
  page.on("requestfinished", async (request) => {
    const { responseBodySize, responseHeadersSize } = await request
      .sizes()
      .catch(() => ({ responseBodySize: 0, responseHeadersSize: 0 }));
    received += responseBodySize + responseHeadersSize;
  });
  page.on("websocket", (socket) => {
    if (new URL(socket.url()).host !== new URL(url).host) complaints.push(`asked ${socket.url()}`);
  });
  await page.goto(url);
  return { page, complaints, received: () => received, another: () => open(context, url) };
}

export async function signIn({ page }: Visit, token?: string): Promise<void> {
  if (token !== undefined) await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
}

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** Holds the page as it stands to WCAG 2 AA and good practice: no violation at all. */
export async function expectAccessible({ page }: Visit): Promise<void> {
  // Into the page's own world, past its policy, as a browser's extension would be.
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(AXE);
  const violations = await page.evaluate<{ id: string; nodes: { html: string; failureSummary: string }[] }[]>(
    "axe.run().then(({ violations }) => violations)",
  );
  expect(
    violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((node) => `${node.html} ${node.failureSummary}`) })),
  ).toEqual([]);
}
