import { jest } from "@jest/globals";
import { base64url, type JWTPayload } from "jose";

export const IN_AN_HOUR = Math.floor(Date.now() / 1000) + 3600;

/** What a good token says, changed where a test wants it. */
export function claims(changed: JWTPayload = {}): JWTPayload {
  return { sub: "ada", workspace_id: "acme", role: "member", exp: IN_AN_HOUR, ...changed };
}

/** Whatever its header says, signed by nobody. */
export function unsigned(header: object): string {
  return `${base64url.encode(JSON.stringify(header))}.${base64url.encode(JSON.stringify(claims()))}.AAAA`;
}

/** For what is measured by `Date.now`: caches. Tokens are checked by the real time. Undone by `jest.restoreAllMocks`. */
export function passSeconds(seconds: number): void {
  const later = Date.now() + seconds * 1000;
  jest.spyOn(Date, "now").mockReturnValue(later);
}
