import { createServer } from "node:net";

/** Below the ports that systems give to outgoing connections: one of those could sit on ours while a server restarts. */
const [LOWEST, HIGHEST] = [20_000, 30_000];

/** A port that is free, and that stays ours when nothing listens on it for a while. */
export async function findLowPort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
