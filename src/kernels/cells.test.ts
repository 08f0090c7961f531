// Counts and sums of cells against a walk over the rows, in every world.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KERNEL_WORLDS, type KernelWorld } from "../testing/kernel-worlds.ts";
import { type CellColumn, cellScratchBytes } from "./kernels.ts";

type Column = { readonly width: 1 | 2; readonly values: number; readonly codes: readonly number[] };

const NO_VALUE = -2147483648;
const SIZES = [0, 1, 3, 4, 5, 7, 8, 9, 4096];

const column = (rows: number): fc.Arbitrary<Column> =>
  fc
    .tuple(fc.constantFrom<1 | 2>(1, 2), fc.integer({ min: 1, max: 9 }))
    .chain(([width, values]) =>
      fc
        .array(fc.nat(values - 1), { minLength: rows, maxLength: rows })
        .map((codes): Column => ({ width, values, codes })),
    );
const columns = fc.nat(80).chain((rows) => fc.array(column(rows), { minLength: 1, maxLength: 3 }));
const value = fc.oneof(fc.integer(), fc.constantFrom(NO_VALUE, NO_VALUE + 1, 2147483647, 0, -1));

describe.each(KERNEL_WORLDS)("%s", (_, open) => {
  const checkCount = (list: readonly Column[], before: number): void => {
    const world = open();
    const size = sizeOf(list);
    const cells = world.hold(new Uint32Array(size).fill(before));
    const scratch = world.room(cellScratchBytes(size));
    world.kernels.countCells({ columns: hold(world, list), count: rowsOf(list), cells, size, scratch });
    const expected = new Array<number>(size).fill(before);
    for (const cell of cellsOf(list)) expected[cell] = (expected[cell] ?? 0) + 1;
    expect(world.words(cells, size)).toEqual(expected);
    expect(world.isIntact()).toBe(true);
  };

  test("cells count the rows whose codes are theirs, on top of what they hold", () => {
    fc.assert(fc.property(columns, fc.nat(3), checkCount));
  });

  test.each(SIZES)("%i rows fall in few cells, in many and all in one", (rows) => {
    checkCount([pattern(rows, 5, 1), pattern(rows, 50, 1)], 0);
    checkCount([pattern(rows, 3, 2), pattern(rows, 2, 1), pattern(rows, 4, 2)], 7);
    checkCount([pattern(rows, 300, 2), pattern(rows, 250, 1)], 1);
    checkCount([{ width: 1, values: 2, codes: new Array<number>(rows).fill(1) }], 0);
  });

  const checkSum = (
    list: readonly Column[],
    values: readonly number[],
    [least, most]: readonly [number, number],
  ): void => {
    const world = open();
    const size = sizeOf(list);
    const sums = world.hold(new Int32Array(size * 2).fill(-1));
    const holders = world.hold(new Uint32Array(size).fill(2));
    const held = world.hold(Int32Array.from(values));
    world.kernels.sumCells({
      columns: hold(world, list),
      count: values.length,
      values: held,
      least,
      most,
      sums,
      holders,
    });
    const expected = { sums: new Array<bigint>(size).fill(-1n), holders: new Array<number>(size).fill(2) };
    for (const [row, cell] of cellsOf(list).entries()) {
      const one = values[row] ?? NO_VALUE;
      if (one === NO_VALUE) continue;
      expected.sums[cell] = (expected.sums[cell] ?? 0n) + BigInt(one < least ? least : one > most ? most : one);
      expected.holders[cell] = (expected.holders[cell] ?? 0) + 1;
    }
    const words = world.words(sums, size * 2);
    const found = expected.sums.map((_, cell) => signed(words[cell * 2] ?? 0, words[cell * 2 + 1] ?? 0));
    expect({ sums: found, holders: world.words(holders, size) }).toEqual(expected);
    expect(world.isIntact()).toBe(true);
  };

  test("cells sum the values of their rows, held between bounds, and count who has one", () => {
    fc.assert(
      fc.property(columns, fc.infiniteStream(value), fc.tuple(fc.integer(), fc.integer()), (list, stream, bounds) => {
        const values = [...stream.take(rowsOf(list))];
        checkSum(list, values, [Math.min(...bounds), Math.max(...bounds)]);
      }),
    );
  });

  test("sums pass 32 bits, upwards and downwards", () => {
    const list = [pattern(4096, 2, 1)];
    for (const one of [2147483647, -2147483647]) checkSum(list, new Array(4096).fill(one), [-2147483648, 2147483647]);
  });
});

function hold(world: KernelWorld, list: readonly Column[]): readonly CellColumn[] {
  return timesOf(list).map(({ width, codes, times }) => ({
    codes: world.hold(width === 1 ? Uint8Array.from(codes) : Uint16Array.from(codes)),
    width,
    times,
  }));
}

function timesOf(list: readonly Column[]) {
  return list.map((one, at) => ({ ...one, times: sizeOf(list.slice(at + 1)) }));
}

function sizeOf(list: readonly Column[]): number {
  return list.reduce((size, one) => size * one.values, 1);
}

function rowsOf(list: readonly Column[]): number {
  return list[0]?.codes.length ?? 0;
}

function cellsOf(list: readonly Column[]): number[] {
  const timed = timesOf(list);
  return Array.from({ length: rowsOf(list) }, (_, row) =>
    timed.reduce((cell, { codes, times }) => cell + (codes[row] ?? 0) * times, 0),
  );
}

function pattern(rows: number, values: number, width: 1 | 2): Column {
  return {
    width,
    values,
    codes: Array.from({ length: rows }, (_, row) => ((row * (7919 + values)) % (values + 1)) % values),
  };
}

function signed(low: number, high: number): bigint {
  return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
}
