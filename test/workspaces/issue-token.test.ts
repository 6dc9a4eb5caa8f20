import { expect, test } from "@jest/globals";
import { jwtVerify } from "jose";

import { Secret } from "../../src/secret";
import { issueToken } from "../../src/workspaces/issue-token";

const SECRET = "a-shared-secret-of-at-least-32-characters";
const verification = { method: "HS256" as const, secret: new Secret(SECRET), issuer: undefined, audience: undefined };
const content = { workspaceId: "acme", subject: "ada", role: "ADMIN" as const, expiresInSeconds: 60 };

async function payloadOf(token: string) {
  const { payload, protectedHeader } = await jwtVerify(token, Buffer.from(SECRET));
  expect(protectedHeader).toEqual({ alg: "HS256" });
  return payload;
}

test("a token says who it speaks for, for how long, and nothing that was not given", async () => {
  const payload = await payloadOf(await issueToken(verification, content));
  const iat = payload.iat ?? 0;
  expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(5);
  expect(payload).toEqual({ workspace_id: "acme", sub: "ada", role: "admin", iat, exp: iat + 60 });
});

test("a token carries all that was given, and whom the server expects it from and for", async () => {
  const token = await issueToken(
    { ...verification, issuer: "https://login.example.com", audience: "waypath" },
    { ...content, name: "Ada", email: "ada@example.com", workspaceName: "Acme", stripeCustomerId: "cus_1" },
  );
  expect(await payloadOf(token)).toMatchObject({
    iss: "https://login.example.com",
    aud: "waypath",
    name: "Ada",
    email: "ada@example.com",
    workspace_name: "Acme",
    stripe_customer_id: "cus_1",
  });
});

test("where tokens come from a key set, this server cannot make one, and says so", async () => {
  const keySet = { method: "JWKS" as const, url: "http://127.0.0.1/keys", issuer: undefined, audience: undefined };
  await expect(issueToken(keySet, content)).rejects.toThrow("tokens come from your identity provider");
});
