// Scattering and gathering of what has no fixed width or no fixed place, in plain JavaScript.

import type { Kernels } from "../kernels.ts";

const NOWHERE = 0xffffffff;

type Scatters = Pick<Kernels, "scatter" | "scatterTexts" | "gatherTexts" | "splitTokens">;

export function plainScatter(buffer: SharedArrayBuffer): Scatters {
  const bytesFrom = (at: number) => new Uint8Array(buffer, at);
  const wordsAt = (at: number, count: number) => new Uint32Array(buffer, at, count);
  return {
    scatter: ({ from, to, places, count, width }) => {
      const source = bytesFrom(from);
      const target = bytesFrom(to);
      const at = wordsAt(places, count);
      for (let row = 0; row < count; row++) {
        const place = at[row] ?? NOWHERE;
        if (place === NOWHERE) continue;
        for (let byte = 0; byte < width; byte++) target[place * width + byte] = source[row * width + byte] ?? 0;
      }
    },
    splitTokens: ({ tokens, count, keys, rest }) => {
      const from = wordsAt(tokens, count * 4);
      const firsts = wordsAt(keys, count);
      const others = wordsAt(rest, count * 3);
      for (let at = 0; at < count; at++) {
        firsts[at] = from[at * 4] ?? 0;
        others[at * 3] = from[at * 4 + 1] ?? 0;
        others[at * 3 + 1] = from[at * 4 + 2] ?? 0;
        others[at * 3 + 2] = from[at * 4 + 3] ?? 0;
      }
    },
    ...plainTexts(buffer),
  };
}

function plainTexts(buffer: SharedArrayBuffer): Pick<Kernels, "scatterTexts" | "gatherTexts"> {
  const bytesFrom = (at: number) => new Uint8Array(buffer, at);
  const wordsAt = (at: number, count: number) => new Uint32Array(buffer, at, count);
  return {
    scatterTexts: ({ from, lengths, to, places, first, which, count }) => {
      const source = bytesFrom(from);
      const target = bytesFrom(to);
      const sizes = bytesFrom(lengths);
      const at = wordsAt(places, count);
      const wanted = wordsAt(which, count);
      for (let row = 0, next = 0; row < count; row++) {
        const length = sizes[row] ?? 0;
        const place = (at[row] ?? 0) - first;
        if (wanted[row] !== NOWHERE)
          for (let byte = 0; byte < length; byte++) target[place + byte] = source[next + byte] ?? 0;
        next += length;
      }
    },
    gatherTexts: ({ to, from, lengths, order, count, offsets }) => {
      const source = bytesFrom(from);
      const target = bytesFrom(to);
      const sizes = bytesFrom(lengths);
      const starts = wordsAt(offsets, count);
      for (let row = 0, end = 0; row < count; row++) {
        starts[row] = end;
        end += sizes[row] ?? 0;
      }
      const rows = wordsAt(order, count);
      for (let at = 0, next = 0; at < count; at++) {
        const row = rows[at] ?? 0;
        const start = starts[row] ?? 0;
        const length = sizes[row] ?? 0;
        for (let byte = 0; byte < length; byte++) target[next++] = source[start + byte] ?? 0;
      }
    },
  };
}
