// In how many passes a list is gathered: one where all of it fits into the free part of the arena, else stretches of
// references, of rows and of tokens, as large as fit.

import { BUCKETS } from "../../domain/matching/token-table.ts";
import { PLANES } from "../../wire/segment/bucket-counts.ts";
import type { Arena } from "./arena.ts";
import {
  bytesOfRecords,
  bytesOfRows,
  bytesOfTokens,
  type Pass,
  planeExtent,
  rowExtent,
  type StagedRows,
} from "./gather.ts";

type Range = readonly [from: number, to: number];

/** The share of the free arena that one pass may fill; threads need the rest to work in. */
const FILLED = 0.6;

const ALL: Range = [0, BUCKETS];

export function passesFor(arena: Arena, staged: StagedRows, sections: number): Pass[] {
  const budget = arena.free() * FILLED - staged.rows * 4;
  const further = staged.shape.kinds.slice(1).map((_, index) => index);
  const tokens = (index: number, range: Range) =>
    bytesOfTokens(planeExtent(staged, PLANES.furtherKinds + index, range));
  const rows = (range: Range) => bytesOfRows(staged.shape, rowExtent(staged, ...range));
  const records = (range: Range) => bytesOfRecords(planeExtent(staged, PLANES.hashes, range));
  const whole = rows(ALL) + records(ALL) + further.reduce((sum, index) => sum + tokens(index, ALL), 0);
  if (whole <= budget) return [{ rows: ALL, tables: further.map(() => ALL), records: ALL, hasTexts: false }];
  const none = further.map(() => null);
  const width = BUCKETS / sections;
  return [
    ...stretches(records, budget, 1).map(
      (range): Pass => ({ rows: null, tables: none, records: range, hasTexts: true }),
    ),
    ...stretches(rows, budget, width).map(
      (range): Pass => ({ rows: range, tables: none, records: null, hasTexts: false }),
    ),
    ...further.flatMap((index) =>
      stretches((range) => tokens(index, range), budget, width).map(
        (range): Pass => ({
          rows: null,
          tables: further.map((one) => (one === index ? range : null)),
          records: null,
          hasTexts: false,
        }),
      ),
    ),
  ];
}

/** Ranges of buckets, each a multiple of `width` and no larger than the budget unless one alone is. */
function stretches(bytesOf: (range: Range) => number, budget: number, width: number): Range[] {
  const ranges: Range[] = [];
  let from = 0;
  for (let to = width; to <= BUCKETS; to += width) {
    if (to - from > width && bytesOf([from, to]) > budget) {
      ranges.push([from, to - width]);
      from = to - width;
    }
  }
  return [...ranges, [from, BUCKETS]];
}
