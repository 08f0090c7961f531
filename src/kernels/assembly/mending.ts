// What becomes of a pair that failed. A key is paired with the first of its equals on the other side, so a token that
// lies deeper in a run of a repeated key is missed; but then the pair fails, for the first of the run is another token.
// Where such a pair stands in a run, the run is merged again by whole tokens. That gives at most as many pairs as the
// left side has tokens in the run, as did the pairing, so that all is in place.

import { compareRest } from "./side";
import { delta, leftEnd, leftKeys, leftRest, rightEnd, rightKeys, rightRest } from "./compared-sides";

/** Where the pairs go on after one that failed. */
export let resumed: usize;
/** The run found last, on both sides. */
let iFrom: usize, iTo: usize, jFrom: usize, jTo: usize;

// Called with a candidate that failed: drops it, or merges the run that it stands in, and says where to go on.
export function mend(at: usize, end: usize, kept: usize, first: usize, i: usize, j: usize): usize {
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
