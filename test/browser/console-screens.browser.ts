// Every screen of the console, in both themes, at a desk and on a phone: nothing that axe finds, nothing wider than the screen. A picture
// of each replaces the one before it in the system's temporary folder, under `waypath-console`.
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Browser, Page } from "playwright-core";

import { simulate } from "../../src/simulators/script";
import { collect, connect, post, streamOf } from "../support/test-client";
import { type ConsoleServer, startConsoleServer } from "./console-server";
import { DESKTOP, expectAccessible, launch, PHONE, signIn, type Theme, visit } from "./visit";

const PICTURES = process.env.PICTURES ?? join(tmpdir(), "waypath-console");
const WORKSPACE = `w-${randomUUID()}`;
const CHAT = "subscription ($input: ChatTurnInput!) { chatTurn(input: $input) { sequence } }";

const TURNS: { message: string; buddy?: string; mode?: string }[] = [
  { message: "Write three headlines for a mountain tea", buddy: "copywriter" },
  { message: "Which of the two variants did better?", buddy: "analyst", mode: "BYOK_CLAUDE" },
  { message: simulate([[{ text: "Half an ans" }, { fault: "reset" }]]), buddy: "analyst" },
  { message: "Who pays for this one?", buddy: "campaign", mode: "BYOK_OPENAI" },
  {
    message: `Plan the autumn launch. ${simulate([
      [{ text: "I will ask the planner. " }, { tool: "current_time", arguments: { timeZone: "UTC" } }],
      [{ tool: "delegate", arguments: { buddy: "campaign", task: "Plan the autumn launch of a mountain tea." } }],
      [{ text: "Here is the plan: two weeks of tastings, then the launch. Shall I write the invitations?" }],
    ])}`,
  },
];

let server: ConsoleServer;
let browser: Browser;
let token: string;
beforeAll(async () => {
  [server, browser] = await Promise.all([startConsoleServer(), launch()]);
  token = await server.token({ workspaceId: WORKSPACE });
  const origin = server.url.slice(0, -1);
  const configure = `mutation { configureProvider(input: { provider: CLAUDE, apiKey: "sk-ant-workspace-0001-abcd" }) { userErrors { code } }
    setBuddyModel(input: { buddy: "analyst", mode: BYOK_CLAUDE }) { userErrors { code } } }`;
  expect((await post(origin, token, configure)).errors).toBeUndefined();
  const client = connect(origin, token);
  for (const { message, buddy = "orchestrator", mode } of TURNS) {
    const buddyModels = mode === undefined ? [] : [{ buddy, mode }];
    await collect(streamOf(client, CHAT, { input: { message, buddy, buddyModels } }));
  }
  await client.dispose();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** Brings a screen about; the page has been signed in. */
const SCREENS: Record<string, (page: Page) => Promise<void>> = {
  chat: async (page) => {
    await page.getByText("What shall we work on?").waitFor();
    await page.getByText("Metered, paid by Waypath").waitFor();
  },
  conversation: async (page) => {
    if (page.viewportSize()?.width === PHONE.width) await page.getByRole("button", { name: "Conversations" }).click();
    await page.getByRole("link", { name: /^Plan the autumn/ }).click();
    await page.getByText("Here is the plan").last().waitFor();
    await page.getByText("Delegated to Campaign planner").click();
    await page.getByRole("list", { name: "Tools" }).first().getByText("current_time").click();
  },
  failure: async (page) => {
    if (page.viewportSize()?.width === PHONE.width) await page.getByRole("button", { name: "Conversations" }).click();
    await page.getByRole("link", { name: /^simulate/ }).click();
    await page.getByRole("alert").waitFor();
    await page.getByText("Events", { exact: true }).click();
    await page.getByText('"__typename":"TurnFailed"').waitFor();
  },
  activity: async (page) => {
    await page.getByRole("link", { name: "Activity" }).click();
    await page.getByRole("row", { name: /for Orchestrator/ }).waitFor();
  },
  usage: async (page) => {
    await page.getByRole("link", { name: "Usage" }).click();
    await page.getByRole("heading", { name: "By day" }).waitFor();
    await page.getByText("As a table").click();
  },
  integrations: async (page) => {
    await page.getByRole("link", { name: "Integrations" }).click();
    const openAi = page.getByRole("article", { name: "OpenAI" });
    await openAi.locator("input").fill("sk-some-rejected-0001");
    await openAi.getByRole("button", { name: "Save" }).click();
    await openAi.getByRole("alert").waitFor();
  },
  "remove-key": async (page) => {
    await page.getByRole("link", { name: "Integrations" }).click();
    await page.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("dialog").waitFor();
  },
  buddies: async (page) => {
    await page.getByRole("link", { name: "Buddies" }).click();
    await page.getByRole("article", { name: "Copywriter" }).getByRole("radio", { name: "OpenAI key" }).check();
    await page.getByText("This browser", { exact: true }).waitFor();
  },
};

const VIEWS = (["light", "dark"] as Theme[]).flatMap((theme) =>
  [DESKTOP, PHONE].map((viewport) => ({ theme, viewport, size: `${viewport.width}x${viewport.height}` })),
);

test.each(VIEWS)("every screen, $theme, $size", async ({ theme, viewport, size }) => {
  const visited = await visit(browser, server.url, { viewport, theme });
  const { page, complaints } = visited;
  const look = async (name: string) => {
    await page.screenshot({ path: join(PICTURES, `${name}-${size}-${theme}.png`) });
    await expectAccessible(visited);
    const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
    expect({ name, wide }).toEqual({ name, wide: viewport.width });
  };
  await look("sign-in");
  await signIn(visited, token);
  for (const [name, show] of Object.entries(SCREENS)) {
    await page.goto(`${server.url}#/chat`);
    await page.reload();
    await show(page);
    await look(name);
  }
  // The switch wins over the system.
  await page.reload();
  await page.getByLabel("Theme").selectOption(theme === "light" ? "dark" : "light");
  const scheme = await page.evaluate<string>("getComputedStyle(document.documentElement).colorScheme");
  expect(scheme).toBe(theme === "light" ? "dark" : "light");
  await expectAccessible(visited);
  expect(complaints).toEqual([]);
});

test("above the page, the dialog for an expired token", async () => {
  const visited = await visit(browser, server.url);
  await signIn(visited, await server.token({ workspaceId: WORKSPACE, expiresInSeconds: 4 }));
  await visited.page.getByRole("link", { name: "Buddies" }).click();
  await visited.page.getByRole("dialog").waitFor();
  await visited.page.screenshot({ path: join(PICTURES, "expired.png") });
  await expectAccessible(visited);
});
