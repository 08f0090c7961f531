// Record references of a section as they are sealed. Most partners number their customers: references that are one
// prefix and a number are kept as numbers, four or eight bytes each; all others as lengths and bytes.

import type { Thread } from "./threads/thread.ts";

/** References one after the other, with their lengths, in the arena, and room for two words of each. */
export type Texts = {
  readonly count: number;
  readonly lengths: number;
  readonly bytes: number;
  readonly byteLength: number;
  readonly low: number;
  readonly high: number;
};

const TEXT = 0;
const NUMBERS = 1;
const HEAD_BYTES = 8;
/** Digits that fit into one word; and of a number, at the most. */
export const NINE = 9;
export const MOST_DIGITS = 2 * NINE;
const IS_PADDED = 256;
const IS_PLAIN = 512;

/** The bytes that stand for the references, in pieces. O(bytes) time. */
export function packRecords(thread: Pick<Thread, "kernels" | "buffer">, texts: Texts): Uint8Array[] {
  return packNumbers(thread, texts) ?? packTexts(thread, texts);
}

function packTexts({ buffer }: Pick<Thread, "buffer">, { count, lengths, bytes, byteLength }: Texts): Uint8Array[] {
  const head = new Uint8Array(HEAD_BYTES);
  head[0] = TEXT;
  return [head, new Uint8Array(buffer, lengths, count), new Uint8Array(buffer, bytes, byteLength)];
}

function packNumbers(thread: Pick<Thread, "kernels" | "buffer">, texts: Texts): Uint8Array[] | null {
  const found = findNumbers(thread, texts);
  if (found === null) return null;
  const wordsAt = (at: number) => new Uint32Array(thread.buffer, at, texts.count);
  const high = found.longest > NINE ? wordsAt(texts.high) : null;
  return packAsNumbers({ prefix: found.prefix, fixed: found.digits, low: wordsAt(texts.low), high });
}

/** Texts that are one prefix and a number: what they have in common. */
export type FoundNumbers = {
  readonly prefix: Uint8Array;
  /** Digits of each of them; 0 where they differ. */
  readonly digits: number;
  readonly longest: number;
  /** Whether no number begins with a needless 0. */
  readonly isPlain: boolean;
};

/** Reads texts as numbers into `low` and `high`; null where they have no form in common. O(bytes) time. */
export function findNumbers(
  { kernels, buffer }: Pick<Thread, "kernels" | "buffer">,
  texts: Texts,
): FoundNumbers | null {
  const { count, low, high } = texts;
  if (count === 0) return null;
  const [first = 0] = new Uint8Array(buffer, texts.lengths, 1);
  const text = new Uint8Array(buffer, texts.bytes, first);
  let prefix = first;
  while (prefix > 0 && isDigit(text[prefix - 1]) && first - prefix < MOST_DIGITS) prefix--;
  if (prefix === first) return null;
  const read = kernels.readNumbers({ texts: texts.bytes, lengths: texts.lengths, count, prefix, low, high });
  const digits = (read & IS_PADDED) !== 0 ? first - prefix : 0;
  const isPlain = (read & IS_PLAIN) !== 0;
  if (read === 0 || (digits === 0 && !isPlain)) return null;
  return { prefix: text.slice(0, prefix), digits, longest: read & (IS_PADDED - 1), isPlain };
}

/** How references are spelt that are kept as numbers: a prefix, and so many digits, or as many as it takes for 0. */
export type NumberForm = { readonly prefix: Uint8Array; readonly fixed: number };

/** References kept as numbers; null where they are kept as texts. */
export type PackedNumbers = NumberForm & { readonly low: Uint32Array; readonly high: Uint32Array | null };

/** The numbers that `packRecords` made, put together. */
export function unpackNumbers(packed: Uint8Array, count: number): PackedNumbers | null {
  const [encoding = TEXT, prefixBytes = 0, fixed = 0, width = 4] = packed;
  if (encoding !== NUMBERS) return null;
  const from = HEAD_BYTES + ((prefixBytes + 3) & ~3);
  const bytes = (packed.byteOffset + from) % 4 === 0 ? packed.subarray(from) : packed.slice(from);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const high = width === 8 ? words.subarray(count, count * 2) : null;
  return { prefix: packed.slice(HEAD_BYTES, HEAD_BYTES + prefixBytes), fixed, low: words.subarray(0, count), high };
}

