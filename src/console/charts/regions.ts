// The regions of an overlap as pictures need them: who is in, the figure and its interval, or what is said instead.

import type { EulerFigures } from "./euler.ts";

/** A figure as it stands in an answer: released with its interval, or withheld with what is said of it. */
export type DrawnFigure = {
  readonly released?: number | undefined;
  readonly interval?: readonly number[] | undefined;
  readonly withheld?: true | undefined;
  readonly says?: string | undefined;
};

/** A list of the overlap: its name, its place among the members' colours, and its size. */
export type DrawnList = {
  readonly ref: string;
  readonly name: string;
  readonly colour: number;
  readonly size: DrawnFigure;
};
export type DrawnRegion = { readonly members: readonly string[]; readonly figure: DrawnFigure };
export type DrawnOverlap = { readonly lists: readonly DrawnList[]; readonly regions: readonly DrawnRegion[] };

/** What circles may be made from: sizes, and what each two lists share. A sum with a withheld part is withheld. */
export function eulerFigures({ lists, regions }: DrawnOverlap): EulerFigures {
  const pairs = lists.flatMap((left, first) =>
    lists.slice(first + 1).map((right, offset) => {
      const parts = regions.filter(({ members }) => members.includes(left.ref) && members.includes(right.ref));
      return { left: first, right: first + 1 + offset, people: sumOf(parts) };
    }),
  );
  return { sizes: lists.map(({ size }) => size.released ?? null), pairs };
}

/** Regions by size, the largest first, and those that were withheld behind them in the order in which they came. */
export function bySize(regions: readonly DrawnRegion[]): DrawnRegion[] {
  const shown = regions.filter(({ figure }) => figure.released !== undefined);
  const hidden = regions.filter(({ figure }) => figure.released === undefined);
  return [...shown.sort((one, other) => (other.figure.released ?? 0) - (one.figure.released ?? 0)), ...hidden];
}

/** The largest number that a picture of these figures must reach: the top of every interval is inside. */
export function reachOf(figures: readonly DrawnFigure[]): number {
  return Math.max(1, ...figures.map(({ released, interval }) => interval?.[1] ?? released ?? 0));
}

function sumOf(parts: readonly DrawnRegion[]): number | null {
  let sum = 0;
  for (const { figure } of parts) {
    if (figure.released === undefined) return null;
    sum += figure.released;
  }
  return sum;
}
