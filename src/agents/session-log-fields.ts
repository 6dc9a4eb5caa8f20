import { publicId } from "../ids";

/** What every log line about a session begins with: the ids that its user sees and may quote. */
export function sessionLogFields(session: { id: string; workspaceId: string; requestId: string }) {
  return { session: publicId("session", session.id), workspace: session.workspaceId, request: session.requestId };
}
