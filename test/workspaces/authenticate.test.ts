import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, jest, test } from "@jest/globals";
import { base64url, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import type { DataSource } from "typeorm";

import type { TokenVerification } from "../../src/config";
import { createDataSource } from "../../src/database/data-source";
import { ENTITIES } from "../../src/entities";
import { Secret } from "../../src/secret";
import { bearerToken, createAuthenticate } from "../../src/workspaces/authenticate";
import { UserEntity } from "../../src/workspaces/user.entity";
import { WorkspaceEntity } from "../../src/workspaces/workspace.entity";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { until } from "../support/until";
import { claims, IN_AN_HOUR, passSeconds, unsigned } from "./token-fixture";

const SECRET = "a-shared-secret-of-at-least-32-characters";

let database: TestDatabase;
let dataSource: DataSource;
beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url, entities: ENTITIES }).initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});
afterEach(() => {
  jest.restoreAllMocks();
});

test("a token says who asks; its workspace and its person are made from it", async () => {
  const viewer = await authenticator()(
    await sign({
      workspace_id: "made",
      sub: "ada",
      role: "owner",
      name: "Ada",
      email: "ada@example.com",
      workspace_name: "Made here",
      stripe_customer_id: "cus_1",
    }),
  );
  expect(viewer).toEqual({
    workspaceId: "made",
    userId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    role: "OWNER",
    expiresAt: new Date(IN_AN_HOUR * 1000),
  });
  expect(await workspace("made")).toMatchObject({ name: "Made here", stripeCustomerId: "cus_1", disabledAt: null });
  expect(await user("made", "ada")).toEqual({
    id: viewer.userId,
    workspaceId: "made",
    sub: "ada",
    name: "Ada",
    email: "ada@example.com",
  });
});

test("what a token does not say has a default", async () => {
  await authenticator()(await sign({ workspace_id: "plain", sub: "someone", role: "member" }));
  expect(await workspace("plain")).toMatchObject({ name: "plain", stripeCustomerId: null });
  expect(await user("plain", "someone")).toMatchObject({ name: "someone", email: null });
});

test("a later token brings workspace and person up to date, and what it leaves out stays", async () => {
  const authenticate = authenticator();
  const visit = async (claims: JWTPayload) =>
    authenticate(await sign({ workspace_id: "renamed", sub: "ada", role: "member", ...claims }));
  const first = await visit({
    name: "Ada",
    email: "ada@example.com",
    workspace_name: "Old",
    stripe_customer_id: "cus_1",
  });
  const later = await visit({ name: "Ada L.", workspace_name: "New", role: "admin" });
  expect(later).toEqual({ ...first, role: "ADMIN" });
  expect(await user("renamed", "ada")).toMatchObject({ name: "Ada L.", email: "ada@example.com" });
  expect(await workspace("renamed")).toMatchObject({ name: "New", stripeCustomerId: "cus_1" });

  await visit({});
  expect(await user("renamed", "ada")).toMatchObject({ name: "Ada L.", email: "ada@example.com" });
  expect(await workspace("renamed")).toMatchObject({ name: "New", stripeCustomerId: "cus_1" });
});

test("the same subject in two workspaces is two people", async () => {
  const authenticate = authenticator();
  const one = await authenticate(await sign({ workspace_id: "one", sub: "ada" }));
  const two = await authenticate(await sign({ workspace_id: "two", sub: "ada" }));
  expect(one.userId).not.toBe(two.userId);
});

test("20 first visits at once make one workspace and one person", async () => {
  const authenticate = authenticator();
  for (const workspaceId of ["rush-1", "rush-2", "rush-3"]) {
    // Different tokens of one person, so that each of them is a visit.
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_, index) => sign({ workspace_id: workspaceId, sub: "ada", jti: String(index) })),
    );
    const viewers = await Promise.all(tokens.map(authenticate));
    const person = await user(workspaceId, "ada");
    for (const viewer of viewers) expect(viewer.userId).toBe(person.id);
    expect(await dataSource.getRepository(UserEntity).countBy({ workspaceId })).toBe(1);
  }
});

test("a disabled workspace is out within two seconds, and in again when it is enabled", async () => {
  const authenticate = authenticator();
  const token = await sign({ workspace_id: "closed" });
  await authenticate(token);
  const disable = (disabledAt: Date | null) =>
    dataSource.getRepository(WorkspaceEntity).update({ id: "closed" }, { disabledAt });
  await disable(new Date());
  passSeconds(2);
  await expect(authenticate(token)).rejects.toMatchObject({
    code: "UNAUTHENTICATED",
    message: "The workspace is disabled: ask whoever runs this server.",
  });
  await expect(authenticate(await sign({ workspace_id: "closed", sub: "new" }))).rejects.toThrow("disabled");
  await disable(null);
  expect(await authenticate(token)).toMatchObject({ workspaceId: "closed" });
});

