import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export interface SimulatorServer {
  /** E.g. `http://127.0.0.1:54321`. */
  url: string;
  /** Ends open connections at once. */
  close(): Promise<void>;
}

/** Listens for a simulator. A request whose `answer` rejects has its connection ended: nothing can be said any more. */
export async function startSimulatorServer(
  { port = 0, host = "127.0.0.1" }: { port?: number; host?: string },
  answer: (url: URL, request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<SimulatorServer> {
  const server = createServer((request, response) => {
    const target = `http://simulator${request.url ?? "/"}`;
    const url = new URL(URL.canParse(target) ? target : "http://simulator/");
    answer(url, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the simulator listens on no port");
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
