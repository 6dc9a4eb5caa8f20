// `waypath workspace …` as an operator types it: processes, on a database of their own.
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { DataSource } from "typeorm";

import { createDataSource } from "../src/database/data-source";
import { ENTITIES } from "../src/entities";
import { newId } from "../src/ids";
import { UserEntity } from "../src/workspaces/user.entity";
import { WorkspaceEntity } from "../src/workspaces/workspace.entity";
import { seedSessions } from "./graphql/seed-sessions";
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from "./support/database";
import { type Ended, makeServerHome } from "./support/server-process";
import { post } from "./support/test-client";
import { until } from "./support/until";

/** For a test that starts several processes one after the other, in milliseconds. */
const PATIENCE_MS = 120_000;

const home = makeServerHome();
let database: TestDatabase;
let dataSource: DataSource;
beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url, entities: ENTITIES, poolSize: 1 }).initialize();
});
afterAll(async () => {
  await home.close();
  await dataSource.destroy();
  await database.drop();
});
beforeEach(() => dataSource.query("TRUNCATE workspaces CASCADE"));

function waypath(args: string, environment: Record<string, string> = { DATABASE_URL: database.url }): Promise<Ended> {
  return home.waypath(
    args.split(" ").map((part) => part.replaceAll("~", " ")),
    environment,
  );
}

/** The lines that it prints, where it succeeds. */
async function said(args: string, environment?: Record<string, string>): Promise<string[]> {
  const { code, stdout, stderr } = await waypath(args, environment);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.trimEnd().split("\n");
}

/** What it says on standard error, where it fails. */
async function complained(args: string, environment?: Record<string, string>): Promise<string> {
  const { code, stdout, stderr } = await waypath(args, environment);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).not.toMatch(/^ +at /m);
  return stderr;
}

async function makeWorkspace(
  id: string,
  more: Partial<WorkspaceEntity> = {},
): Promise<{ workspaceId: string; userId: string }> {
  const userId = newId();
  await dataSource.manager.insert(WorkspaceEntity, { id, name: id, ...more });
  await dataSource.manager.insert(UserEntity, { id: userId, workspaceId: id, sub: "ada", name: "Ada" });
  return { workspaceId: id, userId };
}

const stored = (id: string) => dataSource.manager.findOneByOrFail(WorkspaceEntity, { id });

test("list shows every workspace with what an operator asks first", async () => {
  expect(await said("workspace list")).toEqual(["ID  NAME  STRIPE CUSTOMER  DISABLED SINCE  SESSIONS  KEYS"]);
  const acme = await makeWorkspace("acme", { name: "Acme, Inc.", stripeCustomerId: "cus_1" });
  const disabledAt = new Date("2026-03-01T12:00:00.000Z");
  await makeWorkspace("gone", { disabledAt, deletedAt: disabledAt });
  // A name comes from a token: it must not paint the operator's terminal.
  await makeWorkspace("zoo", { name: "\u001b[31mred\u202e\nline", disabledAt });
  await seedSessions(dataSource, acme, [{}, {}, {}]);
  expect(await said("workspace list")).toEqual([
    "ID    NAME            STRIPE CUSTOMER  DISABLED SINCE                      SESSIONS  KEYS",
    "acme  Acme, Inc.      cus_1            –                                   3         0",
    "gone  gone            –                2026-03-01T12:00:00.000Z (deleted)  0         0",
    "zoo   ?[31mred??line  –                2026-03-01T12:00:00.000Z            0         0",
  ]);
});

test("customer sets whom metered turns are billed to", async () => {
  await makeWorkspace("acme");
  expect(await said("workspace customer acme cus_1")).toEqual(["Metered turns of acme are billed to cus_1."]);
  expect(await said("workspace customer acme ~cus_2~")).toEqual(["Metered turns of acme are billed to cus_2."]);
  expect((await stored("acme")).stripeCustomerId).toBe("cus_2");
});

test(
  "disable shuts it and asks what runs to stop, enable opens it again",
  async () => {
    await seedSessions(dataSource, await makeWorkspace("acme"), [{ status: "RUNNING" }, {}]);
    await seedSessions(dataSource, await makeWorkspace("other"), [{ status: "RUNNING" }]);
    const [line] = await said("workspace disable acme");
    const { disabledAt } = await stored("acme");
    expect(line).toBe(`acme is disabled since ${disabledAt?.toISOString()}.`);
    expect(
      await dataSource.query("SELECT workspace_id, status FROM agent_sessions WHERE cancel_requested_at IS NOT NULL"),
    ).toEqual([{ workspace_id: "acme", status: "RUNNING" }]);
    expect(await said("workspace disable acme")).toEqual([line]);

    expect(await said("workspace enable acme")).toEqual(["acme is enabled."]);
    expect(await stored("acme")).toMatchObject({ disabledAt: null, deletedAt: null });
  },
  PATIENCE_MS,
);

