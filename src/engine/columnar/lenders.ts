// Where the strays of each section of an earlier version find their tokens: in its tables of further kinds.

import { BUCKETS } from "../../domain/matching/token-table.ts";
import { type Laying, placed } from "./laying.ts";
import type { Lender } from "./lent-tokens.ts";
import { sumOf } from "./sums.ts";
import { bucketOf, type Version } from "./version.ts";
import { type WordList, wordList } from "./word-list.ts";

/** The lenders of a section, in the order of their kinds; none where it has no strays. */
export type LendersOf = (section: number) => readonly Lender[];

/** O(log buckets) time for each pair of rows that share a token of a further kind. */
export function lendersBySection({ base, same, draft }: Pick<Laying, "base" | "same" | "draft">): LendersOf {
  const { bucketRows, bucketHomes, tables } = base.manifest;
  const width = BUCKETS / draft.sections;
  const within = (counts: Uint32Array, section: number) =>
    sumOf(counts.subarray(section * width, (section + 1) * width));
  if (sumOf(bucketRows) === sumOf(bucketHomes)) return () => [];
  const sharing = tables.slice(1).map((_, index) => strayPairs(base, same.further[index], width));
  return (section) => {
    if (within(bucketRows, section) === within(bucketHomes, section)) return [];
    return tables.slice(1).map(
      ({ frames, bucketTokens }, index): Lender => ({
        table: placed(base, frames[section]),
        tokens: within(bucketTokens, section),
        sharing: sharing[index]?.get(section)?.words().slice() ?? new Uint32Array(0),
      }),
    );
  };
}

/** By section, the pairs whose second row is a stray of it. */
function strayPairs(base: Version, pairs: Uint32Array | undefined, width: number): Map<number, WordList> {
  const { rowStarts, manifest } = base;
  const found = new Map<number, WordList>();
  for (let at = 0; at < (pairs?.length ?? 0); at += 2) {
    const row = pairs?.[at + 1] ?? 0;
    const bucket = bucketOf(rowStarts, row);
    if (row - (rowStarts[bucket] ?? 0) < (manifest.bucketHomes[bucket] ?? 0)) continue;
    const section = Math.floor(bucket / width);
    const list = found.get(section) ?? wordList();
    list.push(pairs?.[at] ?? 0);
    list.push(row);
    found.set(section, list);
  }
  return found;
}
