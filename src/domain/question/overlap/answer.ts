// The answer to an overlap: sizes, every region, match rates. Noise goes on the sizes and on the regions of two or more
// lists; regions of one list alone and rates are worked out from what is shown, which costs nothing more.

import { type DatasetRef, type IdentifierKind, ownerOf } from "../../dataset/schema.ts";
import type { PartnerId } from "../../partner/manifest.ts";
import type { Terms } from "../../policy/terms.ts";
import type { EpsilonMicros } from "../../privacy/epsilon.ts";
import { releaseExactOverlap, roundToStep } from "../../privacy/exact.ts";
import { afterThreshold, type Figure, noiseOf, type Pricing, releaseCounts } from "../../privacy/mechanism.ts";
import type { RandomBytes } from "../../privacy/random.ts";
import { overlapSensitivity } from "../../privacy/sensitivity.ts";
import type { Truth } from "../analysis.ts";
import { exactNote, halfInterval, noiseNote, type PrivacyNote, type ShownFigure, shown, withheld } from "../figures.ts";
import type { OverlapQuestion } from "./question.ts";

/** True counts of an overlap. Secret. */
export type OverlapCounts = Omit<Extract<Truth, { kind: "overlap" }>, "kind">;

export type OverlapAnswer = {
  readonly sizes: readonly ({ readonly dataset: DatasetRef } & ShownFigure)[];
  /** People on exactly these lists, for every combination. */
  readonly regions: readonly ({ readonly members: readonly DatasetRef[] } & ShownFigure)[];
  /** The share of each list that is on every other as well, to four places, where both figures are shown. */
  readonly matchRates: readonly { readonly dataset: DatasetRef; readonly share: number }[];
  readonly byIdentifier?: readonly ({ readonly identifier: IdentifierKind } & ShownFigure)[];
  readonly privacy: PrivacyNote;
};

type Released = {
  readonly sizes: readonly Figure[];
  /** By mask, from 1. */
  readonly regions: ReadonlyMap<number, Figure>;
  readonly byIdentifier: readonly Figure[];
  readonly privacy: PrivacyNote;
  readonly half: number;
};

/** What makes the noise on an overlap's figures as wide as it is (`../../privacy/README.md`). */
export function pricingOf({ question, terms, epsilon }: Asked): Pricing {
  const identifierFigures = question.detail === undefined ? 0 : question.identifiers.length;
  const sensitivity = overlapSensitivity({ lists: question.between.length, identifierFigures });
  return { mechanism: terms.mechanism, epsilon, sensitivity, parts: 1 };
}

/** Releases an overlap under its terms. Costs what the terms were charged; spends randomness in noise mode only. */
export function answerOverlap(
  asked: { readonly question: OverlapQuestion; readonly terms: Terms; readonly epsilon: EpsilonMicros },
  counts: OverlapCounts,
  random: RandomBytes,
): OverlapAnswer {
  const released = asked.terms.mode === "exact" ? releaseExactly(asked, counts) : releaseNoised(asked, counts, random);
  const { between, identifiers, detail } = asked.question;
  const { k } = asked.terms;
  const sizes = between.map((dataset, index) => ({
    dataset,
    ...shown(released.sizes[index] ?? { kind: "withheld" }, k, released.half),
  }));
  const answer = { sizes, regions: regionsOf(asked, released), matchRates: ratesOf(between, released) };
  if (detail === undefined) return { ...answer, privacy: released.privacy };
  const byIdentifier = identifiers.map((identifier, index) => ({
    identifier,
    ...shown(released.byIdentifier[index] ?? { kind: "withheld" }, k, released.half),
  }));
  return { ...answer, byIdentifier, privacy: released.privacy };
}

/**
 * The counts of a world in which nobody but the recipient has a list: what the differencing guard withholds looks like
 * what is withheld because nobody is there.
 */
export function asIfAlone({ between }: OverlapQuestion, recipient: PartnerId, counts: OverlapCounts): OverlapCounts {
  const sizes = counts.sizes.map((size, index) => (between.map(ownerOf)[index] === recipient ? size : 0));
  const alone = new Map(sizes.map((size, index) => [2 ** index, size]));
  const regions = counts.regions.map((_, mask) => {
    const people = alone.get(mask);
    return people === undefined ? 0 : people;
  });
  return { sizes, regions, byIdentifier: counts.byIdentifier.map(() => 0) };
}

