// The second step of a comparison: what was paired by 32 bits is kept where the other 96 are equal too.

import { mend, resumed } from "./mending";
import { delta, leftKeys, leftRest, rightKeys, rightRest } from "./compared-sides";

/** Where what is kept of each piece ends: places of tokens. */
export let kept0: usize, kept1: usize, kept2: usize, kept3: usize;

// Keeps the places of candidates whose other bits are equal too, in all pieces side by side, because the memory answers
// eight streams faster than two.
export function verifyFour(
  p0: usize, p1: usize, p2: usize, p3: usize, end0: usize, end1: usize, end2: usize, end3: usize,
): void {
  const apart = delta;
  const firstLeft = <u32>leftKeys, firstRight = <u32>rightKeys;
  const fromLeft = leftRest - leftKeys * 3, fromRight = rightRest - rightKeys * 3;
  let at0 = p0, at1 = p1, at2 = p2, at3 = p3;
  let k0 = p0, k1 = p1, k2 = p2, k3 = p3;
  for (;;) {
    let steps = min(min(end0 - at0, end1 - at1), min(end2 - at2, end3 - at3)) >> 2;
    if (steps == 0) break;
    do {
      const i0 = load<u32>(at0), j0 = load<u32>(at0 + apart);
      store<u32>(k0, (i0 - firstLeft) >> 2);
      store<u32>(k0 + apart, (j0 - firstRight) >> 2);
      if (isUnlike(fromLeft + i0 * 3, fromRight + j0 * 3)) {
        k0 = mend(at0, end0, k0, p0, i0, j0);
        at0 = resumed;
        steps = 1;
      } else {
        k0 += 4;
        at0 += 4;
      }
      const i1 = load<u32>(at1), j1 = load<u32>(at1 + apart);
      store<u32>(k1, (i1 - firstLeft) >> 2);
      store<u32>(k1 + apart, (j1 - firstRight) >> 2);
      if (isUnlike(fromLeft + i1 * 3, fromRight + j1 * 3)) {
        k1 = mend(at1, end1, k1, p1, i1, j1);
        at1 = resumed;
        steps = 1;
      } else {
        k1 += 4;
        at1 += 4;
      }
      const i2 = load<u32>(at2), j2 = load<u32>(at2 + apart);
      store<u32>(k2, (i2 - firstLeft) >> 2);
      store<u32>(k2 + apart, (j2 - firstRight) >> 2);
      if (isUnlike(fromLeft + i2 * 3, fromRight + j2 * 3)) {
        k2 = mend(at2, end2, k2, p2, i2, j2);
        at2 = resumed;
        steps = 1;
      } else {
        k2 += 4;
        at2 += 4;
      }
      const i3 = load<u32>(at3), j3 = load<u32>(at3 + apart);
      store<u32>(k3, (i3 - firstLeft) >> 2);
      store<u32>(k3 + apart, (j3 - firstRight) >> 2);
      if (isUnlike(fromLeft + i3 * 3, fromRight + j3 * 3)) {
        k3 = mend(at3, end3, k3, p3, i3, j3);
        at3 = resumed;
        steps = 1;
      } else {
        k3 += 4;
        at3 += 4;
      }
    } while (--steps);
  }
  kept0 = verifyOne(at0, end0, k0, p0);
  kept1 = verifyOne(at1, end1, k1, p1);
  kept2 = verifyOne(at2, end2, k2, p2);
  kept3 = verifyOne(at3, end3, k3, p3);
}

function verifyOne(at: usize, end: usize, kept: usize, first: usize): usize {
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
