import type { RequestHandler } from "express";
import helmet from "helmet";

/** What every response tells a browser. Answers are data and load nothing; a page sets a content security policy of its own. */
export function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
  });
}
