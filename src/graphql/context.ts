import type { Viewer } from "../workspaces/authenticate";

/** What every resolver gets, whichever transport the operation came by. */
export interface GraphqlContext {
  viewer: Viewer;
  /** The client's id of the operation, over WebSocket. */
  operationId: string | null;
}
