// Who asks over HTTP: settled by the token alone, before anything else of a request is read.
import type { RequestHandler, Response } from "express";

import { type Authenticate, bearerToken, type Viewer } from "./authenticate";

/** Settles who asks; whatever `authenticate` throws goes to the door's own error handler. */
export function identify(authenticate: Authenticate): RequestHandler {
  return async (request, response, next) => {
    response.locals.viewer = await authenticate(bearerToken(request.headers.authorization));
    next();
  };
}

/** Who asks, once it is settled. */
export function viewerOf({ locals }: Response): Viewer {
  const { viewer } = locals as { viewer?: Viewer };
  if (viewer === undefined) throw new Error("a request without a viewer got past the door");
  return viewer;
}
