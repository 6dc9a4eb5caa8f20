import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { readLangfuseExport } from "./langfuse-export";
import { sendJson } from "./provider-simulator";
import { readBody } from "./read-body";
import { SimulatedRefusal } from "./simulated-refusal";
import { SimulatedTraces } from "./simulated-traces";
import { SimulatorJournal } from "./simulator-journal";
import { startSimulatorServer } from "./simulator-server";

/** A running stand-in for Langfuse. */
export interface LangfuseSimulator {
  /** What `LANGFUSE_BASE_URL` is set to. */
  url: string;
  /** What it was sent and took. */
  traces: SimulatedTraces;
  /** What it was asked, without bodies. */
  journal: SimulatorJournal;
  /** How exports are answered from now on. */
  behave(behaviour: LangfuseBehaviour): void;
  /** Goes away: ends open connections at once, and refuses new ones. */
  close(): Promise<void>;
}

export interface LangfuseSimulatorOptions {
  /** Default: one that is free. */
  port?: number;
  /** Default: loopback. */
  host?: string;
  publicKey: string;
  secretKey: string;
}

const LANGFUSE_BEHAVIOURS = ["answer", "hang", "refuse"] as const;

/** `hang` never answers; `refuse` answers 503. */
export type LangfuseBehaviour = (typeof LANGFUSE_BEHAVIOURS)[number];

const EXPORT_PATH = "/api/public/otel/v1/traces";
const behaviourCommand = z.strictObject({ behave: z.enum(LANGFUSE_BEHAVIOURS) });

/**
 * Starts a stand-in for Langfuse, which takes OTLP exports as JSON from who has its pair of keys. For people, and for those in
 * another process: `GET /trace/{id}` shows a trace as a tree, `GET /_simulator/traces` lists their ids (`{"traces": […]}`), and
 * `POST /_simulator/behaviour` with `{"behave": "hang"}` does as `behave`. No key is asked for there.
 */
export async function startLangfuseSimulator(options: LangfuseSimulatorOptions): Promise<LangfuseSimulator> {
  const traces = new SimulatedTraces();
  const journal = new SimulatorJournal(EXPORT_PATH);
  const authorization = `Basic ${Buffer.from(`${options.publicKey}:${options.secretKey}`).toString("base64")}`;
  let behaviour: LangfuseBehaviour = "answer";

  const takeExport = async (request: IncomingMessage, response: ServerResponse) => {
    const entry = journal.open("POST", EXPORT_PATH, options.publicKey, Object.keys(request.headers));
    response.once("close", () => {
      if (!response.writableFinished) journal.end(entry, "aborted");
      else journal.end(entry, response.statusCode < 400 ? "completed" : "refused");
    });
    const { json, trouble } = await readBody(request);
    if (behaviour === "hang") return;
    if (behaviour === "refuse") throw new SimulatedRefusal({ status: 503, message: "Service unavailable" });
    if (request.headers.authorization !== authorization) {
      throw new SimulatedRefusal({ status: 401, message: "No such pair of keys" });
    }
    if (request.headers["content-type"] !== "application/json") {
      throw new SimulatedRefusal({ status: 400, message: "Only application/json is simulated" });
    }
    if (trouble !== null) throw new SimulatedRefusal(trouble);
    traces.add(readLangfuseExport(json));
    sendJson(response, 200, {});
  };

  const serve = async ({ pathname }: URL, request: IncomingMessage, response: ServerResponse) => {
    const command = `${request.method} ${pathname}`;
    if (command === `POST ${EXPORT_PATH}`) return takeExport(request, response);
    const { json } = await readBody(request);
    const [, traceId] = /^GET \/(?:trace|_simulator\/traces)\/([0-9a-f]{32})$/.exec(command) ?? [];
    if (traceId !== undefined) return showTrace(response, traces, traceId);
    if (command === "GET /_simulator/traces") return sendJson(response, 200, { traces: traces.ids });
    if (command !== "POST /_simulator/behaviour") throw new SimulatedRefusal({ status: 404, message: "No such page" });
    const parsed = behaviourCommand.safeParse(json);
    if (parsed.success) behaviour = parsed.data.behave;
    response.writeHead(parsed.success ? 204 : 400).end();
  };

  const server = await startSimulatorServer(options, (url, request, response) =>
    serve(url, request, response).catch((error) => {
      if (!(error instanceof SimulatedRefusal)) throw error;
      sendJson(response, error.refusal.status, { message: error.refusal.message });
    }),
  );
  return {
    url: server.url,
    traces,
    journal,
    behave(next) {
      behaviour = next;
    },
    close: server.close,
  };
}

/** Spread out over lines: it is read by people, in a browser. */
function showTrace(response: ServerResponse, traces: SimulatedTraces, traceId: string): void {
  const trace = traces.find(traceId);
  if (trace === undefined) {
    throw new SimulatedRefusal({
      status: 404,
      message: "No such trace, or not yet: a turn is traced once it has ended",
    });
  }
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(trace, null, 2));
}