test(
  "delete says what it will do until it is told --yes, then what it did",
  async () => {
    const acme = await makeWorkspace("acme", { name: "The kingfishers", stripeCustomerId: "cus_1" });
    await seedSessions(dataSource, acme, [{ prompt: "of kingfishers" }, { route: { mode: "BYOK_CLAUDE" } }]);
    expect(await complained("workspace delete acme")).toBe(
      "Nothing was done. This erases what acme has said and stored, for good: add --yes to do it.\n",
    );
    expect(await stored("acme")).toMatchObject({ name: "The kingfishers", disabledAt: null });

    const line = (ownKey: string) =>
      `acme is deleted: 0 provider keys, ${ownKey}, and what was said in 1 metered session, whose figures stay.`;
    expect(await said("workspace delete acme --yes")).toEqual([line("1 own-key session")]);
    expect(await said("workspace delete --yes acme")).toEqual([line("0 own-key sessions")]);
    expect(await stored("acme")).toMatchObject({
      name: "acme",
      stripeCustomerId: "cus_1",
      deletedAt: expect.any(Date),
    });
    expect(await dataSource.query("SELECT prompt FROM agent_sessions")).toEqual([{ prompt: "" }]);
  },
  PATIENCE_MS,
);

test.each([
  ["workspace", "Usage: waypath workspace"],
  ["workspace rename acme", "unknown command 'rename'"],
  ["workspace customer nobody cus_1", "There is no workspace nobody: `npx waypath workspace list` shows all."],
  ["workspace disable nobody", "There is no workspace nobody"],
  ["workspace enable nobody", "There is no workspace nobody"],
  ["workspace delete nobody --yes", "There is no workspace nobody"],
  ["workspace disable", "missing required argument 'id'"],
  ["workspace disable has/slash", "It has up to 64 letters, digits, _ or -."],
  ["workspace customer acme", "missing required argument 'customer'"],
  ["workspace customer acme ~~", "It has 1 to 255 characters, such as cus_…."],
  [`workspace customer acme ${"c".repeat(256)}`, "It has 1 to 255 characters, such as cus_…."],
  ["workspace customer acme cus_\n1", "It has 1 to 255 characters, such as cus_…."],
  ["workspace list acme", "too many arguments"],
  ["keys", "Usage: waypath keys"],
  ["keys rotate now", "too many arguments"],
])("`waypath %s` says what is wrong, does nothing and fails", async (args, message) => {
  expect(await complained(args)).toContain(message);
});

test.each([["workspace list"], ["workspace delete acme --yes"], ["keys rotate"]])(
  "`waypath %s` says what is wrong with the database, and fails",
  async (args) => {
    const away = { DATABASE_URL: "postgres://user:canary@127.0.0.1:1/none" };
    expect(await complained(args, away)).toMatch(
      /^DATABASE_URL: the database cannot be used: connect ECONNREFUSED(?!.*canary)/,
    );
    const empty = await createEmptyDatabase();
    expect(await complained(args, { DATABASE_URL: empty.url })).toContain("run `npx waypath migrate`");
    await empty.drop();
    expect(await complained(args, {})).toMatch(/^DATABASE_URL is not set, and there is no database in .+ yet/);
  },
  PATIENCE_MS,
);

test(
  "with nothing configured it works on the server's own database, while that runs and when it does not",
  async () => {
    const own = makeServerHome();
    const list = async () => (await own.waypath(["workspace", "list"])).stdout.split("\n")[1]?.split(/ {2,}/);
    // It begins with a few turns, which take their time.
    const demo = ["demo", "Demo workspace", "cus_demo", "–", expect.stringMatching(/^\d$/), "0"];
    try {
      const server = own.start();
      const { url, token } = await server.ready();
      expect(await list()).toEqual(demo);
      expect((await own.waypath(["workspace", "disable", "demo"])).code).toBe(0);
      // Within two seconds: the server reuses its answer for a moment.
      await until(async () => (await post(url, token, "{ viewer { role } }")).status !== 200);
      server.kill("SIGTERM");
      expect(await server.ended).toMatchObject({ code: 0, stderr: "" });

      expect((await own.waypath(["workspace", "enable", "demo"])).stdout).toBe("demo is enabled.\n");
      expect(await list()).toEqual(demo);
      expect(own.postgres()).toBeUndefined();
    } finally {
      await own.close();
    }
  },
  PATIENCE_MS,
);
