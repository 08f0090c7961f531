// The engine's innermost loops behind one type, told twice: in WebAssembly with SIMD, and in plain JavaScript, which is
// the fallback and the oracle. A kernel takes byte offsets into one memory that threads share; it allocates nothing,
// keeps nothing between calls, and finds all room it needs at offsets that its caller gives.

import type { Offset } from "./offset.ts";
import type { WordKernels } from "./word-kernels.ts";

/** `count` digests of 32 bytes, the 32 bytes of a key, and room for `count` tokens. All divisible by 4. */
export type TokenBatch = {
  readonly digests: Offset;
  readonly count: number;
  /** Secret: whoever holds it can test guesses about people. */
  readonly key: Offset;
  readonly tokens: Offset;
};

/** `count` keys of 32 bits, room for `count` places of 32 bits, and `orderScratchBytes(count)` bytes. */
export type Ordering = {
  readonly keys: Offset;
  readonly count: number;
  readonly order: Offset;
  readonly scratch: Offset;
};

/** A column of elements of `width` bytes at `from`, and room for `count` of them at `to`, which may not overlap it. */
export type Gathering = {
  readonly to: Offset;
  readonly from: Offset;
  readonly order: Offset;
  readonly count: number;
  readonly width: number;
};

/**
 * Runs of elements of `width` bytes, three words each, divisible by 4: the place of a run's first element at `from`,
 * its place at `to`, and how many elements there are. What is written overlaps neither itself nor what is read.
 */
export type Runs = {
  readonly to: Offset;
  readonly from: Offset;
  readonly runs: Offset;
  readonly count: number;
  readonly width: number;
};

/**
 * Unique tokens in ascending order: a plane of their first 32 bits, and a plane of the other 96, three words each.
 * Both are divisible by 4, and the 16 bytes behind each may be read.
 */
export type Side = { readonly keys: Offset; readonly rest: Offset; readonly count: number };

/** Room for pairs: at each offset, divisible by 4, as many words as the shorter side has tokens. */
export type Pairs = { readonly left: Offset; readonly right: Offset };

/** Elements of 1, 2, 4 or 12 bytes, one for each place; the element of the place `0xffffffff` is left out. */
export type Scattering = {
  readonly from: Offset;
  readonly to: Offset;
  readonly places: Offset;
  readonly count: number;
  readonly width: number;
};

/** Texts one behind the other, their lengths in a byte each, and for each text the byte at which it goes. */
export type TextScattering = {
  readonly from: Offset;
  readonly lengths: Offset;
  readonly to: Offset;
  readonly places: Offset;
  /** The byte that lies at `to`. */
  readonly first: number;
  /** A word a text; the texts where it is `0xffffffff` are left out. */
  readonly which: Offset;
  readonly count: number;
};

/** Texts one behind the other, put in another order. `offsets` is room for a word a text. */
export type TextGathering = {
  readonly to: Offset;
  readonly from: Offset;
  readonly lengths: Offset;
  readonly order: Offset;
  readonly count: number;
  readonly offsets: Offset;
};

/** A column of codes of one byte or two, and what each code counts in the number of a row's cell. */
export type CellColumn = { readonly codes: Offset; readonly width: 1 | 2; readonly times: number };

/**
 * `count` rows, each of which falls in the cell numbered by the sum of its codes times their columns' multipliers. One
 * column to three; columns of two bytes are divisible by 2, and the byte behind each column may be read.
 */
type Rows = { readonly columns: readonly CellColumn[]; readonly count: number };

/** Room for `size` counters of 32 bits at `cells`, and for `cellScratchBytes(size)` bytes, both divisible by 4. */
export type CellCount = Rows & { readonly cells: Offset; readonly size: number; readonly scratch: Offset };

/**
 * A signed 32-bit value a row, -2147483648 where it has none, which counts as at least `least` and at most `most`. Room
 * for a signed 64-bit sum a cell, divisible by 8, and for a counter of 32 bits a cell of the rows that have a value.
 */
export type CellSum = Rows & {
  readonly values: Offset;
  readonly least: number;
  readonly most: number;
  readonly sums: Offset;
  readonly holders: Offset;
};

/**
 * `count` byte strings that lie one after the other at `bytes`, the n-th from word n of `offsets` to before the next,
 * `count + 1` words in all; a key of two words; room for a word a string. The 16 bytes behind the strings may be read.
 */
export type RecordBatch = {
  readonly bytes: Offset;
  readonly offsets: Offset;
  readonly count: number;
  readonly key: Offset;
  readonly hashes: Offset;
};

/**
 * A column of `count` codes of `width` bytes, divisible by their width; `values` bytes at `allowed`, one for each code
 * there may be, 1 where it is allowed; room for a bitmap of whole 128-bit words, divisible by 16. The 16 bytes behind
 * `allowed` may be read.
 */
export type Marking = {
  readonly codes: Offset;
  readonly width: 1 | 2;
  readonly count: number;
  readonly allowed: Offset;
  readonly values: number;
  readonly bits: Offset;
};

/** `count` places of a bitmap, and room for a bitmap of whole 128-bit words, a bit a place. All divisible by 4. */
export type Picking = {
  readonly places: Offset;
  readonly count: number;
  readonly bits: Offset;
  readonly to: Offset;
};

/** Bitmaps of `words` 128-bit words at offsets divisible by 16; `to` may be one of the others. */
export type Intersection = {
  readonly to: Offset;
  readonly left: Offset;
  readonly right: Offset;
  readonly words: number;
};

