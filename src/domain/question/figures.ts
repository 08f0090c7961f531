// Figures of an answer: what each shows, how sure it is, and how many of them one person can move.

import type { Terms } from "../policy/terms.ts";
import { type EpsilonMicros, printEpsilon } from "../privacy/epsilon.ts";
import { interval95 } from "../privacy/interval.ts";
import { type Figure, noiseScale } from "../privacy/mechanism.ts";

/** A figure as it stands in an answer. `interval`: at the 95 % level; absent in exact mode. */
export type ShownFigure =
  | { readonly released: number; readonly interval?: readonly [number, number] }
  | { readonly withheld: true; readonly says: string };

/** How an answer was protected, for the reader of the receipt. */
export type PrivacyNote =
  | {
      readonly mode: "noise";
      readonly mechanism: "discrete-laplace";
      readonly epsilon: string;
      /** The most that one person can change all figures together (L1); with `parts`, all figures of one part. */
      readonly sensitivity: number;
      /** Kinds of figures that share the epsilon in equal parts, where there are several. */
      readonly parts?: number;
      readonly threshold: number;
      readonly unit: "one person of one list";
    }
  | {
      readonly mode: "exact";
      readonly rounding: number;
      readonly threshold: number;
      readonly says: string;
    };

const EXACT_SAYS = "no noise: weaker, without a mathematical guarantee; what is withheld depends on the data";

type Noise = {
  readonly epsilon: EpsilonMicros;
  readonly sensitivity: number;
  readonly threshold: number;
  readonly parts?: number;
};

/** The note of an answer with noise. */
export function noiseNote({ epsilon, ...rest }: Noise): PrivacyNote {
  const mechanism = "discrete-laplace";
  return { mode: "noise", mechanism, epsilon: printEpsilon(epsilon), ...rest, unit: "one person of one list" };
}

/** The note of an answer in exact mode. */
export function exactNote({ rounding }: Pick<Terms, "rounding">, threshold: number): PrivacyNote {
  return { mode: "exact", rounding, threshold, says: EXACT_SAYS };
}

/** Whether figures were protected just as these terms demand, so that one draw of them serves under the terms too. */
export function isProtectedAs(note: PrivacyNote, { mode, k, rounding }: Terms, epsilon: EpsilonMicros): boolean {
  if (note.mode !== mode || note.threshold !== k) return false;
  return note.mode === "noise" ? note.epsilon === printEpsilon(epsilon) : note.rounding === rounding;
}

/** Half of the 95 % interval around each figure of a release under this price. */
export function halfInterval(l1Sensitivity: number, epsilon: EpsilonMicros): number {
  return interval95(noiseScale({ l1Sensitivity, epsilon }));
}

/** A figure with its interval, whose half-width is 0 for exact figures. */
export function shown(figure: Figure, k: number, half: number): ShownFigure {
  if (figure.kind === "withheld") return withheld(k);
  if (half === 0) return { released: figure.value };
  return { released: figure.value, interval: [Math.max(0, figure.value - half), figure.value + half] };
}

/** "Fewer than k" is all that is said, whatever the reason. */
export function withheld(k: number): ShownFigure {
  return { withheld: true, says: `fewer than ${k}` };
}
