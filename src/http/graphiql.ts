// The development token is for readers on this machine alone: no other page, no cache and no stranger may come by it.
import { Router } from "express";

import { sendCompressed } from "./compressed-file";
import { buildGraphiqlPage, type GraphiqlPage } from "./graphiql-page";
import { isOnThisMachine } from "./is-on-this-machine";

export interface GraphiqlOptions {
  graphqlPath: string;
  /** Filled in for readers on this machine. */
  developmentToken?: string | undefined;
}

/** `GET /graphiql`: the GraphQL editor, from this server alone. A page is made when it is first asked for, and kept. */
export function graphiqlRoutes({ graphqlPath, developmentToken }: GraphiqlOptions): Router {
  const pages = new Map<string | undefined, Promise<GraphiqlPage>>();
  const pageWith = (token: string | undefined) => {
    const page = pages.get(token) ?? buildGraphiqlPage({ graphqlPath, token });
    pages.set(token, page);
    return page;
  };

  return Router().get("/graphiql", async (request, response) => {
    const token = isOnThisMachine(request) ? developmentToken : undefined;
    const page = await pageWith(token);
    response.set({
      "content-security-policy": contentSecurityPolicy(page.scriptSources),
      "referrer-policy": "no-referrer",
      "cache-control": token === undefined ? "private, no-cache" : "no-store",
    });
    return sendCompressed(request, response, page);
  });
}

/** Nothing but the page itself, the editor's own workers, and requests and sockets to this server. */
function contentSecurityPolicy(scriptSources: string[]): string {
  return [
    "default-src 'none'",
    `script-src ${scriptSources.join(" ")}`,
    "worker-src blob:",
    // The editor writes its styles while it runs.
    "style-src 'unsafe-inline'",
    "img-src data:",
    "font-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
