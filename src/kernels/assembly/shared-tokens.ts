// Which tokens two sides have in common. For each key of the shorter side, the four keys of the other side from where
// the one before was found are compared at once, and nothing branches on what is found. Because each such step waits for
// the one before, both sides are cut at common keys into pieces that are gone through side by side. What a step pairs is
// then verified by the other 96 bits.
//
// A key is paired with the first of its equals on the other side. A token that lies deeper in a run of a repeated key is
// missed; but then the pair fails, for the first of the run is another token. So only failed pairs are looked at twice:
// where one stands in a run, the run is merged again by whole tokens. That gives at most as many pairs as the shorter
// side has tokens in the run, as did the steps, so that all is in place.

import { probe } from "./probe";
import { compareRest, lowerBound } from "./side";

/** Size ratio from which the smaller side probes the larger instead of both being read whole. */
const PROBE_RATIO: u64 = 100;

let leftKeys: usize, leftRest: usize, leftEnd: usize;
let rightKeys: usize, rightRest: usize, rightEnd: usize;
let outLeft: usize, outRight: usize;
/** Where the candidates of each piece end, and then what of them is kept. */
let ended0: usize, ended1: usize, ended2: usize, ended3: usize;
/** The run found last, on both sides. */
let iFrom: usize, iTo: usize, jFrom: usize, jTo: usize;
/** Where the candidates go on after one that failed. */
let resumed: usize;

/**
 * Writes the places of equal tokens of both sides, and answers how many there are. About two nanoseconds a token of
 * either side; `toLeft` and `toRight` have room for the shorter side.
 */
export function sharedTokens(
  keysL: usize, restL: usize, countL: u32, keysR: usize, restR: usize, countR: u32, toLeft: usize, toRight: usize,
): u32 {
  if (countL == 0 || countR == 0) return 0;
  if (<u64>countL * PROBE_RATIO < <u64>countR) {
    return probe(keysL, restL, countL, keysR, restR, countR, toLeft, toRight);
  }
  if (<u64>countR * PROBE_RATIO < <u64>countL) {
    return probe(keysR, restR, countR, keysL, restL, countL, toRight, toLeft);
  }
  if (countL <= countR) return match(keysL, restL, countL, keysR, restR, countR, toLeft, toRight);
  return match(keysR, restR, countR, keysL, restL, countL, toRight, toLeft);
}

/** How many tokens are equal; what it leaves in the room means nothing. */
export function countSharedTokens(
  keysL: usize, restL: usize, countL: u32, keysR: usize, restR: usize, countR: u32, toLeft: usize, toRight: usize,
): u32 {
  return sharedTokens(keysL, restL, countL, keysR, restR, countR, toLeft, toRight);
}

// "Left" is from here on the side that has no more tokens than the other.
function match(
  keysL: usize, restL: usize, countL: u32, keysR: usize, restR: usize, countR: u32, toLeft: usize, toRight: usize,
): u32 {
  leftKeys = keysL;
  leftRest = restL;
  leftEnd = keysL + (<usize>countL << 2);
  rightKeys = keysR;
  rightRest = restR;
  rightEnd = keysR + (<usize>countR << 2);
  outLeft = toLeft;
  outRight = toRight;
  const l1 = cutAt(countL >> 2);
  const l2 = cutAt(countL >> 1);
  const l3 = cutAt((countL >> 1) + (countL >> 2));
  const p1 = toLeft + (l1 - keysL), p2 = toLeft + (l2 - keysL), p3 = toLeft + (l3 - keysL);
  pairFour(l1, l2, l3, p1, p2, p3);
  verifyFour(toLeft, p1, p2, p3);
  const kept = moved(p3, ended3, moved(p2, ended2, moved(p1, ended1, ended0)));
  return <u32>((kept - toLeft) >> 2);
}

// The first left key equal to the one at a place: a run is never cut.
function cutAt(place: u32): usize {
  const at = leftKeys + (<usize>place << 2);
  return lowerBound(leftKeys, at, load<u32>(at));
}

