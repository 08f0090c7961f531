// How long requests took, in bounded memory however many there were: counts by width of 1 %, so that a percentile is
// never told too small and at most 1 % too large. The longest is kept as it was.

/** Counts of latencies, as they travel between processes. `counts` has pairs of a class and how many fell into it. */
export type LatencyCounts = {
  readonly counts: readonly (readonly [number, number])[];
  readonly total: number;
  readonly mostMillis: number;
};

export type Percentiles = {
  readonly total: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly most: number;
};

export type Latencies = {
  readonly add: (millis: number) => void;
  readonly total: () => number;
  readonly counts: () => LatencyCounts;
};

const WIDTH = 1.01;
/** What is shorter falls into the first class. */
const LEAST_MILLIS = 0.01;

/** An empty record of latencies. */
export function latencies(): Latencies {
  const counts = new Map<number, number>();
  let total = 0;
  let mostMillis = 0;
  return {
    add: (millis) => {
      const place = classOf(millis);
      counts.set(place, (counts.get(place) ?? 0) + 1);
      total += 1;
      mostMillis = Math.max(mostMillis, millis);
    },
    total: () => total,
    counts: () => ({ counts: [...counts].sort(([left], [right]) => left - right), total, mostMillis }),
  };
}

/** The counts of several records as those of one. */
export function together(records: readonly LatencyCounts[]): LatencyCounts {
  const sums = new Map<number, number>();
  for (const [place, count] of records.flatMap(({ counts }) => counts)) sums.set(place, (sums.get(place) ?? 0) + count);
  return {
    counts: [...sums].sort(([left], [right]) => left - right),
    total: records.reduce((sum, { total }) => sum + total, 0),
    mostMillis: Math.max(0, ...records.map(({ mostMillis }) => mostMillis)),
  };
}

/** Percentiles by nearest rank: the least value that so many of a hundred do not exceed. All are 0 of nothing. */
export function percentilesOf({ counts, total, mostMillis }: LatencyCounts): Percentiles {
  const at = (share: number) => Math.min(mostMillis, upperEndOf(classAtRank(counts, Math.ceil(total * share))));
  return { total, p50: at(0.5), p95: at(0.95), p99: at(0.99), most: mostMillis };
}

function classAtRank(counts: LatencyCounts["counts"], rank: number): number {
  let passed = 0;
  for (const [place, count] of counts) {
    passed += count;
    if (passed >= rank) return place;
  }
  return 0;
}

function classOf(millis: number): number {
  return Math.max(0, Math.ceil(Math.log(millis / LEAST_MILLIS) / Math.log(WIDTH)));
}

function upperEndOf(place: number): number {
  return LEAST_MILLIS * WIDTH ** place;
}
