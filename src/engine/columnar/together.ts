// Three lists and more, compared by one kind of identifier: every region, and who is on all of them.

import type { IdentifierKind } from "../../domain/dataset/schema.ts";
import { BUCKETS } from "../../domain/matching/token-table.ts";
import { bucketTurns, throughBuckets } from "./bucket-turns.ts";
import type { Engine } from "./engine.ts";
import { everywhereScratchBytes, everywhereSizes } from "./everywhere.ts";
import type { LoadedTable } from "./loaded.ts";
import { tokensIn } from "./matching.ts";
import { closeUp, tableFor } from "./pairings.ts";
import { regionScratchBytes, regionSizes } from "./regions.ts";
import type { Party } from "./rooms.ts";
import type { Stay, Take } from "./shelf.ts";
import type { MemberAt } from "./standing.ts";
import { sumOf } from "./sums.ts";

export type Many = { readonly parties: readonly Party[]; readonly kind: IdentifierKind };

type Member = LoadedTable & MemberAt;

/** `regions[mask]`: people on exactly the lists whose bits the mask has. O(tokens × lists) time. */
export async function regionsOf(engine: Engine, stay: Stay, many: Many): Promise<number[]> {
  const members = await membersOf(engine, stay, many);
  const turns = bucketTurns();
  const sizes = regionSizes(members);
  const scratchBytes = regionScratchBytes(members.length, sizes);
  const tokens = sumOf(members.map((member) => member.tokens));
  const isLarge = tokens >= engine.largeTokens;
  const job = engine.crew.begin("regions", { members, turns, sizes }, { scratchBytes, isLarge });
  const counted = await throughBuckets(job, turns, tokens * (members.length - 1));
  const regions = Array.from({ length: 2 ** members.length }, (_, mask) =>
    listsIn(mask) < 2 ? 0 : sumOf(counted.map((piece) => piece[mask] ?? 0)) / listsIn(mask),
  );
  // Whoever stands with nobody of another list is in the region of their own, with a token or without.
  for (const [list, { room }] of many.parties.entries()) {
    const withOthers = sumOf(regions.filter((_, mask) => listsIn(mask) > 1 && (mask & (1 << list)) !== 0));
    regions[1 << list] = room.size - withOthers;
  }
  return regions;
}

function listsIn(mask: number): number {
  let lists = 0;
  for (let left = mask; left !== 0; left &= left - 1) lists++;
  return lists;
}

/** Rows of the people who are on all lists, a word each; a column for each list. */
export type Everywhere = { readonly count: number; readonly columns: readonly number[] };

/** Finds who is on all lists, in ascending order of their tokens. O(tokens + smallest list × lists) time. */
export async function everywhereOf(
  engine: Engine,
  stay: Stay,
  { take, ...many }: Many & { readonly take: Take },
): Promise<Everywhere> {
  const members = await membersOf(engine, stay, many);
  const pivot = members.reduce((least, member) => (member.tokens < least.tokens ? member : least));
  const starts = roomStarts(members);
  const columns = members.map(() => take((starts[BUCKETS] ?? 0) * 4));
  const counts = new Int32Array(new SharedArrayBuffer(BUCKETS * 4));
  const turns = bucketTurns();
  const sizes = everywhereSizes(members, pivot);
  const tokens = sumOf(members.map((member) => member.tokens));
  const job = engine.crew.begin(
    "everywhere",
    { members, pivot: members.indexOf(pivot), turns, counts, columns, starts, sizes },
    { scratchBytes: everywhereScratchBytes(members.length, sizes), isLarge: tokens >= engine.largeTokens },
  );
  await throughBuckets(job, turns, tokens);
  return { count: closeUp(engine.arena.memory.buffer, { columns, starts, counts, take }), columns };
}

/** Where the people of each bucket have room: no bucket has more of them than the list with the fewest tokens there. */
function roomStarts(members: readonly MemberAt[]): Uint32Array {
  const starts = new Uint32Array(BUCKETS + 1);
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const fewest = Math.min(...members.map((member) => tokensIn(member, bucket)));
    starts[bucket + 1] = (starts[bucket] ?? 0) + fewest;
  }
  return starts;
}

async function membersOf(engine: Engine, stay: Stay, { parties, kind }: Many): Promise<Member[]> {
  const members: Member[] = [];
  for (const { version, room } of parties) {
    const table = await tableFor(engine, stay, { version, kind });
    members.push({ ...table, bits: room.bits });
  }
  return members;
}
