// What is told at every door to whoever does not count, or not any more.
import { RequestError } from "../errors";

export function workspaceDisabled(): RequestError {
  return new RequestError("UNAUTHENTICATED", "The workspace is disabled: ask whoever runs this server.");
}

export function tokenExpired(): RequestError {
  return new RequestError("UNAUTHENTICATED", "The token has expired: get a new one.");
}
