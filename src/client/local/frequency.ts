// How often each identifier occurs, in bounded memory: exact until the bound, then an even sample of the identifiers
// with exact counts for those in it (adaptive sampling: Wegman; Flajolet 1990, "On adaptive sampling"). A table with
// open addressing over flat arrays (Knuth, TAOCP vol. 3, §6.4), since one entry is touched for every cell read.

/** Occurrences by digest. `level` 0 is exact; at level n one identifier in 2^n is kept, chosen by its digest. */
export type Frequency = {
  readonly bound: number;
  level: number;
  size: number;
  /** 52 bits of the digest for each slot; 0 is an empty slot. */
  keys: Float64Array;
  counts: Uint32Array;
};

/** How many identifiers there are and how many rows they stand on. */
export type FrequencyFindings = {
  readonly distinct: number;
  readonly onSeveralRows: number;
  /** Occurrences of the most frequent identifiers, the highest first, at most ten. */
  readonly mostFrequent: readonly number[];
  /** False: the first two are estimates from a sample, and the list holds the sample's highest. */
  readonly isExact: boolean;
};

/** The low bits of a key choose the sample; the other 32 place it in the table. */
const SELECTION = 2 ** 20;
const FIRST_SLOTS = 1024;

/** An empty count that keeps at most `bound` identifiers, at least 1; up to 48 bytes for each that it holds. */
export function newFrequency(bound: number): Frequency {
  return { bound, level: 0, size: 0, keys: new Float64Array(FIRST_SLOTS), counts: new Uint32Array(FIRST_SLOTS) };
}

/**
 * Counts one occurrence. Fifty-two bits of the digest stand for it: among a million identifiers two fall together
 * with a chance of about one in ten thousand.
 * @param digest  at least 7 evenly distributed bytes
 */
export function countOccurrence(frequency: Frequency, digest: Uint8Array): void {
  const selection = ((at(digest, 4) & 15) << 16) | (at(digest, 5) << 8) | at(digest, 6);
  if (!isSelected(selection, frequency.level)) return;
  const place = ((at(digest, 0) << 24) | (at(digest, 1) << 16) | (at(digest, 2) << 8) | at(digest, 3)) >>> 0;
  add(frequency, place * SELECTION + selection, 1);
  if (frequency.size * 2 > frequency.keys.length) rebuild(frequency, frequency.keys.length * 2);
  while (frequency.size > frequency.bound && frequency.level < 20) {
    frequency.level++;
    rebuild(frequency, frequency.keys.length);
  }
}

/** What was counted, scaled up where a sample stands for the whole. O(slots). */
export function frequencyFindings({ counts, level, size }: Frequency): FrequencyFindings {
  const scale = 2 ** level;
  let several = 0;
  const highest: number[] = [];
  for (const count of counts) {
    if (count > 1) several++;
    if (count > (highest[9] ?? 0)) insert(highest, count);
  }
  return {
    distinct: size * scale,
    onSeveralRows: several * scale,
    mostFrequent: highest,
    isExact: level === 0,
  };
}

function at(digest: Uint8Array, index: number): number {
  return digest[index] ?? 0;
}

function isSelected(selection: number, level: number): boolean {
  return (selection & (2 ** level - 1)) === 0;
}

/** The table is never more than half full, so an empty slot is always met. The key 0 is taken for 1. */
function add(frequency: Frequency, key: number, occurrences: number): void {
  const { keys, counts } = frequency;
  const wanted = key === 0 ? 1 : key;
  const mask = keys.length - 1;
  let slot = Math.floor(wanted / SELECTION) & mask;
  while (keys[slot] !== 0 && keys[slot] !== wanted) slot = (slot + 1) & mask;
  if (keys[slot] === 0) frequency.size++;
  keys[slot] = wanted;
  counts[slot] = (counts[slot] ?? 0) + occurrences;
}

/** Moves the entries of the sample's level into a table of that many slots, a power of two. */
function rebuild(frequency: Frequency, slots: number): void {
  const { keys, counts } = frequency;
  frequency.keys = new Float64Array(slots);
  frequency.counts = new Uint32Array(slots);
  frequency.size = 0;
  for (const [slot, key] of keys.entries()) {
    if (key !== 0 && isSelected(key % SELECTION, frequency.level)) add(frequency, key, counts[slot] ?? 0);
  }
}

function insert(highest: number[], count: number): void {
  highest.push(count);
  highest.sort((left, right) => right - left);
  if (highest.length > 10) highest.pop();
}
