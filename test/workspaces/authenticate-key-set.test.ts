import { createPublicKey } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, jest, test } from "@jest/globals";
import { SignJWT, UnsecuredJWT } from "jose";
import type { DataSource } from "typeorm";

import type { TokenVerification } from "../../src/config";
import { createDataSource } from "../../src/database/data-source";
import { ENTITIES } from "../../src/entities";
import { type Authenticate, createAuthenticate } from "../../src/workspaces/authenticate";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { type KeySetServer, startKeySetServer } from "./key-set-server";
import { claims, passSeconds, unsigned } from "./token-fixture";

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

test("keys of a published set are accepted: RSA and elliptic curves", async () => {
  await withKeySet(async (keySet, authenticate) => {
    for (const algorithm of ["RS256", "ES256"] as const) {
      const key = await keySet.addKey(algorithm);
      passSeconds(31 * keySet.requests);
      const viewer = await authenticate(await key.sign(claims({ sub: algorithm })));
      expect(viewer).toMatchObject({ workspaceId: "acme" });
    }
  });
});

test("a new key of the set is fetched, and one that was taken away stops counting", async () => {
  await withKeySet(async (keySet, authenticate) => {
    const old = await keySet.addKey("RS256");
    await authenticate(await old.sign(claims()));
    expect(keySet.requests).toBe(1);
    await authenticate(await old.sign(claims({ sub: "other" })));
    expect(keySet.requests).toBe(1);

    const fresh = await keySet.addKey("ES256");
    passSeconds(31);
    expect(await authenticate(await fresh.sign(claims()))).toMatchObject({ workspaceId: "acme" });
    expect(keySet.requests).toBe(2);

    keySet.publish([fresh.jwk]);
    passSeconds(11 * 60);
    await expect(authenticate(await old.sign(claims()))).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });
});

test("with a key set, neither `alg: none` nor a public key used as a shared secret gets in", async () => {
  await withKeySet(async (keySet, authenticate) => {
    const { jwk } = await keySet.addKey("RS256");
    const pem = createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" });
    const confused = await new SignJWT(claims())
      .setProtectedHeader({ alg: "HS256", ...(jwk.kid === undefined ? {} : { kid: jwk.kid }) })
      .sign(Buffer.from(pem));
    const none = new UnsecuredJWT(claims()).encode();
    const unknown = unsigned({ alg: "RS256", kid: "nobody's" });
    for (const token of [confused, none, unknown, "rubbish"]) {
      await expect(authenticate(token)).rejects.toMatchObject({
        code: "UNAUTHENTICATED",
        message: "The token is not valid.",
      });
    }
  });
});

test.each([
  ["it answers with a fault", { status: 500, body: "{}" }],
  ["it answers something else than JSON", { status: 200, body: "<html>" }],
  ["it answers something else than a key set", { status: 200, body: "{}" }],
])("while the key set cannot be had, nothing is said about the token: %s", async (_name, answer) => {
  await withKeySet(async (keySet, authenticate) => {
    const key = await keySet.addKey("ES256");
    const token = await key.sign(claims());
    keySet.answerInstead(answer);
    await expect(authenticate(token)).rejects.toMatchObject({
      code: "SERVICE_UNAVAILABLE",
      message: "Tokens cannot be checked right now: try again shortly.",
    });
    keySet.answerInstead(null);
    expect(await authenticate(token)).toMatchObject({ workspaceId: "acme" });
  });
});

test("a key set that went away keeps counting for a while; one that was never there makes no token invalid", async () => {
  await withKeySet(async (keySet, authenticate) => {
    const key = await keySet.addKey("ES256");
    await authenticate(await key.sign(claims()));
    await keySet.close();
    expect(await authenticate(await key.sign(claims({ sub: "later" })))).toMatchObject({ workspaceId: "acme" });

    const fresh = createAuthenticate(dataSource, verificationOf(keySet));
    await expect(fresh(await key.sign(claims()))).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
  });
});

function verificationOf({ url }: KeySetServer): TokenVerification {
  return { method: "JWKS", url, issuer: undefined, audience: undefined };
}

async function withKeySet(use: (keySet: KeySetServer, authenticate: Authenticate) => Promise<void>): Promise<void> {
  const keySet = await startKeySetServer();
  try {
    await use(keySet, createAuthenticate(dataSource, verificationOf(keySet)));
  } finally {
    await keySet.close();
  }
}