/** The bytes that stand for numbers under a form, in pieces. */
export function packAsNumbers({ prefix, fixed, low, high }: PackedNumbers): Uint8Array[] {
  const head = new Uint8Array(HEAD_BYTES);
  head.set([NUMBERS, prefix.length, fixed, high === null ? 4 : 8]);
  const bytesOf = (words: Uint32Array) => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  return [head, padded(prefix), bytesOf(low), ...(high === null ? [] : [bytesOf(high)])];
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

function padded(bytes: Uint8Array): Uint8Array {
  const room = new Uint8Array((bytes.length + 3) & ~3);
  room.set(bytes);
  return room;
}

/** References that can be read one by one. */
export type PackedRecords = {
  readonly count: number;
  /** Writes the reference of a row at a place, and answers its length. */
  write(row: number, to: Uint8Array, at: number): number;
};

/** Bytes of the longest reference that `write` may write. */
export const LONGEST_RECORD = 255;

/** Reads what `packRecords` made, put together. */
export function unpackRecords(packed: Uint8Array, count: number): PackedRecords {
  const numbers = unpackNumbers(packed, count);
  return numbers === null ? unpackTexts(packed, count) : readNumbers(numbers);
}

function unpackTexts(packed: Uint8Array, count: number): PackedRecords {
  const lengths = packed.subarray(HEAD_BYTES, HEAD_BYTES + count);
  const offsets = new Uint32Array(count + 1);
  for (let row = 0, end = 0; row < count; row++) {
    end += lengths[row] ?? 0;
    offsets[row + 1] = end;
  }
  const bytes = packed.subarray(HEAD_BYTES + count);
  return {
    count,
    write: (row, to, at) => {
      const from = offsets[row] ?? 0;
      const end = offsets[row + 1] ?? 0;
      for (let byte = from; byte < end; byte++) to[at + byte - from] = bytes[byte] ?? 0;
      return end - from;
    },
  };
}

/** Reads numbers under their form. */
export function readNumbers({ prefix, fixed, low, high }: PackedNumbers): PackedRecords {
  return {
    count: low.length,
    write: (row, to, at) => {
      const lower = low[row] ?? 0;
      const upper = high?.[row] ?? 0;
      const digits = fixed > 0 ? fixed : digitsOfBoth(lower, upper);
      for (let place = 0; place < prefix.length; place++) to[at + place] = prefix[place] ?? 0;
      let end = at + prefix.length + digits;
      for (let place = 0, rest = lower; place < digits; place++) {
        if (place === 9) rest = upper;
        to[--end] = 48 + (rest % 10);
        rest = Math.floor(rest / 10);
      }
      return prefix.length + digits;
    },
  };
}

/**
 * Numbers that were put together under the form in which `packRecords` keeps them; null where only their texts tell:
 * where there are none, or where the prefix ends in a digit and so depends on which of them is the first.
 */
export function settledForm(numbers: PackedNumbers): PackedNumbers | null {
  const { prefix, low } = numbers;
  if (low.length === 0 || isDigit(prefix.at(-1))) return null;
  const fixed = numbers.fixed || digitsOfAll(low, numbers.high);
  const isLong = fixed > NINE || (numbers.high?.some((upper) => upper > 0) ?? false);
  return { prefix, fixed, low, high: isLong ? numbers.high : null };
}

/** Digits of each number; 0 where they differ. */
export function digitsOfAll(low: Uint32Array, high: Uint32Array | null): number {
  const isLong = (high?.[0] ?? 0) > 0;
  if (!isLong && high?.some((upper) => upper > 0) === true) return 0;
  const leading = isLong && high !== null ? high : low;
  const digits = digitsOf(leading[0] ?? 0);
  const [from, to] = [digits === 1 && !isLong ? 0 : 10 ** (digits - 1), 10 ** digits];
  for (let at = 0; at < leading.length; at++) {
    const number = leading[at] ?? 0;
    if (number < from || number >= to) return 0;
  }
  return isLong ? NINE + digits : digits;
}

function digitsOfBoth(lower: number, upper: number): number {
  return upper > 0 ? NINE + digitsOf(upper) : digitsOf(lower);
}

function digitsOf(number: number): number {
  let digits = 1;
  for (let bound = 10; number >= bound; bound *= 10) digits++;
  return digits;
}
