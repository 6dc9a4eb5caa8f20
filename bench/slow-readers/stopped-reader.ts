import { setTimeout as wait } from "node:timers/promises";

import { introduce, type RawSocket } from "../../test/support/raw-socket";
import type { Scene } from "./scene";

const FOLLOW = `subscription ($id: ID!, $after: Int) { agentSessionEvents(sessionId: $id, after: $after) {
  __typename sequence ... on TextDelta { delta } } }`;

const COME_AGAIN_MS = 500;

/** A client that asks for a turn's events, and then reads nothing from its socket. */
export class StoppedReader {
  #seen = 0;
  #characters = 0;

  private constructor(
    private readonly scene: Pick<Scene, "url" | "token">,
    private readonly sessionId: string,
    private socket: RawSocket,
  ) {}

  static async open(scene: Pick<Scene, "url" | "token">, sessionId: string): Promise<StoppedReader> {
    const reader = new StoppedReader(scene, sessionId, await subscribe(scene, sessionId, 0));
    reader.socket.freeze();
    return reader;
  }

  /** Reads again; resolves with the characters of the whole turn once it has come to its end. */
  async readAll(): Promise<number> {
    this.socket.thaw();
    // A server takes who does not even answer its pings for gone: such a client comes again, and goes on where it was.
    while (!(await this.#readOn().catch(() => false))) {
      await wait(COME_AGAIN_MS);
      this.socket = await subscribe(this.scene, this.sessionId, this.#seen).catch(() => this.socket);
    }
    await this.socket.close();
    return this.#characters;
  }

  async #readOn(): Promise<boolean> {
    for (;;) {
      const { type, payload } = await this.socket.next();
      if (type === "complete") return true;
      if (type !== "next") continue;
      const { sequence, delta = "" } = payload.data.agentSessionEvents;
      this.#seen = sequence;
      this.#characters += delta.length;
    }
  }
}

async function subscribe({ url, token }: Pick<Scene, "url" | "token">, id: string, after: number): Promise<RawSocket> {
  const socket = await introduce(url, { authorization: `Bearer ${token}` });
  socket.send({ type: "subscribe", id: "turn", payload: { query: FOLLOW, variables: { id, after } } });
  return socket;
}
