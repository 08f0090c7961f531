// Selections: the record references of people who are matched, or of whom a coin says that they are.

import { BUCKETS } from "../../domain/matching/token-table.ts";
import type { Coin } from "../../ports/matcher.ts";
import type { Engine } from "./engine.ts";
import { frameBytesOf } from "./frame-bytes.ts";
import { matchedPairs, type Two } from "./matched.ts";
import { breath } from "./pace.ts";
import { LONGEST_RECORD, unpackRecords } from "./record-text.ts";
import { presentRows } from "./rooms.ts";
import type { Stay } from "./shelf.ts";
import type { Version } from "./version.ts";

type Selected = { readonly two: Two; readonly coin?: Coin | undefined };

/** The references of the people of the left list who are listed; the count alone above the maximum. */
export async function selectRecords(
  engine: Engine,
  stay: Stay,
  { two, coin, maximum }: Selected & { readonly maximum: number },
): Promise<{ readonly count: number; readonly room: number; readonly records: readonly string[] }> {
  const rows = await listedRows(engine, stay, { two, coin });
  const count = rows.length;
  const { size: room } = two.left.room;
  if (count > maximum) return { count, room, records: [] };
  return { count, room, records: await recordsOf(two.left.version, rows) };
}

/** The rows that speak for the people of the left list who are listed, ascending. */
export async function listedRows(engine: Engine, stay: Stay, { two, coin }: Selected): Promise<Uint32Array> {
  const pairs = await matchedPairs(engine, stay, two);
  const matched = new Uint32Array(engine.arena.memory.buffer, pairs.left, pairs.count).slice().sort();
  if (coin === undefined) return matched;
  const listed: number[] = [];
  let next = 0;
  await throughRecords(two.left.version, await presentRows(engine, stay, two.left), (row, record) => {
    const isMatched = matched[next] === row;
    if (isMatched) next++;
    if (isMatched !== coin.turns(record)) listed.push(row);
  });
  return Uint32Array.from(listed);
}

/** The references of rows, which ascend, row by row. */
export async function recordsOf(version: Version, rows: Uint32Array): Promise<string[]> {
  const records: string[] = [];
  await throughRecords(version, rows, (_, record) => void records.push(record));
  return records;
}

/** Reads the references of rows, which ascend, section by section. */
export async function throughRecords(
  version: Version,
  rows: Uint32Array,
  visit: (row: number, record: string) => void,
): Promise<void> {
  const { manifest, rowStarts } = version;
  const width = BUCKETS / manifest.sections;
  const text = Buffer.alloc(LONGEST_RECORD);
  let next = 0;
  for (const [section, spot] of manifest.records.entries()) {
    const first = rowStarts[section * width] ?? 0;
    const end = rowStarts[(section + 1) * width] ?? 0;
    if ((rows[next] ?? Number.POSITIVE_INFINITY) >= end) continue;
    const texts = unpackRecords(frameBytesOf({ ...version.place(spot), spot }), end - first);
    for (; (rows[next] ?? Number.POSITIVE_INFINITY) < end; next++) {
      const row = rows[next] ?? 0;
      visit(row, text.toString("utf8", 0, texts.write(row - first, text, 0)));
    }
    await breath();
  }
}

/** How many references only one of two selections has, either way. */
export function differenceOf(
  left: readonly string[],
  right: readonly string[],
): { readonly onlyLeft: number; readonly onlyRight: number } {
  const ours = new Set(left);
  const theirs = new Set(right);
  let both = 0;
  for (const record of ours) if (theirs.has(record)) both++;
  return { onlyLeft: ours.size - both, onlyRight: theirs.size - both };
}
