// The console as its people use it, in a real Chromium, against the built server.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Browser, Page } from "playwright-core";

import { simulate } from "../../src/simulators/script";
import { post } from "../support/test-client";
import { type ConsoleServer, startConsoleServer } from "./console-server";
import { launch, PHONE, signIn, type Visit, visit } from "./visit";

const GOOD_KEY = "sk-ant-workspace-0001-abcd";
const SLOW = simulate([
  [{ text: "One. " }, { pauseMs: 1_500 }, { text: "Two. " }, { pauseMs: 1_500 }, { text: "Three." }],
]);
const ENDLESS = simulate([[{ text: "It begins" }, { fault: "stall" }]]);

let server: ConsoleServer;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([startConsoleServer(), launch()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

async function arrive(content: Parameters<ConsoleServer["token"]>[0] = {}, options = {}): Promise<Visit> {
  const visited = await visit(browser, server.url, options);
  await signIn(visited, await server.token(content));
  return visited;
}

const to = (page: Page, name: string) => page.getByRole("link", { name, exact: true }).click();
const card = (page: Page, name: string) => page.getByRole("article", { name });
const receipts = (page: Page) => page.getByRole("list", { name: "Receipt" });

async function ask(page: Page, message: string, buddy?: string): Promise<void> {
  if (buddy !== undefined) await page.getByRole("combobox", { name: "Buddy" }).selectOption(buddy);
  await page.getByLabel("Message").fill(message);
  await page.getByRole("button", { name: "Send" }).click();
}

async function saveKey(page: Page, provider: string, key: string): Promise<void> {
  await card(page, provider).locator("input[type=password]").fill(key);
  await card(page, provider).getByRole("button", { name: "Save" }).click();
}

const kept = (page: Page, workspaceId: string) =>
  page.evaluate<string | null>(`localStorage.getItem("wp-buddy-models-${workspaceId}")`);

test("from a bad key to a good one, a buddy on it, an answer, its receipt and its row, and back to Waypath's account", async () => {
  const workspaceId = `w-${randomUUID()}`;
  const { page, complaints } = await arrive({ workspaceId });

  await to(page, "Integrations");
  await card(page, "Claude").getByText("Not configured").waitFor();
  const field = card(page, "Claude").locator("input[type=password]");
  expect(await field.getAttribute("autocomplete")).toBe("new-password");
  await saveKey(page, "Claude", "sk-ant-some-rejected-0001");
  await card(page, "Claude").getByText("rejected the key, so nothing was stored.").waitFor();
  await card(page, "Claude").getByText("Not configured").waitFor();
  expect(await field.inputValue()).toBe("");

  await saveKey(page, "Claude", GOOD_KEY);
  await card(page, "Claude").getByText("Connected", { exact: true }).waitFor();
  expect(await card(page, "Claude").textContent()).toMatch(/sk-ant-…abcd[\s\S]*by Ada[\s\S]*Not yet[\s\S]*No buddy/);
  expect(await field.inputValue()).toBe("");
  // One that is refused leaves the earlier one as it is, and says so.
  await saveKey(page, "Claude", "sk-ant-another-rejected-0002");
  await card(page, "Claude").getByText("The earlier key sk-ant-…abcd is kept").waitFor();
  await card(page, "Claude").getByText("Connected", { exact: true }).waitFor();

  await to(page, "Buddies");
  const campaign = card(page, "Campaign planner");
  await campaign.getByText("paid by Waypath").waitFor();
  await campaign.getByRole("radio", { name: "Claude key" }).check();
  await campaign.getByText("This browser", { exact: true }).waitFor();
  await campaign.getByText("paid by your key sk-ant-…abcd").waitFor();
  expect(await kept(page, workspaceId)).toBe('{"campaign":"BYOK_CLAUDE"}');

  await to(page, "Chat");
  await ask(page, "Plan a launch", "campaign");
  await receipts(page).getByText("your key sk-ant-…abcd").waitFor();
  await page.getByText("You wrote: “Plan a launch”").waitFor();
  await page.getByRole("button", { name: "Send" }).waitFor();

  await to(page, "Activity");
  const row = page.getByRole("row", { name: /Campaign planner/ });
  await row.getByText("Completed").waitFor();
  expect(await row.textContent()).toMatch(/Claude key[\s\S]*claude-sonnet-4-6[\s\S]*sk-ant-…abcd[\s\S]*Not metered/);

  await to(page, "Integrations");
  expect(await card(page, "Claude").textContent()).toMatch(/Used by\s*Campaign planner \(in this browser\)/);
  await card(page, "Claude").getByRole("button", { name: "Remove" }).click();
  const dialog = page.getByRole("dialog");
  expect(await dialog.textContent()).toMatch(
    /Campaign planner \(in this browser\) will fall back to Metered[\s\S]*Waypath serves it then, and bills/,
  );
  await dialog.getByRole("button", { name: "Remove" }).click();
  await card(page, "Claude").getByText("Not configured").waitFor();
  await page.getByText("sk-ant-…abcd deleted by Ada").waitFor();

  await to(page, "Chat");
  await ask(page, "And once more");
  await receipts(page).getByText("No Claude key is stored, so it ran as Metered.").waitFor();
  await receipts(page).last().getByText("Waypath").waitFor();
  await page.getByRole("button", { name: "Send" }).waitFor();

  await to(page, "Usage");
  await page.getByRole("region", { name: "Own keys" }).getByText("tokens in 1 session").waitFor();
  await page.getByRole("region", { name: "Metered" }).getByText("tokens in 1 session").waitFor();
  expect(complaints).toEqual([]);
});

test("a reload in mid-answer goes on with the answer, and another tab follows it too", async () => {
  const { page, complaints } = await arrive();
  await ask(page, SLOW);
  await page.getByText("One.", { exact: false }).nth(1).waitFor();
  await page.waitForURL(/#\/chat\/thr_/);
  await page.reload();
  await page.getByText("One. Two. Three.", { exact: true }).waitFor();
  await receipts(page).getByText("Waypath").waitFor();
  expect(await page.getByText("One. Two. Three.", { exact: true }).count()).toBe(1);

  // Its events can still be looked at.
  await page.getByText("events").or(page.getByText("Events")).first().click();
  await page.getByText('"__typename":"TurnFinished"').waitFor();
  expect(complaints).toEqual([]);
});

test("Stop stops the turn, and what was said is kept", async () => {
  const { page, complaints } = await arrive();
  await ask(page, ENDLESS);
  await page.getByText("It begins", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("Stopped. What was said and used until then is kept.").waitFor();
  await page.getByText("It begins", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Send" }).waitFor();
  expect(complaints).toEqual([]);
});

test("tools and delegated work are shown as they happen, each with its own receipt", async () => {
  const { page, complaints } = await arrive();
  const message = simulate([
    [{ tool: "current_time", arguments: { timeZone: "UTC" } }],
    [{ tool: "delegate", arguments: { buddy: "campaign", task: "Plan it" } }],
    [{ text: "All planned." }],
  ]);
  await ask(page, message);
  await page.getByText("All planned.", { exact: true }).waitFor();
  await page.getByRole("list", { name: "Tools" }).getByText("current_time").click();
  await page.getByText('"timeZone": "UTC"').first().waitFor();
  await page.getByText("Delegated to Campaign planner").click();
  await page.locator(".text", { hasText: "You wrote: “Plan it”" }).waitFor();
  expect(await receipts(page).count()).toBe(2);

  await to(page, "Activity");
  await page.getByRole("row", { name: /for Orchestrator/ }).waitFor();
  await page.getByRole("combobox", { name: "Buddy" }).selectOption("campaign");
  await page.getByText("1 in all").waitFor();
  await page
    .getByRole("row", { name: /Campaign planner/ })
    .getByText("for Orchestrator")
    .waitFor();
  await page.getByRole("combobox", { name: "Status" }).selectOption("FAILED");
  await page.getByText("Nothing here with these filters.").waitFor();
  expect(complaints).toEqual([]);
});

test("a choice counts in other tabs at once, is taken back by Reset, and may be saved for the workspace", async () => {
  const workspaceId = `w-${randomUUID()}`;
  const first = await arrive({ workspaceId });
  await to(first.page, "Buddies");
  await card(first.page, "Analyst").getByText("OpenAI key", { exact: true }).waitFor();
  const second = await first.another();
  await signIn(second, await server.token({ workspaceId }));
  await to(second.page, "Buddies");
  await card(second.page, "Analyst").getByText("Metered", { exact: true }).waitFor();

  await card(first.page, "Analyst").getByRole("radio", { name: "OpenAI key" }).check();
  await card(second.page, "Analyst").getByText("This browser", { exact: true }).waitFor();
  expect(await card(second.page, "Analyst").getByRole("radio", { name: "OpenAI key" }).isChecked()).toBe(true);
  await card(second.page, "Analyst").getByText("it would run as Metered").waitFor();
  await card(second.page, "Analyst").getByRole("button", { name: "Reset" }).click();
  await card(first.page, "Analyst").getByText("This browser", { exact: true }).waitFor({ state: "detached" });
  expect(await kept(first.page, workspaceId)).toBeNull();

  await card(first.page, "Analyst").getByRole("radio", { name: "Claude key" }).check();
  await card(first.page, "Analyst").getByRole("button", { name: "Save for the workspace" }).click();
  await card(first.page, "Analyst").getByText("For the workspace: Claude key").waitFor();
  await card(first.page, "Analyst").getByText("This browser", { exact: true }).waitFor({ state: "detached" });
  await first.page.getByRole("combobox", { name: "When a key is missing" }).selectOption("FAIL");
  await first.page.getByText("its turn is refused before it begins").waitFor();
  await card(first.page, "Analyst").getByText("The next turn would be refused").waitFor();

  await to(first.page, "Chat");
  await ask(first.page, "What has changed?", "analyst");
  await first.page.getByRole("alert").waitFor();
  expect(await first.page.getByLabel("Message").inputValue()).toBe("What has changed?");
  expect([...first.complaints, ...second.complaints]).toEqual([]);
});

test.each([
  ["no JSON", '{"campaign":', null],
  ["a list", '["BYOK_CLAUDE"]', null],
  ["null", "null", null],
  ["a mode that there is not", '{"campaign":"FREE","analyst":"BYOK_OPENAI"}', '{"analyst":"BYOK_OPENAI"}'],
  ["a mode that is no text", '{"campaign":["BYOK_CLAUDE"]}', null],
  ["a buddy that there is not", '{"nobody":"BYOK_CLAUDE","campaign":"METERED"}', '{"campaign":"METERED"}'],
])("what is kept and damaged is dropped: %s", async (_name, damaged, mended) => {
  const workspaceId = `w-${randomUUID()}`;
  const { page, complaints } = await arrive({ workspaceId });
  await page.evaluate(`localStorage.setItem("wp-buddy-models-${workspaceId}", ${JSON.stringify(damaged)})`);
  await page.reload();
  await to(page, "Buddies");
  await card(page, "Analyst").waitFor();
  await page.waitForFunction(`localStorage.getItem("wp-buddy-models-${workspaceId}") === ${JSON.stringify(mended)}`);
  expect(await page.getByText("This browser", { exact: true }).count()).toBe(mended === null ? 0 : 1);
  await to(page, "Chat");
  await ask(page, "Hello");
  await receipts(page).getByText("Waypath").waitFor();
  expect(complaints).toEqual([]);
});

test("an expired token is asked for again above the page, which stays as it is", async () => {
  const workspaceId = `w-${randomUUID()}`;
  const { page, complaints } = await arrive({ workspaceId, expiresInSeconds: 6 });
  await to(page, "Integrations");
  const field = card(page, "OpenAI").locator("input[type=password]");
  await field.fill("sk-half-typed");
  const dialog = page.getByRole("dialog", { name: "Sign in again" });
  await dialog.getByText("The token has expired: get a new one. The page stays as it is.").waitFor();
  expect(await field.inputValue()).toBe("sk-half-typed");

  await dialog.getByLabel("Token").fill(await server.token({ workspaceId }));
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await dialog.waitFor({ state: "detached" });
  expect(await field.inputValue()).toBe("sk-half-typed");
  await card(page, "OpenAI").getByRole("button", { name: "Save" }).click();
  await card(page, "OpenAI").getByText("Connected", { exact: true }).waitFor();
  expect(complaints).toEqual([]);
});

test("a stream outlives its token: signed in again, the answer goes on", async () => {
  const workspaceId = `w-${randomUUID()}`;
  const { page, complaints } = await arrive({ workspaceId, expiresInSeconds: 8 });
  await ask(page, simulate([[{ text: "One. " }, { pauseMs: 12_000 }, { text: "Two." }]]));
  const dialog = page.getByRole("dialog", { name: "Sign in again" });
  await dialog.waitFor();
  await dialog.getByLabel("Token").fill(await server.token({ workspaceId }));
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("One. Two.", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Send" }).waitFor();
  expect(complaints).toEqual([]);
});

test("whoever signs in next is somebody else, also at once, and above an expired page", async () => {
  const { page, complaints } = await arrive({ workspaceName: "First", expiresInSeconds: 12 });
  await page.getByText("First", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Token").fill(await server.token({ workspaceName: "Second", expiresInSeconds: 5 }));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Second", { exact: true }).waitFor();

  const dialog = page.getByRole("dialog", { name: "Sign in again" });
  await dialog.getByLabel("Token").fill(await server.token({ workspaceName: "Third" }));
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Third", { exact: true }).waitFor();
  expect(complaints).toEqual([]);
});

test("what one person has asked is not asked again as the next one, and pressing Escape does not help", async () => {
  const workspaceId = `w-${randomUUID()}`;
  const { page } = await arrive({ workspaceId, expiresInSeconds: 8 });
  await ask(page, simulate([[{ text: "One. " }, { pauseMs: 12_000 }, { text: "Two." }]]));
  const dialog = page.getByRole("dialog", { name: "Sign in again" });
  await dialog.waitFor();
  for (let times = 0; times < 4; times += 1) await page.keyboard.press("Escape");
  const next = await server.token({ workspaceId, subject: "grace", name: "Grace" });
  await dialog.getByLabel("Token").fill(next);
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Grace", { exact: false }).first().waitFor();
  await to(page, "Activity");
  await page.getByRole("row").nth(1).waitFor();
  const { data } = await post(server.url.slice(0, -1), next, "{ workspace { agentSessions { totalCount } } }");
  expect(data.workspace.agentSessions.totalCount).toBe(1);
});

test("whoever's workspace is disabled is told that, and not that the token has expired", async () => {
  const workspaceId = `w-${randomUUID()}`;
  const { page } = await arrive({ workspaceId });
  await server.disable(workspaceId);
  await page.getByRole("dialog").getByText("The workspace is disabled: ask whoever runs this server.").waitFor();
});

test("a stream that is refused in mid-answer is followed again", async () => {
  const visited = await visit(browser, server.url);
  const { page } = visited;
  let refused: string | undefined;
  await page.routeWebSocket(/graphql$/, (socket) => {
    const door = socket.connectToServer();
    door.onMessage((message) => {
      const { id, payload } = JSON.parse(String(message));
      if (id !== undefined && id === refused) return;
      if (refused !== undefined || payload?.data?.chatTurn?.__typename !== "TextDelta") return socket.send(message);
      refused = id;
      const errors = [{ message: "Too many streams.", extensions: { code: "RATE_LIMITED" } }];
      socket.send(JSON.stringify({ id, type: "error", payload: errors }));
    });
  });
  await page.reload();
  await signIn(visited, await server.token());
  await ask(page, SLOW);
  await page.getByRole("alert").getByText("Too many streams.").waitFor();
  await page.getByText("One. Two. Three.", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Send" }).waitFor();
  expect(await page.getByRole("alert").count()).toBe(0);
});

test("a browser that keeps nothing for pages has the whole console all the same", async () => {
  const visited = await visit(browser, server.url);
  const { page, complaints } = visited;
  await page.addInitScript({
    content: `for (const name of ["localStorage", "sessionStorage"])
      Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });`,
  });
  await page.reload();
  await signIn(visited, await server.token());
  await to(page, "Buddies");
  await card(page, "Analyst").getByRole("radio", { name: "OpenAI key" }).check();
  await card(page, "Analyst").getByText("This browser", { exact: true }).waitFor();
  await page.getByRole("combobox", { name: "Theme" }).selectOption("dark");
  await to(page, "Chat");
  await ask(page, "Hello", "analyst");
  await receipts(page).getByText("No OpenAI key is stored, so it ran as Metered.").waitFor();
  expect(complaints).toEqual([]);
});

test("what is pressed keeps the focus, or gives it to what it was about", async () => {
  const { page, complaints } = await arrive();
  const focused = () =>
    page.evaluate<string>("[document.activeElement.tagName, document.activeElement.textContent].join(' ')");
  await to(page, "Integrations");
  const claude = card(page, "Claude");
  await claude.locator("input[type=password]").fill(GOOD_KEY);
  await page.keyboard.press("Enter");
  await claude.getByText("Connected", { exact: true }).waitFor();
  expect(await focused()).toMatch(/^INPUT/);
  await claude.getByRole("button", { name: "Check now" }).press("Enter");
  await claude.getByText("Claude accepts the key.").waitFor();
  expect(await focused()).toBe("BUTTON Check now");
  await claude.getByRole("button", { name: "Remove" }).press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(await focused()).toBe("BUTTON Remove");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).press("Enter");
  await claude.getByText("The key is deleted.", { exact: false }).waitFor();
  expect(await focused()).toMatch(/^ARTICLE Claude/);

  await to(page, "Buddies");
  await card(page, "Analyst").getByRole("radio", { name: "OpenAI key" }).check();
  await card(page, "Analyst").getByRole("button", { name: "Reset" }).press("Enter");
  await card(page, "Analyst").getByText("This browser", { exact: true }).waitFor({ state: "detached" });
  expect(await focused()).toMatch(/^FIELDSET Mode of Analyst/);
  expect(complaints).toEqual([]);
});

test("a token that is none is refused on the sign-in page", async () => {
  const visited = await visit(browser, server.url);
  await visited.page.getByLabel("Token").fill("nothing");
  await visited.page.getByRole("button", { name: "Sign in" }).click();
  await visited.page.getByText("The token is not valid.").waitFor();
});

test("the development token is filled in, and nothing of it is left in the address or in what the browser keeps", async () => {
  const visited = await visit(browser, server.url);
  expect(await visited.page.getByLabel("Token").inputValue()).toMatch(/^eyJ/);
  await signIn(visited);
  expect(await visited.page.evaluate<string>("JSON.stringify(localStorage)")).not.toContain("eyJ");
  expect(visited.page.url()).not.toContain("eyJ");
});

test("members see keys and modes, and nothing to change them with", async () => {
  const { page, complaints } = await arrive({ role: "MEMBER" });
  await to(page, "Integrations");
  await page.getByText("You have no permission to change keys").waitFor();
  expect(await page.locator("input[type=password]").count()).toBe(0);
  await to(page, "Buddies");
  await card(page, "Analyst").getByRole("radio", { name: "OpenAI key" }).check();
  await card(page, "Analyst").getByText("This browser", { exact: true }).waitFor();
  expect(await page.getByRole("button", { name: "Save for the workspace" }).count()).toBe(0);
  expect(await page.getByRole("combobox", { name: "When a key is missing" }).count()).toBe(0);
  expect(complaints).toEqual([]);
});

test("keys in trouble are told as what they are", async () => {
  const { page } = await arrive();
  await to(page, "Integrations");
  await saveKey(page, "Claude", "sk-ant-some-forbidden-0001");
  await card(page, "Claude").getByText("Limited", { exact: true }).waitFor();
  await saveKey(page, "OpenAI", "sk-some-nocredit-0001");
  await card(page, "OpenAI").getByText("Connected", { exact: true }).waitFor();
  await to(page, "Buddies");
  await card(page, "Analyst").getByRole("radio", { name: "OpenAI key" }).check();
  await to(page, "Chat");
  await ask(page, "Hello", "analyst");
  await page.getByRole("alert").waitFor();
  await to(page, "Integrations");
  await card(page, "OpenAI").getByText("Out of quota").waitFor();
});

test("the whole way works on a phone, by touch targets that do not hide each other", async () => {
  const { page, complaints } = await arrive({}, { viewport: PHONE });
  await ask(page, "Hello");
  await receipts(page).getByText("Waypath").waitFor();
  for (const name of ["Activity", "Usage", "Integrations", "Buddies", "Chat"]) {
    await to(page, name);
    expect({ name, width: await page.evaluate<number>("document.documentElement.scrollWidth") }).toEqual({
      name,
      width: 390,
    });
  }
  await page.getByRole("button", { name: "Conversations" }).click();
  await page.getByRole("link", { name: /^Hello/ }).click();
  await receipts(page).getByText("Waypath").waitFor();
  expect(complaints).toEqual([]);
});

test("by keyboard alone: sign in, skip the navigation, ask", async () => {
  const visited = await visit(browser, server.url);
  const { page } = visited;
  await page.getByLabel("Token").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
  await page.keyboard.press("Tab");
  expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the page");
  await page.keyboard.press("Enter");
  expect(await page.evaluate("document.activeElement.id")).toBe("main");
  for (let press = 0; press < 12; press += 1) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate("document.activeElement.tagName")) === "TEXTAREA") break;
  }
  await page.keyboard.type("Hello by keyboard");
  await page.keyboard.press("Enter");
  await page.getByText("You wrote: “Hello by keyboard”").waitFor();
});

test("the first load is small, and the page's policy lets no other script run", async () => {
  const visited = await visit(browser, server.url);
  await signIn(visited);
  await visited.page.waitForLoadState("networkidle");
  const response = await fetch(server.url);
  const policy = response.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toContain("unsafe");
  process.stdout.write(`first load: ${(visited.received() / 1000).toFixed(1)} kB\n`);
  expect(visited.received()).toBeGreaterThan(20_000);
  expect(visited.received()).toBeLessThan(250_000);
  expect(visited.complaints).toEqual([]);
});
