// Exact mode for tables: which cells are withheld together, so that no withheld one follows from the released ones, the
// total, and what the lists' owners know of their own lists. README.md proves what it gives.

import { LIMITS } from "../limits.ts";
import { roundToStep } from "./exact.ts";
import type { Figure } from "./mechanism.ts";

/** One list behind a table: its people, matched or not, by the values that the table tells of this list. */
export type TableSide = {
  /** By cell, the line of this list that the cell lies in. */
  readonly lineOf: readonly number[];
  /** By line, the people of this list there whom the question's identifiers can tell. */
  readonly people: readonly number[];
};

/** Exact counts of a table of people whom lists share, and the rule they are released under. Secret: the counts. */
export type ExactTable = {
  /** People by cell, in the order of the table's cells, on which no count has a say. */
  readonly cells: readonly number[];
  /** Every list that shares them. */
  readonly sides: readonly TableSide[];
  /** People behind any released figure, at the least. */
  readonly k: number;
  /** Released figures are rounded to a multiple of this, at least 1. */
  readonly step: number;
};

/**
 * What of an exact table may be released, by cell. A cell is settled when it has at least `k` people and each line that
 * it lies in has at least `k` more who are not matched. Cells that are not settled are withheld, and the last settled
 * one with them; where these do not leave every one of them open, the whole table is. So whoever knows every released
 * cell without its rounding, the total, every line's people and this rule still finds `k` values possible for a
 * withheld cell, or all that lines and total leave. O(cells × lists).
 * @throws RangeError for counts that are no table, which is a bug of the caller
 */
export function releaseExactTable(table: ExactTable): readonly Figure[] {
  requireSound(table);
  const withheld = withheldIn(table);
  return table.cells.map((count, cell) =>
    withheld[cell] === false ? { kind: "released", value: roundToStep(count, table.step) } : { kind: "withheld" },
  );
}

function withheldIn(table: ExactTable): readonly boolean[] {
  const { cells, sides, k } = table;
  const spare = sides.map((side) => spareIn(side, cells));
  const settled = cells.map((count, cell) => count >= k && spare.every((spareAt) => spareAt(cell) >= k));
  if (settled.every((isSettled) => isSettled)) return settled.map(() => false);
  const complement = settled.lastIndexOf(true);
  const withheld = settled.map((isSettled, cell) => !isSettled || cell === complement);
  return isOpen(table, withheld) ? withheld : settled.map(() => true);
}

// Looks at the withheld cells together and never at one of them, so that worlds which differ within them agree.
function isOpen({ cells, sides, k }: ExactTable, withheld: readonly boolean[]): boolean {
  const shown = cells.map((count, cell) => (withheld[cell] === true ? 0 : count));
  const hidden = sumOf(cells) - sumOf(shown);
  if (hidden < 2 * k - 1) return false;
  const spare = sides.map((side) => spareIn(side, shown));
  const isWide = sides.every((side, at) => {
    const told = new Set(side.lineOf.filter((_, cell) => withheld[cell] === false));
    return cells.every(
      (_, cell) =>
        withheld[cell] === false || !told.has(lineIn(side, cell)) || (spare[at]?.(cell) ?? Number.NaN) >= 2 * k - 1,
    );
  });
  const lastShown = withheld.lastIndexOf(false);
  return isWide && cells.some((_, cell) => cell > lastShown && spare.every((spareAt) => spareAt(cell) - hidden >= k));
}

/** By cell, the people of its line who are not among these counts. */
function spareIn(side: TableSide, counts: readonly number[]): (cell: number) => number {
  const spare = [...side.people];
  for (const [cell, count] of counts.entries()) {
    const line = lineIn(side, cell);
    spare[line] = (spare[line] ?? Number.NaN) - count;
  }
  return (cell) => spare[lineIn(side, cell)] ?? Number.NaN;
}

function lineIn({ lineOf }: TableSide, cell: number): number {
  return lineOf[cell] ?? Number.NaN;
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function hasRoom(side: TableSide, cells: readonly number[]): boolean {
  const spareAt = spareIn(side, cells);
  return cells.every((_, cell) => spareAt(cell) >= 0);
}

function requireSound({ cells, sides, k, step }: ExactTable): void {
  const counts = [...cells, ...sides.flatMap(({ people }) => people)];
  if (!counts.every((count) => Number.isSafeInteger(count) && count >= 0)) throw new RangeError("cells are counts");
  const isLaid = sides.every(
    (side) =>
      side.lineOf.length === cells.length &&
      side.lineOf.every((line) => side.people[line] !== undefined) &&
      hasRoom(side, cells),
  );
  if (!isLaid) throw new RangeError("every cell lies in a line of each list, which has room for its people");
  if (!(k >= LIMITS.kFloor)) throw new RangeError(`the threshold is under the floor of ${LIMITS.kFloor}`);
  if (!Number.isSafeInteger(step) || step < 1) throw new RangeError("a rounding step is at least 1");
}
