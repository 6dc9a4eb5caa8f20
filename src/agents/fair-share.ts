import { createAtMost } from "../at-most";

/** Runs work in somebody's name, of each so much at once and the rest in the order of asking: nobody's work stands before all others'. */
export type FairShare = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>;

export function createFairShare(atOnce: number): FairShare {
  const queues = new Map<string, { inLine: ReturnType<typeof createAtMost>; asked: number }>();
  return async (key, work) => {
    const queue = queues.get(key) ?? { inLine: createAtMost(atOnce), asked: 0 };
    queues.set(key, queue);
    queue.asked += 1;
    try {
      return await queue.inLine(work);
    } finally {
      queue.asked -= 1;
      if (queue.asked === 0) queues.delete(key);
    }
  };
}
