// Which tokens two sides have in common. Both are cut at common keys into four pieces that are gone through side by side:
// keys are paired (`pairing.ts`), and what was paired is verified by the other 96 bits (`verifying.ts`), where a pair
// that fails may have to be mended (`mending.ts`). A side that is a hundred times smaller probes the other (`probe.ts`).

import { paired0, paired1, paired2, paired3, pairFour } from "./pairing";
import { probe } from "./probe";
import { lowerBound } from "./side";
import { delta, leftKeys, setLeft, setOut, setRight } from "./compared-sides";
import { kept0, kept1, kept2, kept3, verifyFour } from "./verifying";

/** Size ratio from which the smaller side probes the larger instead of both being read whole. */
const PROBE_RATIO: u64 = 100;

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

function match(
  keysL: usize, restL: usize, countL: u32, keysR: usize, restR: usize, countR: u32, toLeft: usize, toRight: usize,
): u32 {
  setLeft(keysL, restL, countL);
  setRight(keysR, restR, countR);
  setOut(toLeft, toRight);
  const l1 = cutAt(countL >> 2);
  const l2 = cutAt(countL >> 1);
  const l3 = cutAt((countL >> 1) + (countL >> 2));
  const p1 = toLeft + (l1 - keysL), p2 = toLeft + (l2 - keysL), p3 = toLeft + (l3 - keysL);
  pairFour(l1, l2, l3, p1, p2, p3);
  verifyFour(toLeft, p1, p2, p3, paired0, paired1, paired2, paired3);
  const end = moved(p3, kept3, moved(p2, kept2, moved(p1, kept1, kept0)));
  return <u32>((end - toLeft) >> 2);
}

// The first left key equal to the one at a place: a run is never cut.
function cutAt(place: u32): usize {
  const at = leftKeys + (<usize>place << 2);
  return lowerBound(leftKeys, at, load<u32>(at));
}

// What a piece kept, behind what the pieces before it kept.
function moved(from: usize, end: usize, to: usize): usize {
  memory.copy(to, from, end - from);
  memory.copy(to + delta, from + delta, end - from);
  return to + (end - from);
}
