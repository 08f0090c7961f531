// Who goes on when. Work of a room waits at every step, at every call of its store, its matcher and its files, until it
// is its turn; whose turn it is, the seed says. At one of these steps its process may end: then nothing of it goes on.

import { setImmediate as turn } from "node:timers/promises";
import type { Chance } from "./chance.ts";

export type Schedule = {
  /** Waits for the next turn. Never comes back to a process that has ended. */
  readonly step: () => Promise<void>;
  /** Does something outside the room, whole: nobody else goes on meanwhile. */
  readonly outside: <Value>(work: () => Promise<Value>) => Promise<Value>;
  /** Whether the process has ended. */
  readonly hasEnded: () => boolean;
  /**
   * Lets work go on until all of it is over, or until the process ends, which is after so many steps.
   * @throws when work waits for something that does not come
   */
  readonly run: (works: readonly (() => Promise<void>)[], endsAfter: number | null) => Promise<void>;
};

export function scheduleOf(chance: Chance): Schedule {
  const waiting: (() => void)[] = [];
  let [steps, busy, running] = [0, 0, 0];
  let end: number | null = null;
  let isOver = false;
  const never = () => new Promise<never>(() => {});
  return {
    step: () => {
      if (isOver) return never();
      steps += 1;
      if (end !== null && steps >= end) {
        isOver = true;
        return never();
      }
      return running <= 1 ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve));
    },
    outside: async (work) => {
      busy += 1;
      try {
        return await work();
      } finally {
        busy -= 1;
      }
    },
    hasEnded: () => isOver,
    run: async (works, endsAfter) => {
      [steps, end, running] = [0, endsAfter, works.length];
      const failures: unknown[] = [];
      let left = works.length;
      for (const work of works) {
        void work()
          .catch((failure: unknown) => failures.push(failure))
          .finally(() => {
            left -= 1;
          });
      }
      for (let idle = 0; left > 0 && !isOver && failures.length === 0; ) {
        await turn();
        if (busy > 0) continue;
        const [next] = waiting.splice(chance.below(waiting.length), 1);
        next?.();
        idle = next === undefined ? idle + 1 : 0;
        if (idle > MOST_IDLE) throw new Error("work waits for what does not come");
      }
      running = 0;
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** Turns in which nothing is waiting and nothing outside is done, after which nothing will come of it. */
const MOST_IDLE = 200;
