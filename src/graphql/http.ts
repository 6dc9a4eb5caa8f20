// The HTTP door to GraphQL, for queries and mutations. Who asks is settled before the document is even read.
import { ApolloServer, type ApolloServerPlugin } from "@apollo/server";
import { ApolloServerPluginLandingPageDisabled } from "@apollo/server/plugin/disabled";
import { expressMiddleware } from "@as-integrations/express5";
import express, { type ErrorRequestHandler, type RequestHandler, Router } from "express";
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema, type ValidationRule } from "graphql";

import { RequestError } from "../errors";
import { type Authenticate, bearerToken, type Viewer } from "../workspaces/authenticate";
import type { GraphqlContext } from "./context";
import { DOCUMENT_TOKENS } from "./read-document";

export interface HttpDoorOptions {
  schema: GraphQLSchema;
  authenticate: Authenticate;
  formatError: (error: unknown) => GraphQLFormattedError;
  rules: readonly ValidationRule[];
  /** Bytes of a request's body; more is a 413. */
  bodyBytes: number;
}

const STATUSES: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  SERVICE_UNAVAILABLE: 503,
  INTERNAL_SERVER_ERROR: 500,
};

/** A stream has nowhere to go in one response; executed as if it were a query, it would look like a fault of ours. */
const refuseSubscriptions: ApolloServerPlugin<GraphqlContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ operation }) {
        if (operation?.operation !== "subscription") return;
        throw new GraphQLError("Subscriptions are served over WebSocket, at the same address.", {
          extensions: { code: "BAD_REQUEST", http: { status: 400 } },
        });
      },
    };
  },
};

/** Mount the returned routes at the GraphQL path. `dispose` lets requests under way end. */
export async function openHttpDoor(options: HttpDoorOptions): Promise<{ routes: Router; dispose(): Promise<void> }> {
  const apollo = new ApolloServer<GraphqlContext>({
    schema: options.schema,
    // Whether a schema may be introspected is one of the rules, which the socket door keeps too.
    introspection: true,
    validationRules: [...options.rules],
    parseOptions: { maxTokens: DOCUMENT_TOKENS },
    // The landing page would load scripts from elsewhere.
    plugins: [ApolloServerPluginLandingPageDisabled(), refuseSubscriptions],
    includeStacktraceInErrorResponses: false,
    // Shutting down has an order, and Apollo's own signal handlers would break it.
    stopOnTerminationSignals: false,
    formatError: (_formatted, error) => options.formatError(error),
  });
  await apollo.start();
  const routes = Router()
    .use(identify(options.authenticate))
    .use(express.json({ limit: options.bodyBytes }))
    .use(
      expressMiddleware(apollo, {
        context: async ({ res }) => ({ viewer: viewerOf(res.locals), operationId: null }),
      }),
    )
    .use(answerError(options.formatError));
  return { routes, dispose: () => apollo.stop() };
}

function identify(authenticate: Authenticate): RequestHandler {
  return async (request, response, next) => {
    response.locals.viewer = await authenticate(bearerToken(request.headers.authorization));
    next();
  };
}

function viewerOf(locals: { viewer?: Viewer }): Viewer {
  if (locals.viewer === undefined) throw new Error("a request without a viewer got past the door");
  return locals.viewer;
}

/** What fails before GraphQL is reached is told in GraphQL's shape too. */
function answerError(formatError: HttpDoorOptions["formatError"]): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const formatted = formatError(bodyRefusal(error) ?? error);
    const status = STATUSES[String(formatted.extensions?.code)] ?? statusOf(error) ?? 400;
    if (status === 401) response.setHeader("WWW-Authenticate", "Bearer");
    response.status(status).json({ errors: [formatted] });
  };
}

/** What the body's reader complains of, in our words: its own could echo the body. */
function bodyRefusal(error: unknown): RequestError | null {
  const status = statusOf(error);
  if (status === undefined || status >= 500) return null;
  const message =
    status === 413 ? "The request is too large." : "The request's body is not the JSON of a GraphQL request.";
  return new RequestError("BAD_USER_INPUT", message);
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || error instanceof RequestError || !("status" in error)) return undefined;
  return typeof error.status === "number" ? error.status : undefined;
}
