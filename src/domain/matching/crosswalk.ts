// Which tokens two tables have in common. The merge compares 32 bits and never branches on what it finds; the other
// 96 bits are verified afterwards, and keys that repeat are put right, because a branch-free merge pairs repeated
// keys one by one in order and misses every other pairing. Of very unequal tables the smaller one probes the larger.

import { BUCKETS, compareTokens, lowerBound, REST_WORDS, type TokenTable } from "./token-table.ts";

/** The people who share a token, in ascending order of the tokens: `left[n]` and `right[n]` hold the n-th. */
export type Crosswalk = { readonly left: Uint32Array; readonly right: Uint32Array };

/** Size ratio above which the smaller table probes the larger instead of both being read whole. */
const PROBE_RATIO = 100;

/** Places of equal tokens in the left and the right table, and how many there are. */
type Places = { readonly left: Uint32Array; readonly right: Uint32Array; count: number };

/** A bucket of both tables. */
type Range = { readonly left: Span; readonly right: Span };
type Span = readonly [from: number, to: number];

/**
 * The crosswalk of two tables, in pieces: it rests after each bucket, and the caller decides when to go on.
 * O(n + m) time for tables of like size, O(n log m) for unlike ones; 8 bytes a match.
 */
export function* crosswalkByBucket(left: TokenTable, right: TokenTable): Generator<void, Crosswalk> {
  const room = Math.min(largestBucket(left), largestBucket(right)) + 1;
  const places = { left: new Uint32Array(room), right: new Uint32Array(room), count: 0 };
  const found: Crosswalk[] = [];
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const range = { left: spanOf(left, bucket), right: spanOf(right, bucket) };
    matchBucket(left, right, { range, places });
    if (places.count > 0) {
      found.push({
        left: peopleAt(left.people, places.left, places.count),
        right: peopleAt(right.people, places.right, places.count),
      });
    }
    yield;
  }
  return { left: joined(found.map((one) => one.left)), right: joined(found.map((one) => one.right)) };
}

/**
 * How many tokens two tables have in common in the buckets given, in pieces as above: all of them, or those that fall
 * to one of two threads. O(n + m) time, no memory beyond one bucket's.
 */
export function* sharedTokensByBucket(
  left: TokenTable,
  right: TokenTable,
  buckets: Iterable<number>,
): Generator<void, number> {
  const room = Math.min(largestBucket(left), largestBucket(right)) + 1;
  const places = { left: new Uint32Array(room), right: new Uint32Array(room), count: 0 };
  let count = 0;
  for (const bucket of buckets) {
    matchBucket(left, right, { range: { left: spanOf(left, bucket), right: spanOf(right, bucket) }, places });
    count += places.count;
    yield;
  }
  return count;
}

function largestBucket(table: TokenTable): number {
  let largest = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const [from, to] = spanOf(table, bucket);
    largest = Math.max(largest, to - from);
  }
  return largest;
}

function spanOf(table: TokenTable, bucket: number): Span {
  return [table.starts[bucket] ?? 0, table.starts[bucket + 1] ?? 0];
}

type Step = { readonly range: Range; readonly places: Places };

function matchBucket(left: TokenTable, right: TokenTable, step: Step): void {
  const { range, places } = step;
  const ofLeft = range.left[1] - range.left[0];
  const ofRight = range.right[1] - range.right[0];
  places.count = 0;
  if (ofLeft === 0 || ofRight === 0) return;
  if (ofRight > ofLeft * PROBE_RATIO) probe(left, right, step);
  else if (ofLeft > ofRight * PROBE_RATIO) {
    const mirrored = { left: places.right, right: places.left, count: 0 };
    probe(right, left, { range: { left: range.right, right: range.left }, places: mirrored });
    places.count = mirrored.count;
  } else {
    mergeKeys(left.keys, right.keys, step);
    verify(left, right, places);
    mendRepeats(left, right, step);
  }
}