// As long as a left key is below the last right key, the first that is not below it lies within the right side, whatever
// is read behind that side; what is left then goes one by one.
function pairFour(l1: usize, l2: usize, l3: usize, p1: usize, p2: usize, p3: usize): void {
  const delta = outRight - outLeft;
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
      store<u32>(a0 + delta, <u32>j0);
      a0 += isAt(key0, four0, n0) << 2;
      i0 += 4 - (n0 & 4);
      const key1 = v128.load32_splat(i1), four1 = v128.load(j1);
      const n1 = ahead(key1, four1);
      j1 += n1 << 2;
      store<u32>(a1, <u32>i1);
      store<u32>(a1 + delta, <u32>j1);
      a1 += isAt(key1, four1, n1) << 2;
      i1 += 4 - (n1 & 4);
      const key2 = v128.load32_splat(i2), four2 = v128.load(j2);
      const n2 = ahead(key2, four2);
      j2 += n2 << 2;
      store<u32>(a2, <u32>i2);
      store<u32>(a2 + delta, <u32>j2);
      a2 += isAt(key2, four2, n2) << 2;
      i2 += 4 - (n2 & 4);
      const key3 = v128.load32_splat(i3), four3 = v128.load(j3);
      const n3 = ahead(key3, four3);
      j3 += n3 << 2;
      store<u32>(a3, <u32>i3);
      store<u32>(a3 + delta, <u32>j3);
      a3 += isAt(key3, four3, n3) << 2;
      i3 += 4 - (n3 & 4);
    } while (--steps);
  }
  ended0 = pairRest(i0, l1, j0, a0);
  ended1 = pairRest(i1, l2, j1, a1);
  ended2 = pairRest(i2, l3, j2, a2);
  ended3 = pairRest(i3, leftEnd, j3, a3);
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
  const delta = outRight - outLeft;
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

// Keeps the places of candidates whose other bits are equal too, in all pieces side by side, because the memory answers
// eight streams faster than two.
function verifyFour(p0: usize, p1: usize, p2: usize, p3: usize): void {
  const delta = outRight - outLeft;
  const firstLeft = <u32>leftKeys, firstRight = <u32>rightKeys;
  const fromLeft = leftRest - leftKeys * 3, fromRight = rightRest - rightKeys * 3;
  let at0 = p0, at1 = p1, at2 = p2, at3 = p3;
  let k0 = p0, k1 = p1, k2 = p2, k3 = p3;
  for (;;) {
    let steps = min(min(ended0 - at0, ended1 - at1), min(ended2 - at2, ended3 - at3)) >> 2;
    if (steps == 0) break;
    do {
      const i0 = load<u32>(at0), j0 = load<u32>(at0 + delta);
      store<u32>(k0, (i0 - firstLeft) >> 2);
      store<u32>(k0 + delta, (j0 - firstRight) >> 2);
      if (isUnlike(fromLeft + i0 * 3, fromRight + j0 * 3)) {
        k0 = mend(at0, ended0, k0, p0, i0, j0);
        at0 = resumed;
        steps = 1;
      } else {
        k0 += 4;
        at0 += 4;
      }
      const i1 = load<u32>(at1), j1 = load<u32>(at1 + delta);
      store<u32>(k1, (i1 - firstLeft) >> 2);
      store<u32>(k1 + delta, (j1 - firstRight) >> 2);
      if (isUnlike(fromLeft + i1 * 3, fromRight + j1 * 3)) {
        k1 = mend(at1, ended1, k1, p1, i1, j1);
        at1 = resumed;
        steps = 1;
      } else {
        k1 += 4;
        at1 += 4;
      }
      const i2 = load<u32>(at2), j2 = load<u32>(at2 + delta);
      store<u32>(k2, (i2 - firstLeft) >> 2);
      store<u32>(k2 + delta, (j2 - firstRight) >> 2);
      if (isUnlike(fromLeft + i2 * 3, fromRight + j2 * 3)) {
        k2 = mend(at2, ended2, k2, p2, i2, j2);
        at2 = resumed;
        steps = 1;
      } else {
        k2 += 4;
        at2 += 4;
      }
      const i3 = load<u32>(at3), j3 = load<u32>(at3 + delta);
      store<u32>(k3, (i3 - firstLeft) >> 2);
      store<u32>(k3 + delta, (j3 - firstRight) >> 2);
      if (isUnlike(fromLeft + i3 * 3, fromRight + j3 * 3)) {
        k3 = mend(at3, ended3, k3, p3, i3, j3);
        at3 = resumed;
        steps = 1;
      } else {
        k3 += 4;
        at3 += 4;
      }
    } while (--steps);
  }
  ended0 = verifyOne(at0, ended0, k0, p0);
  ended1 = verifyOne(at1, ended1, k1, p1);
  ended2 = verifyOne(at2, ended2, k2, p2);
  ended3 = verifyOne(at3, ended3, k3, p3);
}

