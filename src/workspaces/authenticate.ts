import { createHash } from "node:crypto";
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from "jose";
import type { DataSource } from "typeorm";
import { z } from "zod";

import type { TokenVerification } from "../config";
import { isDatabaseAway } from "../database/is-database-away";
import { OUTAGE_PATIENCE_MS, outlastOutage } from "../database/outlast-outage";
import { RequestError } from "../errors";
import { newId } from "../ids";
import { ShortMemory } from "./short-memory";
import { tokenExpired, workspaceDisabled } from "./unauthenticated";

export const WORKSPACE_ROLES = ["OWNER", "ADMIN", "MEMBER"] as const;

/** A member's role. It lasts as long as the token that says it. */
export type WorkspaceRole = (typeof WORKSPACE_ROLES)[number];

/** Who asks: what a token said, checked and remembered. */
export interface Viewer {
  workspaceId: string;
  userId: string;
  role: WorkspaceRole;
  /** When the token stops counting. */
  expiresAt: Date;
}

interface Visit {
  viewer: Viewer;
  /** When the workspace was looked at, in milliseconds of `Date.now`. */
  lookedAt: number;
}

/**
 * Turns a bearer token into a viewer, for every door. Throws `UNAUTHENTICATED` with a sentence that says why. A database that is away
 * for a moment is waited for; one that stays away rejects as its driver does, but for whoever was let in within the last minute.
 */
export type Authenticate = (token: string | undefined) => Promise<Viewer>;

/** The last moment that a `Date` can hold, in seconds. */
const LAST_MOMENT = 8_640_000_000_000;

/** The database keeps neither NUL nor halves of surrogate pairs, and changing them could make one person of two. */
const text = z.string().refine((value) => value.isWellFormed() && !value.includes("\0"));

const claims = z.object({
  sub: text.min(1).max(255),
  workspace_id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  role: z
    .enum(["owner", "admin", "member"])
    .transform((role) => WORKSPACE_ROLES.find((name) => name.toLowerCase() === role) ?? "MEMBER"),
  exp: z.number().max(LAST_MOMENT),
  name: text.min(1).max(255).optional(),
  email: text.min(3).max(320).optional(),
  workspace_name: text.min(1).max(255).optional(),
  stripe_customer_id: text.min(1).max(255).optional(),
});

type Claims = z.infer<typeof claims>;

/** How long a workspace counts as open once it was looked at, in milliseconds: a disabled one is out within two seconds. */
const OPEN_FOR_MS = 1_000;
/** How long a token counts as checked, in milliseconds: one whose signing key has left its set goes on for so long at most. */
const REMEMBERED_MS = 60_000;
/** Tokens remembered at once. */
const REMEMBERED_TOKENS = 10_000;
/** What a key set may sign with: never a shared secret, which a public key could otherwise be passed off as. */
const ASYMMETRIC_ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
];

/** The library's codes for a key set that did not come, or is none. */
const KEY_SET_TROUBLES = new Set(["ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID", "ERR_JOSE_GENERIC"]);

/** `foundOpen` says which workspaces somebody else has just seen open: a socket that stays open then costs no statement an operation. */
export function createAuthenticate(
  dataSource: DataSource,
  verification: TokenVerification,
  foundOpen: (workspaceId: string, since: number) => boolean = () => false,
): Authenticate {
  const verify = createVerifier(verification);
  const memory = new ShortMemory<Visit>({ milliseconds: REMEMBERED_MS, values: REMEMBERED_TOKENS });

  return async (token) => {
    if (token === undefined || token === "") {
      throw new RequestError("UNAUTHENTICATED", "A bearer token is needed: send `Authorization: Bearer <token>`.");
    }
    const digest = createHash("sha256").update(token).digest("base64");
    const known = memory.recall(digest);
    // One that was closed in between may have forgotten its people: they are others since.
    if (known !== undefined) {
      const { viewer, lookedAt } = known;
      if (Date.now() < lookedAt + OPEN_FOR_MS || foundOpen(viewer.workspaceId, lookedAt)) return viewer;
    }
    const claimed = readClaims(await verify(token));
    const visit = () => recordVisit(dataSource, claimed);
    try {
      const viewer = await (known ? visit() : outlastOutage(visit, AbortSignal.timeout(OUTAGE_PATIENCE_MS)));
      memory.remember(digest, { viewer, lookedAt: Date.now() }, viewer.expiresAt.getTime());
      return viewer;
    } catch (error) {
      // While the database is away nothing can be read or begun, but what runs is followed, and can be cancelled: whoever was let in
      // a moment ago is not shown out of it.
      if (known && isDatabaseAway(error)) return known.viewer;
      throw error;
    }
  };
}

