// The WebAssembly kernels: compiled once, instantiated over a memory that the caller shares between threads as it
// likes. A machine whose engine lacks SIMD or threads gets none, and the plain kernels do all the work.

import type { CellColumn, Kernels, Pairs, Side } from "./kernels.ts";
import { MODULE } from "./module.gen.ts";

/** Numbers in, a number out. Offsets past 2^31 wrap on the way in, as the module's unsigned words want them. */
type Export = (...numbers: readonly number[]) => number;

type KernelExports = Readonly<Record<keyof Kernels, Export>>;

/** What reads the ordinary rows of a list. */
export type RowKernels = {
  /** Rows of a CSV list into a batch, by a plan of `src/wire/list/ordinary-rows.ts`; where the next begins. */
  readRows(plan: number, at: number, used: number): number;
  /** The next value of a dictionary for `readRows`; its text stays where it is. */
  declareValue(dictionary: number, text: number, length: number): void;
};

/** The compiled module, which threads may share, or null where this machine cannot run it. */
export function compileKernels(): WebAssembly.Module | null {
  const bytes = Buffer.from(MODULE, "base64");
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
}

/** The kernels over a memory. */
export function wasmKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  // SAFETY: the module is built from src/kernels/assembly/index.ts, which exports exactly these.
  const wasm = instance.exports as KernelExports;
  return {
    scatter: ({ from, to, places, count, width }) => void wasm.scatter(from, to, places, count, width),
    scatterTexts: ({ from, lengths, to, places, first, which, count }) =>
      void wasm.scatterTexts(from, lengths, to, places, first, which, count),
    gatherTexts: ({ to, from, lengths, order, count, offsets }) =>
      void wasm.gatherTexts(to, from, lengths, order, count, offsets),
    tally: ({ words, lengths, count, rows, bytes }) => void wasm.tally(words, lengths, count, rows, bytes),
    deal: ({ words, lengths, count, rows, bytes, rowPlaces, bytePlaces }) =>
      void wasm.deal(words, lengths, count, rows, bytes, rowPlaces, bytePlaces),
    bitsAt: ({ places, count, bits, to }) => void wasm.bitsAt(places, count, bits, to),
    group: ({ words, count, order, ends }) => void wasm.group(words, count, order, ends),
    spread: ({ from, to, groups, starts, first, most, width }) =>
      void wasm.spread(from, to, groups.order, groups.ends, starts, first, most, width),
    narrow: ({ places, count, first, most, to }) => void wasm.narrow(places, count, first, most, to),
    addUp: (lengths, count, offsets) => void wasm.addUp(lengths, count, offsets),
    splitTokens: ({ tokens, count, keys, rest }) => void wasm.splitTokens(tokens, count, keys, rest),
    readNumbers: ({ texts, lengths, count, prefix, low, high }) =>
      wasm.readNumbers(texts, lengths, count, prefix, low, high),
    firstRepeat: (words, count, from) => wasm.firstRepeat(words, count, from) >>> 0,
    extremes: (words, count, to) => void wasm.extremes(words, count, to),
    marked: ({ words, count, bits, mask, to }) => wasm.marked(words, count, bits, mask, to) >>> 0,
    markNumbers: ({ numbers, count, from, width, bits }) => wasm.markNumbers(numbers, count, from, width, bits) >>> 0,
    bitsInBoth: (left, right, words) => wasm.bitsInBoth(left, right, words) >>> 0,
    tokens: ({ digests, count, key, tokens }) => void wasm.tokens(digests, count, key, tokens),
    order: ({ keys, count, order, scratch }) => void wasm.order(keys, count, order, scratch),
    gather: ({ to, from, order, count, width }) => void wasm.gather(to, from, order, count, width),
    copyRuns: ({ to, from, runs, count, width }) => void wasm.copyRuns(to, from, runs, count, width),
    sharedTokens: (left, right, at) => wasm.sharedTokens(...numbersOf(left, right, at)) >>> 0,
    countSharedTokens: (left, right, room) => wasm.countSharedTokens(...numbersOf(left, right, room)) >>> 0,
    stand: ({ people, first, firsts, bits, count, list, masks }) =>
      void wasm.stand(people, first, firsts, bits, count, 1 << list, masks),
    meet: ({ pairs, count, left, right }) =>
      void wasm.meet(pairs.left, pairs.right, count, left.masks, left.list, right.masks, right.list),
    countBits: (bits, words) => wasm.countBits(bits, words) >>> 0,
    andBits: ({ to, left, right, words }) => void wasm.andBits(to, left, right, words),
    markBits: ({ codes, width, count, allowed, values, bits }) =>
      void wasm.markBits(codes, width, count, allowed, values, bits),
    countCells: ({ columns, count, cells, size, scratch }) =>
      void wasm.countCells(...threeColumns(columns), count, cells, size, scratch),
    sumCells: ({ columns, count, values, least, most, sums, holders }) =>
      void wasm.sumCells(...threeColumns(columns), count, values, least, most, sums, holders),
    hashRecords: ({ bytes, offsets, count, key, hashes }) => void wasm.hashRecords(bytes, offsets, count, key, hashes),
  };
}

/** What reads ordinary rows, over a memory of its own. */
export function rowKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): RowKernels {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  // SAFETY: as above.
  return instance.exports as RowKernels;
}

// A column that is not there has no width and counts nothing; what its offset gives is multiplied away.
function threeColumns(columns: readonly CellColumn[]): readonly number[] {
  return [0, 1, 2].flatMap((index) => {
    const column = columns[index];
    return column === undefined ? [0, 0, 0] : [column.codes, column.width, column.times];
  });
}

function numbersOf(left: Side, right: Side, at: Pairs): readonly number[] {
  return [left.keys, left.rest, left.count, right.keys, right.rest, right.count, at.left, at.right];
}
