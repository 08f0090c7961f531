// Questions about a column of words, in plain JavaScript.

import type { Kernels } from "../kernels.ts";

export function plainWords(buffer: SharedArrayBuffer): Pick<Kernels, "firstRepeat" | "extremes" | "marked"> {
  // With a sign where they are only compared for being equal: none of them becomes a fraction.
  return {
    firstRepeat: (words, count, from) => {
      const all = new Int32Array(buffer, words, count);
      for (let place = Math.max(from, 1); place < all.length; place++) if (all[place] === all[place - 1]) return place;
      return count;
    },
    extremes: (words, count, to) => {
      const all = new Uint32Array(buffer, words, count);
      let least = all[0] ?? 0;
      let most = least;
      for (let place = 1; place < all.length; place++) {
        const word = all[place] ?? 0;
        if (word < least) least = word;
        else if (word > most) most = word;
      }
      new Uint32Array(buffer, to, 2).set([least, most]);
    },
    marked: ({ words, count, bits, mask, to }) => {
      const all = new Int32Array(buffer, words, count);
      const bitmap = new Int32Array(buffer, bits, (mask >>> 5) + 1);
      const places = new Int32Array(buffer, to, count);
      let found = 0;
      for (let place = 0; place < all.length; place++) {
        const bit = (all[place] ?? 0) & mask;
        if ((((bitmap[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1) places[found++] = place;
      }
      return found;
    },
  };
}
