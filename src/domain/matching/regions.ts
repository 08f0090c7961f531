// Every region of several lists in one pass: a merge of all token tables, bucket by bucket, in which each person
// stands under the least of its tokens, and a histogram of who was there together.

import { isPresent, type Present } from "./one-to-one.ts";
import { BUCKETS, compareTokens, holderOf, type TokenTable } from "./token-table.ts";

/** A list: its tokens, who of it is in the room, and how many these are. */
export type Member = { readonly table: TokenTable; readonly present: Present; readonly size: number };

/**
 * Counts the people of each region, in pieces: it rests after each bucket, and the caller decides when to go on.
 * People without a token stand in the region of their list alone. O(total tokens × lists) time.
 * @returns `regions[mask]`: people on exactly the lists whose bits the mask has
 */
export function* regionsByBucket(members: readonly Member[]): Generator<void, number[]> {
  const regions = new Array<number>(2 ** members.length).fill(0);
  const held = members.map(() => 0);
  yield* standingTogether(members, (mask) => {
    regions[mask] = (regions[mask] ?? 0) + 1;
    for (let index = 0; index < members.length; index++)
      if ((mask & (1 << index)) !== 0) held[index] = (held[index] ?? 0) + 1;
  });
  for (const [index, member] of members.entries()) {
    const alone = 1 << index;
    regions[alone] = (regions[alone] ?? 0) + member.size - (held[index] ?? 0);
  }
  return regions;
}

/**
 * Visits every token under which somebody in the room stands, in ascending order, in pieces as above.
 * @param visit is told the lists that have it, as a mask, and where in each list's table it stands
 */
export function* standingTogether(
  members: readonly Member[],
  visit: (mask: number, places: readonly number[]) => void,
): Generator<void, void> {
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    mergeBucket(members, bucket, visit);
    yield;
  }
}

function mergeBucket(
  members: readonly Member[],
  bucket: number,
  visit: (mask: number, places: readonly number[]) => void,
): void {
  const ends = members.map(({ table }) => table.starts[bucket + 1] ?? 0);
  const places = members.map(({ table }) => table.starts[bucket] ?? 0);
  for (const index of members.keys()) settle(members, index, { places, ends });
  for (let mask = leastMask(members, places, ends); mask !== 0; mask = leastMask(members, places, ends)) {
    visit(mask, places);
    for (let index = 0; index < members.length; index++) {
      if ((mask & (1 << index)) === 0) continue;
      places[index] = (places[index] ?? 0) + 1;
      settle(members, index, { places, ends });
    }
  }
}

type Cursor = { readonly places: number[]; readonly ends: readonly number[] };

/** Moves a list's cursor on to the next token under which somebody in the room stands. */
function settle(members: readonly Member[], index: number, { places, ends }: Cursor): void {
  const member = members[index];
  if (member === undefined) return;
  const { table, present } = member;
  const end = ends[index] ?? 0;
  let place = places[index] ?? 0;
  while (place < end && (table.firsts?.[place] === 0 || !isPresent(present, holderOf(table, place)))) place++;
  places[index] = place;
}

/** The lists whose cursors stand at the least token of all; 0 when every list is at its end. */
function leastMask(members: readonly Member[], places: readonly number[], ends: readonly number[]): number {
  let mask = 0;
  let least: readonly [TokenTable, number] | null = null;
  for (let index = 0; index < members.length; index++) {
    const place = places[index] ?? 0;
    const member = members[index];
    if (member === undefined || place >= (ends[index] ?? 0)) continue;
    const order = least === null ? -1 : compareTokens(member.table, place, least);
    if (order < 0) {
      least = [member.table, place];
      mask = 1 << index;
    } else if (order === 0) mask |= 1 << index;
  }
  return mask;
}
