// Which tokens two sides have in common: a merge of the keys that never branches on what it finds, then a look at the
// other 96 bits of what it paired. A merge pairs what lies equally deep in both runs of a repeated key. It misses a
// token that lies deeper in one run than in the other; but then the token of the other run at the lesser depth is
// another one, and that pair fails. So where a failed pair stands in a run, the run is merged again by whole tokens.

import type { Kernels, Pairs, Side } from "../kernels.ts";
import { compareRest, type Plane, planeAt, probePlanes, REST_WORDS } from "./side.ts";

/** Size ratio from which the smaller side probes the larger instead of both being read whole. */
const PROBE_RATIO = 100;

export function plainMatching(buffer: SharedArrayBuffer): Pick<Kernels, "sharedTokens" | "countSharedTokens"> {
  return {
    sharedTokens: (left, right, at) => matched(buffer, { left, right, at }),
    countSharedTokens: (left, right, room) => matched(buffer, { left, right, at: room }),
  };
}

type Match = { readonly left: Side; readonly right: Side; readonly at: Pairs };
type Work = {
  readonly left: Plane;
  readonly right: Plane;
  /** Places of equal keys, then of equal tokens. */
  readonly atLeft: Uint32Array;
  readonly atRight: Uint32Array;
};

function matched(buffer: SharedArrayBuffer, { left, right, at }: Match): number {
  const room = Math.min(left.count, right.count);
  const work = {
    left: planeAt(buffer, left),
    right: planeAt(buffer, right),
    atLeft: new Uint32Array(buffer, at.left, room),
    atRight: new Uint32Array(buffer, at.right, room),
  };
  if (left.count * PROBE_RATIO < right.count) return probePlanes(work.left, work.right, work);
  if (right.count * PROBE_RATIO < left.count) {
    return probePlanes(work.right, work.left, { atLeft: work.atRight, atRight: work.atLeft });
  }
  return verify(work, mergeKeys(work));
}

// Positions are stored unconditionally and the counters advance by comparison results, so that nothing is predicted.
function mergeKeys({ left, right, atLeft, atRight }: Work): number {
  const { keys: leftKeys, count: iEnd } = left;
  const { keys: rightKeys, count: jEnd } = right;
  let i = 0;
  let j = 0;
  let count = 0;
  while (i < iEnd && j < jEnd) {
    const x = leftKeys[i] ?? 0;
    const y = rightKeys[j] ?? 0;
    atLeft[count] = i;
    atRight[count] = j;
    count += +(x === y);
    i += +(x <= y);
    j += +(y <= x);
  }
  return count;
}

function verify(work: Work, count: number): number {
  const { left, right, atLeft, atRight } = work;
  const a = left.rest;
  const b = right.rest;
  let kept = 0;
  for (let at = 0; at < count; at++) {
    const i = atLeft[at] ?? 0;
    const j = atRight[at] ?? 0;
    const x = i * REST_WORDS;
    const y = j * REST_WORDS;
    const first = (a[x] ?? 0) ^ (b[y] ?? 0);
    const second = (a[x + 1] ?? 0) ^ (b[y + 1] ?? 0);
    const third = (a[x + 2] ?? 0) ^ (b[y + 2] ?? 0);
    if ((first | second | third) === 0) {
      atLeft[kept] = i;
      atRight[kept++] = j;
    } else {
      const run = { left: runAt(left, i), right: runAt(right, j) };
      if (run.left.length + run.right.length === 2) continue;
      while (kept > 0 && (atLeft[kept - 1] ?? 0) >= run.left.from) kept--;
      while (at + 1 < count && (atLeft[at + 1] ?? 0) < run.left.from + run.left.length) at++;
      kept = mergeRun(work, run, kept);
    }
  }
  return kept;
}

type Run = { readonly from: number; readonly length: number };

function runAt({ keys, count }: Plane, place: number): Run {
  const key = keys[place];
  let from = place;
  let end = place + 1;
  while (from > 0 && keys[from - 1] === key) from--;
  while (end < count && keys[end] === key) end++;
  return { from, length: end - from };
}

// INVARIANT: it gives at most as many pairs as the shorter run has tokens, as the merge did: the room is there.
function mergeRun(work: Work, run: { readonly left: Run; readonly right: Run }, from: number): number {
  let kept = from;
  let i = run.left.from;
  let j = run.right.from;
  const iEnd = i + run.left.length;
  const jEnd = j + run.right.length;
  while (i < iEnd && j < jEnd) {
    const order = compareRest(work.left.rest, i, [work.right.rest, j]);
    if (order === 0) {
      work.atLeft[kept] = i;
      work.atRight[kept++] = j;
    }
    i += +(order <= 0);
    j += +(order >= 0);
  }
  return kept;
}
