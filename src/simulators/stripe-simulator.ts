import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { readBody } from "./read-body";
import { maskSimulatedKey } from "./simulated-keys";
import { SimulatedRefusal } from "./simulated-refusal";
import { StripeAccount } from "./stripe-account";
import { prepareStripeWork } from "./stripe-api";
import { serveStripeControl } from "./stripe-control";
import { stripeErrorBody, stripeKeyRefusal } from "./stripe-error";
import type { MeterEventFate } from "./stripe-faults";
import { parseStripeForm } from "./stripe-form";

/** A running stand-in for Stripe's billing meters, and the account that it keeps. */
export interface StripeSimulator {
  /** What the SDK is pointed at, by `host`, `port` and `protocol`. */
  url: string;
  account: StripeAccount;
  /** Ends open connections and refuses new ones, its own pages included. */
  refuseConnections(): Promise<void>;
  /** Takes `refuseConnections` back, on the same port. */
  acceptConnections(): Promise<void>;
  /** Ends open connections at once. */
  close(): Promise<void>;
}

export interface StripeSimulatorOptions {
  /** Default: one that is free. */
  port?: number;
  /** Default: loopback. */
  host?: string;
  /** Of the dice that decide about faults; default 1. */
  seed?: number;
  /** Milliseconds since 1970; default: the machine's clock. */
  now?: () => number;
  /** A meter for each; default `ai_tokens` alone. */
  eventNames?: readonly string[];
}

/**
 * Starts a stand-in for the part of Stripe that bills by meters: events, meters, summaries, adjustments and error reports, with
 * Stripe's own refusals, its idempotency keys and its memory of identifiers.
 */
export async function startStripeSimulator(options: StripeSimulatorOptions = {}): Promise<StripeSimulator> {
  const { host = "127.0.0.1", seed = 1, now = Date.now, eventNames = ["ai_tokens"] } = options;
  const account = new StripeAccount({ seed, now, eventNames });
  const server = createServer((request, response) => {
    const target = `http://simulator${request.url ?? "/"}`;
    const url = new URL(URL.canParse(target) ? target : "http://simulator/");
    const served = url.pathname.startsWith("/_simulator/")
      ? serveStripeControl(account, url, request, response)
      : serve(account, url, request, response);
    // Nothing can be said any more: the answer has begun, or the client left.
    served.catch(() => response.destroy());
  });
  await listen(server, options.port ?? 0, host);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the simulator listens on no port");
  const { port } = address;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    account,
    refuseConnections: close,
    acceptConnections: () => listen(server, port, host),
    close,
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

async function serve(
  account: StripeAccount,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { journal, ledger } = account;
  const key = keyOf(request);
  const entry = journal.open(request.method ?? "GET", url.pathname, key === "" ? null : maskSimulatedKey(key));
  response.once("close", () => {
    if (!response.writableFinished) journal.end(entry, "aborted");
    else journal.end(entry, response.statusCode < 400 ? "completed" : "refused");
  });
  const { text } = await readBody(request);
  const fields = parseStripeForm(request.method === "POST" ? new URLSearchParams(text ?? "") : url.searchParams);
  journal.addBody(entry, fields, text?.length ?? 0);
  const proxied = account.faults.drawProxyAnswer();
  if (proxied !== undefined) {
    response.writeHead(proxied.status).end(proxied.body);
    return;
  }
  response.setHeader("request-id", `req_${randomBytes(7).toString("hex")}`);
  const isMeterEvent = request.method === "POST" && url.pathname === "/v1/billing/meter_events";
  let fate: MeterEventFate = "ok";
  try {
    if (account.faults.settings.unavailable) throw new SimulatedRefusal({ status: 503 });
    if (!isServed(account, key, request.method)) return;
    if (isMeterEvent) fate = account.faults.draw();
    const failure = typeof fate === "number" ? fate : null;
    const { status, body, replayed } = await account.idempotency.answer(
      idempotencyKeyOf(request, key),
      `${request.method} ${url.pathname}\n${text ?? ""}`,
      () => prepareStripeWork(account, request.method ?? "GET", url.pathname, fields, failure),
    );
    if (replayed) {
      ledger.answersReplayed += 1;
      response.setHeader("idempotent-replayed", "true");
    }
    if (status === 500) ledger.failures += 1;
    send(response, status, body, fate);
    if (fate === "lost" || fate === "cut") ledger.answersLost += 1;
  } catch (error) {
    if (response.headersSent) throw error;
    const refusal = error instanceof SimulatedRefusal ? error.refusal : { status: 500, message: `Simulator: ${error}` };
    if (refusal.status === 503 || typeof fate === "number") ledger.failures += 1;
    send(response, refusal.status, stripeErrorBody(refusal), "ok");
  } finally {
    ledger.changed();
  }
}

// False: this request is never answered.
function isServed({ keys }: StripeAccount, key: string, method: string | undefined): boolean {
  const trouble = keys.troubleOf(key, method === "GET" ? "listing" : "model-call");
  if (trouble === "silent") return false;
  if (trouble !== null && trouble !== "nocredit") throw new SimulatedRefusal(stripeKeyRefusal(trouble, key));
  return true;
}

function send(response: ServerResponse, status: number, body: object, fate: MeterEventFate): void {
  if (fate === "lost") {
    response.socket?.resetAndDestroy();
    return;
  }
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { "content-type": "application/json", "content-length": bytes.length });
  if (fate === "cut") response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
  else response.end(bytes);
}

// The SDK sends a bearer token, `curl -u` the key as a user's name.
function keyOf(request: IncomingMessage): string {
  const { authorization = "" } = request.headers;
  const [, basic] = /^Basic (.*)$/.exec(authorization) ?? [];
  if (basic !== undefined) return Buffer.from(basic, "base64").toString("utf8").split(":")[0] ?? "";
  return /^Bearer (.*)$/.exec(authorization)?.[1] ?? "";
}

function idempotencyKeyOf(request: IncomingMessage, key: string): string | null {
  const header = request.headers["idempotency-key"];
  return request.method === "POST" && typeof header === "string" ? `${key}\n${header}` : null;
}
