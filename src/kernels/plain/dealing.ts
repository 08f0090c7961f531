// Counting and dealing out places by first bytes, in plain JavaScript.

import type { Kernels } from "../kernels.ts";

const NOWHERE = 0xffffffff;
const BYTES = 256;

export function plainDealing(buffer: SharedArrayBuffer): Pick<Kernels, "tally" | "deal" | "narrow" | "addUp"> {
  const wordsAt = (at: number, count: number) => new Uint32Array(buffer, at, count);
  return {
    tally: ({ words, lengths, count, rows, bytes }) => {
      const from = wordsAt(words, count);
      const sizes = new Uint8Array(buffer, lengths, count);
      const [rowSums, byteSums] = [wordsAt(rows, BYTES), wordsAt(bytes, BYTES)];
      for (let at = 0; at < count; at++) {
        const byte = (from[at] ?? 0) >>> 24;
        rowSums[byte] = (rowSums[byte] ?? 0) + 1;
        byteSums[byte] = (byteSums[byte] ?? 0) + (sizes[at] ?? 0);
      }
    },
    deal: ({ words, lengths, count, rows, bytes, rowPlaces, bytePlaces }) => {
      const from = wordsAt(words, count);
      const sizes = new Uint8Array(buffer, lengths, count);
      const [nextRows, nextBytes] = [wordsAt(rows, BYTES), wordsAt(bytes, BYTES)];
      const [dealtRows, dealtBytes] = [wordsAt(rowPlaces, count), wordsAt(bytePlaces, count)];
      for (let at = 0; at < count; at++) {
        const byte = (from[at] ?? 0) >>> 24;
        const row = nextRows[byte] ?? 0;
        const text = nextBytes[byte] ?? 0;
        dealtRows[at] = row;
        dealtBytes[at] = text;
        nextRows[byte] = row + 1;
        nextBytes[byte] = text + (sizes[at] ?? 0);
      }
    },
    narrow: ({ places, count, first, most, to }) => {
      const from = wordsAt(places, count);
      const narrowed = wordsAt(to, count);
      for (let at = 0; at < count; at++) {
        const place = (from[at] ?? 0) - first;
        narrowed[at] = place >= 0 && place < most ? place : NOWHERE;
      }
    },
    addUp: (lengths, count, offsets) => {
      const sizes = new Uint8Array(buffer, lengths, count);
      const starts = wordsAt(offsets, count + 1);
      let end = 0;
      for (let at = 0; at < count; at++) {
        starts[at] = end;
        end += sizes[at] ?? 0;
      }
      starts[count] = end;
    },
  };
}
