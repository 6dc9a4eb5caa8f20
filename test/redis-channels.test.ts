import { expect, test } from "@jest/globals";

import { createRedisChannels } from "../src/redis-channels";

/** A client that answers when it is told to; what it was asked is noted in order. */
function slowClient() {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const ask = (what: string) => (channel: string | string[]) => {
    asked.push(`${what} ${channel}`);
    return new Promise<void>((resolve) => answers.push(resolve));
  };
  return {
    asked,
    client: { subscribe: ask("subscribe"), unsubscribe: ask("unsubscribe") } as unknown as Parameters<
      typeof createRedisChannels
    >[0],
    async answer() {
      for (const answer of answers.splice(0)) answer();
      await new Promise(setImmediate);
    },
  };
}

test("a channel that is left before Redis has answered is left afterwards: the client would take both for done", async () => {
  const { client, asked, answer } = slowClient();
  const stop = createRedisChannels(client).listen("turn", () => undefined);
  stop();
  expect(asked).toEqual(["subscribe turn"]);
  await answer();
  expect(asked).toEqual(["subscribe turn", "unsubscribe turn"]);
});

test("who listens anew meanwhile keeps the channel, and is told to look once it is there", async () => {
  const { client, asked, answer } = slowClient();
  const channels = createRedisChannels(client);
  channels.listen("turn", () => undefined)();
  const heard: (string | null)[] = [];
  channels.listen("turn", (message) => heard.push(message));
  await answer();
  await answer();
  expect(asked.filter((line) => line.startsWith("unsubscribe"))).toEqual([]);
  expect(heard).toEqual([null]);
});
