// Tells the server that runs a turn to look now, and not in a second, whether somebody has cancelled it. What counts is the row:
// a message that is lost makes it only later.
import type { Redis } from "../redis";

export interface CancelMessages {
  /** Never rejects. */
  send(turnId: string): Promise<void>;
  /** Calls `listener` with each turn that a server asks to be cancelled. */
  listen(listener: (turnId: string) => void): void;
}

const CHANNEL = "waypath:cancel";

export function createCancelMessages({ client, channels }: Redis): CancelMessages {
  return {
    async send(turnId) {
      await client.publish(CHANNEL, turnId).catch(() => undefined);
    },
    listen(listener) {
      channels.listen(CHANNEL, (turnId) => {
        if (turnId !== null) listener(turnId);
      });
    },
  };
}
