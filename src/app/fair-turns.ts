// Turns at what can do so much at once: each party has its turn before another has its next, and none has all places,
// so that whoever asks for much waits for itself. Lives in memory, as the work does.

import { fairQueue } from "../domain/fair-queue.ts";
import type { FairTurns } from "./ports.ts";

/** How much is done at once, in all and of one party. */
type Width = { readonly atOnce: number; readonly ofOneAtOnce: number };

/** Turns of that width, none of them taken. */
export function fairTurns({ atOnce, ofOneAtOnce }: Width): FairTurns {
  const queue = fairQueue<() => void>();
  const underWay = new Map<string, number>();
  let all = 0;
  const mayGo = (party: string) => (underWay.get(party) ?? 0) < ofOneAtOnce;
  const begin = (party: string) => {
    all++;
    underWay.set(party, (underWay.get(party) ?? 0) + 1);
  };
  const end = (party: string) => {
    all--;
    const left = (underWay.get(party) ?? 1) - 1;
    if (left === 0) underWay.delete(party);
    else underWay.set(party, left);
  };
  const admit = () => {
    while (all < atOnce) {
      const start = queue.next(mayGo);
      if (start === null) return;
      start();
    }
  };
  return {
    take: async (party, work) => {
      let isBegun = false;
      let hasWaited = false;
      await new Promise<void>((resolve) => {
        queue.add(party, () => {
          begin(party);
          isBegun = true;
          resolve();
        });
        admit();
        hasWaited = !isBegun;
      });
      try {
        return await work(hasWaited);
      } finally {
        end(party);
        admit();
      }
    },
    underWay: () => all,
    waiting: () => queue.size(),
  };
}