test("a token of a disabled workspace records nothing: neither its people nor its name", async () => {
  const authenticate = authenticator();
  await authenticate(await sign({ workspace_id: "shut", sub: "ada", name: "Ada", workspace_name: "Shut" }));
  const people = () => dataSource.getRepository(UserEntity).findBy({ workspaceId: "shut" });
  const deleted = { name: "shut", disabledAt: new Date(), deletedAt: new Date() };
  for (const change of [{ disabledAt: new Date() }, deleted]) {
    await dataSource.getRepository(WorkspaceEntity).update({ id: "shut" }, change);
    const before = [await workspace("shut"), await people()];
    for (const sub of ["ada", "bob"]) {
      const visit = { workspace_id: "shut", sub, name: "Again", workspace_name: "Again", stripe_customer_id: "cus_2" };
      await expect(authenticate(await sign(visit))).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    }
    expect([await workspace("shut"), await people()]).toEqual(before);
  }
});

test("a visit is remembered for a moment only, and costs no second look at the database", async () => {
  const authenticate = authenticator();
  const token = await sign({ workspace_id: "often" });
  const query = jest.spyOn(dataSource, "query");
  const first = await authenticate(token);
  expect(await authenticate(token)).toEqual(first);
  expect(query).toHaveBeenCalledTimes(1);
  passSeconds(2);
  expect(await authenticate(token)).toEqual(first);
  expect(query).toHaveBeenCalledTimes(2);
});

test("a workspace that somebody else has just seen open is not looked at again, until the token's own check is old", async () => {
  const open = new Set(["watched"]);
  const authenticate = createAuthenticate(dataSource, shared(), (workspaceId) => open.has(workspaceId));
  const token = await sign({ workspace_id: "watched" });
  const first = await authenticate(token);
  const query = jest.spyOn(dataSource, "query");
  passSeconds(5);
  expect(await authenticate(token)).toEqual(first);
  expect(query).not.toHaveBeenCalled();
  // Another token of the same person is another visit.
  await authenticate(await sign({ workspace_id: "watched", role: "admin" }));
  expect(query).toHaveBeenCalledTimes(1);
  open.clear();
  await authenticate(token);
  expect(query).toHaveBeenCalledTimes(2);
  open.add("watched");
  passSeconds(120);
  await authenticate(token);
  expect(query).toHaveBeenCalledTimes(3);
});

test("a token is refused from the second on in which it expires, remembered or not", async () => {
  const authenticate = authenticator();
  const exp = Math.floor(Date.now() / 1000) + 1;
  const token = await sign({ exp });
  await authenticate(token);
  jest.useFakeTimers({ doNotFake: [...TIMERS_BUT_DATE], now: exp * 1000 });
  try {
    await expect(authenticate(token)).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
      message: "The token has expired: get a new one.",
    });
  } finally {
    jest.useRealTimers();
  }
});

test("no token is told what to send", async () => {
  for (const none of [undefined, ""]) {
    await expect(authenticator()(none)).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
      message: expect.stringContaining("Authorization: Bearer"),
    });
  }
});

test.each([
  ["not a token", "rubbish"],
  ["three dots", "..."],
  ["not JSON", `${base64url.encode("{")}.${base64url.encode("{")}.AA`],
  ["no signature", unsigned({ alg: "HS256" })],
  ["alg none", new UnsecuredJWT(claims()).setExpirationTime(IN_AN_HOUR).encode()],
  ["alg none in other letters", unsigned({ alg: "nOnE" })],
  ["an unknown algorithm", unsigned({ alg: "HS1" })],
  ["an unknown critical header", unsigned({ alg: "HS256", crit: ["exp2"], exp2: 1 })],
  ["a very long one", "x".repeat(100_000)],
])("%s is no valid token", async (_name, token) => {
  await expect(authenticator()(token)).rejects.toMatchObject({
    code: "UNAUTHENTICATED",
    message: "The token is not valid.",
  });
});

