import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "@jest/globals";
import { decodeJwt } from "jose";

import { createEmptyDatabase } from "./support/database";
import { makeServerHome } from "./support/server-process";
import { post } from "./support/test-client";

const home = makeServerHome();
afterAll(() => home.close());

const SECRET = "a-shared-secret-of-at-least-32-characters";
const VIEWER = "{ viewer { role user { name email } workspace { id name } } }";

/** The lines that it prints, where it succeeds. */
async function waypath(args: string, environment?: Record<string, string>): Promise<string> {
  const { code, stdout, stderr } = await home.waypath(args.split(" "), environment);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

test("a token is one that a server with the same environment accepts", async () => {
  const server = home.start();
  const { url } = await server.ready();
  const plain = (await waypath("token --workspace acme")).trim();
  expect((await post(url, plain, VIEWER)).data.viewer).toEqual({
    role: "MEMBER",
    user: { name: "operator", email: null },
    workspace: { id: "acme", name: "acme" },
  });
  const rich = await waypath(
    "token --workspace acme --role owner --subject ada --name Ada --email ada@example.com --workspace-name Acme --stripe-customer cus_1",
  );
  expect((await post(url, rich.trim(), VIEWER)).data.viewer).toEqual({
    role: "OWNER",
    user: { name: "Ada", email: "ada@example.com" },
    workspace: { id: "acme", name: "Acme" },
  });
  expect(decodeJwt(rich.trim()).stripe_customer_id).toBe("cus_1");

  const foreign = await waypath("token --workspace acme", { AUTH_JWT_SECRET: SECRET });
  expect((await post(url, foreign.trim(), VIEWER)).status).toBe(401);
  server.kill("SIGTERM");
  await server.ended;
});

test("a token carries issuer and audience, and lasts as long as it is told", async () => {
  const environment = { AUTH_JWT_SECRET: SECRET, AUTH_ISSUER: "https://login.example.com", AUTH_AUDIENCE: "waypath" };
  const token = await waypath("token --workspace acme --hours 0.5", environment);
  const { iss, aud, iat = 0, exp = 0 } = decodeJwt(token.trim());
  expect({ iss, aud, lasts: exp - iat }).toEqual({ iss: "https://login.example.com", aud: "waypath", lasts: 1800 });
  const day = decodeJwt((await waypath("token --workspace acme", environment)).trim());
  expect((day.exp ?? 0) - (day.iat ?? 0)).toBe(24 * 3600);
});

test.concurrent.each([
  ["", "Usage: waypath"],
  ["tokens", "unknown command 'tokens'"],
  ["token", "required option '--workspace <id>' not specified"],
  ["token --workspace has/slash", "It has up to 64 letters, digits, _ or -."],
  ["token --workspace acme --role root", "Allowed choices are owner, admin, member."],
  ["token --workspace acme --hours 0", "It must be a number greater than 0, and 87600 at most."],
  ["token --workspace acme --hours soon", "It must be a number greater than 0, and 87600 at most."],
  ["token --workspace acme --hours 1e300", "It must be a number greater than 0, and 87600 at most."],
  ["token --workspace acme --secret x", "unknown option '--secret'"],
  ["token --workspace acme extra", "too many arguments"],
])("`waypath %s` says what is wrong and fails", async (args, message) => {
  const { code, stdout, stderr } = await home.waypath(args.split(" ").filter((part) => part !== ""));
  expect(code).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/^ +at /m);
});

test.concurrent.each([
  [
    "token --workspace acme",
    { AUTH_JWKS_URL: "https://login.example.com/keys" },
    "tokens come from your identity provider",
  ],
  ["token --workspace acme", { AUTH_JWT_SECRET: "canary" }, "AUTH_JWT_SECRET: must have at least 32 characters."],
  ["token --workspace acme", { NODE_ENV: "production" }, "ANTHROPIC_API_KEY is missing"],
  [
    "migrate",
    { DATABASE_URL: "postgres://user:canary@127.0.0.1:1/none" },
    "the database cannot be used: connect ECONNREFUSED",
  ],
  ["migrate", { DATABASE_URL: "postgres://user:canary@localhost:1/none" }, "ECONNREFUSED"],
])("`waypath %s` with %j says what is wrong and fails", async (args, environment, message) => {
  const { code, stdout, stderr } = await home.waypath(args.split(" "), environment);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain(message);
  expect(stderr).not.toContain("canary");
  expect(stderr).not.toMatch(/^ +at /m);
});

test("migrate brings a database up to date, and says when it is", async () => {
  const database = await createEmptyDatabase();
  expect(await waypath("migrate", { DATABASE_URL: database.url })).toMatch(/^Ran \w+(, \w+)*\.\n$/);
  expect(await waypath("migrate", { DATABASE_URL: database.url })).toBe("The schema is up to date.\n");
  await database.drop();
});

test("migrate works on the server's own database too, once there is one", async () => {
  const elsewhere = makeServerHome();
  const { code, stderr } = await elsewhere.waypath(["migrate"]);
  await elsewhere.close();
  expect(code).toBe(1);
  expect(stderr).toContain("DATABASE_URL is not set, and there is no database");
  expect(await waypath("migrate")).toBe("The schema is up to date.\n");
});

test("`npx waypath` runs it from the project's folder", async () => {
  const { stdout } = await promisify(execFile)("npx", ["--no-install", "waypath", "token", "--workspace", "acme"], {
    cwd: resolve(__dirname, ".."),
    env: { PATH: process.env.PATH, HOME: process.env.HOME, AUTH_JWT_SECRET: SECRET, DATA_DIR: home.dataDirectory },
  });
  expect(decodeJwt(stdout.trim())).toMatchObject({ workspace_id: "acme", role: "member" });
});
