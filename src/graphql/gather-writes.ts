// What a connection is sent in one round of the event loop goes out at its end, in one write: the system's part of a write costs more
// than what is in it, and a turn begins and ends with several small messages at once.
import type { Socket } from "node:net";

const gathering = new Set<Pick<Socket, "cork" | "uncork">>();

/** Holds what is written to the connection from now on, until this round ends. */
export function gatherWrites(connection: Pick<Socket, "cork" | "uncork">): void {
  if (gathering.has(connection)) return;
  if (gathering.size === 0) setImmediate(writeAll);
  gathering.add(connection);
  connection.cork();
}

function writeAll(): void {
  const connections = [...gathering];
  gathering.clear();
  for (const connection of connections) connection.uncork();
}
