import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "./read-body";
import { type KeyTrouble, maskSimulatedKey, SimulatedKeys } from "./simulated-keys";
import { type Refusal, SimulatedRefusal } from "./simulated-refusal";
import { serveSimulatorControl } from "./simulator-control";
import { SimulatorJournal } from "./simulator-journal";
import { startSimulatorServer } from "./simulator-server";

/** A running stand-in for a model provider. */
export interface ProviderSimulator {
  /** What the provider's SDK takes as its base URL. */
  url: string;
  journal: SimulatorJournal;
  rejectKey(key: string): void;
  acceptKey(key: string): void;
  /** Ends open connections at once. */
  close(): Promise<void>;
}

export interface SimulatorOptions {
  /** Default: one that is free. */
  port?: number;
  /** Default: loopback. */
  host?: string;
  /** Milliseconds between the words of an answer that no script asks for; default 15. */
  paceMs?: number;
}

/** One request to a provider, past its key. */
export interface SimulatedExchange {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  key: string;
  requestId: string;
  /** Parsed JSON. */
  body: unknown;
  /** Says that what the simulator does next to the connection is the answer, and no client leaving. */
  completed(): void;
  /** Says how to learn the tokens that a model call has come to at any moment. */
  countsTokens(tokensSoFar: () => number): void;
}

/** What one provider's simulator adds to the server that all of them share. */
export interface SimulatedProvider {
  /** What follows host and port in the SDK's base URL. */
  basePath: string;
  keyShape: RegExp;
  /** A header that may hold the key instead of `Authorization: Bearer`; in lower case. */
  keyHeader?: string;
  modelCallPath: string;
  requestIdHeader: string;
  keyRefusal(trouble: Exclude<KeyTrouble, "silent">, key: string): Refusal;
  errorBody(refusal: Refusal, requestId: string): object;
  /** Answers, or throws a `SimulatedRefusal`. */
  answer(exchange: SimulatedExchange): Promise<void> | void;
}

/** Starts the server of a simulator. */
export async function startProviderSimulator(
  provider: SimulatedProvider,
  options: SimulatorOptions,
): Promise<ProviderSimulator> {
  const journal = new SimulatorJournal(provider.modelCallPath);
  const keys = new SimulatedKeys(provider.keyShape);
  const server = await startSimulatorServer(options, (url, request, response) =>
    url.pathname.startsWith("/_simulator/")
      ? serveSimulatorControl(url.pathname, request, response, { journal, keys })
      : serve({ provider, journal, keys, request, response, url }),
  );
  return {
    url: `${server.url}${provider.basePath}`,
    journal,
    rejectKey: (key) => keys.reject(key),
    acceptKey: (key) => keys.accept(key),
    close: server.close,
  };
}

interface Served {
  provider: SimulatedProvider;
  journal: SimulatorJournal;
  keys: SimulatedKeys;
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
}

async function serve({ provider, journal, keys, request, response, url }: Served): Promise<void> {
  const key = keyOf(request, provider.keyHeader);
  const keyMasked = key === "" ? null : maskSimulatedKey(key);
  const entry = journal.open(request.method ?? "GET", url.pathname, keyMasked, Object.keys(request.headers));
  let tokensSoFar: () => number | null = () => null;
  const end = (outcome: "completed" | "aborted" | "refused"): void => journal.end(entry, outcome, tokensSoFar());
  response.once("close", () => {
    if (!response.writableFinished) end("aborted");
    else end(response.statusCode < 400 ? "completed" : "refused");
  });
  const requestId = `req_${randomBytes(12).toString("hex")}`;
  response.setHeader(provider.requestIdHeader, requestId);
  try {
    const body = await readBody(request);
    journal.addBody(entry, body.json ?? body.text, body.text?.length ?? 0);
    const trouble = keys.troubleOf(key, url.pathname.startsWith("/v1/models") ? "listing" : "model-call");
    if (trouble === "silent") return;
    if (trouble !== null) throw new SimulatedRefusal(provider.keyRefusal(trouble, key));
    if (body.trouble !== null) throw new SimulatedRefusal(body.trouble);
    await provider.answer({
      request,
      response,
      url,
      key,
      requestId,
      body: body.json,
      completed: () => end("completed"),
      countsTokens: (count) => {
        tokensSoFar = count;
      },
    });
  } catch (error) {
    if (response.headersSent) throw error;
    const refusal: Refusal =
      error instanceof SimulatedRefusal ? error.refusal : { status: 500, message: `Simulator fault: ${error}` };
    if (refusal.retryAfterSeconds !== undefined) response.setHeader("retry-after", String(refusal.retryAfterSeconds));
    sendJson(response, refusal.status, provider.errorBody(refusal, requestId));
  }
}

// Every provider's SDK sends a bearer token.
function keyOf(request: IncomingMessage, keyHeader: string | undefined): string {
  const header = keyHeader === undefined ? undefined : request.headers[keyHeader];
  if (typeof header === "string") return header;
  return /^Bearer (.*)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.statusCode = status;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(body));
}
