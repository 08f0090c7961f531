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
import { sumOf } from "./sums.ts";

type Range = readonly [from: number, to: number];

/** The share of the free arena that one pass may fill; threads need the rest to work in. */
const FILLED = 0.6;

const ALL: Range = [0, BUCKETS];

export function passesFor(arena: Arena, staged: StagedRows, sections: number): Pass[] {
  const budget = budgetOf(arena, staged.rows);
  const further = staged.shape.kinds.slice(1).map((_, index) => index);
  const none = further.map(() => null);
  const areNumbers = staged.numbers !== null;
  const nothing: Pass = { rows: null, tables: none, records: null, hasTexts: false, numbers: false, findsSame: false };
  const tokens = (index: number, range: Range) =>
    bytesOfTokens(planeExtent(staged, PLANES.furtherKinds + index, range));
  const rows = (range: Range) => bytesOfRows(staged, rowExtent(staged, ...range));
  const records = (range: Range) => bytesOfRecords(planeExtent(staged, PLANES.hashes, range));
  const whole = rows(ALL) + (areNumbers ? 0 : records(ALL)) + sumOf(further.map((index) => tokens(index, ALL)));
  if (whole <= budget) {
    const all = { ...nothing, rows: ALL, tables: further.map(() => ALL), findsSame: true };
    return [areNumbers ? all : { ...all, records: ALL }];
  }
  const width = BUCKETS / sections;
  const references = areNumbers
    ? [{ ...nothing, numbers: true, findsSame: true }]
    : stretches(records, budget, 1).map((range) => ({ ...nothing, records: range, hasTexts: true, findsSame: true }));
  return [
    ...references,
    ...stretches(rows, budget, width).map((range) => ({ ...nothing, rows: range })),
    ...further.flatMap((index) =>
      stretches((range) => tokens(index, range), budget, width).map((range) => ({
        ...nothing,
        tables: further.map((one) => (one === index ? range : null)),
      })),
    ),
  ];
}

/** Whether the references of so many rows, as numbers, fit into one pass. */
export function numbersFit(arena: Arena, rows: number): boolean {
  return rows * 4 <= budgetOf(arena, rows);
}

// Beside what is gathered, it may have to be told which row each row becomes: a word a row.
function budgetOf(arena: Arena, rows: number): number {
  return arena.free() * FILLED - rows * 4;
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
