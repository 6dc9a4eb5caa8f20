// What a first start shows: a few turns of the demo workspace, so that its pages are not empty. They are real turns by the front door,
// answered by the simulator, and say so. Their idempotency keys make them run once, however often the server starts.
import type { Logger } from "./logger";

interface DemoTurn {
  buddy: string;
  ask: string;
  /** What the simulator plays: model calls, one after the other. */
  script: readonly object[][];
}

const DEMO_TURNS: readonly DemoTurn[] = [
  {
    buddy: "copywriter",
    ask: "Shorten this headline: “A tea that has seen the mountains from above”.",
    script: [
      [{ tool: "measure_text", arguments: { text: "Tea from above the clouds" } }],
      [{ text: "“Tea from above the clouds”: 25 characters, and it still has the mountain in it." }],
    ],
  },
  {
    buddy: "analyst",
    ask: "Variant A: 120 of 2,400 ordered. Variant B: 156 of 2,380. Which is better?",
    script: [
      [
        {
          tool: "compare_rates",
          arguments: { a: { successes: 120, trials: 2400 }, b: { successes: 156, trials: 2380 } },
        },
      ],
      [
        {
          text: "Variant B, and the difference is larger than chance would explain. Keep it running for another week.",
        },
      ],
    ],
  },
  {
    buddy: "orchestrator",
    ask: "Plan the autumn launch of our tea.",
    script: [
      [
        {
          tool: "delegate",
          arguments: { buddy: "campaign", task: "Simulated example: plan the autumn launch of a tea." },
        },
      ],
      [{ text: "The planner suggests two weeks of tastings before the launch. Shall I have the invitations written?" }],
    ],
  },
];

export interface DemoOptions {
  url: string;
  token: string;
  logger: Logger;
}

/** Runs them in the background, one after the other. `stop` follows them no more. */
export function startDemoTurns({ url, token, logger }: DemoOptions): { stop(): Promise<void> } {
  const stopped = new AbortController();
  const run = async () => {
    for (const [index, { buddy, ask, script }] of DEMO_TURNS.entries()) {
      const message = `Simulated example: ${ask}\n\nsimulate:${JSON.stringify(script)}`;
      const response = await fetch(`${url}/api/chat`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ buddy, message, idempotencyKey: `demo-${index + 1}` }),
        signal: stopped.signal,
      });
      await response.text();
    }
  };
  const done = run().catch((error) => {
    if (!stopped.signal.aborted) logger.debug({ err: error }, "the demo workspace's turns could not be made");
  });
  return {
    async stop() {
      stopped.abort();
      await done;
    },
  };
}
