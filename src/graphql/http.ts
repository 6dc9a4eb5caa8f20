// The HTTP door to GraphQL, for queries and mutations. Who asks is settled before the document is even read.
import { ApolloServer, type ApolloServerPlugin, type GraphQLResponse, HeaderMap } from "@apollo/server";
import { ApolloServerPluginLandingPageDisabled } from "@apollo/server/plugin/disabled";
import { expressMiddleware } from "@as-integrations/express5";
import express, { type ErrorRequestHandler, type RequestHandler, type Response, Router } from "express";
import { type GraphQLFormattedError, type GraphQLSchema, OperationTypeNode } from "graphql";

import { RequestError } from "../errors";
import type { Authenticate } from "../workspaces/authenticate";
import { identify, viewerOf } from "../workspaces/identify";
import type { GraphqlContext } from "./context";
import type { OperationGate } from "./operation-gate";

export interface HttpDoorOptions {
  schema: GraphQLSchema;
  gate: OperationGate;
  authenticate: Authenticate;
  formatError: (error: unknown) => GraphQLFormattedError;
  /** Bytes of a request's body; more is a 413. */
  bodyBytes: number;
}

/** Of a request that was refused before anything of it was executed. What fails later is told with a 200, beside what did not. */
const STATUSES: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  RATE_LIMITED: 429,
  SERVICE_UNAVAILABLE: 503,
  INTERNAL_SERVER_ERROR: 500,
};

/** Mount the returned routes at the GraphQL path. `dispose` lets requests under way end. */
export async function openHttpDoor(options: HttpDoorOptions): Promise<{ routes: Router; dispose(): Promise<void> }> {
  const apollo = new ApolloServer<GraphqlContext>({
    schema: options.schema,
    // Documents are validated at the gate, which the socket door has too; the rules there say whether this holds.
    dangerouslyDisableValidation: true,
    introspection: true,
    parseOptions: options.gate.parseOptions,
    // A document that is known by its hash alone would be known to this door alone.
    persistedQueries: false,
    // Whoever sends ever new documents would fill it.
    documentStore: null,
    csrfPrevention: true,
    // The landing page would load scripts from elsewhere.
    plugins: [ApolloServerPluginLandingPageDisabled(), keepGate(options)],
    includeStacktraceInErrorResponses: false,
    // Shutting down has an order, and Apollo's own signal handlers would break it.
    stopOnTerminationSignals: false,
    formatError: (_formatted, error) => options.formatError(error),
  });
  await apollo.start();
  const routes = Router()
    .use(checkMethod)
    .use(identify(options.authenticate))
    .use(checkContentType)
    .use(express.json({ limit: options.bodyBytes }))
    // Asked again: a body may take its time, in which a token expires or a workspace is disabled.
    .use(identify(options.authenticate))
    .use(
      expressMiddleware(apollo, {
        context: async ({ res }) => ({ viewer: viewerOf(res), operationId: null }),
      }),
    )
    .use(answerError(options));
  return { routes, dispose: () => apollo.stop() };
}

/** Lets nothing be executed that the gate refuses. */
function keepGate({ gate, formatError }: HttpDoorOptions): ApolloServerPlugin<GraphqlContext> {
  return {
    async requestDidStart() {
      return {
        async responseForOperation({ document, request, contextValue }) {
          try {
            const admitted = await gate.admit(contextValue.viewer, document, request);
            if ("errors" in admitted) return refusal(admitted.errors.map(formatError));
            return admitted.operation === OperationTypeNode.SUBSCRIPTION ? refusal([NO_STREAM]) : null;
          } catch (error) {
            return refusal([formatError(error)]);
          }
        },
      };
    },
  };
}

/** It has nowhere to go in one response; executed as if it were a query, it would look like a fault of ours. */
const NO_STREAM: GraphQLFormattedError = {
  message: "Subscriptions are served over WebSocket, at the same address.",
  extensions: { code: "BAD_REQUEST" },
};

function refusal(errors: GraphQLFormattedError[]): GraphQLResponse {
  const { code, retryAfterSeconds } = errors[0]?.extensions ?? {};
  const headers = new HeaderMap();
  if (retryAfterSeconds !== undefined) headers.set("retry-after", String(retryAfterSeconds));
  const http = { status: STATUSES[String(code)] ?? 400, headers };
  return { http, body: { kind: "single", singleResult: { errors } } };
}

const checkMethod: RequestHandler = ({ method }, response, next) => {
  if (method === "POST" || method === "GET") return next();
  response.set("allow", "GET, POST, OPTIONS");
  if (method === "OPTIONS") response.status(204).end();
  else sendRefusal(response, 405, "GraphQL is asked by POST, or by GET for queries.");
};

const checkContentType: RequestHandler = (request, response, next) => {
  if (request.method !== "POST" || request.is("application/json")) return next();
  sendRefusal(response, 415, "Send the operation as JSON, with `Content-Type: application/json`.");
};

function sendRefusal(response: Response, status: number, message: string): void {
  response.status(status).json({ errors: [{ message, extensions: { code: "BAD_REQUEST" } }] });
}

/** What fails before GraphQL is reached is told in GraphQL's shape too. */
function answerError({ formatError, bodyBytes }: HttpDoorOptions): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const formatted = formatError(bodyRefusal(error, bodyBytes) ?? error);
    const status = STATUSES[String(formatted.extensions?.code)] ?? statusOf(error) ?? 400;
    if (status === 401) response.setHeader("WWW-Authenticate", "Bearer");
    response.status(status).json({ errors: [formatted] });
  };
}

/** What the body's reader complains of, in our words: its own could echo the body. */
function bodyRefusal(error: unknown, bodyBytes: number): RequestError | null {
  const status = statusOf(error);
  if (status === undefined || status >= 500) return null;
  const message =
    status === 413
      ? `The request is larger than ${bodyBytes.toLocaleString("en")} bytes.`
      : "The request's body is not the JSON of a GraphQL request.";
  return new RequestError("BAD_USER_INPUT", message);
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || error instanceof RequestError || !("status" in error)) return undefined;
  return typeof error.status === "number" ? error.status : undefined;
}
