// Buckets shared out between threads by an atomic counter: whoever is free takes the next, so a slow thread delays none.

import { BUCKETS, type TokenTable } from "../../domain/matching/token-table.ts";

/** What the second thread is asked: the tables lie in shared memory, `next` holds the next bucket to be taken. */
export type CountTask = {
  readonly id: number;
  readonly left: TokenTable;
  readonly right: TokenTable;
  readonly next: Int32Array;
};

export type CountReply = { readonly id: number; readonly count: number };

/** The buckets that fall to the caller. */
export function* bucketsFrom(next: Int32Array): Generator<number, void> {
  for (let bucket = Atomics.add(next, 0, 1); bucket < BUCKETS; bucket = Atomics.add(next, 0, 1)) yield bucket;
}
