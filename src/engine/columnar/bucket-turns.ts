// Work that goes through all buckets: whoever is free takes the next one, so how many threads take part changes nothing
// but the time. A piece of it takes some buckets and then lets other work have the thread.

import { BUCKETS } from "../../domain/matching/token-table.ts";
import { inTurns } from "./turns.ts";

/** The next bucket that nobody has taken. */
export type BucketTurns = Int32Array<SharedArrayBuffer>;

/** Buckets that one piece takes before it rests. */
export type BucketPiece = { readonly most: number };

export function bucketTurns(): BucketTurns {
  return new Int32Array(new SharedArrayBuffer(4));
}

/** The buckets that a piece gets, as it gets them. */
export function* takenBuckets(turns: BucketTurns, { most }: BucketPiece): Generator<number> {
  for (let taken = 0; taken < most; taken++) {
    const bucket = Atomics.add(turns, 0, 1);
    if (bucket >= BUCKETS) return;
    yield bucket;
  }
}

/** Buckets between two rests, when the thread that asks does the work. */
const BUCKETS_A_REST = 16;

/** Tokens between two rests of a thread of the crew: ten or twenty milliseconds. */
const TOKENS_A_REST = 8_388_608;

/** The job that threads do; ended when it is done. */
type BucketJob<Outcome> = {
  run(piece: BucketPiece): Promise<Outcome>;
  readonly width: number;
  end(): void;
};

/**
 * Has all buckets taken, and answers what the pieces came to.
 * @param tokens how many are gone through in all
 */
export async function throughBuckets<Outcome>(
  job: BucketJob<Outcome>,
  turns: BucketTurns,
  tokens: number,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const hasCrew = job.width > 1;
  const most = hasCrew ? Math.max(1, Math.floor((BUCKETS * TOKENS_A_REST) / (tokens + 1))) : BUCKETS_A_REST;
  const pieces = function* () {
    while (Atomics.load(turns, 0) < BUCKETS) yield { most };
  };
  try {
    await inTurns(pieces(), hasCrew ? job.width / 2 : 1, async (piece) => void outcomes.push(await job.run(piece)));
  } finally {
    job.end();
  }
  return outcomes;
}
