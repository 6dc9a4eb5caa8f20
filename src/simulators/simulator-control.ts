import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { readBody } from "./read-body";
import type { SimulatedKeys } from "./simulated-keys";
import type { SimulatorJournal } from "./simulator-journal";

const keyCommand = z.union([z.strictObject({ reject: z.string() }), z.strictObject({ accept: z.string() })]);

/**
 * The simulator's own pages, for one that runs in another process: `GET` and `DELETE /_simulator/journal` (`{"requests": […]}`),
 * `POST /_simulator/keys` with `{"reject": key}` or `{"accept": key}`. No key is asked for.
 */
export async function serveSimulatorControl(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  { journal, keys }: { journal: SimulatorJournal; keys: SimulatedKeys },
): Promise<void> {
  const { json } = await readBody(request);
  const command = `${request.method} ${path}`;
  if (command === "GET /_simulator/journal") {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ requests: journal.requests }));
  } else if (command === "DELETE /_simulator/journal") {
    journal.clear();
    response.writeHead(204).end();
  } else if (command === "POST /_simulator/keys") {
    const parsed = keyCommand.safeParse(json);
    if (parsed.success && "reject" in parsed.data) keys.reject(parsed.data.reject);
    if (parsed.success && "accept" in parsed.data) keys.accept(parsed.data.accept);
    response.writeHead(parsed.success ? 204 : 400).end();
  } else {
    response.writeHead(404).end();
  }
}
