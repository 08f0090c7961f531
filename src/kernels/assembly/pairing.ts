// The first step of a comparison: pairs each key of the left side with the first of its equals on the right, in four
// pieces side by side. For each key the four keys of the right side from where the one before was found are compared at
// once, and nothing branches on what is found. Because each such step waits for the one before, there are four pieces.

import { lowerBound } from "./side";
import { delta, leftEnd, leftKeys, outLeft, rightEnd, rightKeys } from "./compared-sides";

/** Where the pairs of each piece end: offsets of keys, two words a pair. */
export let paired0: usize, paired1: usize, paired2: usize, paired3: usize;

// As long as a left key is below the last right key, the first that is not below it lies within the right side, whatever
// is read behind that side; what is left then goes one by one.
export function pairFour(l1: usize, l2: usize, l3: usize, p1: usize, p2: usize, p3: usize): void {
  const apart = delta;
  let i0 = leftKeys, i1 = l1, i2 = l2, i3 = l3;
  let j0 = rightKeys;
  let j1 = lowerBound(j0, rightEnd, load<u32>(i1));
  let j2 = lowerBound(j1, rightEnd, load<u32>(i2));
  let j3 = lowerBound(j2, rightEnd, load<u32>(i3));
  let a0 = outLeft, a1 = p1, a2 = p2, a3 = p3;
  const safe = lowerBound(leftKeys, leftEnd, load<u32>(rightEnd - 4));
  const end0 = min(l1, safe), end1 = min(l2, safe), end2 = min(l3, safe);
  for (;;) {
    const steps01 = min(room(i0, end0), room(i1, end1));
    let steps = min(steps01, min(room(i2, end2), room(i3, safe))) >> 2;
    if (steps < 4) break;
    do {
      const key0 = v128.load32_splat(i0), four0 = v128.load(j0);
      const n0 = ahead(key0, four0);
      j0 += n0 << 2;
      store<u32>(a0, <u32>i0);
      store<u32>(a0 + apart, <u32>j0);
      a0 += isAt(key0, four0, n0) << 2;
      i0 += 4 - (n0 & 4);
      const key1 = v128.load32_splat(i1), four1 = v128.load(j1);
      const n1 = ahead(key1, four1);
      j1 += n1 << 2;
      store<u32>(a1, <u32>i1);
      store<u32>(a1 + apart, <u32>j1);
      a1 += isAt(key1, four1, n1) << 2;
      i1 += 4 - (n1 & 4);
      const key2 = v128.load32_splat(i2), four2 = v128.load(j2);
      const n2 = ahead(key2, four2);
      j2 += n2 << 2;
      store<u32>(a2, <u32>i2);
      store<u32>(a2 + apart, <u32>j2);
      a2 += isAt(key2, four2, n2) << 2;
      i2 += 4 - (n2 & 4);
      const key3 = v128.load32_splat(i3), four3 = v128.load(j3);
      const n3 = ahead(key3, four3);
      j3 += n3 << 2;
      store<u32>(a3, <u32>i3);
      store<u32>(a3 + apart, <u32>j3);
      a3 += isAt(key3, four3, n3) << 2;
      i3 += 4 - (n3 & 4);
    } while (--steps);
  }
  paired0 = pairRest(i0, l1, j0, a0);
  paired1 = pairRest(i1, l2, j1, a1);
  paired2 = pairRest(i2, l3, j2, a2);
  paired3 = pairRest(i3, leftEnd, j3, a3);
}

// @ts-ignore: decorator
@inline
function room(i: usize, end: usize): usize {
  return i < end ? end - i : 0;
}

// How many of four keys in ascending order are below a key.
// @ts-ignore: decorator
@inline
function ahead(key: v128, four: v128): usize {
  return ctz(i32x4.bitmask(i32x4.ge_u(four, key)) | 16);
}

// Whether the n-th of four keys is the one looked for; the fifth is not.
// @ts-ignore: decorator
@inline
function isAt(key: v128, four: v128, n: usize): usize {
  return i32x4.bitmask(i32x4.eq(four, key)) >> n & 1;
}

function pairRest(i: usize, end: usize, j: usize, at: usize): usize {
  for (; i < end; i += 4) {
    const key = load<u32>(i);
    while (j < rightEnd && load<u32>(j) < key) j += 4;
    if (j == rightEnd) break;
    store<u32>(at, <u32>i);
    store<u32>(at + delta, <u32>j);
    at += <usize>(load<u32>(j) == key) << 2;
  }
  return at;
}
