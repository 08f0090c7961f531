// A side of a match as typed arrays, and the search for each token of a small side in a large one.

import type { Side } from "../kernels.ts";

export const REST_WORDS = 3;

export type Plane = { readonly keys: Uint32Array; readonly rest: Uint32Array; readonly count: number };

export function planeAt(buffer: SharedArrayBuffer, { keys, rest, count }: Side): Plane {
  return {
    keys: new Uint32Array(buffer, keys, count),
    rest: new Uint32Array(buffer, rest, count * REST_WORDS),
    count,
  };
}

/** Below, at or above zero as the other 96 bits of a place are before, equal to or after those of another plane's. */
export function compareRest(rest: Uint32Array, place: number, [other, at]: readonly [Uint32Array, number]): number {
  for (let word = 0; word < REST_WORDS; word++) {
    const x = rest[place * REST_WORDS + word] ?? 0;
    const y = other[at * REST_WORDS + word] ?? 0;
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

/** Writes the places of the tokens that a small and a large plane share, and answers how many. O(n log m) time. */
export function probePlanes(
  small: Plane,
  large: Plane,
  { atLeft, atRight }: { readonly atLeft: Uint32Array; readonly atRight: Uint32Array },
): number {
  let found = 0;
  let low = 0;
  for (let place = 0; place < small.count && low < large.count; place++) {
    low = placeOf(large, low, [small, place]);
    if (low === large.count || compareTokens(large, low, [small, place]) !== 0) continue;
    atLeft[found] = place;
    atRight[found++] = low;
  }
  return found;
}

// The first place from `from` whose token is not before one of another plane: by halving.
function placeOf(plane: Plane, from: number, token: readonly [Plane, number]): number {
  let low = from;
  let high = plane.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareTokens(plane, middle, token) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compareTokens(plane: Plane, place: number, [other, at]: readonly [Plane, number]): number {
  const x = plane.keys[place] ?? 0;
  const y = other.keys[at] ?? 0;
  if (x !== y) return x < y ? -1 : 1;
  return compareRest(plane.rest, place, [other.rest, at]);
}
