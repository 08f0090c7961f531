// Texts that are one prefix and a number, and numbers that come twice, in plain JavaScript.

import type { Kernels, NumberMarking } from "../kernels.ts";

const MOST_DIGITS = 18;
const IS_PADDED = 256;
const IS_PLAIN = 512;

export function plainNumbers(buffer: SharedArrayBuffer): Pick<Kernels, "readNumbers" | "markNumbers"> {
  return {
    readNumbers: ({ texts, lengths, count, prefix, low, high }) => {
      const sizes = new Uint8Array(buffer, lengths, count);
      const bytes = new Uint8Array(buffer, texts);
      const lowers = new Uint32Array(buffer, low, count);
      const uppers = new Uint32Array(buffer, high, count);
      let flags = IS_PADDED | IS_PLAIN;
      let longest = 0;
      for (let row = 0, at = 0; row < count; row++) {
        const length = sizes[row] ?? 0;
        const digits = length - prefix;
        if (digits < 1 || digits > MOST_DIGITS) return 0;
        for (let place = 0; place < prefix; place++) if (bytes[at + place] !== bytes[place]) return 0;
        let [lower, upper] = [0, 0];
        for (let place = prefix; place < length; place++) {
          const digit = (bytes[at + place] ?? 0) - 48;
          if (digit < 0 || digit > 9) return 0;
          if (length - place > 9) upper = upper * 10 + digit;
          else lower = lower * 10 + digit;
        }
        lowers[row] = lower;
        uppers[row] = upper;
        if (length !== sizes[0]) flags &= ~IS_PADDED;
        if (digits > 1 && bytes[at + prefix] === 48) flags &= ~IS_PLAIN;
        longest = Math.max(longest, digits);
        at += length;
      }
      return longest + flags;
    },
    markNumbers: (marking) => mark(buffer, marking),
  };
}

function mark(buffer: SharedArrayBuffer, { numbers: at, count, from, width, bits }: NumberMarking): number {
  const numbers = new Int32Array(buffer, at, count);
  const bitmap = new Int32Array(buffer, bits, (width >>> 5) + 1);
  let again = 0;
  for (let row = 0; row < numbers.length; row++) {
    const place = ((numbers[row] ?? 0) - from) >>> 0;
    if (place >= width) continue;
    const word = bitmap[place >>> 5] ?? 0;
    again += (word >>> (place & 31)) & 1;
    bitmap[place >>> 5] = word | (1 << (place & 31));
  }
  return again;
}