/** Whether an answer shows its recipient anything of another's list. What was withheld is known to nobody. */
export function tellsOfOthers({ sizes, regions }: OverlapAnswer, recipient: PartnerId): boolean {
  const others = sizes.filter(({ dataset }) => ownerOf(dataset) !== recipient);
  return [...others, ...regions].some((figure) => "released" in figure);
}

type Asked = Parameters<typeof answerOverlap>[0];

function releaseNoised(asked: Asked, counts: OverlapCounts, random: RandomBytes): Released {
  const { question, terms } = asked;
  const pricing = pricingOf(asked);
  const lists = question.between.length;
  const masks = masksOf(lists).filter((mask) => bitsOf(mask).length > 1);
  const detailed = question.detail === undefined ? [] : counts.byIdentifier;
  const figures = [...counts.sizes, ...masks.map((mask) => countIn(counts, mask)), ...detailed];
  const noised = releaseCounts(figures, noiseOf(pricing), random).map((one) => afterThreshold(one, terms.k));
  return {
    sizes: noised.slice(0, lists),
    regions: new Map(masks.map((mask, index) => [mask, noised[lists + index] ?? { kind: "withheld" }])),
    byIdentifier: noised.slice(lists + masks.length),
    privacy: noiseNote(pricing, terms.k),
    half: halfInterval(pricing),
  };
}

function countIn({ regions }: OverlapCounts, mask: number): number {
  const count = regions[mask];
  if (count === undefined) throw new Error("a region of the overlap was not counted");
  return count;
}

function releaseExactly({ question, terms }: Asked, counts: OverlapCounts): Released {
  const { k, rounding } = terms;
  const exact = { members: question.between.length, regions: counts.regions.slice(1), k, step: rounding };
  const { sizes, regions } = releaseExactOverlap(exact);
  // Figures by identifier add up to the matched people, so one of them alone cannot be withheld.
  const isWhole = regions.every((region) => region.kind === "released") && counts.byIdentifier.every((one) => one >= k);
  const byIdentifier = counts.byIdentifier.map(
    (count): Figure => (isWhole ? { kind: "released", value: roundToStep(count, rounding) } : { kind: "withheld" }),
  );
  return {
    sizes,
    regions: new Map(regions.map((region, index) => [index + 1, region])),
    byIdentifier,
    privacy: exactNote(terms, k),
    half: 0,
  };
}

function regionsOf({ question, terms }: Asked, released: Released): OverlapAnswer["regions"] {
  const { between } = question;
  return masksOf(between.length).map((mask) => {
    const members = bitsOf(mask).flatMap((bit) => between[bit] ?? []);
    const figure = released.regions.get(mask);
    if (figure !== undefined) return { members, ...shown(figure, terms.k, released.half) };
    return { members, ...aloneRegion(Math.log2(mask), released, terms.k) };
  });
}

// A list's own region: its size less its shared regions, from what is shown alone. Where one of those is withheld this
// one is too, or it would give that one away. Its interval is as wide as those of its terms together.
function aloneRegion(list: number, released: Released, k: number): ShownFigure {
  const parts = [...released.regions].filter(([mask]) => bitsOf(mask).includes(list)).map(([, figure]) => figure);
  const size = released.sizes[list];
  if (size?.kind !== "released") return withheld(k);
  let value = size.value;
  for (const part of parts) {
    if (part.kind === "withheld") return withheld(k);
    value -= part.value;
  }
  return value < k ? withheld(k) : shown({ kind: "released", value }, k, released.half * (parts.length + 1));
}

function ratesOf(between: readonly DatasetRef[], released: Released): OverlapAnswer["matchRates"] {
  const all = released.regions.get(2 ** between.length - 1);
  if (all?.kind !== "released") return [];
  return between.flatMap((dataset, index) => {
    const size = released.sizes[index];
    if (size?.kind !== "released" || size.value === 0) return [];
    return [{ dataset, share: Math.min(1, Math.round((all.value / size.value) * 10_000) / 10_000) }];
  });
}

function masksOf(lists: number): number[] {
  return Array.from({ length: 2 ** lists - 1 }, (_, index) => index + 1);
}

function bitsOf(mask: number): number[] {
  const bits: number[] = [];
  for (let rest = mask, bit = 0; rest > 0; rest >>= 1, bit++) if ((rest & 1) === 1) bits.push(bit);
  return bits;
}
