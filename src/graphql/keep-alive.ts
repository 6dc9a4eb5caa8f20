import type { WebSocket, WebSocketServer } from "ws";

/**
 * Asks every client for a sign of life, and ends the sockets of those who have given none since they were last asked: a
 * peer that is gone is found within two rounds. Returns how to stop.
 */
export function keepAlive(sockets: WebSocketServer, everyMs: number): () => void {
  const asked = new Set<WebSocket>();
  sockets.on("connection", (socket) => {
    socket.on("pong", () => asked.delete(socket)).on("close", () => asked.delete(socket));
  });
  const timer = setInterval(() => {
    for (const socket of sockets.clients) {
      if (asked.has(socket)) {
        socket.terminate();
      } else {
        asked.add(socket);
        socket.ping();
      }
    }
  }, everyMs);
  return () => clearInterval(timer);
}
