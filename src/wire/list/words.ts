// Cells in words of four bytes: text is cut, hashed and compared four bytes at a time, wherever it begins.

/** Bytes that must be readable, and mean nothing, behind bytes that are read in words. */
export const WORD_SLACK = 4;

/** Four bytes of a text that ends at `to`, little-endian, the missing ones zero. */
export function wordAt(view: DataView, at: number, to: number): number {
  const word = view.getInt32(at, true);
  return to - at >= 4 ? word : word & ((1 << ((to - at) << 3)) - 1);
}

const LINE_FEED = 10;
const COMMA = 44;
/** In every byte of a word: one more than a comma, and the bit that no ASCII character has. */
const ABOVE_COMMAS = 0x2d2d2d2d;
const TOP_BITS = 0x80808080;

/** The next comma or line feed from a place on; `used` where there is none. */
export function cellEnd(view: DataView, from: number, used: number): number {
  for (let place = from; place < used; ) {
    // Of the bytes up to the comma the first is marked rightly, and those behind it perhaps: a borrow only runs upward.
    const word = view.getInt32(place, true);
    const marks = (word - ABOVE_COMMAS) & ~word & TOP_BITS;
    if (marks === 0) {
      place += 4;
      continue;
    }
    place += (31 - Math.clz32(marks & -marks)) >> 3;
    const byte = view.getUint8(place);
    if (byte === COMMA || byte === LINE_FEED) return Math.min(place, used);
    place++;
  }
  return used;
}