test("another secret's signature, and another algorithm with the same secret, are refused", async () => {
  const foreign = await sign({}, randomBytes(32).toString("hex"));
  const longer = await new SignJWT(claims()).setProtectedHeader({ alg: "HS512" }).sign(Buffer.from(SECRET));
  for (const token of [foreign, longer]) {
    await expect(authenticator()(token)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  }
});

test("a changed claim breaks the signature", async () => {
  const [header, , signature] = (await sign({ role: "member" })).split(".");
  const forged = `${header}.${base64url.encode(JSON.stringify({ ...claims(), role: "owner" }))}.${signature}`;
  await expect(authenticator()(forged)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
});

test.each(["sub", "exp", "workspace_id", "role"])("a token without `%s` is refused", async (name) => {
  const { [name]: _left, ...rest } = claims();
  const token = await new SignJWT(rest).setProtectedHeader({ alg: "HS256" }).sign(Buffer.from(SECRET));
  await expect(authenticator()(token)).rejects.toMatchObject({
    code: "UNAUTHENTICATED",
    message: expect.stringContaining("lacks a claim"),
  });
});

test.each<[string, unknown]>([
  ["workspace_id", "has space"],
  ["workspace_id", "x".repeat(65)],
  ["workspace_id", "../acme"],
  ["workspace_id", ""],
  ["workspace_id", 7],
  ["role", "root"],
  ["role", "OWNER"],
  ["sub", ""],
  ["sub", "x".repeat(256)],
  ["sub", "nul\0"],
  ["sub", "half of a pair \ud800"],
  ["exp", 1e300],
  ["name", "nul\0"],
  ["name", 7],
  ["name", "x".repeat(256)],
  ["email", "nul\0@example.com"],
  ["workspace_name", "nul\0"],
  ["stripe_customer_id", "nul\0"],
])("an ill-formed `%s` is refused by name: %j", async (name, value) => {
  await expect(authenticator()(await sign({ [name]: value }))).rejects.toMatchObject({
    code: "UNAUTHENTICATED",
    message: `The token's claims are not as expected: ${name}.`,
  });
});

test("while the database is away, who was let in within the last minute goes on, and anybody else waits for it", async () => {
  let away = false;
  const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  const query = jest.fn(async (...asked: Parameters<DataSource["query"]>) => {
    if (away) throw refused;
    return dataSource.query(...asked);
  });
  const authenticate = createAuthenticate({ query } as unknown as DataSource, shared());
  const [known, unknown] = [await sign({ sub: "known" }), await sign({ sub: "unknown" })];
  const viewer = await authenticate(known);
  away = true;
  passSeconds(3);
  expect(await authenticate(known)).toEqual(viewer);

  const comesIn = authenticate(unknown);
  const tries = query.mock.calls.length;
  await until(() => query.mock.calls.length > tries + 1);
  away = false;
  expect(await comesIn).toMatchObject({ workspaceId: "acme" });

  away = true;
  passSeconds(61);
  const forgotten = authenticate(known);
  away = false;
  expect(await forgotten).toEqual(viewer);
});

test("expiry, not-before, issuer and audience are checked", async () => {
  const authenticate = authenticator({ issuer: "https://login.example.com", audience: "waypath" });
  const meant = { iss: "https://login.example.com", aud: ["other", "waypath"] };
  expect(await authenticate(await sign(meant))).toMatchObject({ workspaceId: "acme" });

  await expect(authenticate(await sign({ ...meant, exp: IN_AN_HOUR - 7200 }))).rejects.toMatchObject({
    code: "UNAUTHENTICATED",
    message: "The token has expired: get a new one.",
  });
  for (const wrong of [{ iss: "https://elsewhere.example.com" }, { aud: "other" }, { nbf: IN_AN_HOUR }]) {
    await expect(authenticate(await sign({ ...meant, ...wrong }))).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
      message: expect.stringContaining("not meant for this server"),
    });
  }
  for (const missing of [{ iss: meant.iss }, { aud: meant.aud }]) {
    await expect(authenticate(await sign(missing))).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  }
});

test("a bearer token is taken from its header, and from nothing else", () => {
  expect(bearerToken("Bearer abc.def")).toBe("abc.def");
  expect(bearerToken(" bearer  abc ")).toBe("abc");
  for (const other of [undefined, "", "abc", "Basic abc", "Bearer", "Bearer a b", ["Bearer abc"], 7, {}]) {
    expect(bearerToken(other)).toBeUndefined();
  }
});

function shared(): TokenVerification & { method: "HS256" } {
  return { method: "HS256", secret: new Secret(SECRET), issuer: undefined, audience: undefined };
}

function authenticator(expected: { issuer?: string; audience?: string } = {}) {
  return createAuthenticate(dataSource, { ...shared(), ...expected });
}

function sign(changed: JWTPayload, secret = SECRET): Promise<string> {
  return new SignJWT(claims(changed)).setProtectedHeader({ alg: "HS256" }).sign(Buffer.from(secret));
}

const TIMERS_BUT_DATE = [
  "hrtime",
  "nextTick",
  "performance",
  "queueMicrotask",
  "setImmediate",
  "setInterval",
  "setTimeout",
  "clearImmediate",
  "clearInterval",
  "clearTimeout",
] as const;

function workspace(id: string): Promise<WorkspaceEntity> {
  return dataSource.getRepository(WorkspaceEntity).findOneByOrFail({ id });
}

function user(workspaceId: string, sub: string): Promise<UserEntity> {
  return dataSource.getRepository(UserEntity).findOneByOrFail({ workspaceId, sub });
}