/** Tokens of four words, and room for a word of each at `keys` and three at `rest`. All divisible by 4. */
export type TokenSplit = {
  readonly tokens: Offset;
  readonly count: number;
  readonly keys: Offset;
  readonly rest: Offset;
};

/** Words, and a bitmap of zeros for the `width` below 2^31 of them from `from` on, and a bit more for all others. */
export type NumberMarking = Readonly<Record<"numbers" | "count" | "from" | "width" | "bits", number>>;

/** Texts one behind the other, and room for two words of each. */
export type NumberTexts = {
  readonly texts: Offset;
  readonly lengths: Offset;
  readonly count: number;
  /** Bytes that all begin with, as the first does. */
  readonly prefix: number;
  readonly low: Offset;
  readonly high: Offset;
};

/**
 * `count` tokens of a list, which has a bit of that number in masks of 16 bits; whom each stands for: a word a token at
 * `people`, or, where that is 0, people numbered from `first`; a byte a token at `firsts`, 1 where it is the least of
 * its person's, or 0 where all are; a bitmap of people in the room, or 0 where everybody is. Room for a mask a token,
 * divisible by 2; the 16 bytes behind the bitmap may be read.
 */
export type Standing = {
  readonly people: Offset;
  readonly first: number;
  readonly firsts: Offset;
  readonly bits: Offset;
  readonly count: number;
  readonly list: number;
  readonly masks: Offset;
};

/** Masks of a list's tokens, and the number of the list's bit. */
type MasksOf = { readonly masks: Offset; readonly list: number };

/** Pairs of places, each place once on its side. */
export type Meeting = {
  readonly pairs: Pairs;
  readonly count: number;
  readonly left: MasksOf;
  readonly right: MasksOf;
};

export type Kernels = WordKernels & {
  splitTokens(split: TokenSplit): void;

  /**
   * Reads texts as their prefix and a number of 1 to 18 digits: the lower nine into `low`, the others into `high`.
   * Answers 0 where some text is none such; else the digits of the longest number, with 256 where all texts are as
   * long, and 512 where no number begins with a needless 0.
   */
  readNumbers(numbers: NumberTexts): number;
  /** Sets the bit of each number that has one, and answers how many of them found theirs set. */
  markNumbers(marking: NumberMarking): number;

  /** `to[places[i]] = from[i]`. */
  scatter(scattering: Scattering): void;

  scatterTexts(scattering: TextScattering): void;

  gatherTexts(gathering: TextGathering): void;

  /** Bits set in both of two bitmaps of `words` 128-bit words, at offsets divisible by 16. */
  bitsInBoth(left: Offset, right: Offset, words: number): number;

  /** Bits set in a bitmap of `words` 128-bit words, at an offset divisible by 16. */
  countBits(bits: Offset, words: number): number;

  /** The bits of places, one behind the other; bits past the last are zero. O(count) time. */
  bitsAt(picking: Picking): void;

  /** The bits set in both of two bitmaps. */
  andBits(intersection: Intersection): void;

  /**
   * Bit i, the lowest of a byte first, says whether row i's code is allowed; bits past the last row are zero. Cheap for
   * up to 64 codes, or up to 4 that are allowed; a look-up a row for more.
   */
  markBits(marking: Marking): void;

  /**
   * Keyed BLAKE3 of digests, cut to 128 bits: four words a token, each the big-endian reading of four of its bytes, so
   * that words compare as bytes do.
   */
  tokens(batch: TokenBatch): void;

  /**
   * The places of keys in ascending order of their low 24 bits, equal ones in the order of their places: the order of
   * one bucket, whose keys share the top byte. O(count) time.
   */
  order(ordering: Ordering): void;

  /**
   * `to[i] = from[order[i]]`. Widths 1, 2, 4, 8, 12 and 16 are fast; columns begin at offsets
   * divisible by their width, or by 4 where the width is. O(count) time.
   */
  gather(gathering: Gathering): void;

  /** Copies each run to its place. O(bytes) time. */
  copyRuns(runs: Runs): void;

  /**
   * Writes the places of equal tokens, counted from the start of their side, in ascending order, and answers how many
   * there are. O(n + m) time, O(n log m) where one side is more than a hundred times as long.
   */
  sharedTokens(left: Side, right: Side, at: Pairs): number;

  /** How many tokens are equal: as above, and what is left in the room means nothing. */
  countSharedTokens(left: Side, right: Side, room: Pairs): number;

  /** Writes each token's mask: its list's bit where somebody in the room stands under it, and 0 elsewhere. */
  stand(standing: Standing): void;

  /** Where both of a pair have their own list's bit, each takes on that of the other's list. */
  meet(meeting: Meeting): void;

  /** Adds to each cell how many rows fall in it. */
  countCells(cells: CellCount): void;

  /** Adds to each cell's sum the values of the rows that fall in it, and to its holders how many they are. */
  sumCells(cells: CellSum): void;

  /** HalfSipHash-1-3 of byte strings, a word each. O(bytes) time. */
  hashRecords(batch: RecordBatch): void;
};

/** Bytes of scratch that counting `size` cells takes: four tables of counters, of which rows take turns. */
export function cellScratchBytes(size: number): number {
  return 4 * size * 4;
}

/** Bytes of scratch that ordering `count` keys takes: two tables of 4096 counters and a word a key. */
export function orderScratchBytes(count: number): number {
  return 2 * 4096 * 4 + count * 4;
}