/** The token of an `Authorization` header; undefined when there is none. */
export function bearerToken(header: unknown): string | undefined {
  return typeof header === "string" ? /^Bearer +(\S+)$/i.exec(header.trim())?.[1] : undefined;
}

function createVerifier(verification: TokenVerification): (token: string) => Promise<JWTPayload> {
  const expected = {
    ...(verification.issuer === undefined ? {} : { issuer: verification.issuer }),
    ...(verification.audience === undefined ? {} : { audience: verification.audience }),
    requiredClaims: ["sub", "exp", "workspace_id", "role"],
  };
  const refuse = (error: unknown): never => {
    throw asRequestError(error);
  };
  if (verification.method === "HS256") {
    const key = verification.secret.use((plaintext) => new TextEncoder().encode(plaintext));
    return (token) =>
      jwtVerify(token, key, { ...expected, algorithms: ["HS256"] }).then((result) => result.payload, refuse);
  }
  const keys = createRemoteJWKSet(new URL(verification.url));
  return (token) =>
    jwtVerify(token, keys, { ...expected, algorithms: ASYMMETRIC_ALGORITHMS }).then((result) => result.payload, refuse);
}

function asRequestError(error: unknown): RequestError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "ERR_JWT_EXPIRED":
      return tokenExpired();
    case "ERR_JWT_CLAIM_VALIDATION_FAILED":
      return new RequestError(
        "UNAUTHENTICATED",
        "The token is not meant for this server, or lacks a claim that it needs.",
      );
    default:
      // Whatever the library does not say of the token itself says that the key set could not be had.
      return code.startsWith("ERR_J") && !KEY_SET_TROUBLES.has(code)
        ? new RequestError("UNAUTHENTICATED", "The token is not valid.")
        : new RequestError("SERVICE_UNAVAILABLE", "Tokens cannot be checked right now: try again shortly.");
  }
}

function readClaims(payload: JWTPayload): Claims {
  const parsed = claims.safeParse(payload);
  if (parsed.success) return parsed.data;
  const names = [...new Set(parsed.error.issues.map((issue) => issue.path.join(".")))].join(", ");
  throw new RequestError("UNAUTHENTICATED", `The token's claims are not as expected: ${names}.`);
}

/**
 * Creates the workspace and the person that the token speaks of, or brings what it says of them up to date; a claim that
 * is left out changes nothing. One round trip, which writes only where something is new, and nothing into a workspace that is
 * disabled: a token must not bring back what was deleted.
 */
async function recordVisit(dataSource: DataSource, token: Claims): Promise<Viewer> {
  const [visit]: { user_id: string | null; disabled: boolean }[] = await dataSource.query(
    `WITH workspace AS (
       INSERT INTO workspaces AS w (id, name, stripe_customer_id) VALUES ($1, COALESCE($2, $1), $3)
       ON CONFLICT (id) DO UPDATE
         SET name = COALESCE($2, w.name), stripe_customer_id = COALESCE($3, w.stripe_customer_id)
         WHERE w.disabled_at IS NULL
           AND (w.name, w.stripe_customer_id) IS DISTINCT FROM (COALESCE($2, w.name), COALESCE($3, w.stripe_customer_id))
       RETURNING id
     ), visitor AS (
       INSERT INTO users AS u (id, workspace_id, sub, name, email)
       SELECT $4::uuid, $1, $5, COALESCE($6, $5), $7
       WHERE NOT EXISTS (SELECT FROM workspaces WHERE id = $1 AND disabled_at IS NOT NULL)
       ON CONFLICT (workspace_id, sub) DO UPDATE SET name = COALESCE($6, u.name), email = COALESCE($7, u.email)
         WHERE (u.name, u.email) IS DISTINCT FROM (COALESCE($6, u.name), COALESCE($7, u.email))
       RETURNING id
     )
     SELECT COALESCE((SELECT id FROM visitor), (SELECT id FROM users WHERE workspace_id = $1 AND sub = $5)) AS user_id,
            EXISTS (SELECT FROM workspaces WHERE id = $1 AND disabled_at IS NOT NULL) AS disabled`,
    [
      token.workspace_id,
      token.workspace_name ?? null,
      token.stripe_customer_id ?? null,
      newId(),
      token.sub,
      token.name ?? null,
      token.email ?? null,
    ],
  );
  if (visit === undefined || visit.disabled) {
    throw workspaceDisabled();
  }
  // Somebody else recorded the same person at this very moment: this statement began too early to see their row.
  if (visit.user_id === null) return recordVisit(dataSource, token);
  return {
    workspaceId: token.workspace_id,
    userId: visit.user_id,
    role: token.role,
    expiresAt: new Date(token.exp * 1000),
  };
}
