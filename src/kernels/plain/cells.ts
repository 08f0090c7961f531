// Tables of cells: a row's cell is the sum of its codes, each times its column's multiplier. The numbers of a block of
// rows are made first, column by column, so that every loop runs over one sort of array.

import type { CellColumn, CellSum, Kernels } from "../kernels.ts";

const NO_VALUE = -2147483648;
const WORD = 2 ** 32;
/** Rows whose cells are numbered at a time: what the first cache holds. */
const BLOCK = 2048;

export function plainCells(buffer: SharedArrayBuffer): Pick<Kernels, "countCells" | "sumCells"> {
  const numbers = new Int32Array(BLOCK);
  return {
    countCells: ({ columns, count, cells, size }) => {
      const counters = new Uint32Array(buffer, cells, size);
      for (let row = 0; row < count; row += BLOCK) {
        const rows = Math.min(BLOCK, count - row);
        numberCells(buffer, columns, { row, numbers: numbers.subarray(0, rows) });
        countAll(numbers, rows, counters);
      }
    },
    sumCells: (sum) => {
      const values = new Int32Array(buffer, sum.values, sum.count);
      // How many cells there are is not told; no further than this can they reach.
      const words = new Uint32Array(buffer, sum.sums, Math.floor((buffer.byteLength - sum.sums) / 8) * 2);
      const holders = new Uint32Array(buffer, sum.holders, Math.floor((buffer.byteLength - sum.holders) / 4));
      for (let row = 0; row < sum.count; row += BLOCK) {
        const rows = Math.min(BLOCK, sum.count - row);
        numberCells(buffer, sum.columns, { row, numbers: numbers.subarray(0, rows) });
        sumAll(numbers, values.subarray(row, row + rows), { ...sum, words, holders });
      }
    },
  };
}

type Block = { readonly row: number; readonly numbers: Int32Array };

function numberCells(buffer: SharedArrayBuffer, columns: readonly CellColumn[], { row, numbers }: Block): void {
  numbers.fill(0);
  for (const { codes, width, times } of columns) {
    if (width === 1) addBytes(numbers, new Uint8Array(buffer, codes + row, numbers.length), times);
    else addHalves(numbers, new Uint16Array(buffer, codes + row * 2, numbers.length), times);
  }
}

const addBytes = adder<Uint8Array>();
const addHalves = adder<Uint16Array>();

// A function for each sort of array: the engine compiles what it makes for that sort alone.
function adder<Codes extends Uint8Array | Uint16Array>() {
  return (numbers: Int32Array, codes: Codes, times: number): void => {
    for (let row = 0; row < numbers.length; row++) {
      numbers[row] = (numbers[row] ?? 0) + Math.imul(codes[row] ?? 0, times);
    }
  };
}

function countAll(numbers: Int32Array, rows: number, counters: Uint32Array): void {
  for (let row = 0; row < rows; row++) {
    const cell = numbers[row] ?? 0;
    counters[cell] = (counters[cell] ?? 0) + 1;
  }
}

type Sums = Pick<CellSum, "least" | "most"> & { readonly words: Uint32Array; readonly holders: Uint32Array };

// A sum is two words: what the lower one has too much or too little is carried to the upper one.
function sumAll(numbers: Int32Array, values: Int32Array, { least, most, words, holders }: Sums): void {
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? 0;
    if (value === NO_VALUE) continue;
    const cell = numbers[row] ?? 0;
    const low = (words[cell * 2] ?? 0) + Math.min(Math.max(value, least), most);
    words[cell * 2] = low;
    if (low < 0 || low >= WORD) words[cell * 2 + 1] = (words[cell * 2 + 1] ?? 0) + (low < 0 ? -1 : 1);
    holders[cell] = (holders[cell] ?? 0) + 1;
  }
}
