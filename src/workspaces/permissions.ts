import { RequestError } from "../errors";
import type { Viewer } from "./authenticate";

/** Whether the viewer manages provider keys, buddies' modes and routing, and sees everybody's turns. */
export function isAdmin(viewer: Viewer): boolean {
  return viewer.role === "OWNER" || viewer.role === "ADMIN";
}

/** Throws `FORBIDDEN` for members. */
export function requireAdmin(viewer: Viewer): void {
  if (!isAdmin(viewer)) {
    throw new RequestError("FORBIDDEN", "This needs the role admin or owner: ask an admin of your workspace.");
  }
}
