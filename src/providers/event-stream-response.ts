import type { IncomingMessage } from "node:http";
import { createParser, type EventSourceMessage } from "eventsource-parser";

import { restUntilBeat } from "./rest-until-beat";

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
   * Tells every event, those that were read at once together, and resolves at the end of the answer. Where `tell` says that what comes
   * next may wait, it is read at the next beat. Rejects when the connection breaks, and with whatever `tell` throws, which is then not
   * called again and closes the connection.
   */
  readEvents(tell: (events: readonly EventSourceMessage[]) => boolean): Promise<void> {
    const answer = this.#answer;
    return new Promise((resolve, reject) => {
      let over = false;
      const fail = (error: unknown) => {
        over = true;
        reject(error);
        answer.destroy();
      };
      let events: EventSourceMessage[] = [];
      const parser = createParser({ onEvent: (event) => events.push(event) });
      let read = "";
      const tellRead = () => {
        if (over || read === "") return;
        try {
          parser.feed(read);
          read = "";
          if (events.length === 0) return;
          const told = events;
          events = [];
          if (tell(told)) restUntilBeat(answer);
        } catch (error) {
          fail(error);
        }
      };
      if (answer.errored !== null) return fail(answer.errored);
      answer.setEncoding("utf8");
      answer.on("data", (text: string) => {
        // What is there to be read comes in pieces: as they were sent, and as they were encrypted.
        if (read === "") setImmediate(tellRead);
        read += text;
      });
      answer.once("error", (error) => {
        tellRead();
        fail(error);
      });
      answer.once("end", () => {
        tellRead();
        // With `this` the answer is held until its end: the SDKs close the connection of one that is forgotten.
        resolve(void this);
      });
    });
  }
}
