// Selections: the record references of people who are matched.

import { BUCKETS } from "../../domain/matching/token-table.ts";
import type { Engine } from "./engine.ts";
import { frameBytesOf } from "./frame-bytes.ts";
import { matchedPairs, type Two } from "./matched.ts";
import { breath } from "./pace.ts";
import { LONGEST_RECORD, unpackRecords } from "./record-text.ts";
import type { Stay } from "./shelf.ts";
import type { Version } from "./version.ts";

/** The references of the matched people of the left list, section by section; the count alone above the maximum. */
export async function selectRecords(
  engine: Engine,
  stay: Stay,
  { two, maximum }: { readonly two: Two; readonly maximum: number },
): Promise<{ readonly count: number; readonly records: readonly string[] }> {
  const pairs = await matchedPairs(engine, stay, two);
  const { count } = pairs;
  if (count > maximum) return { count, records: [] };
  const rows = new Uint32Array(engine.arena.memory.buffer, pairs.left, count).slice().sort();
  return { count, records: await recordsOf(two.left.version, rows) };
}

/** The references of rows, which ascend, row by row. */
export async function recordsOf(version: Version, rows: Uint32Array): Promise<string[]> {
  const { manifest, rowStarts } = version;
  const width = BUCKETS / manifest.sections;
  const text = Buffer.alloc(LONGEST_RECORD);
  const records: string[] = [];
  let next = 0;
  for (const [section, spot] of manifest.records.entries()) {
    const first = rowStarts[section * width] ?? 0;
    const end = rowStarts[(section + 1) * width] ?? 0;
    if ((rows[next] ?? Number.POSITIVE_INFINITY) >= end) continue;
    const texts = unpackRecords(frameBytesOf({ ...version.place(spot), spot }), end - first);
    for (; (rows[next] ?? Number.POSITIVE_INFINITY) < end; next++)
      records.push(text.toString("utf8", 0, texts.write((rows[next] ?? 0) - first, text, 0)));
    await breath();
  }
  return records;
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
