// The answer to a cross-tab in exact mode: rounded counts of people, whole groups of cells withheld together. Measures
// have no exact form, so there are none here.

import { type ExactTable, releaseExactTable, type TableSide } from "../../privacy/exact-table.ts";
import type { Figure } from "../../privacy/mechanism.ts";
import type { Measurement, Priced, TableMeasurement, Truth } from "../analysis.ts";
import { exactNote, type ShownFigure, shown } from "../figures.ts";
import { cellCount, cellKeys } from "../table.ts";
import { axesOf, type CrosstabAnswer } from "./answer.ts";
import type { CrosstabQuestion } from "./question.ts";

/** What is to be known of each list, in the order of the table's: its own people by what the table tells of them. */
export function sideMeasurements({ lists, identifiers, by }: TableMeasurement): readonly Measurement[] {
  return lists.map((list): Measurement => {
    const axes = by.filter((axis) => axis.dataset === list);
    // Matched with itself, a list is whoever on it the identifiers can tell.
    const itself = { lists: [list, list], identifiers } as const;
    return axes.length === 0 ? { kind: "overlap", ...itself } : { kind: "table", ...itself, by: axes, measure: null };
  });
}

/** True counts of a table, and of each list behind it as `sideMeasurements` asks. Secret. */
export type ExactCounts = {
  readonly table: TableMeasurement;
  readonly people: readonly number[];
  readonly sides: readonly Truth[];
};

/** Releases a table under its terms, in exact mode. Without randomness; costs what the terms were charged. */
export function answerCrosstabExactly({ terms }: Priced<CrosstabQuestion>, counts: ExactCounts): CrosstabAnswer {
  const { k, rounding } = terms;
  const { table, people } = counts;
  const exact: ExactTable = { cells: people, sides: sidesOf(counts), k, step: rounding };
  const figures = releaseExactTable(exact);
  return {
    axes: axesOf(table),
    cells: cellKeys(table.by).map((keys, cell) => ({ keys, people: shownCell(figures[cell], k) })),
    privacy: exactNote(terms, k),
  };
}

// What is withheld together is many people as well as few, and the reader must not take it for few.
function shownCell(figure: Figure | undefined, k: number): ShownFigure {
  if (figure === undefined) throw new Error("a cell of the table was not counted");
  if (figure.kind === "released") return shown(figure, k, 0);
  return { withheld: true, says: `fewer than ${k}, or withheld with such a group` };
}

function sidesOf({ table, sides }: ExactCounts): readonly TableSide[] {
  return table.lists.map((list, at) => {
    const isOwn = table.by.map((axis) => axis.dataset === list);
    const sizes = table.by.map(({ keys }) => keys.length + 1);
    const lineOf = Array.from({ length: cellCount(table.by) }, (_, cell) => lineIn(cell, sizes, isOwn));
    return { lineOf, people: peopleOf(sides[at]) };
  });
}

// The place of a cell among the list's own axes, the last of which varies fastest as among all.
function lineIn(cell: number, sizes: readonly number[], isOwn: readonly boolean[]): number {
  let [rest, line, stride] = [cell, 0, 1];
  for (const [axis, size] of [...sizes.entries()].reverse()) {
    if (isOwn[axis] === true) {
      line += (rest % size) * stride;
      stride *= size;
    }
    rest = Math.floor(rest / size);
  }
  return line;
}

function peopleOf(truth: Truth | undefined): readonly number[] {
  if (truth?.kind === "table") return truth.people;
  const both = truth?.kind === "overlap" ? truth.regions[3] : undefined;
  if (both === undefined) throw new Error("a list behind the table was not counted");
  return [both];
}
