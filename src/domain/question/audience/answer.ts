// The gate before an audience: whether a list may leave at all, decided on a noised size. What leaves then is
// membership, which no noise hides; the contract says so to those who sign it.

import type { Terms } from "../../policy/terms.ts";
import { coinEpsilon, falseShare, gateEpsilon, turnedShare } from "../../privacy/deniability.ts";
import { type EpsilonMicros, printEpsilon } from "../../privacy/epsilon.ts";
import { roundToStep } from "../../privacy/exact.ts";
import { noiseOf, type Pricing, releaseCounts } from "../../privacy/mechanism.ts";
import type { RandomBytes } from "../../privacy/random.ts";
import { LIST_SENSITIVITY } from "../../privacy/sensitivity.ts";
import type { Truth } from "../analysis.ts";
import { exactNote, halfInterval, noiseNote, type PrivacyNote, type ShownFigure, shown } from "../figures.ts";

export type AudienceAnswer = {
  /** How many records the list has, as far as the figure is shown; the list itself shows it once collected. */
  readonly size: ShownFigure;
  /** How deniable entries are; absent where they are certain. */
  readonly deniability?: Deniability;
  readonly privacy: PrivacyNote;
};

export type Deniability = {
  /** Epsilon of the coin that is tossed for each record. */
  readonly epsilon: string;
  /** The chance with which a record is told the other way round. */
  readonly turned: number;
  /** What share of the entries is false on purpose, as far as the size tells; absent from a list that is withheld. */
  readonly falseShare?: number;
  readonly says: string;
};

/** What is true of a list that might leave. Secret. */
export type AudienceCounts = Omit<Extract<Truth, { kind: "selection" }>, "kind">;

type Asked = { readonly terms: Terms; readonly epsilon: EpsilonMicros };

/** What makes the noise on the size of a list as wide as it is: what the coin leaves of the price. */
export function pricingOfList({ terms, epsilon }: Asked): Pricing {
  const left = gateEpsilon(terms.deniability, epsilon);
  return { mechanism: terms.mechanism, epsilon: left, sensitivity: LIST_SENSITIVITY, parts: 1 };
}

/**
 * Decides whether an audience leaves. Withheld are lists whose noised size (in exact mode the true one) lies outside
 * the bounds, lists above the cap in truth, and lists that differ from an earlier one by fewer than k people: all of
 * them alike. Of a deniable list, what counts is what would leave, after the coin.
 */
export function answerAudience(
  asked: Asked,
  counts: AudienceCounts,
  random: RandomBytes,
): { readonly outcome: "released" | "withheld"; readonly answer: AudienceAnswer } {
  const { terms } = asked;
  const pricing = pricingOfList(asked);
  const isExact = terms.mode === "exact";
  const [noised = 0] = releaseCounts([counts.size], noiseOf(pricing), random);
  const gate = isExact ? counts.size : noised;
  const isTooNear = counts.nearest !== null && counts.nearest < terms.k;
  const isInBounds =
    gate >= terms.minimumAudience && gate <= terms.maximumAudience && counts.size <= terms.maximumAudience;
  const outcome = isInBounds && !isTooNear ? "released" : "withheld";
  const value = isExact ? roundToStep(gate, terms.rounding) : gate;
  const half = isExact ? 0 : halfInterval(pricing);
  const figure = outcome === "released" ? ({ kind: "released", value } as const) : ({ kind: "withheld" } as const);
  const read = outcome === "released" ? { size: value, room: counts.room } : null;
  const answer = {
    size: shown(figure, terms.minimumAudience, half),
    ...deniabilityOf(asked, read),
    privacy: noteOf(asked),
  };
  return { outcome, answer };
}

function deniabilityOf(
  { terms, epsilon }: Asked,
  read: { readonly size: number; readonly room: number } | null,
): Pick<AudienceAnswer, "deniability"> {
  const coin = coinEpsilon(terms.deniability, epsilon);
  if (coin === null) return {};
  const turned = Number(turnedShare(coin).toFixed(6));
  const share = read === null ? {} : { falseShare: falseShare(coin, read) };
  return { deniability: { epsilon: printEpsilon(coin), turned, ...share, says: DENIABLE } };
}

const DENIABLE = "no entry is proof: a coin was tossed for each record, and some are told the other way round";

/** In how many entries two lists of record references differ. O(n + m). */
export function listDistance(left: readonly string[], right: readonly string[]): number {
  const seen = new Set(left);
  const shared = right.reduce((count, record) => count + (seen.has(record) ? 1 : 0), 0);
  return left.length + right.length - 2 * shared;
}

function noteOf(asked: Asked): PrivacyNote {
  const { terms } = asked;
  if (terms.mode === "exact") return exactNote(terms, terms.minimumAudience);
  return noiseNote(pricingOfList(asked), terms.minimumAudience);
}
