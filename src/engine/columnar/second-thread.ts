// A second thread for counting over large tables. It starts when first wanted and helps once it is ready; until then,
// and should it ever end, the first thread does all of the work.

import { Worker } from "node:worker_threads";
import { sharedTokensByBucket } from "../../domain/matching/crosswalk.ts";
import type { TokenTable } from "../../domain/matching/token-table.ts";
import { type BucketTurns, newTurns, report, takenBuckets, wholeCount } from "./bucket-turns.ts";
import { breath, inSteps } from "./pace.ts";

/** Two tables whose planes lie in shared memory, and the turns of counting them. */
export type SharedCount = { readonly left: TokenTable; readonly right: TokenTable; readonly turns: BucketTurns };

/** Counts the tokens that two tables share, resting after every `bucketsPerBreath` buckets. */
export type CountShared = (left: TokenTable, right: TokenTable, bucketsPerBreath: number) => Promise<number>;

/** Counts on two threads from `fromTokens` tokens on, and on this one alone below. */
export function countOnTwoThreads(fromTokens: number): CountShared {
  const helper: { worker: Worker | null; isReady: boolean } = { worker: null, isReady: false };
  return async (left, right, bucketsPerBreath) => {
    const isLarge = left.keys.length + right.keys.length >= fromTokens;
    if (isLarge && helper.worker === null) start(helper);
    const shared = { left, right, turns: newTurns() };
    if (isLarge && helper.isReady) helper.worker?.postMessage(shared);
    await inSteps(countTaken(shared), bucketsPerBreath);
    for (let count = wholeCount(shared.turns); ; count = wholeCount(shared.turns)) {
      if (count !== null) return count;
      if (!helper.isReady) return countAlone(shared, bucketsPerBreath);
      await breath();
    }
  };
}

/** Counts in the buckets that this thread gets hold of, resting after each. */
export function* countTaken({ left, right, turns }: SharedCount): Generator<void, void> {
  let buckets = 0;
  const taken = function* () {
    for (const bucket of takenBuckets(turns)) {
      buckets++;
      yield bucket;
    }
  };
  const count = yield* sharedTokensByBucket(left, right, taken());
  report(turns, { buckets, count });
}

// The other thread ended in the middle of a bucket, so what it took is lost and all is counted anew.
function countAlone({ left, right }: SharedCount, bucketsPerBreath: number): Promise<number> {
  const steps = sharedTokensByBucket(left, right, takenBuckets(newTurns()));
  return inSteps(steps, bucketsPerBreath);
}

// Its being there must not keep the process from ending.
function start(helper: { worker: Worker | null; isReady: boolean }): void {
  const worker = new Worker(new URL("./matching-thread.mjs", import.meta.url));
  helper.worker = worker;
  worker.unref();
  worker.once("message", () => {
    helper.isReady = true;
  });
  for (const event of ["error", "exit"]) {
    worker.once(event, () => {
      helper.isReady = false;
    });
  }
}
