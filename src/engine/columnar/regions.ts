// The work of counting regions: how many people stand on exactly which of several lists, bucket by bucket. Every two
// lists are compared while the bucket is at hand; then its masks are a column of codes, of which cells are counted.

import { cellScratchBytes } from "../../kernels/kernels.ts";
import { type BucketPiece, type BucketTurns, takenBuckets } from "./bucket-turns.ts";
import { bumpBytes, bumpFrom } from "./bump.ts";
import {
  MASK_BYTES,
  type MemberAt,
  mostShared,
  mostTokens,
  placesBytes,
  type Standing,
  standAlone,
  standTogether,
} from "./standing.ts";
import type { Thread } from "./threads/thread.ts";

export type RegionSettings = {
  readonly members: readonly MemberAt[];
  readonly turns: BucketTurns;
  /** Bytes of its room that the masks have, and the places of shared tokens on each side. */
  readonly sizes: RegionSizes;
};

type RegionSizes = { readonly masks: number; readonly places: number };

export function regionSizes(members: readonly MemberAt[]): RegionSizes {
  return { masks: mostTokens(members) * MASK_BYTES, places: placesBytes(mostShared(members)) };
}

export function regionScratchBytes(lists: number, { masks, places }: RegionSizes): number {
  const cells = 2 ** lists;
  return bumpBytes([cells * 4, cellScratchBytes(cells), masks, places, places]);
}

/** Each piece answers, by mask, how many tokens have it: a token that k lists have, k times. */
export function beginRegions(
  thread: Thread,
  { members, turns, sizes }: RegionSettings,
): (piece: BucketPiece) => { outcome: Uint32Array } {
  const size = 2 ** members.length;
  const { take } = bumpFrom(thread.scratch);
  const cells = take(size * 4);
  const counting = { cells, size, scratch: take(cellScratchBytes(size)) };
  const pairs = { left: take(sizes.places), right: take(sizes.places) };
  const masks = take(sizes.masks);
  return (piece) => {
    const counted = new Uint32Array(thread.buffer, cells, size).fill(0);
    for (const bucket of takenBuckets(turns, piece)) {
      const lists = standingIn(thread, { members, bucket, masks });
      for (const [index, left] of lists.entries())
        for (const right of lists.slice(index + 1)) standTogether(thread, { members, bucket, left, right, pairs });
      const count = lists.reduce((sum, list) => sum + list.count, 0);
      thread.kernels.countCells({ columns: [{ codes: masks, width: MASK_BYTES, times: 1 }], count, ...counting });
    }
    return { outcome: counted.slice() };
  };
}

type Standings = { readonly members: readonly MemberAt[]; readonly bucket: number; readonly masks: number };

/** Everybody's masks in a bucket, list behind list. */
function standingIn(thread: Thread, { members, bucket, masks }: Standings): Standing[] {
  let next = masks;
  return members.map((member, list) => {
    const standing = standAlone(thread, { member, bucket, list, masks: next });
    next += standing.count * MASK_BYTES;
    return standing;
  });
}
