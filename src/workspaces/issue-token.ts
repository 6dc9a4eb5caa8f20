import { SignJWT } from "jose";

import type { TokenVerification } from "../config";
import type { WorkspaceRole } from "./authenticate";

export interface TokenContent {
  workspaceId: string;
  subject: string;
  role: WorkspaceRole;
  name?: string;
  email?: string;
  workspaceName?: string;
  stripeCustomerId?: string;
  /** From now on. */
  expiresInSeconds: number;
}

/** A token that this server accepts. Only with a shared secret: a key set's private half is not ours. */
export async function issueToken(verification: TokenVerification, content: TokenContent): Promise<string> {
  if (verification.method !== "HS256") {
    throw new Error("With AUTH_JWKS_URL tokens come from your identity provider; this server cannot make one.");
  }
  const now = Math.floor(Date.now() / 1000);
  const token = new SignJWT({
    workspace_id: content.workspaceId,
    role: content.role.toLowerCase(),
    ...(content.name === undefined ? {} : { name: content.name }),
    ...(content.email === undefined ? {} : { email: content.email }),
    ...(content.workspaceName === undefined ? {} : { workspace_name: content.workspaceName }),
    ...(content.stripeCustomerId === undefined ? {} : { stripe_customer_id: content.stripeCustomerId }),
  })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(content.subject)
    .setIssuedAt(now)
    .setExpirationTime(now + content.expiresInSeconds);
  if (verification.issuer !== undefined) token.setIssuer(verification.issuer);
  if (verification.audience !== undefined) token.setAudience(verification.audience);
  return token.sign(verification.secret.use((plaintext) => new TextEncoder().encode(plaintext)));
}
