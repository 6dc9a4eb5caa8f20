import type { IncomingMessage } from "node:http";
import { createParser, type EventSourceMessage } from "eventsource-parser";

/** An answer in server-sent events, which come as they are read from the connection: its `body` is null. */
export class EventStreamResponse extends Response {
  readonly #answer: IncomingMessage;

  constructor(answer: IncomingMessage, init: ResponseInit) {
    super(null, init);
    this.#answer = answer;
    // It may break before anybody reads it; whoever reads it then is told.
    answer.on("error", () => undefined);
  }

  /**
   * Tells every event, and resolves at the end of the answer. Rejects when the connection breaks, and with whatever `tell` throws,
   * which is then not called again and closes the connection.
   */
  readEvents(tell: (event: EventSourceMessage) => void): Promise<void> {
    const answer = this.#answer;
    return new Promise((resolve, reject) => {
      let over = false;
      const fail = (error: unknown) => {
        over = true;
        reject(error);
        answer.destroy();
      };
      const parser = createParser({ onEvent: (event) => over || tell(event) });
      if (answer.errored !== null) return fail(answer.errored);
      answer.setEncoding("utf8");
      answer.on("data", (text: string) => {
        try {
          if (!over) parser.feed(text);
        } catch (error) {
          fail(error);
        }
      });
      answer.once("error", fail);
      // With `this` the answer is held until its end: the SDKs close the connection of one that is forgotten.
      answer.once("end", () => resolve(void this));
    });
  }
}
