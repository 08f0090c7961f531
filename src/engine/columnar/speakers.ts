// Which row speaks for a person whose rows have different tokens: the one whose record reference is the least, byte by
// byte, then whose columns are. Rows of one token stand in that order already, so only the others are looked at again,
// in the frames that were just written.

import type { FileKey } from "../../crypto/sealed-frames.ts";
import { BUCKETS } from "../../domain/matching/token-table.ts";
import type { Spot } from "../../wire/segment/manifest.ts";
import type { RowShape } from "../../wire/segment/shape.ts";
import type { Draft } from "./draft.ts";
import { frameBytesOf } from "./frame-bytes.ts";
import { breath } from "./pace.ts";
import { LONGEST_RECORD, unpackRecords } from "./record-text.ts";
import { startsOf } from "./version.ts";

type Writing = {
  readonly draft: Draft;
  /** The file and the key of a frame. */
  readonly place: (spot: Spot) => { readonly path: string; readonly fileKey: FileKey };
  readonly shape: RowShape;
  /** Rows whose token is that of the row before, ascending. */
  readonly repeated: Uint32Array;
};

/** Takes pairs of a row and the first row of its person, ascending, and answers pairs of a row and its speaker. */
export async function chooseSpeakers(
  merged: Uint32Array<ArrayBuffer>,
  writing: Writing,
): Promise<Uint32Array<ArrayBuffer>> {
  const people = unsettled(merged, writing.repeated);
  if (people.size === 0) return merged;
  return spokenBy(merged, await leastRows(people, writing));
}

// A person whose speaker is not its first row has a pair for that row instead of one for its speaker.
function spokenBy(merged: Uint32Array, speakers: ReadonlyMap<number, number>): Uint32Array<ArrayBuffer> {
  const firsts = [...speakers].filter(([first, speaker]) => first !== speaker).sort(([left], [right]) => left - right);
  const pairs = new Uint32Array(merged.length);
  let end = 0;
  const add = (row: number, speaker: number) => {
    pairs[end++] = row;
    pairs[end++] = speaker;
  };
  let next = 0;
  const addFirsts = (before: number) => {
    for (let pair = firsts[next]; pair !== undefined && pair[0] < before; pair = firsts[++next]) add(...pair);
  };
  for (let at = 0; at < merged.length; at += 2) {
    const row = merged[at] ?? 0;
    const first = merged[at + 1] ?? 0;
    const speaker = speakers.get(first) ?? first;
    addFirsts(row);
    if (row !== speaker) add(row, speaker);
  }
  addFirsts(Number.POSITIVE_INFINITY);
  return pairs;
}

/**
 * People by their first rows, with all their rows, where these are not just rows of one token. Rows of one token follow
 * one another, and may be millions: nothing is kept of them.
 */
function unsettled(merged: Uint32Array, repeated: Uint32Array): Map<number, number[]> {
  const people = new Map<number, number[]>();
  let next = 0;
  for (let at = 0; at < merged.length; at += 2) {
    const row = merged[at] ?? 0;
    const first = merged[at + 1] ?? 0;
    while ((repeated[next] ?? row) < row) next++;
    const follows = row === first + 1 || (merged[at - 2] === row - 1 && merged[at - 1] === first);
    if (repeated[next] !== row || !follows) people.set(first, [first]);
  }
  if (people.size === 0) return people;
  for (let at = 0; at < merged.length; at += 2) people.get(merged[at + 1] ?? 0)?.push(merged[at] ?? 0);
  return people;
}

type Said = { readonly row: number; readonly record: Buffer; readonly values: readonly number[] };

async function leastRows(
  people: Map<number, number[]>,
  { draft, place, shape }: Writing,
): Promise<Map<number, number>> {
  const wanted = [...people].flatMap(([first, rows]) => rows.map((row) => ({ row, first })));
  wanted.sort((left, right) => left.row - right.row);
  const starts = startsOf(draft.bucketRows);
  const width = BUCKETS / draft.sections;
  const least = new Map<number, Said>();
  let next = 0;
  for (let section = 0; section < draft.sections; section++) {
    const from = starts[section * width] ?? 0;
    const end = starts[(section + 1) * width] ?? 0;
    if ((wanted[next]?.row ?? end) >= end) continue;
    const read = readSection(place, shape, {
      rows: end - from,
      records: draft.records[section],
      columns: draft.columns[section],
    });
    for (let one = wanted[next]; one !== undefined && one.row < end; one = wanted[++next]) {
      const said = { row: one.row, ...read(one.row - from) };
      const before = least.get(one.first);
      if (before === undefined || compareSaid(said, before) < 0) least.set(one.first, said);
    }
    await breath();
  }
  return new Map([...least].map(([first, { row }]) => [first, row]));
}

function compareSaid(left: Said, right: Said): number {
  const byRecord = Buffer.compare(left.record, right.record);
  if (byRecord !== 0) return byRecord;
  const place = left.values.findIndex((value, index) => value !== right.values[index]);
  return place < 0 ? left.row - right.row : (left.values[place] ?? 0) - (right.values[place] ?? 0);
}

type Section = { readonly rows: number; readonly records: Spot | undefined; readonly columns: Spot | undefined };

/** Reads what a row of a section says: its reference, and its columns in the order of their rank. */
function readSection(
  place: Writing["place"],
  shape: RowShape,
  { rows, records, columns }: Section,
): (row: number) => Omit<Said, "row"> {
  const open = (spot: Spot | undefined) => {
    if (spot === undefined) throw new Error("a section was not written");
    return frameBytesOf({ ...place(spot), spot });
  };
  const texts = unpackRecords(open(records), rows);
  const bytes = shape.columns.length === 0 ? new Uint8Array(0) : open(columns).slice();
  let at = 0;
  const views = shape.columns.map(({ width, rank }) => {
    const from = at;
    at += width * rows;
    if (width === 1) return { rank, values: new Uint8Array(bytes.buffer, from, rows) };
    return {
      rank,
      values: width === 2 ? new Uint16Array(bytes.buffer, from, rows) : new Int32Array(bytes.buffer, from, rows),
    };
  });
  views.sort((left, right) => left.rank - right.rank);
  const text = Buffer.alloc(LONGEST_RECORD);
  return (row) => ({
    record: Buffer.from(text.subarray(0, texts.write(row, text, 0))),
    values: views.map(({ values }) => values[row] ?? 0),
  });
}
