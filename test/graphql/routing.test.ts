// What decides which model a buddy gets, set and read through the API.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";

import { startTestServer, type TestServer } from "../support/test-server";
import { SET_MODE, setMode, UPDATE_POLICY, updatePolicy } from "./manage-workspace";
import { newWorkspace, type Person, type TestWorkspace } from "./test-workspace";

const POLICY = "{ workspace { routingPolicy { defaultMode byokFallback } } }";

let server: TestServer;
let workspace: TestWorkspace;
let admin: Person;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.close());

beforeEach(async () => {
  workspace = newWorkspace(server);
  admin = await workspace.admin();
});

async function storedMode(slug: string): Promise<string | null> {
  return (await admin.ask("query ($slug: String!) { buddy(slug: $slug) { modelMode } }", { slug })).buddy.modelMode;
}

describe("a buddy's stored mode", () => {
  test("is set, changed and cleared, for this buddy alone", async () => {
    expect(await storedMode("campaign")).toBeNull();

    for (const mode of ["BYOK_CLAUDE", "BYOK_OPENAI", "METERED", null, null]) {
      expect(await setMode(admin, "campaign", mode)).toEqual({
        buddy: { slug: "campaign", modelMode: mode },
        userErrors: [],
      });
      expect(await storedMode("campaign")).toBe(mode);
      expect(await storedMode("analyst")).toBeNull();
    }
  });

  test("is cleared by leaving the mode out", async () => {
    await setMode(admin, "campaign", "BYOK_CLAUDE");

    const { setBuddyModel } = await admin.ask(SET_MODE, { input: { buddy: "campaign" } });

    expect(setBuddyModel.buddy.modelMode).toBeNull();
  });

  test("is not set for a buddy that does not exist", async () => {
    for (const slug of ["nobody", "Campaign", "", "__proto__"]) {
      expect(await setMode(admin, slug, "METERED")).toEqual({
        buddy: null,
        userErrors: [
          {
            code: "NOT_FOUND",
            field: ["input", "buddy"],
            message: "There is no such buddy. There are: `orchestrator`, `analyst`, `campaign`, `copywriter`.",
          },
        ],
      });
    }
    expect(await server.dataSource.query("SELECT * FROM buddy_modes WHERE workspace_id = $1", [workspace.id])).toEqual(
      [],
    );
  });

  test("is what an integration names its buddies by", async () => {
    await setMode(admin, "campaign", "BYOK_CLAUDE");
    await setMode(admin, "analyst", "BYOK_OPENAI");
    await updatePolicy(admin, { defaultMode: "BYOK_CLAUDE" });

    const { providers } = (await admin.ask("{ workspace { providers { provider buddies { slug } } } }")).workspace;

    expect(providers).toEqual([
      { provider: "CLAUDE", buddies: [{ slug: "campaign" }] },
      { provider: "OPENAI", buddies: [{ slug: "analyst" }] },
    ]);
  });
});

describe("the routing policy", () => {
  test("is METERED in both until it is changed", async () => {
    expect((await admin.ask(POLICY)).workspace.routingPolicy).toEqual({
      defaultMode: "METERED",
      byokFallback: "METERED",
    });
  });

  test.each<[object, object]>([
    [{ defaultMode: "BYOK_CLAUDE" }, { defaultMode: "BYOK_CLAUDE", byokFallback: "FAIL" }],
    [{ byokFallback: "METERED" }, { defaultMode: "BYOK_OPENAI", byokFallback: "METERED" }],
    [
      { defaultMode: "METERED", byokFallback: "METERED" },
      { defaultMode: "METERED", byokFallback: "METERED" },
    ],
    [
      { defaultMode: null, byokFallback: null },
      { defaultMode: "BYOK_OPENAI", byokFallback: "FAIL" },
    ],
    [{}, { defaultMode: "BYOK_OPENAI", byokFallback: "FAIL" }],
  ])("changes by %j as far as that says, and no further", async (input, routingPolicy) => {
    await updatePolicy(admin, { defaultMode: "BYOK_OPENAI", byokFallback: "FAIL" });

    expect(await updatePolicy(admin, input)).toEqual({ workspace: { routingPolicy }, userErrors: [] });
    expect((await admin.ask(POLICY)).workspace.routingPolicy).toEqual(routingPolicy);
  });

  test("of which only one part was ever set keeps the other at METERED", async () => {
    await updatePolicy(admin, { byokFallback: "FAIL" });
    expect((await admin.ask(POLICY)).workspace.routingPolicy).toEqual({ defaultMode: "METERED", byokFallback: "FAIL" });
  });

  test("loses nothing when two change it at once", async () => {
    for (let round = 0; round < 5; round += 1) {
      const fresh = newWorkspace(server);
      const [one, two] = [await fresh.admin(), await fresh.owner()];
      await Promise.all([
        one.ask(UPDATE_POLICY, { input: { defaultMode: "BYOK_CLAUDE" } }),
        two.ask(UPDATE_POLICY, { input: { byokFallback: "FAIL" } }),
      ]);
      expect((await one.ask(POLICY)).workspace.routingPolicy).toEqual({
        defaultMode: "BYOK_CLAUDE",
        byokFallback: "FAIL",
      });
    }
  });
});

test("members read the routing and change none of it", async () => {
  const member = await workspace.member();
  await setMode(admin, "campaign", "BYOK_CLAUDE");

  for (const [document, input] of [
    [SET_MODE, { buddy: "campaign", mode: "METERED" }],
    [SET_MODE, { buddy: "nobody", mode: "METERED" }],
    [UPDATE_POLICY, { byokFallback: "FAIL" }],
  ] as const) {
    const { data, errors } = await member.answer(document, { input });
    expect([data, errors?.map(({ extensions }) => extensions)]).toEqual([null, [{ code: "FORBIDDEN" }]]);
  }

  const document = `{ workspace {
    viewerCanManageBuddies viewerCanManageProviders routingPolicy { byokFallback } buddies { slug modelMode }
  } }`;
  expect((await member.ask(document)).workspace).toEqual({
    viewerCanManageBuddies: false,
    viewerCanManageProviders: false,
    routingPolicy: { byokFallback: "METERED" },
    buddies: [
      { slug: "orchestrator", modelMode: null },
      { slug: "analyst", modelMode: null },
      { slug: "campaign", modelMode: "BYOK_CLAUDE" },
      { slug: "copywriter", modelMode: null },
    ],
  });
  expect((await (await workspace.owner()).ask(document)).workspace).toMatchObject({
    viewerCanManageBuddies: true,
    viewerCanManageProviders: true,
  });
});
