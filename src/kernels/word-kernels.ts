// Kernels over columns of words: how many begin with which byte, where each goes, what stands among them.

import type { Offset } from "./offset.ts";

/** Words with texts, whose lengths have a byte each; two tables of 256 words by the words' first bytes. */
export type Tally = {
  readonly words: Offset;
  readonly lengths: Offset;
  readonly count: number;
  readonly rows: Offset;
  readonly bytes: Offset;
};

/** Room for two words a row. */
export type Dealing = Tally & { readonly rowPlaces: Offset; readonly bytePlaces: Offset };

/** Words; room for a word each, and for a table of 256 words. */
export type Grouping = {
  readonly words: Offset;
  readonly count: number;
  readonly order: Offset;
  readonly ends: Offset;
};

/** A column of elements of 1, 2, 4 or 12 bytes, in groups; and where each group begins, a table of 256 words. */
export type Spreading = {
  readonly from: Offset;
  readonly to: Offset;
  readonly groups: Pick<Grouping, "order" | "ends">;
  readonly starts: Offset;
  readonly first: number;
  readonly most: number;
  readonly width: number;
};

/** `count` places, and room for as many, which may be the same. */
export type Narrowing = {
  readonly places: Offset;
  readonly count: number;
  readonly first: number;
  readonly most: number;
  readonly to: Offset;
};

/** Words; a bitmap of `mask + 1` bits, `mask` being one less than a power of two from 32 on; room for `count` words. */
export type MarkedWords = {
  readonly words: Offset;
  readonly count: number;
  readonly bits: Offset;
  readonly mask: number;
  readonly to: Offset;
};

export type WordKernels = {
  /** Adds to the tables how many words, and how many bytes of texts, have each first byte. */
  tally(tally: Tally): void;

  /** Deals out places: the tables hold the next row and byte of each first byte, and go on behind the last dealt. */
  deal(dealing: Dealing): void;

  /** Orders places of words by their first byte, equal ones as they stand; tells where in the order each byte's end. */
  group(grouping: Grouping): void;

  /**
   * Copies each group's elements in one run to where it begins, counted from `first`; groups that begin outside of the
   * next `most` places are left out.
   */
  spread(spreading: Spreading): void;

  /** Counts places from `first`; those that are not among the `most` behind it become `0xffffffff`. */
  narrow(narrowing: Narrowing): void;

  /** Where each of texts one behind the other begins, and behind the last its end: `count + 1` words at `offsets`. */
  addUp(lengths: Offset, count: number, offsets: Offset): void;

  /** The place of the first of `count` words, from `from` on, that equals the one before it; `count` without one. */
  firstRepeat(words: Offset, count: number, from: number): number;
  /** Writes the least and the greatest of words, of which there is one at least: two words at `to`. */
  extremes(words: Offset, count: number, to: Offset): void;
  /** Writes the places of words whose low bits under the mask are set in a bitmap, ascending; answers how many. */
  marked(marked: MarkedWords): number;
};
