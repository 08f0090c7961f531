// When requests are due. Partners know nothing of each other, so each kind arrives by itself at random (a Poisson
// process): the gaps are exponential, and bursts come as they do in life. A seed makes the same schedule again.

import { seededRandom } from "../../src/testing/seeded-random.ts";

/** What a partner does, in the order of the report. */
export const KINDS = ["explain", "read", "ask", "upload"] as const;
export type Kind = (typeof KINDS)[number];

/** Requests a second of each kind. */
export type Rates = { readonly [kind in Kind]: number };

export type Due = { readonly kind: Kind; readonly atMillis: number };

/** Every request that is due within so many seconds from the start, in order. */
export function* schedule(rates: Rates, { seconds, seed }: { seconds: number; seed: string }): Generator<Due> {
  const streams = KINDS.filter((kind) => rates[kind] > 0).map((kind) => arrivals(kind, rates[kind], seed));
  const next = streams.map((stream) => stream.next().value);
  for (;;) {
    const [first, place] = earliest(next);
    if (first === null || first.atMillis >= seconds * 1_000) return;
    yield first;
    next[place] = streams[place]?.next().value;
  }
}

function* arrivals(kind: Kind, rate: number, seed: string): Generator<Due, undefined> {
  const random = seededRandom(`${seed} ${kind}`);
  for (let atMillis = 0; ; ) {
    atMillis += (-Math.log(1 - unitInterval(random)) * 1_000) / rate;
    yield { kind, atMillis };
  }
}

/** A number in [0, 1) of 48 random bits. */
export function unitInterval(random: (count: number) => Uint8Array): number {
  return Buffer.from(random(6)).readUIntBE(0, 6) / 2 ** 48;
}

function earliest(next: readonly (Due | undefined)[]): readonly [Due | null, number] {
  let [first, place]: [Due | null, number] = [null, 0];
  for (const [at, due] of next.entries()) {
    if (due !== undefined && (first === null || due.atMillis < first.atMillis)) [first, place] = [due, at];
  }
  return [first, place];
}
