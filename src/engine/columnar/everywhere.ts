// The work of finding who is on all of several lists, bucket by bucket: the smallest list is compared with each other
// one, and remembers for each of its tokens where it is found.

import { type BucketPiece, type BucketTurns, takenBuckets } from "./bucket-turns.ts";
import { bumpBytes, bumpFrom } from "./bump.ts";
import { tokensIn, toPeople } from "./matching.ts";
import {
  MASK_BYTES,
  type MemberAt,
  mostShared,
  mostTokens,
  placesBytes,
  standAlone,
  standTogether,
} from "./standing.ts";
import type { Thread } from "./threads/thread.ts";

export type EverywhereSettings = {
  readonly members: readonly MemberAt[];
  /** The smallest of them. */
  readonly pivot: number;
  readonly turns: BucketTurns;
  /** How many people each bucket has: told here. */
  readonly counts: Int32Array<SharedArrayBuffer>;
  /** For each list, where the people of each bucket go, from the word that `starts` tells on. */
  readonly columns: readonly number[];
  readonly starts: Uint32Array;
  readonly sizes: EverywhereSizes;
};

/** Bytes of a thread's room. */
type EverywhereSizes = {
  readonly pivotMasks: number;
  readonly otherMasks: number;
  readonly places: number;
  /** The places in one other list of the pivot's tokens. */
  readonly found: number;
};

export function everywhereSizes(members: readonly MemberAt[], pivot: MemberAt): EverywhereSizes {
  const most = mostTokens([pivot]);
  return {
    pivotMasks: most * MASK_BYTES,
    otherMasks: Math.max(...members.map((member) => mostTokens([member]))) * MASK_BYTES,
    places: placesBytes(mostShared(members)),
    found: most * 4,
  };
}

export function everywhereScratchBytes(lists: number, sizes: EverywhereSizes): number {
  const { pivotMasks, otherMasks, places, found } = sizes;
  return bumpBytes([pivotMasks, otherMasks, places, places, ...new Array<number>(lists).fill(found)]);
}

export function beginEverywhere(
  thread: Thread,
  settings: EverywhereSettings,
): (piece: BucketPiece) => { outcome: null } {
  const { sizes, members, turns, counts } = settings;
  const { take } = bumpFrom(thread.scratch);
  const room = {
    pivotMasks: take(sizes.pivotMasks),
    otherMasks: take(sizes.otherMasks),
    pairs: { left: take(sizes.places), right: take(sizes.places) },
    found: members.map(() => take(sizes.found)),
  };
  return (piece) => {
    for (const bucket of takenBuckets(turns, piece))
      counts[bucket] = findEverywhere(thread, settings, { bucket, room });
    return { outcome: null };
  };
}

type Room = {
  readonly pivotMasks: number;
  readonly otherMasks: number;
  readonly pairs: { readonly left: number; readonly right: number };
  readonly found: readonly number[];
};
type In = { readonly bucket: number; readonly room: Room };

/** Writes the people of a bucket who are on all lists, and answers how many there are. */
function findEverywhere(thread: Thread, settings: EverywhereSettings, { bucket, room }: In): number {
  const { members, pivot } = settings;
  const alone = (list: number, masks: number) => {
    const member = memberAt(members, list);
    return standAlone(thread, { member, bucket, list, masks });
  };
  const left = alone(pivot, room.pivotMasks);
  for (const list of members.keys()) {
    if (list === pivot) continue;
    const right = alone(list, room.otherMasks);
    const { pairs } = room;
    const count = standTogether(thread, { members, bucket, left, right, pairs });
    if (count === 0) return 0;
    const to = room.found[list] ?? 0;
    thread.kernels.scatter({ from: pairs.right, to, places: pairs.left, count, width: 4 });
  }
  return collect(thread, settings, { bucket, room });
}

function collect({ buffer }: Thread, settings: EverywhereSettings, { bucket, room }: In): number {
  const { members, pivot, columns, starts } = settings;
  const tokens = tokensIn(memberAt(members, pivot), bucket);
  const masks = new Uint16Array(buffer, room.pivotMasks, tokens);
  const everywhere = 2 ** members.length - 1;
  const at = (list: number) => (columns[list] ?? 0) + (starts[bucket] ?? 0) * 4;
  const own = new Uint32Array(buffer, at(pivot), (starts[bucket + 1] ?? 0) - (starts[bucket] ?? 0));
  let count = 0;
  for (let place = 0; place < tokens; place++) if (masks[place] === everywhere) own[count++] = place;
  for (const [list, member] of members.entries()) {
    if (list === pivot) continue;
    const found = new Uint32Array(buffer, room.found[list] ?? 0, tokens);
    const column = new Uint32Array(buffer, at(list), count);
    for (let one = 0; one < count; one++) column[one] = found[own[one] ?? 0] ?? 0;
    toPeople(buffer, member, { at: at(list), count, bucket });
  }
  toPeople(buffer, memberAt(members, pivot), { at: at(pivot), count, bucket });
  return count;
}

function memberAt(members: readonly MemberAt[], list: number): MemberAt {
  const member = members[list];
  if (member === undefined) throw new Error("a list that is not compared");
  return member;
}
