// Figures of an answer: what each shows, how sure it is, and how many of them one person can move.

import type { Terms } from "../policy/terms.ts";
import { type EpsilonMicros, printEpsilon } from "../privacy/epsilon.ts";
import { interval95, sigmaOf } from "../privacy/interval.ts";
import { type Figure, noiseOf, type Pricing } from "../privacy/mechanism.ts";
import type { Rational } from "../privacy/random.ts";
import type { Margin } from "./analysis.ts";

/** A figure as it stands in an answer. `interval`: at the 95 % level; absent in exact mode. */
export type ShownFigure =
  | { readonly released: number; readonly interval?: readonly [number, number] }
  | { readonly withheld: true; readonly says: string };

/** How an answer was protected, for the reader of the receipt. */
export type PrivacyNote =
  | (NoiseNote & {
      readonly mechanism: "discrete-laplace";
      /** The most that one person can change all figures together (L1); with `parts`, all figures of one part. */
      readonly sensitivity: number;
    })
  | (NoiseNote & {
      readonly mechanism: "discrete-gaussian";
      /** How far the noise on each count of people spreads, to four places. */
      readonly sigma: number;
      /** The same most as above, each change squared before they are added up (L2²). */
      readonly squaredSensitivity: number;
    })
  | {
      readonly mode: "exact";
      readonly rounding: number;
      readonly threshold: number;
      readonly says: string;
    };

type NoiseNote = {
  readonly mode: "noise";
  /** The price; the answer costs half its square in rho, whatever the mechanism. */
  readonly epsilon: string;
  /** Kinds of figures that share the price in equal parts, where there are several. */
  readonly parts?: number;
  readonly threshold: number;
  readonly unit: "one person of one list";
};

const EXACT_SAYS = "no noise: weaker, without a mathematical guarantee; what is withheld depends on the data";

/** The note of an answer with noise. @param pricing that of its counts of people */
export function noiseNote(pricing: Pricing, threshold: number): PrivacyNote {
  const { sensitivity, parts } = pricing;
  const noise = noiseOf(pricing);
  const rest = {
    mode: "noise",
    epsilon: printEpsilon(pricing.epsilon),
    ...(parts === 1 ? {} : { parts }),
    threshold,
    unit: "one person of one list",
  } as const;
  if (noise.mechanism === "discrete-laplace")
    return { ...rest, mechanism: noise.mechanism, sensitivity: sensitivity.l1 };
  const sigma = shownSigma(noise.sigmaSquared);
  return { ...rest, mechanism: noise.mechanism, sigma, squaredSensitivity: Number(sensitivity.l2Squared) };
}

/** The note of an answer in exact mode. */
export function exactNote({ rounding }: Pick<Terms, "rounding">, threshold: number): PrivacyNote {
  return { mode: "exact", rounding, threshold, says: EXACT_SAYS };
}

/** Whether figures were protected just as these terms demand, so that one draw of them serves under the terms too. */
export function isProtectedAs(note: PrivacyNote, terms: Terms, epsilon: EpsilonMicros): boolean {
  if (note.mode !== terms.mode || note.threshold !== terms.k) return false;
  if (note.mode === "exact") return note.rounding === terms.rounding;
  return note.mechanism === terms.mechanism && note.epsilon === printEpsilon(epsilon);
}

/** How sure figures of one kind are under this price. */
export function marginOf(of: string, pricing: Pricing, scale: number): Margin {
  const noise = noiseOf(pricing);
  const margin = { of, plusMinus: interval95(noise), scale };
  return noise.mechanism === "discrete-laplace" ? margin : { ...margin, sigma: shownSigma(noise.sigmaSquared) };
}

/** Half of the 95 % interval around each figure of a release under this price. */
export function halfInterval(pricing: Pricing): number {
  return interval95(noiseOf(pricing));
}

/** A figure with its interval, whose half-width is 0 for exact figures. */
export function shown(figure: Figure, k: number, half: number): ShownFigure {
  if (figure.kind === "withheld") return withheld(k);
  if (half === 0) return { released: figure.value };
  return { released: figure.value, interval: [Math.max(0, figure.value - half), figure.value + half] };
}

function shownSigma(sigmaSquared: Rational): number {
  return Math.round(sigmaOf(sigmaSquared) * 10_000) / 10_000;
}

/** "Fewer than k" is all that is said, whatever the reason. */
export function withheld(k: number): ShownFigure {
  return { withheld: true, says: `fewer than ${k}` };
}
