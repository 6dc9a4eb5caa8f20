// What would happen if a turn started now, asked before anybody pays.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";

import { startTestServer, type TestServer } from "../support/test-server";
import { statementsDuring } from "../support/watch-statements";
import { configure, setMode, updatePolicy, verify } from "./manage-workspace";
import { newWorkspace, type Person } from "./test-workspace";

const ROUTE = "requestedMode modeSource mode fallbackReason payer provider modelId modelReason maskedKey";
const NEXT = `query ($slug: String!, $override: ModelMode) {
  buddy(slug: $slug) { nextRoute(override: $override) { status route { ${ROUTE} } } }
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
let admin: Person;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.close());

beforeEach(async () => {
  admin = await newWorkspace(server).admin();
});

/** A stored Claude key that the provider has stopped accepting. */
async function configureRejected(): Promise<void> {
  const key = "sk-ant-api03-accepted-at-first-x4Qz";
  await configure(admin, "CLAUDE", key);
  server.anthropic.rejectKey(key);
  expect((await verify(admin, "CLAUDE")).provider.status).toBe("INVALID");
}

async function next(slug: string, override?: string) {
  return (await admin.ask(NEXT, { slug, override })).buddy.nextRoute;
}

describe("what would happen next", () => {
  test("only the fallback was ever set: METERED by default", async () => {
    await updatePolicy(admin, { byokFallback: "FAIL" });

    expect((await next("campaign")).route).toMatchObject({ requestedMode: "METERED", modeSource: "DEFAULT" });
  });

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
    await configure(admin, "CLAUDE", CLAUDE_KEY);
    expect((await next("campaign")).route).toMatchObject(METERED);

    await updatePolicy(admin, { defaultMode: "BYOK_CLAUDE" });
    expect(await next("campaign")).toEqual({
      status: "READY",
      route: { ...OWN_CLAUDE, requestedMode: "BYOK_CLAUDE", modeSource: "WORKSPACE" },
    });
    await setMode(admin, "campaign", "METERED");
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
    await updatePolicy(admin, { byokFallback: "FAIL" });
    await setMode(admin, "campaign", "BYOK_CLAUDE");

    expect(await next("campaign")).toEqual({ status: "BLOCKED", route: null });
    expect(await next("analyst", "BYOK_OPENAI")).toEqual({ status: "BLOCKED", route: null });
    expect(await next("campaign", "METERED")).toEqual({
      status: "READY",
      route: { ...METERED, requestedMode: "METERED", modeSource: "REQUEST" },
    });
  });

  test("why it would be refused is said, whichever it is", async () => {
    await updatePolicy(admin, { byokFallback: "FAIL" });
    await configure(admin, "OPENAI", OPENAI_KEY);
    await server.dataSource.query("UPDATE provider_keys SET models = '[]' WHERE provider = 'OPENAI'");
    const { buddy } = await admin.ask(`{ buddy(slug: "campaign") {
      missing: nextRoute(override: BYOK_CLAUDE) { status reason }
      unfit: nextRoute(override: BYOK_OPENAI) { status reason }
      fine: nextRoute { status reason } } }`);
    expect(buddy).toEqual({
      missing: { status: "BLOCKED", reason: expect.stringMatching(/Claude/) },
      unfit: { status: "BLOCKED", reason: expect.stringMatching(/model/) },
      fine: { status: "READY", reason: null },
    });
  });

  test("the key was rejected: it would be tried all the same", async () => {
    await configureRejected();
    await setMode(admin, "campaign", "BYOK_CLAUDE");
    const rejected = {
      status: "KEY_REJECTED",
      route: { ...OWN_CLAUDE, requestedMode: "BYOK_CLAUDE", modeSource: "BUDDY" },
    };

    expect(await next("campaign")).toEqual(rejected);
    await updatePolicy(admin, { byokFallback: "FAIL" });
    expect(await next("campaign")).toEqual(rejected);
    expect((await next("analyst", "BYOK_CLAUDE")).status).toBe("KEY_REJECTED");
    expect((await next("campaign", "METERED")).status).toBe("READY");
  });

  test("a mode without a model starts nothing, whatever its key", async () => {
    await configure(admin, "OPENAI", OPENAI_KEY);
    await setMode(admin, "campaign", "BYOK_OPENAI");
    const models = JSON.stringify([{ id: "text-embedding-3-small", displayName: "text-embedding-3-small" }]);
    await server.dataSource.query("UPDATE provider_keys SET models = $1 WHERE provider = 'OPENAI'", [models]);

    expect(await next("campaign")).toEqual({ status: "BLOCKED", route: null });
  });

  test("is what then happens", async () => {
    await configure(admin, "CLAUDE", CLAUDE_KEY);
    await setMode(admin, "campaign", "BYOK_CLAUDE");
    await setMode(admin, "analyst", "BYOK_OPENAI");

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
  await admin.ask("{ __typename }");
  const statements = async (document: string) => {
    const made = await statementsDuring(() => admin.ask(document));
    return made.map(({ text }) => text).filter((text) => /buddy_modes|routing_policies|provider_keys/.test(text));
  };

  const one = await statements(`{ buddy(slug: "campaign") { ${fields} } }`);
  const all = await statements(`{ workspace { buddies { slug ${fields} } } }`);
  const everything = await statements(`{ workspace {
    routingPolicy { defaultMode } connectedPlatforms providers { status buddies { ${fields} } } buddies { ${fields} }
  } }`);

  expect(one).toHaveLength(1);
  expect([...all].sort()).toEqual([...one].sort());
  // The buddies of an integration are known a moment after the integration is.
  expect(everything.length).toBeLessThanOrEqual(3);
});
