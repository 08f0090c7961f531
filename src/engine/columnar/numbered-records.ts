// References that are one prefix and a number, looked up and merged as numbers: what an increment names is read once
// under the form that a section's references have, and no text is made of those that stay.

import { MOST_DIGITS, type NumberForm } from "./record-text.ts";

/** A number in two parts: the lower nine digits, and the others. */
export type Parts = { low: number; high: number };

/** Reads a text under a form; answers whether it has it. */
export function readUnder(form: NumberForm, text: Uint8Array, into: Parts): boolean {
  const { prefix, fixed } = form;
  const digits = text.length - prefix.length;
  if (digits < 1 || digits > MOST_DIGITS || (fixed > 0 && digits !== fixed)) return false;
  for (let at = 0; at < prefix.length; at++) if (text[at] !== prefix[at]) return false;
  if (fixed === 0 && digits > 1 && text[prefix.length] === ZERO) return false;
  into.low = 0;
  into.high = 0;
  for (let at = prefix.length; at < text.length; at++) {
    const digit = (text[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return false;
    if (text.length - at > 9) into.high = into.high * 10 + digit;
    else into.low = into.low * 10 + digit;
  }
  return true;
}

const ZERO = 48;

/** Texts: where each begins, and how long it is. */
export type TextList = {
  readonly count: number;
  readonly starts: Uint32Array;
  readonly lengths: Uint8Array;
  readonly bytes: Uint8Array;
};

/** Looks a number up among those that texts have under a form: the place of the text, or -1. */
export type FindNumber = (low: number, high: number) => number;

/** O(texts) time; open addressing with linear probing (Knuth, TAOCP vol. 3, §6.4, algorithm L). */
export function numberFinder(form: NumberForm, { count, starts, lengths, bytes }: TextList): FindNumber {
  const size = Math.max(2, 2 ** Math.ceil(Math.log2(count * 2 + 2)));
  const mask = size - 1;
  const slots = new Int32Array(size).fill(-1);
  const lows = new Uint32Array(count);
  const highs = new Uint32Array(count);
  const parts: Parts = { low: 0, high: 0 };
  // Nearly every number that is asked for is named by nobody: a bit by its low digits tells, and stays in the cache.
  const marks = new Uint32Array((size * BITS_A_SLOT) / 32);
  const lowBits = size * BITS_A_SLOT - 1;
  const find: FindNumber = (low, high) => {
    if ((((marks[(low & lowBits) >>> 5] ?? 0) >>> (low & 31)) & 1) === 0) return -1;
    for (let slot = hashOf(low, high) & mask; ; slot = (slot + 1) & mask) {
      const place = slots[slot] ?? -1;
      if (place < 0 || (lows[place] === low && highs[place] === high)) return place;
    }
  };
  for (let place = 0; place < count; place++) {
    const start = starts[place] ?? 0;
    const text = bytes.subarray(start, start + (lengths[place] ?? 0));
    if (!readUnder(form, text, parts) || find(parts.low, parts.high) >= 0) continue;
    lows[place] = parts.low;
    highs[place] = parts.high;
    let slot = hashOf(parts.low, parts.high) & mask;
    while ((slots[slot] ?? -1) >= 0) slot = (slot + 1) & mask;
    slots[slot] = place;
    const word = (parts.low & lowBits) >>> 5;
    marks[word] = (marks[word] ?? 0) | (1 << (parts.low & 31));
  }
  return find;
}

const BITS_A_SLOT = 16;

function hashOf(low: number, high: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
