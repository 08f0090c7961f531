// Bitmaps: one bit a row, the lowest of a byte first, in words of 128 bits.

import type { Intersection, Kernels, Marking, Picking } from "../kernels.ts";

export function plainBitmaps(
  buffer: SharedArrayBuffer,
): Pick<Kernels, "bitsAt" | "bitsInBoth" | "countBits" | "andBits" | "markBits"> {
  return {
    bitsInBoth: (left, right, words) => {
      const a = new Uint32Array(buffer, left, words * 4);
      const b = new Uint32Array(buffer, right, words * 4);
      let count = 0;
      for (let word = 0; word < a.length; word++) count += bitsOf((a[word] ?? 0) & (b[word] ?? 0));
      return count;
    },
    countBits: (bits, words) => {
      const bitmap = new Uint32Array(buffer, bits, words * 4);
      let count = 0;
      for (let word = 0; word < bitmap.length; word++) count += bitsOf(bitmap[word] ?? 0);
      return count;
    },
    bitsAt: (picking) => pick(buffer, picking),
    andBits: (intersection) => intersect(buffer, intersection),
    markBits: (marking) => mark(buffer, marking),
  };
}

function intersect(buffer: SharedArrayBuffer, { to, left, right, words }: Intersection): void {
  const a = new Uint32Array(buffer, left, words * 4);
  const b = new Uint32Array(buffer, right, words * 4);
  const target = new Uint32Array(buffer, to, words * 4);
  for (let word = 0; word < a.length; word++) target[word] = (a[word] ?? 0) & (b[word] ?? 0);
}

function pick(buffer: SharedArrayBuffer, { places, count, bits, to }: Picking): void {
  const wanted = new Uint32Array(buffer, places, count);
  const bitmap = new Uint32Array(buffer, bits, Math.floor((buffer.byteLength - bits) / 4));
  const picked = new Uint32Array(buffer, to, ((count + 127) >>> 7) * 4);
  for (let word = 0, at = 0; word < picked.length; word++) {
    let together = 0;
    for (let bit = 0; bit < 32 && at < count; bit++, at++) {
      const place = wanted[at] ?? 0;
      together |= (((bitmap[place >>> 5] ?? 0) >>> (place & 31)) & 1) << bit;
    }
    picked[word] = together;
  }
}

function mark(buffer: SharedArrayBuffer, { codes, width, count, allowed, values, bits }: Marking): void {
  const column = width === 1 ? new Uint8Array(buffer, codes, count) : new Uint16Array(buffer, codes, count);
  const isAllowed = new Uint8Array(buffer, allowed, values);
  const bitmap = new Uint8Array(buffer, bits, Math.ceil(count / 128) * 16);
  let row = 0;
  for (let at = 0; at < bitmap.length; at++) {
    let byte = 0;
    const end = Math.min(8, count - row);
    for (let bit = 0; bit < end; bit++) byte |= +(isAllowed[column[row++] ?? 0] === 1) << bit;
    bitmap[at] = byte;
  }
}

// Bits are summed in pairs, nibbles and bytes; the product adds the bytes up (Warren, Hacker's Delight, §5-1).
function bitsOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
