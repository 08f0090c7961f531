// Questions over opened segments: who is in the room, how many of them the lists share, and whose records those are.

import type { IdentifierKind } from "../../domain/dataset/schema.ts";
import { type Crosswalk, crosswalkByBucket } from "../../domain/matching/crosswalk.ts";
import { countPairs, matchOneToOne } from "../../domain/matching/one-to-one.ts";
import { regionsByBucket } from "../../domain/matching/regions.ts";
import { type Room, roomOf } from "../../domain/matching/room.ts";
import { isOnePerPerson } from "../../domain/matching/token-table.ts";
import type { ComparedList, OverlapCounts } from "../../ports/matcher.ts";
import { type OpenedSegment, tableFor } from "./opened.ts";
import { inSteps } from "./pace.ts";

const BUCKETS_PER_BREATH = 16;

/** A list of a question: its segment and who of it is in the room. */
export type Party = { readonly segment: OpenedSegment; readonly room: Room };

/** The crosswalk of one identifier of two segments, made or kept. */
export type CrosswalkOf = (left: OpenedSegment, right: OpenedSegment, kind: IdentifierKind) => Promise<Crosswalk>;

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

/** Builds the crosswalk of two segments without holding the process up. */
export function buildCrosswalk(left: OpenedSegment, right: OpenedSegment, kind: IdentifierKind): Promise<Crosswalk> {
  return inSteps(crosswalkByBucket(tableFor(left, kind), tableFor(right, kind)), BUCKETS_PER_BREATH);
}

type Pair = { readonly left: Party; readonly right: Party; readonly identifiers: readonly IdentifierKind[] };

export async function overlapOfTwo(pair: Pair, crosswalkOf: CrosswalkOf): Promise<OverlapCounts> {
  const byIdentifier = await countsOf(pair, crosswalkOf);
  const matched = byIdentifier.reduce((sum, count) => sum + count, 0);
  const sizes = [pair.left.room.size, pair.right.room.size] as const;
  return { sizes, regions: [0, sizes[0] - matched, sizes[1] - matched, matched], byIdentifier };
}

async function countsOf(pair: Pair, crosswalkOf: CrosswalkOf): Promise<readonly number[]> {
  const { left, right, identifiers } = pair;
  const crosswalks = await crosswalksOf(pair, crosswalkOf);
  const sides = { left: left.room, right: right.room };
  const [only] = identifiers;
  const [crosswalk] = crosswalks;
  const isPlain =
    identifiers.length === 1 &&
    only !== undefined &&
    isOnePerPerson(tableFor(left.segment, only)) &&
    isOnePerPerson(tableFor(right.segment, only));
  if (isPlain && crosswalk !== undefined) return [countPairs(crosswalk, sides)];
  return matchOneToOne(crosswalks, sides).counts;
}

async function crosswalksOf({ left, right, identifiers }: Pair, crosswalkOf: CrosswalkOf): Promise<Crosswalk[]> {
  const crosswalks: Crosswalk[] = [];
  for (const kind of identifiers) crosswalks.push(await crosswalkOf(left.segment, right.segment, kind));
  return crosswalks;
}

export async function overlapOfMany(parties: readonly Party[], kind: IdentifierKind): Promise<OverlapCounts> {
  const members = parties.map(({ segment, room }) => ({ table: tableFor(segment, kind), room }));
  const regions = await inSteps(regionsByBucket(members), BUCKETS_PER_BREATH);
  return { sizes: parties.map(({ room }) => room.size), regions, byIdentifier: [] };
}

/** The records of the matched people of the left list, in the order of its file. */
export async function selectRecords(
  pair: Pair,
  crosswalkOf: CrosswalkOf,
  maximum: number,
): Promise<{ readonly count: number; readonly records: readonly string[] }> {
  const { left, right } = pair;
  const matching = matchOneToOne(await crosswalksOf(pair, crosswalkOf), { left: left.room, right: right.room });
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
