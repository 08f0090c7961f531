// The answer to an affinity: for each segment of one list, its people there and among those whom another list shares,
// both noised, and the lift worked out from these figures alone, which costs nothing more.

import type { DatasetRef } from "../../dataset/schema.ts";
import { halfWidth, halfWidthOfSum } from "../../privacy/interval.ts";
import { afterThreshold, type Noise, noiseOf, type Pricing, releaseCounts } from "../../privacy/mechanism.ts";
import type { RandomBytes } from "../../privacy/random.ts";
import { affinitySensitivity } from "../../privacy/sensitivity.ts";
import type { Axis, Priced } from "../analysis.ts";
import { halfInterval, noiseNote, type PrivacyNote, type ShownFigure, shown, withheld } from "../figures.ts";
import type { Key } from "../table.ts";
import type { AffinityQuestion } from "./question.ts";

export type AffinityAnswer = {
  readonly attribute: { readonly dataset: DatasetRef; readonly attribute: string; readonly grouping?: string };
  /** The greatest lift first; segments without one last, in the contract's order. */
  readonly segments: readonly Segment[];
  readonly privacy: PrivacyNote;
};

type Segment = {
  /** Null: people whose value is none of the contract's. */
  readonly key: Key;
  /** People of the segment whom both lists share. */
  readonly shared: ShownFigure;
  /** People of the segment on its list. */
  readonly all: ShownFigure;
  /** 100 times the lift, to the nearest whole number: 100 is as frequent among the shared as on the whole list. */
  readonly index: ShownFigure;
  /** Its share among the shared over its share on the list, to four places; absent where the index is withheld. */
  readonly lift?: number;
};

/** True counts by segment, people without one last. Secret. */
export type SegmentCounts = { readonly shared: readonly number[]; readonly all: readonly number[] };

/** What makes the noise on the segments as wide as it is. */
export function pricingOfSegments({ question, terms, epsilon }: Priced<AffinityQuestion>): Pricing {
  const sensitivity = affinitySensitivity(question.identifiers.length);
  return { mechanism: terms.mechanism, epsilon, sensitivity, parts: 1 };
}

/** Releases an affinity under its terms, in noise mode. */
export function answerAffinity(
  priced: Priced<AffinityQuestion>,
  { axis, counts }: { readonly axis: Axis; readonly counts: SegmentCounts },
  random: RandomBytes,
): AffinityAnswer {
  const { terms } = priced;
  const pricing = pricingOfSegments(priced);
  const noise = noiseOf(pricing);
  const noised = releaseCounts([...counts.shared, ...counts.all], noise, random);
  const keys = [...axis.keys, null];
  const [shared, all] = [noised.slice(0, keys.length), noised.slice(keys.length)];
  const totals = { shared: sumOf(shared), all: sumOf(all) };
  const halves = halvesOf(noise, keys.length);
  const half = halfInterval(pricing);
  const segments = keys.map((key, at): Segment => {
    const figures = { shared: shared[at] ?? Number.NaN, all: all[at] ?? Number.NaN };
    const people = {
      key,
      shared: shown(afterThreshold(figures.shared, terms.k), terms.k, half),
      all: shown(afterThreshold(figures.all, terms.k), terms.k, half),
    };
    const isShown = figures.shared >= terms.k && figures.all >= terms.k;
    const lift = isShown ? liftOf(figures, totals, halves) : null;
    return { ...people, ...(lift ?? { index: withheld(terms.k) }) };
  });
  return {
    attribute: {
      dataset: axis.dataset,
      attribute: axis.attribute,
      ...(axis.grouped === undefined ? {} : { grouping: axis.grouped.by }),
    },
    segments: [...segments].sort((left, right) => rankOf(right) - rankOf(left)),
    privacy: noiseNote(pricing, terms.k),
  };
}

function sumOf(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0);
}

function rankOf({ lift }: Segment): number {
  return lift === undefined ? -1 : lift;
}

type Pair = { readonly shared: number; readonly all: number };
type Halves = { readonly one: number; readonly total: number };

// Four figures make a lift; each is held to a quarter of the 5 %.
function halvesOf(noise: Noise, keys: number): Halves {
  return { one: halfWidth(noise, 0.0125), total: halfWidthOfSum(noise, keys, 0.0125) };
}

/**
 * The lift of one segment: the ratio of four noised figures, and the least and greatest that it may be at the 95 %
 * level. Nothing where noise leaves no upper bound, which looks like too few people.
 */
function liftOf(figures: Pair, totals: Pair, { one, total }: Halves): Pick<Segment, "index" | "lift"> | null {
  const [leastAll, leastShared] = [figures.all - one, totals.shared - total];
  if (leastAll <= 0 || leastShared <= 0) return null;
  const lift = (figures.shared * totals.all) / (totals.shared * figures.all);
  const low =
    (Math.max(0, figures.shared - one) * Math.max(0, totals.all - total)) /
    ((totals.shared + total) * (figures.all + one));
  const high = ((figures.shared + one) * (totals.all + total)) / (leastShared * leastAll);
  return {
    index: { released: Math.round(lift * 100), interval: [Math.floor(low * 100), Math.ceil(high * 100)] },
    lift: Math.round(lift * 10_000) / 10_000,
  };
}
