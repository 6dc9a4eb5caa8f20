import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Serves at a free port, and says where. */
export function listen(listener?: RequestListener): Server {
  const server = createServer(listener);
  server.keepAliveTimeout = 600_000;
  server.listen(0, "127.0.0.1", () => {
    process.stdout.write(`listening at http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
  });
  return server;
}

/** The `message` of a JSON body. */
export async function readMessage(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(String(Buffer.concat(chunks))).message;
}

/** Where the simulated provider is. */
export function providerUrl(): string {
  const { PROVIDER_URL } = process.env;
  if (PROVIDER_URL === undefined) throw new Error("PROVIDER_URL says where the provider is");
  return PROVIDER_URL;
}
