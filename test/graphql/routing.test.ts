// Which model a buddy gets, and how that is changed, through the API.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";

import { startTestServer, type TestServer } from "../support/test-server";
import { statementsDuring } from "../support/watch-statements";
import { newWorkspace, type Person, type TestWorkspace } from "./test-workspace";

const ROUTE = "requestedMode modeSource mode fallbackReason payer provider modelId modelReason maskedKey";
const SET_MODE = `mutation ($input: SetBuddyModelInput!) {
  setBuddyModel(input: $input) { buddy { slug modelMode } userErrors { code field message } }
}`;
const UPDATE_POLICY = `mutation ($input: UpdateRoutingPolicyInput!) {
  updateRoutingPolicy(input: $input) {
    workspace { routingPolicy { defaultMode byokFallback } } userErrors { code field message }
  }
}`;
const POLICY = "{ workspace { routingPolicy { defaultMode byokFallback } } }";
const NEXT = `query ($slug: String!, $override: ModelMode) {
  buddy(slug: $slug) { modelMode nextRoute(override: $override) { status route { ${ROUTE} } } }
}`;

const CLAUDE_KEY = "sk-ant-api03-of-the-workspace-x4Qz";
const OPENAI_KEY = "sk-proj-of-the-workspace-Tt77";

const METERED = {
  mode: "METERED",
  fallbackReason: null,
  payer: "WAYPATH",
  provider: "CLAUDE",
  modelId: "claude-sonnet-4-6",
  modelReason: "Waypath's model for metered turns.",
  maskedKey: null,
};
const OWN_CLAUDE = {
  mode: "BYOK_CLAUDE",
  fallbackReason: null,
  payer: "WORKSPACE",
  provider: "CLAUDE",
  modelId: "claude-sonnet-4-6",
  modelReason: "The model for turns on a workspace's own Claude key.",
  maskedKey: "sk-ant-…x4Qz",
};

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

async function setMode(buddy: string, mode: string | null) {
  return (await admin.ask(SET_MODE, { input: { buddy, mode } })).setBuddyModel;
}

async function updatePolicy(input: object) {
  return (await admin.ask(UPDATE_POLICY, { input })).updateRoutingPolicy;
}

async function configure(provider: string, apiKey: string): Promise<void> {
  const document = `mutation ($input: ConfigureProviderInput!) { configureProvider(input: $input) { userErrors { code } } }`;
  const { configureProvider } = await admin.ask(document, { input: { provider, apiKey } });
  expect(configureProvider.userErrors).toEqual([]);
}

/** A stored Claude key that the provider has stopped accepting. */
async function configureRejected(): Promise<void> {
  const key = "sk-ant-api03-accepted-at-first-x4Qz";
  await configure("CLAUDE", key);
  server.anthropic.rejectKey(key);
  const document = "mutation { verifyProvider(input: { provider: CLAUDE }) { provider { status } } }";
  expect((await admin.ask(document)).verifyProvider.provider.status).toBe("INVALID");
}

async function next(slug: string, override?: string) {
  return (await admin.ask(NEXT, { slug, override })).buddy.nextRoute;
}

