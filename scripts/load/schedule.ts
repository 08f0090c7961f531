// When requests are due. Partners know nothing of each other, so each kind arrives by itself at random (a Poisson
// process): the gaps are exponential, and bursts come as they do in life. A seed makes the same schedule again.

import { seededRandom } from "../../src/testing/seeded-random.ts";

/** What a partner does, in the order of the report. */
export const KINDS = ["explain", "read", "ask", "upload"] as const;
export type Kind = (typeof KINDS)[number];

/** Requests a second of each kind. */
export type Rates = { readonly [kind in Kind]: number };

export type Due = { readonly kind: Kind; readonly atMillis: number };

/** How long requests are due for. The rates rise to their full height, from none, over the first `rising` seconds. */
export type Course = { readonly seconds: number; readonly rising: number; readonly seed: string };

/** Every request that is due within so many seconds from the start, in order. */
export function* schedule(rates: Rates, { seconds, rising, seed }: Course): Generator<Due> {
  const streams = KINDS.filter((kind) => rates[kind] > 0).map((kind) => {
    return arrivals({ kind, rate: rates[kind], rising }, seededRandom(`${seed} ${kind}`));
  });
  const next = streams.map((stream) => stream.next().value);
  for (;;) {
    const [first, place] = earliest(next);
    if (first === null || first.atMillis >= seconds * 1_000) return;
    yield first;
    next[place] = streams[place]?.next().value;
  }
}

type Arriving = { readonly kind: Kind; readonly rate: number; readonly rising: number };
type Random = ReturnType<typeof seededRandom>;

function* arrivals({ kind, rate, rising }: Arriving, random: Random): Generator<Due, undefined> {
  for (let seconds = 0; ; ) {
    seconds += -Math.log(1 - unitInterval(random)) / rate;
    yield { kind, atMillis: instantOf(seconds, rising) * 1_000 };
  }
}

// The second by which as many are due as in so many seconds at the full rate: t²/2r of them while it rises over r.
function instantOf(seconds: number, rising: number): number {
  return seconds < rising / 2 ? Math.sqrt(2 * rising * seconds) : seconds + rising / 2;
}

/** A number in [0, 1) of 48 random bits. */
export function unitInterval(random: Random): number {
  return Buffer.from(random(6)).readUIntBE(0, 6) / 2 ** 48;
}

function earliest(next: readonly (Due | undefined)[]): readonly [Due | null, number] {
  let [first, place]: [Due | null, number] = [null, 0];
  for (const [at, due] of next.entries()) {
    if (due !== undefined && (first === null || due.atMillis < first.atMillis)) [first, place] = [due, at];
  }
  return [first, place];
}
