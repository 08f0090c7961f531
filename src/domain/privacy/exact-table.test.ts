// T-68 for one table: an attacker who lists every world that fits what it was told, and knows the rule.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ExactTable, releaseExactTable } from "./exact-table.ts";
import type { Figure } from "./mechanism.ts";

const K = 10;

type Rule = (table: ExactTable) => readonly Figure[];

/** Every table of as many people whose lines have room for them: what total and lines alone leave. */
function worldsLike({ cells, sides }: ExactTable): readonly (readonly number[])[] {
  const worlds: (readonly number[])[] = [];
  const left = sides.map(({ people }) => [...people]);
  const fill = (before: readonly number[], rest: number): void => {
    const cell = before.length;
    const lines = sides.map((side, at) => ({ left: left[at] ?? [], line: side.lineOf[cell] ?? -1 }));
    const most = Math.min(rest, ...lines.map((one) => one.left[one.line] ?? 0));
    const isLast = cell === cells.length - 1;
    for (let count = isLast ? rest : 0; count <= most; count++) {
      for (const one of lines) one.left[one.line] = (one.left[one.line] ?? 0) - count;
      if (isLast) worlds.push([...before, count]);
      else fill([...before, count], rest - count);
      for (const one of lines) one.left[one.line] = (one.left[one.line] ?? 0) + count;
    }
  };
  fill(
    [],
    cells.reduce((sum, count) => sum + count, 0),
  );
  return worlds;
}

/** By cell, the values that it may still have. */
function valuesIn(worlds: readonly (readonly number[])[], cell: number): ReadonlySet<number> {
  return new Set(worlds.map((world) => world[cell] ?? Number.NaN));
}

type Found = { readonly leaks: number; readonly withheld: number; readonly released: number };

/** Withheld cells for which fewer than k values are left, though as many were left to one who was not told so much. */
function attack(table: ExactTable, rule: Rule): Found {
  const figures = rule(table);
  const seen = JSON.stringify(figures);
  const worlds = worldsLike(table);
  const fitting = worlds.filter((cells) =>
    figures.every((one, at) => one.kind === "withheld" || one.value === cells[at]),
  );
  const alike = fitting.filter((cells) => JSON.stringify(rule({ ...table, cells })) === seen);
  let [leaks, withheld, released] = [0, 0, 0];
  for (const [cell, figure] of figures.entries()) {
    if (figure.kind === "released") {
      released++;
      continue;
    }
    withheld++;
    // The complement could be told as well: where the lines of the others are short, it may follow from these.
    const before = valuesIn(isSettled(table, cell) ? fitting : worlds, cell).size;
    if (valuesIn(alike, cell).size < Math.min(K, before)) leaks++;
  }
  return { leaks, withheld, released };
}

function isSettled({ cells, sides }: ExactTable, cell: number): boolean {
  const spare = sides.map(({ lineOf, people }) => {
    const line = lineOf[cell] ?? -1;
    return cells.reduce((left, count, at) => (lineOf[at] === line ? left - count : left), people[line] ?? 0);
  });
  return (cells[cell] ?? 0) >= K && spare.every((left) => left >= K);
}

function attackAll(tables: fc.Arbitrary<ExactTable>, rule: Rule, numRuns: number): Found {
  const all = fc.sample(tables, { numRuns, seed: 7 }).map((table) => attack(table, rule));
  const sum = (key: keyof Found) => all.reduce((total, found) => total + found[key], 0);
  return { leaks: sum("leaks"), withheld: sum("withheld"), released: sum("released") };
}

const count = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.integer({ min: 8, max: 12 }),
  fc.integer({ min: 0, max: 25 }),
);
const unmatched = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 8, max: 25 }), fc.constant(60));
const countsOf = (cells: number) => fc.array(count, { minLength: cells, maxLength: cells });
const unmatchedOf = (lines: number) => fc.array(unmatched, { minLength: lines, maxLength: lines });

/** A table over the values of one list, and another list of so many people. */
const oneSided = fc.tuple(countsOf(3), unmatchedOf(3), unmatched).map(([cells, apart, others]): ExactTable => {
  const total = cells.reduce((sum, one) => sum + one, 0);
  const own = { lineOf: [0, 1, 2], people: cells.map((one, cell) => one + (apart[cell] ?? 0)) };
  return { cells, sides: [own, { lineOf: [0, 0, 0], people: [total + others] }], k: K, step: 1 };
});

/** Two values of the one list by two of the other. */
const twoSided = fc.tuple(countsOf(4), unmatchedOf(2), unmatchedOf(2)).map(([cells, rows, columns]): ExactTable => {
  const side = (lineOf: readonly number[], apart: readonly number[]) => {
    const people = apart.map((spare, line) => cells.reduce((sum, n, at) => sum + (lineOf[at] === line ? n : 0), spare));
    return { lineOf, people };
  };
  return { cells, sides: [side([0, 0, 1, 1], rows), side([0, 1, 0, 1], columns)], k: K, step: 1 };
});