describe("a buddy's stored mode", () => {
  test("is set, changed and cleared, for this buddy alone", async () => {
    expect((await admin.ask(NEXT, { slug: "campaign" })).buddy.modelMode).toBeNull();

    for (const mode of ["BYOK_CLAUDE", "BYOK_OPENAI", "METERED", null, null]) {
      expect(await setMode("campaign", mode)).toEqual({ buddy: { slug: "campaign", modelMode: mode }, userErrors: [] });
      expect((await admin.ask(NEXT, { slug: "campaign" })).buddy.modelMode).toBe(mode);
      expect((await admin.ask(NEXT, { slug: "analyst" })).buddy.modelMode).toBeNull();
    }
  });

  test("is cleared by leaving the mode out", async () => {
    await setMode("campaign", "BYOK_CLAUDE");

    const { setBuddyModel } = await admin.ask(SET_MODE, { input: { buddy: "campaign" } });

    expect(setBuddyModel.buddy.modelMode).toBeNull();
  });

  test("is not set for a buddy that does not exist", async () => {
    for (const slug of ["nobody", "Campaign", "", "__proto__"]) {
      expect(await setMode(slug, "METERED")).toEqual({
        buddy: null,
        userErrors: [
          {
            code: "NOT_FOUND",
            field: ["input", "buddy"],
            message: "There is no such buddy: `workspace { buddies { slug } }` lists them.",
          },
        ],
      });
    }
    expect(await server.dataSource.query("SELECT * FROM buddy_modes WHERE workspace_id = $1", [workspace.id])).toEqual(
      [],
    );
  });

  test("is what an integration names its buddies by", async () => {
    await setMode("campaign", "BYOK_CLAUDE");
    await setMode("analyst", "BYOK_OPENAI");
    await updatePolicy({ defaultMode: "BYOK_CLAUDE" });

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
    await updatePolicy({ defaultMode: "BYOK_OPENAI", byokFallback: "FAIL" });

    expect(await updatePolicy(input)).toEqual({ workspace: { routingPolicy }, userErrors: [] });
    expect((await admin.ask(POLICY)).workspace.routingPolicy).toEqual(routingPolicy);
  });

  test("of which only one part was ever set keeps the other at METERED", async () => {
    await updatePolicy({ byokFallback: "FAIL" });
    expect((await admin.ask(POLICY)).workspace.routingPolicy).toEqual({ defaultMode: "METERED", byokFallback: "FAIL" });
    expect((await next("campaign")).route).toMatchObject({ requestedMode: "METERED", modeSource: "DEFAULT" });
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
  await setMode("campaign", "BYOK_CLAUDE");

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

describe("what would happen next", () => {
  test("nothing set: METERED, unless the request says otherwise", async () => {
    expect(await next("campaign")).toEqual({
      status: "READY",
      route: { ...METERED, requestedMode: "METERED", modeSource: "DEFAULT" },
    });
    expect(await next("campaign", "BYOK_CLAUDE")).toEqual({
      status: "FALLS_BACK",
      route: { ...METERED, requestedMode: "BYOK_CLAUDE", modeSource: "REQUEST", fallbackReason: "KEY_MISSING" },
    });
    expect((await admin.ask(NEXT, { slug: "campaign", override: null })).buddy.nextRoute.route.modeSource).toBe(
      "DEFAULT",
    );
  });

  test("a key alone changes nothing; the buddy's mode or the workspace's does", async () => {
    await configure("CLAUDE", CLAUDE_KEY);
    expect((await next("campaign")).route).toMatchObject(METERED);

    await updatePolicy({ defaultMode: "BYOK_CLAUDE" });
    expect(await next("campaign")).toEqual({
      status: "READY",
      route: { ...OWN_CLAUDE, requestedMode: "BYOK_CLAUDE", modeSource: "WORKSPACE" },
    });
    await setMode("campaign", "METERED");
    expect(await next("campaign")).toEqual({
      status: "READY",
      route: { ...METERED, requestedMode: "METERED", modeSource: "BUDDY" },
    });
    expect(await next("campaign", "BYOK_CLAUDE")).toEqual({
      status: "READY",
      route: { ...OWN_CLAUDE, requestedMode: "BYOK_CLAUDE", modeSource: "REQUEST" },
    });
  });

  test("the key is missing and falling back is forbidden: nothing would start", async () => {
    await updatePolicy({ byokFallback: "FAIL" });
    await setMode("campaign", "BYOK_CLAUDE");

    expect(await next("campaign")).toEqual({ status: "BLOCKED", route: null });
    expect(await next("analyst", "BYOK_OPENAI")).toEqual({ status: "BLOCKED", route: null });
    expect(await next("campaign", "METERED")).toEqual({
      status: "READY",
      route: { ...METERED, requestedMode: "METERED", modeSource: "REQUEST" },
    });
  });

  test("the key was rejected: it would be tried all the same", async () => {
    await configureRejected();
    await setMode("campaign", "BYOK_CLAUDE");
    const rejected = {
      status: "KEY_REJECTED",
      route: { ...OWN_CLAUDE, requestedMode: "BYOK_CLAUDE", modeSource: "BUDDY" },
    };

    expect(await next("campaign")).toEqual(rejected);
    await updatePolicy({ byokFallback: "FAIL" });
    expect(await next("campaign")).toEqual(rejected);
    expect((await next("analyst", "BYOK_CLAUDE")).status).toBe("KEY_REJECTED");
    expect((await next("campaign", "METERED")).status).toBe("READY");
  });

  test("a mode without a model starts nothing, whatever its key", async () => {
    await configure("OPENAI", OPENAI_KEY);
    await setMode("campaign", "BYOK_OPENAI");

    expect(await next("campaign")).toEqual({ status: "BLOCKED", route: null });
  });

  test("is what then happens", async () => {
    await configure("CLAUDE", CLAUDE_KEY);
    await setMode("campaign", "BYOK_CLAUDE");
    await setMode("analyst", "BYOK_OPENAI");

    for (const buddy of ["campaign", "analyst", "orchestrator"]) {
      const { route } = await next(buddy);
      expect((await admin.runTurn({ buddy, message: "Where does this go?" })).route).toEqual(route);
    }
  });
});

test("a buddy that does not exist is null", async () => {
  expect((await admin.answer(NEXT, { slug: "nobody" })).data).toEqual({ buddy: null });
});

test("asking about every buddy asks the database no more than asking about one", async () => {
  const fields = `modelMode nextRoute { status } byClaude: nextRoute(override: BYOK_CLAUDE) { status }`;
  await admin.ask(POLICY);
  const statements = async (document: string) => {
    const made = await statementsDuring(() => admin.ask(document));
    return made.map(({ text }) => text).filter((text) => /buddy_modes|routing_policies|provider_keys/.test(text));
  };

  const one = await statements(`{ buddy(slug: "campaign") { ${fields} } }`);
  const all = await statements(`{ workspace { buddies { slug ${fields} } } }`);
  const everything = await statements(`{ workspace {
    routingPolicy { defaultMode } connectedPlatforms providers { status buddies { ${fields} } } buddies { ${fields} }
  } }`);

  expect(one).toHaveLength(3);
  expect([...all].sort()).toEqual([...one].sort());
  // The buddies of an integration are known a moment after the integration is.
  expect(everything.length).toBeLessThanOrEqual(3 * 3);
});
