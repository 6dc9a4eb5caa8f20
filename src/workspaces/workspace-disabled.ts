import { RequestError } from "../errors";

/** What anybody of a disabled workspace is told, at every door. */
export function workspaceDisabled(): RequestError {
  return new RequestError("UNAUTHENTICATED", "The workspace is disabled: ask whoever runs this server.");
}