function probe(small: TokenTable, large: TokenTable, { range, places }: Step): void {
  let low = range.right[0];
  for (let i = range.left[0]; i < range.left[1]; i++) {
    const key = small.keys[i] ?? 0;
    low = lowerBound(large.keys, key, [low, range.right[1]]);
    for (let j = low; j < range.right[1] && large.keys[j] === key; j++) {
      if (compareTokens(small, i, [large, j]) !== 0) continue;
      places.left[places.count] = i;
      places.right[places.count++] = j;
    }
  }
}

// Positions are stored unconditionally and the counters advance by comparison results, so that nothing is predicted.
function mergeKeys(left: Uint32Array, right: Uint32Array, { range, places }: Step): void {
  const atLeft = places.left;
  const atRight = places.right;
  const [iFrom, iEnd] = range.left;
  const [jFrom, jEnd] = range.right;
  let i = iFrom;
  let j = jFrom;
  let count = 0;
  while (i < iEnd && j < jEnd) {
    const x = left[i] ?? 0;
    const y = right[j] ?? 0;
    atLeft[count] = i;
    atRight[count] = j;
    count += +(x === y);
    i += +(x <= y);
    j += +(y <= x);
  }
  places.count = count;
}

function verify(left: TokenTable, right: TokenTable, places: Places): void {
  let kept = 0;
  for (let at = 0; at < places.count; at++) {
    const i = places.left[at] ?? 0;
    const j = places.right[at] ?? 0;
    places.left[kept] = i;
    places.right[kept] = j;
    const a = i * REST_WORDS;
    const b = j * REST_WORDS;
    const first = (left.rest[a] ?? 0) ^ (right.rest[b] ?? 0);
    const second = (left.rest[a + 1] ?? 0) ^ (right.rest[b + 1] ?? 0);
    const third = (left.rest[a + 2] ?? 0) ^ (right.rest[b + 2] ?? 0);
    kept += +((first | second | third) === 0);
  }
  places.count = kept;
}

// INVARIANT: the merge enters the run of a key at the first place of both sides, so it has tried exactly the pairs
// that lie equally deep in both runs. What it may have missed are pairs of unequal depth, where a run is longer than 1.
function mendRepeats(left: TokenTable, right: TokenTable, { range, places }: Step): void {
  const missed: (readonly [number, number])[] = [];
  for (const key of repeatedKeys(left, right, range)) {
    const [iFrom, iEnd] = runOf(left.keys, key, range.left);
    const [jFrom, jEnd] = runOf(right.keys, key, range.right);
    let i = iFrom;
    let j = jFrom;
    while (i < iEnd && j < jEnd) {
      const order = compareTokens(left, i, [right, j]);
      if (order === 0 && i - iFrom !== j - jFrom) missed.push([i, j]);
      i += +(order <= 0);
      j += +(order >= 0);
    }
  }
  if (missed.length > 0) insert(places, missed);
}

function repeatedKeys(left: TokenTable, right: TokenTable, range: Range): Set<number> {
  const keys = new Set<number>();
  for (const [table, span] of [[left, range.left] as const, [right, range.right] as const]) {
    const { repeats } = table;
    for (let at = lowerBound(repeats, span[0], [0, repeats.length]); at < repeats.length; at++) {
      const place = repeats[at] ?? 0;
      if (place >= span[1]) break;
      keys.add(table.keys[place] ?? 0);
    }
  }
  return keys;
}

function runOf(keys: Uint32Array, key: number, span: Span): Span {
  const from = lowerBound(keys, key, span);
  return [from, lowerBound(keys, key + 1, [from, span[1]])];
}

// Missed matches are few, a dozen in a million, so each is let in where it belongs.
function insert(places: Places, missed: readonly (readonly [number, number])[]): void {
  const { left, right } = places;
  for (const [i, j] of missed) {
    const at = lowerBound(left, i, [0, places.count]);
    left.copyWithin(at + 1, at, places.count);
    right.copyWithin(at + 1, at, places.count);
    left[at] = i;
    right[at] = j;
    places.count++;
  }
}

function peopleAt(people: Uint32Array, places: Uint32Array, count: number): Uint32Array {
  const found = new Uint32Array(count);
  for (let at = 0; at < count; at++) found[at] = people[places[at] ?? 0] ?? 0;
  return found;
}

function joined(pieces: readonly Uint32Array[]): Uint32Array {
  const whole = new Uint32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