const total = ({ cells }: ExactTable) => cells.reduce((sum, one) => sum + one, 0);
const isMixed = (table: ExactTable) => new Set(releaseExactTable(table).map(({ kind }) => kind)).size === 2;
const small = twoSided.filter((table) => total(table) <= 40);
const mixed = twoSided.filter((table) => total(table) <= 60 && isMixed(table));

const shown = (figures: readonly Figure[]) => figures.map((one) => (one.kind === "released" ? one.value : null));

/** A table of one list's values, with nobody else near any bound. */
function wide(cells: readonly number[], step = 1): ExactTable {
  const own = { lineOf: cells.map((_, cell) => cell), people: cells.map(() => 10_000) };
  return { cells, sides: [own, { lineOf: cells.map(() => 0), people: [100_000] }], k: K, step };
}

// Rules that look as good and are not.
const smallAlone: Rule = ({ cells }) =>
  cells.map((one) => (one < K ? { kind: "withheld" } : { kind: "released", value: one }));
const smallAndLeast: Rule = ({ cells }) => {
  const least = Math.min(...cells.filter((one) => one >= K));
  const isAny = cells.some((one) => one < K);
  const isHidden = (one: number) => one < K || (isAny && one === least);
  return cells.map((one) => (isHidden(one) ? { kind: "withheld" } : { kind: "released", value: one }));
};

describe("releaseExactTable", () => {
  it("releases everything, rounded, when every cell is settled", () => {
    expect(shown(releaseExactTable(wide([104, 25, 10], 10)))).toEqual([100, 30, 10]);
  });

  it("withholds a cell under k and the last settled one, not at k", () => {
    expect(shown(releaseExactTable(wide([50, 9, 60, 70])))).toEqual([50, null, 60, null]);
    expect(shown(releaseExactTable(wide([50, 10, 60, 70])))).toEqual([50, 10, 60, 70]);
    expect(shown(releaseExactTable(wide([50, 60, 70, 0])))).toEqual([50, 60, null, null]);
  });

  it("withholds all where those withheld together are fewer than 2k - 1", () => {
    expect(shown(releaseExactTable(wide([50, 60, 0, 18])))).toEqual([null, null, null, null]);
    expect(shown(releaseExactTable(wide([50, 60, 0, 19])))).toEqual([50, 60, null, null]);
  });

  it("withholds a cell whose line has fewer than k people who are not matched, and not at k", () => {
    const table = wide([50, 60, 70]);
    const tight = (spare: number): ExactTable => {
      const own = { lineOf: [0, 1, 2], people: [50 + spare, 900, 900] };
      return { ...table, sides: [own, ...table.sides.slice(1)] };
    };
    expect(shown(releaseExactTable(tight(9)))).toEqual([null, 60, null]);
    expect(shown(releaseExactTable(tight(10)))).toEqual([50, 60, 70]);
    const other = { lineOf: [0, 0, 0], people: [189] };
    expect(shown(releaseExactTable({ ...table, sides: [...table.sides.slice(0, 1), other] }))).toEqual([
      null,
      null,
      null,
    ]);
  });

  it("T-68: leaves a withheld cell k values, or all that total and lines leave, for one who knows the rule", () => {
    for (const [tables, runs, shows] of [
      [oneSided, 200, 0],
      [oneSided.filter(isMixed), 200, 200],
      [small, 20, 0],
      [mixed, 150, 150],
    ] as const) {
      const { leaks, withheld, released } = attackAll(tables, releaseExactTable, runs);
      expect(leaks).toBe(0);
      expect(withheld).toBeGreaterThan(50);
      expect(released).toBeGreaterThanOrEqual(shows);
    }
  });

  it("T-68: the same attack pins cells of a rule without a complement, and of one that takes the least", () => {
    expect(attackAll(oneSided, smallAlone, 60).leaks).toBeGreaterThan(10);
    expect(attackAll(oneSided, smallAndLeast, 60).leaks).toBeGreaterThan(5);
  });

  it("refuses k under the floor, a step below 1, and cells that do not fit their lines", () => {
    const sound = wide([20, 30]);
    const unsound: Partial<ExactTable>[] = [
      { k: 9 },
      { step: 0 },
      { cells: [20, -1] },
      { sides: [{ lineOf: [0], people: [99] }] },
      { sides: [{ lineOf: [0, 0], people: [49] }] },
    ];
    for (const change of unsound) expect(() => releaseExactTable({ ...sound, ...change })).toThrow(RangeError);
  });
});
