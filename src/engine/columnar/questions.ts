// Questions over opened segments: who is in the room, how many of them the lists share, and whose records those are.

import type { IdentifierKind } from "../../domain/dataset/schema.ts";
import { type Crosswalk, crosswalkByBucket } from "../../domain/matching/crosswalk.ts";
import { countPairs, matchOneToOne } from "../../domain/matching/one-to-one.ts";
import { regionsByBucket } from "../../domain/matching/regions.ts";
import { type Room, roomOf } from "../../domain/matching/room.ts";
import { BUCKETS, isOnePerPerson, type TokenTable } from "../../domain/matching/token-table.ts";
import type { ComparedList, OverlapCounts } from "../../ports/matcher.ts";
import { type OpenedSegment, tableFor } from "./opened.ts";
import { inSteps } from "./pace.ts";
import type { CountShared } from "./second-thread.ts";

/** Tokens compared between two breaths: a few milliseconds. */
const TOKENS_PER_BREATH = 1_048_576;

/** A list of a question: its segment and who of it is in the room. */
export type Party = { readonly segment: OpenedSegment; readonly room: Room };

/** What two segments have in common by one identifier, made or kept. */
export type Pairings = {
  crosswalk(left: OpenedSegment, right: OpenedSegment, kind: IdentifierKind): Promise<Crosswalk>;
  /** How many tokens they share: all that a question about everybody needs, where nobody holds two. */
  sharedTokens(left: OpenedSegment, right: OpenedSegment, kind: IdentifierKind): Promise<number>;
};

export function partyOf(segment: OpenedSegment, { consents, where }: ComparedList): Party {
  const bits = consents.map((name) => segment.header.consents.indexOf(name));
  const needed = bits.includes(-1) ? null : bits.reduce((sum, bit) => sum | (1 << bit), 0);
  const clauses = where.map(({ attribute, in: wanted }) => {
    const column = segment.attributes.get(attribute);
    if (column === undefined) return null;
    const allowed = new Uint8Array(column.values.length + 1);
    for (const value of wanted) allowed[column.values.indexOf(value) + 1] = 1;
    allowed[0] = 0;
    return { codes: column.codes, allowed };
  });
  return { segment, room: roomOf(segment.header.people, { consents: segment.consents, needed, clauses }) };
}

/** Makes every pairing anew, without holding the process up. */
export function pairingsMade(countShared: CountShared): Pairings {
  const tablesOf = (left: OpenedSegment, right: OpenedSegment, kind: IdentifierKind) =>
    [tableFor(left, kind), tableFor(right, kind)] as const;
  return {
    crosswalk: (left, right, kind) => {
      const tables = tablesOf(left, right, kind);
      return inSteps(crosswalkByBucket(...tables), bucketsPerBreath(tables));
    },
    sharedTokens: (left, right, kind) => {
      const tables = tablesOf(left, right, kind);
      return countShared(...tables, bucketsPerBreath(tables));
    },
  };
}

function bucketsPerBreath(tables: readonly TokenTable[]): number {
  const tokens = tables.reduce((sum, table) => sum + table.keys.length, 0);
  return Math.max(1, Math.floor((TOKENS_PER_BREATH * BUCKETS) / (tokens + 1)));
}

type Pair = { readonly left: Party; readonly right: Party; readonly identifiers: readonly IdentifierKind[] };

export async function overlapOfTwo(pair: Pair, pairings: Pairings): Promise<OverlapCounts> {
  const byIdentifier = await countsOf(pair, pairings);
  const matched = byIdentifier.reduce((sum, count) => sum + count, 0);
  const sizes = [pair.left.room.size, pair.right.room.size] as const;
  return { sizes, regions: [0, sizes[0] - matched, sizes[1] - matched, matched], byIdentifier };
}

async function countsOf(pair: Pair, pairings: Pairings): Promise<readonly number[]> {
  const { left, right, identifiers } = pair;
  const sides = { left: left.room, right: right.room };
  const [only] = identifiers;
  if (identifiers.length > 1 || only === undefined || !isPlain(pair, only))
    return matchOneToOne(await crosswalksOf(pair, pairings), sides).counts;
  const isEverybodyIn = sides.left.mask === null && sides.right.mask === null;
  if (isEverybodyIn) return [await pairings.sharedTokens(left.segment, right.segment, only)];
  return [countPairs(await pairings.crosswalk(left.segment, right.segment, only), sides)];
}

function isPlain({ left, right }: Pair, kind: IdentifierKind): boolean {
  return isOnePerPerson(tableFor(left.segment, kind)) && isOnePerPerson(tableFor(right.segment, kind));
}

async function crosswalksOf({ left, right, identifiers }: Pair, pairings: Pairings): Promise<Crosswalk[]> {
  const crosswalks: Crosswalk[] = [];
  for (const kind of identifiers) crosswalks.push(await pairings.crosswalk(left.segment, right.segment, kind));
  return crosswalks;
}

export async function overlapOfMany(parties: readonly Party[], kind: IdentifierKind): Promise<OverlapCounts> {
  const members = parties.map(({ segment, room }) => ({ table: tableFor(segment, kind), room }));
  const regions = await inSteps(regionsByBucket(members), bucketsPerBreath(members.map(({ table }) => table)));
  return { sizes: parties.map(({ room }) => room.size), regions, byIdentifier: [] };
}

/** The records of the matched people of the left list, in the order of its file. */
export async function selectRecords(
  pair: Pair,
  pairings: Pairings,
  maximum: number,
): Promise<{ readonly count: number; readonly records: readonly string[] }> {
  const { left, right } = pair;
  const matching = matchOneToOne(await crosswalksOf(pair, pairings), { left: left.room, right: right.room });
  const count = matching.counts.reduce((sum, one) => sum + one, 0);
  return { count, records: count > maximum ? [] : recordsOf(left.segment, matching.left) };
}

function recordsOf({ recordLengths, recordBytes }: OpenedSegment, matched: Uint8Array): string[] {
  const records: string[] = [];
  const bytes = Buffer.from(recordBytes.buffer, recordBytes.byteOffset, recordBytes.length);
  let at = 0;
  for (let person = 0; person < matched.length; person++) {
    const end = at + (recordLengths[person] ?? 0);
    if (matched[person] === 1) records.push(bytes.toString("utf8", at, end));
    at = end;
  }
  return records;
}
