// References that are one prefix and a number, looked up and merged as numbers: what an increment names is read once
// under the form that a section's references have, and no text is made of those that stay.

import { MOST_DIGITS, type NumberForm } from "./record-text.ts";

/** A number in two parts: the lower nine digits, and the others. */
export type Parts = { low: number; high: number };

/** Texts: where each begins, and how long it is. */
export type TextList = {
  readonly count: number;
  readonly starts: Uint32Array;
  readonly lengths: Uint8Array;
  readonly bytes: Uint8Array;
};

/** Reads the text of a place; answers whether it has the form. */
type ReadNumber = (place: number, into: Parts) => boolean;

/** Reads texts under a form. */
export function numberReader({ prefix, fixed }: NumberForm, texts: Omit<TextList, "count">): ReadNumber {
  const { starts, lengths, bytes } = texts;
  return (place, into) => {
    const start = starts[place] ?? 0;
    const end = start + (lengths[place] ?? 0);
    const digits = end - start - prefix.length;
    if (digits < 1 || digits > MOST_DIGITS || (fixed > 0 && digits !== fixed)) return false;
    for (let at = 0; at < prefix.length; at++) if (bytes[start + at] !== prefix[at]) return false;
    if (fixed === 0 && digits > 1 && bytes[start + prefix.length] === ZERO) return false;
    into.low = 0;
    into.high = 0;
    for (let at = start + prefix.length; at < end; at++) {
      const digit = (bytes[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) return false;
      if (end - at > 9) into.high = into.high * 10 + digit;
      else into.low = into.low * 10 + digit;
    }
    return true;
  };
}

const ZERO = 48;

/** Looks a number up among those that texts have under a form: the place of the text, or -1. */
export type FindNumber = (low: number, high: number) => number;

/**
 * O(texts) time; open addressing with linear probing (Knuth, TAOCP vol. 3, §6.4, algorithm L).
 * @param marks a power of two of words, in which the low bits of each number's lower part are marked: nearly every
 * number that is asked for is named by nobody, and a look at these tells
 */
export function numberFinder(form: NumberForm, texts: TextList, marks: Uint32Array): FindNumber {
  const { count } = texts;
  const size = Math.max(2, 2 ** Math.ceil(Math.log2(count * 2 + 2)));
  const mask = size - 1;
  const slots = new Int32Array(size).fill(-1);
  const lows = new Uint32Array(count);
  const highs = new Uint32Array(count);
  const parts: Parts = { low: 0, high: 0 };
  const lowBits = marks.length * 32 - 1;
  const slotOf = (low: number, high: number) => {
    for (let slot = hashOf(low, high) & mask; ; slot = (slot + 1) & mask) {
      const place = slots[slot] ?? -1;
      if (place < 0 || (lows[place] === low && highs[place] === high)) return slot;
    }
  };
  const read = numberReader(form, texts);
  for (let place = 0; place < count; place++) {
    if (!read(place, parts)) continue;
    const slot = slotOf(parts.low, parts.high);
    if (slots[slot] !== -1) continue;
    slots[slot] = place;
    lows[place] = parts.low;
    highs[place] = parts.high;
    const word = (parts.low & lowBits) >>> 5;
    marks[word] = (marks[word] ?? 0) | (1 << (parts.low & 31));
  }
  return (low, high) => slots[slotOf(low, high)] ?? -1;
}

/** Words in which so many numbers are marked, so that few bits are set. */
export function markWordsFor(count: number): number {
  return 2 ** Math.min(MOST_MARK_BITS, Math.ceil(Math.log2(count * BITS_A_NUMBER + 32))) / 32;
}

const BITS_A_NUMBER = 128;
/** 16 MiB: of ten million names one row in thirteen finds a bit that is another's. */
const MOST_MARK_BITS = 27;

function hashOf(low: number, high: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
