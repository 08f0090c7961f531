// Cells in words of four bytes: text is hashed and compared four bytes at a time, wherever it begins.

/** Bytes that must be readable, and mean nothing, behind bytes that are read in words. */
export const WORD_SLACK = 4;

/** Four bytes of a text that ends at `to`, little-endian, the missing ones zero. */
export function wordAt(view: DataView, at: number, to: number): number {
  const word = view.getInt32(at, true);
  return to - at >= 4 ? word : word & ((1 << ((to - at) << 3)) - 1);
}