function verifyOne(at: usize, end: usize, kept: usize, first: usize): usize {
  const delta = outRight - outLeft;
  while (at < end) {
    const i = load<u32>(at), j = load<u32>(at + delta);
    store<u32>(kept, (i - <u32>leftKeys) >> 2);
    store<u32>(kept + delta, (j - <u32>rightKeys) >> 2);
    if (isUnlike(leftRest + (i - leftKeys) * 3, rightRest + (j - rightKeys) * 3)) {
      kept = mend(at, end, kept, first, i, j);
      at = resumed;
    } else {
      kept += 4;
      at += 4;
    }
  }
  return kept;
}

// Whether 96 of the 128 bits at two offsets differ.
// @ts-ignore: decorator
@inline
function isUnlike(left: usize, right: usize): bool {
  return v128.any_true(v128.and(v128.xor(v128.load(left), v128.load(right)), i32x4(-1, -1, -1, 0)));
}

// What a piece kept, behind what the pieces before it kept.
function moved(from: usize, end: usize, to: usize): usize {
  const delta = outRight - outLeft;
  memory.copy(to, from, end - from);
  memory.copy(to + delta, from + delta, end - from);
  return to + (end - from);
}

// Called with a candidate that failed: drops it, or merges the run that it stands in, and says where to go on.
function mend(at: usize, end: usize, kept: usize, first: usize, i: usize, j: usize): usize {
  const isPartOfRun = isRun(i, j);
  at += 4;
  if (isPartOfRun) while (at < end && <usize>load<u32>(at) < iTo) at += 4;
  resumed = at;
  return isPartOfRun ? mergeRun(kept, first) : kept;
}

// Whether a pair stands in a run of its key on either side, and where both runs begin and end.
function isRun(i: usize, j: usize): bool {
  const key = load<u32>(i);
  iFrom = i;
  iTo = i + 4;
  jFrom = j;
  jTo = j + 4;
  while (iFrom > leftKeys && load<u32>(iFrom - 4) == key) iFrom -= 4;
  while (iTo < leftEnd && load<u32>(iTo) == key) iTo += 4;
  while (jFrom > rightKeys && load<u32>(jFrom - 4) == key) jFrom -= 4;
  while (jTo < rightEnd && load<u32>(jTo) == key) jTo += 4;
  return iTo - iFrom > 4 || jTo - jFrom > 4;
}

// What was kept of the run before it was known to be one is found again.
function mergeRun(kept: usize, first: usize): usize {
  const delta = outRight - outLeft;
  const place = <u32>((iFrom - leftKeys) >> 2);
  while (kept > first && load<u32>(kept - 4) >= place) kept -= 4;
  let i = iFrom, j = jFrom;
  while (i < iTo && j < jTo) {
    const order = compareRest(leftRest + (i - leftKeys) * 3, rightRest + (j - rightKeys) * 3);
    if (order == 0) {
      store<u32>(kept, <u32>((i - leftKeys) >> 2));
      store<u32>(kept + delta, <u32>((j - rightKeys) >> 2));
      kept += 4;
    }
    i += <usize>(order <= 0) << 2;
    j += <usize>(order >= 0) << 2;
  }
  return kept;
}
