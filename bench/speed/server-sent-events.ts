import { Agent, request } from "node:http";

/** One answer, as its client saw it. */
export interface Streamed {
  /** From the question to the first text, in milliseconds. */
  firstTextMs: number;
  characters: number;
  /** Messages that carried text. */
  messages: number;
}

/** Somebody who asks; as many at once as one likes. */
export interface Client {
  ask(message: string): Promise<Streamed>;
  close(): void;
}

export type Open = () => Promise<Client>;

export interface ServerSentEventsOptions {
  headers?: Record<string, string>;
  body(message: string): object;
  /** The text that an event's data carries, if any. */
  textOf(data: Record<string, unknown>): unknown;
}

/** A client that posts its question and reads the answer as server-sent events, over connections that stay open. */
export function serverSentEvents(url: string, { headers, body, textOf }: ServerSentEventsOptions): Open {
  return async () => {
    const agent = new Agent({ keepAlive: true });
    return { ask: (message) => ask(message, agent), close: () => agent.destroy() };
  };

  function ask(message: string, agent: Agent): Promise<Streamed> {
    return new Promise((resolve, reject) => {
      const asked = request(url, {
        method: "POST",
        agent,
        headers: { "content-type": "application/json", ...headers },
      });
      const startedAt = performance.now();
      const streamed: Streamed = { firstTextMs: Number.NaN, characters: 0, messages: 0 };
      asked.once("error", reject);
      asked.once("response", (response) => {
        let rest = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          const lines = (rest + chunk).split("\n");
          rest = lines.pop() ?? "";
          for (const line of lines) {
            if (!line.startsWith("data: {")) continue;
            const text = textOf(JSON.parse(line.slice("data: ".length)));
            if (typeof text === "string" && text !== "") count(streamed, text, startedAt);
          }
        });
        response.once("end", () => resolve(streamed));
        response.once("error", reject);
      });
      asked.end(JSON.stringify(body(message)));
    });
  }
}

export function count(streamed: Streamed, text: string, startedAt: number): void {
  if (streamed.characters === 0) streamed.firstTextMs = performance.now() - startedAt;
  streamed.characters += text.length;
  streamed.messages += 1;
}
