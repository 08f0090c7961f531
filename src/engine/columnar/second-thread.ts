// A second thread for counting. It is started with the matcher and asked once it runs; until then the first thread does
// everything. It holds nothing and decides nothing, and the process ends without waiting for it.

import { Worker } from "node:worker_threads";
import { commonTokensByBucket } from "../../domain/matching/crosswalk.ts";
import type { TokenTable } from "../../domain/matching/token-table.ts";
import { inSteps } from "./pace.ts";
import { bucketsFrom, type CountReply, type CountTask } from "./shared-buckets.ts";

/** Counts the common tokens of two tables with the second thread's help; null while it cannot help. */
export type SharedCount = (left: TokenTable, right: TokenTable, bucketsPerBreath: number) => Promise<number> | null;

/** Tokens below which asking costs more than it saves: a message there and back takes a tenth of a millisecond. */
const WORTH_ASKING = 100_000;

export function startSecondThread(): SharedCount {
  const waiting = new Map<number, { resolve(count: number): void; reject(reason: unknown): void }>();
  let isReady = false;
  let failure: Error | null = null;
  let asked = 0;
  const worker = new Worker(new URL("./start-matching-thread.mjs", import.meta.url), { execArgv: [] });
  worker.unref();
  worker.on("message", (message: "ready" | CountReply) => {
    if (message === "ready") {
      isReady = true;
      return;
    }
    waiting.get(message.id)?.resolve(message.count);
    waiting.delete(message.id);
    if (waiting.size === 0) worker.unref();
  });
  // A thread that failed fails the questions that come after, too: whoever runs the room is to hear of it.
  worker.on("error", (error) => {
    failure = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  const ask = (task: Omit<CountTask, "id">) =>
    new Promise<number>((resolve, reject) => {
      const id = asked++;
      waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, ...task });
    });
  return (left, right, bucketsPerBreath) => {
    if (failure !== null) return Promise.reject(failure);
    if (!isReady || left.keys.length + right.keys.length < WORTH_ASKING) return null;
    const next = new Int32Array(new SharedArrayBuffer(4));
    const theirs = ask({ left, right, next });
    const ours = inSteps(commonTokensByBucket(left, right, bucketsFrom(next)), bucketsPerBreath);
    return Promise.all([ours, theirs]).then(([some, others]) => some + others);
  };
}
