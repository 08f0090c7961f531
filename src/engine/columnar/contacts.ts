// Who is not in the room because of other lists, or of tokens: people whom earlier lists contacted as often as a cap
// permits, people of an older version whom the later one does not have, and whoever is to be left out. Lists are made
// again from sealed versions and counted here, person by person; nothing of it is kept but a room's bits.

import { IDENTIFIER_KINDS, type IdentifierKind } from "../../domain/dataset/schema.ts";
import type { ComparedList, ContactCap, Contacts } from "../../ports/matcher.ts";
import type { Engine } from "./engine.ts";
import { rowsHolding } from "./holders.ts";
import { sameRowsOf } from "./loaded.ts";
import { matchingOf, presentOf, type Two } from "./matched.ts";
import { crosswalkOf } from "./pairings.ts";
import { isSet, type Party } from "./rooms.ts";
import { listedRows, recordsOf, throughRecords } from "./selection.ts";
import type { Stay } from "./shelf.ts";
import type { Version } from "./version.ts";

/** The record references of everybody whom an earlier list contacted: all that each of them has in that version. */
export async function contactedBy(
  engine: Engine,
  stay: Stay,
  { two, contacts }: { readonly two: Two; readonly contacts: Contacts },
): Promise<readonly string[]> {
  const { version } = two.left;
  const marks =
    contacts.whom === "named"
      ? marked(version, await listedRows(engine, stay, { two, coin: contacts.coin }))
      : await reached(engine, stay, two);
  return recordsOfMarked(stay, version, marks);
}

/** Every record reference of people whose speaking rows are marked, a byte a row; the marks are used up. */
export async function recordsOfMarked(stay: Stay, version: Version, marks: Uint8Array): Promise<readonly string[]> {
  const { merged } = await sameRowsOf(stay, version);
  for (let at = 0; at < merged.length; at += 2) marks[merged[at] ?? 0] = marks[merged[at + 1] ?? 0] ?? 0;
  return recordsOf(version, rowsIn(marks));
}

type Absence = {
  readonly version: Version;
  readonly list: ComparedList;
  readonly partyOfList: (list: ComparedList) => Promise<Party>;
  readonly recordsOfList: RecordsOfList;
};

/** The rows that speak for people of a version who are not in the room because of other lists or of their tokens. */
export async function absentFrom(engine: Engine, stay: Stay, absence: Absence): Promise<ReadonlySet<number>> {
  const { version, list, recordsOfList } = absence;
  const { caps = [], without = [] } = list;
  const held = without.length === 0 ? [] : await rowsHolding(engine, stay, { version, tokens: without });
  const resting = caps.length === 0 ? [] : await restingRows(stay, version, { caps, recordsOfList });
  return new Set([...held, ...resting, ...(await goneRows(engine, stay, absence))]);
}

/** People whom a later version does not have, or has without the consents. */
async function goneRows(engine: Engine, stay: Stay, { version, list, partyOfList }: Absence): Promise<number[]> {
  if (list.still === undefined) return [];
  const [earlier, later] = [list, list.still].map(({ segment, dataKey }) => ({
    segment,
    dataKey,
    consents: [],
    where: [],
  }));
  if (earlier === undefined || later === undefined) throw new Error("two versions are compared");
  const left = await partyOfList(earlier);
  const right = await partyOfList(later);
  const { bits } = presentOf(engine, await partyOfList({ ...later, consents: list.consents }));
  const { partners } = await matchingOf(engine, stay, { left, right, identifiers: sealedKinds(version) });
  const gone: number[] = [];
  for (let row = 0; row < partners.length; row++) {
    const partner = partners[row] ?? 0;
    if (partner === 0 || !isIn(bits, partner - 1)) gone.push(row);
  }
  return gone;
}

/** The identifiers that a version has, in the room's own order. */
export function sealedKinds({ manifest }: Version): readonly IdentifierKind[] {
  return IDENTIFIER_KINDS.filter((kind) => manifest.tables.some((table) => table.kind === kind));
}

/** The rows that speak for people of a version of whom a cap has no room left. O(rows) time, a byte a row for each. */
export async function restingRows(
  stay: Stay,
  version: Version,
  { caps, recordsOfList }: { readonly caps: readonly ContactCap[]; readonly recordsOfList: RecordsOfList },
): Promise<ReadonlySet<number>> {
  const resting = new Set<number>();
  const speakers = await speakersOf(stay, version);
  for (const { count, lists } of caps) {
    const contacts = await byReference(lists, recordsOfList);
    const met = new Map<number, Set<number>>();
    await throughRecords(version, everyRow(version), (row, record) => {
      const by = contacts.get(record);
      if (by === undefined) return;
      const person = speakers.get(row) ?? row;
      const before = met.get(person) ?? new Set<number>();
      for (const list of by) before.add(list);
      met.set(person, before);
    });
    for (const [person, by] of met) if (by.size >= count) resting.add(person);
  }
  return resting;
}

/** The references of those whom an earlier list contacted. */
export type RecordsOfList = (contacts: Contacts) => Promise<readonly string[]>;

async function byReference(lists: readonly Contacts[], recordsOfList: RecordsOfList): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  for (const [index, contacts] of lists.entries()) {
    for (const record of await recordsOfList(contacts)) {
      const by = found.get(record);
      if (by === undefined) found.set(record, [index]);
      else by.push(index);
    }
  }
  return found;
}

async function speakersOf(stay: Stay, version: Version): Promise<ReadonlyMap<number, number>> {
  const { merged } = await sameRowsOf(stay, version);
  const speakers = new Map<number, number>();
  for (let at = 0; at < merged.length; at += 2) speakers.set(merged[at] ?? 0, merged[at + 1] ?? 0);
  return speakers;
}

async function reached(engine: Engine, stay: Stay, { left, right, identifiers }: Two): Promise<Uint8Array> {
  const { buffer } = engine.arena.memory;
  const marks = new Uint8Array(left.version.manifest.rows);
  const [ours, theirs] = [presentOf(engine, left).bits, presentOf(engine, right).bits];
  for (const kind of identifiers) {
    const pairs = await crosswalkOf(engine, stay, { left: left.version, right: right.version, kind });
    const [lefts, rights] = [pairs.left, pairs.right].map((at) => new Uint32Array(buffer, at, pairs.count));
    for (let at = 0; at < pairs.count; at++) {
      const [row, other] = [lefts?.[at] ?? 0, rights?.[at] ?? 0];
      if (isIn(ours, row) && isIn(theirs, other)) marks[row] = 1;
    }
  }
  return marks;
}

function isIn(bits: Uint32Array | null, row: number): boolean {
  return bits === null || isSet(bits, row);
}

/** A byte a row of a version, 1 for these. */
export function marked({ manifest }: Version, rows: Uint32Array): Uint8Array {
  const marks = new Uint8Array(manifest.rows);
  for (const row of rows) marks[row] = 1;
  return marks;
}

function rowsIn(marks: Uint8Array): Uint32Array {
  const rows: number[] = [];
  for (let row = 0; row < marks.length; row++) if (marks[row] === 1) rows.push(row);
  return Uint32Array.from(rows);
}

function everyRow({ manifest }: Version): Uint32Array {
  return Uint32Array.from({ length: manifest.rows }, (_, row) => row);
}
