// Three lists and more: who stands together under which tokens. Each person stands under the least of its tokens. In a
// bucket, every token has a mask of the lists that have it: it begins with the bit of its own, and what two lists share
// takes on the other's. Here is what a thread needs for that; `regions.ts` and `everywhere.ts` do it.

import { BUCKETS } from "../../domain/matching/token-table.ts";
import { matchingScratchBytes, mostPairs, sideOf, type TableAt, tokensIn } from "./matching.ts";
import type { Thread } from "./threads/thread.ts";

/** A list as a thread sees it: its table, and who of it is in the room. */
export type MemberAt = TableAt & {
  /** A byte a token: 1 where it is the least of its person's; 0 where nobody holds two. */
  readonly firsts: number;
  /** A bit a row; 0 where everybody is in the room. */
  readonly bits: number;
};

export const MASK_BYTES = 2;

/** The tokens of lists in one bucket: a list's number, its masks, and how many there are. */
export type Standing = { readonly list: number; readonly masks: number; readonly count: number };

/** Writes the masks of a list's tokens in a bucket: the bit of the list alone. */
export function standAlone(
  { kernels }: Thread,
  { member, bucket, list, masks }: { readonly member: MemberAt; readonly bucket: number } & Omit<Standing, "count">,
): Standing {
  const { people, firsts, bits, starts } = member;
  const first = starts[bucket] ?? 0;
  const count = tokensIn(member, bucket);
  const at = { people: people === 0 ? 0 : people + first * 4, firsts: firsts === 0 ? 0 : firsts + first };
  kernels.stand({ ...at, first, bits, count, list, masks });
  return { list, masks, count };
}

type Both = {
  readonly members: readonly MemberAt[];
  readonly bucket: number;
  readonly left: Standing;
  readonly right: Standing;
  /** Room for the places of the tokens that both have. */
  readonly pairs: { readonly left: number; readonly right: number };
};

/** Lets the tokens that two lists share in a bucket take on each other's bit, and answers how many there are. */
export function standTogether({ kernels }: Thread, { members, bucket, left, right, pairs }: Both): number {
  const [ours, theirs] = [members[left.list], members[right.list]];
  if (ours === undefined || theirs === undefined) throw new Error("a list that is not compared");
  const count = kernels.sharedTokens(sideOf(ours, bucket), sideOf(theirs, bucket), pairs);
  kernels.meet({ pairs, count, left, right });
  return count;
}

/** The most tokens that a bucket has, of all lists together or of one. */
export function mostTokens(members: readonly MemberAt[]): number {
  let most = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const together = members.reduce((sum, member) => sum + tokensIn(member, bucket), 0);
    most = Math.max(most, together);
  }
  return most;
}

/** The most tokens that any two lists can share in a bucket. */
export function mostShared(members: readonly MemberAt[]): number {
  let most = 0;
  for (const [index, left] of members.entries())
    for (const right of members.slice(index + 1)) most = Math.max(most, mostPairs(left, right));
  return most;
}

/** Bytes of room for the places on one side of the tokens that two lists share. */
export function placesBytes(shared: number): number {
  return matchingScratchBytes(shared) / 2;
}
