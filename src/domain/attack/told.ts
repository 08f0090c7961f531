// The figures of an answer in one row, and what each of them would be with one person and without: so that attacks need
// not know which analysis they are asking.

import type { Contract } from "../contract/document.ts";
import type { AffinityAnswer } from "../question/affinity/answer.ts";
import type { Truth } from "../question/analysis.ts";
import type { AudienceAnswer } from "../question/audience/answer.ts";
import type { CrosstabAnswer } from "../question/crosstab/answer.ts";
import type { PrivacyNote, ShownFigure } from "../question/figures.ts";
import type { OverlapAnswer } from "../question/overlap/answer.ts";
import type { Question } from "../question/question.ts";
import { axisOf, measureIn } from "../question/table.ts";
import { nth } from "./nth.ts";

/** A figure as it is told; null where it is withheld. */
export type Told = number | null;

/** A figure without the person and with it, and the most that one person changes such a figure by. */
export type Expected = { readonly absent: number; readonly there: number; readonly unit: number };

/** The figures of an answer: of an overlap sizes and shared regions, of a table its cells, of a list its size. */
export function toldBy(contract: Contract, question: Question, figures: object): readonly Told[] {
  switch (question.analysis) {
    case "overlap":
    case "trend":
      // SAFETY: the rules of either analysis answer with an overlap's figures.
      return overlapTold(figures as OverlapAnswer);
    case "crosstab":
      // SAFETY: the rules of a cross-tab answer with one.
      return crosstabTold(figures as CrosstabAnswer);
    case "affinity":
      // SAFETY: the rules of an affinity answer with one.
      return affinityTold(keysOf(contract, question.segments), figures as AffinityAnswer);
    case "audience":
    case "suppression":
      // SAFETY: the rules of every list answer with its size.
      return [figureIn((figures as AudienceAnswer).size)];
    default:
      return question satisfies never;
  }
}

/** How an answer was protected. */
export function privacyIn(figures: object): PrivacyNote {
  // SAFETY: every analysis says how its answer was protected.
  return (figures as { readonly privacy: PrivacyNote }).privacy;
}

/** The scale of the noise on each figure, in what one person changes it by; 1 where there is no noise. */
export function scaleOf(note: PrivacyNote): number {
  if (note.mode === "exact") return 1;
  if (note.mechanism === "discrete-gaussian") return note.sigma;
  const parts = note.parts === undefined ? 1 : note.parts;
  return (note.sensitivity * parts) / Number(note.epsilon);
}

/** The figures that a question would have in either world, in the order of `toldBy`. */
export function expectedOf(
  contract: Contract,
  question: Question,
  truths: { readonly absent: readonly Truth[]; readonly there: readonly Truth[] },
): readonly Expected[] {
  const there = figuresOf(question, truths.there);
  const unit = unitOf(contract, question);
  return figuresOf(question, truths.absent).map(({ value, isMeasure, over }, index) => ({
    absent: value,
    there: nth(there, index).value,
    unit: isMeasure ? unit / over : 1,
  }));
}

/** A true figure; a mean is over so many people. */
type TrueFigure = { readonly value: number; readonly isMeasure: boolean; readonly over: number };

function figuresOf(question: Question, truths: readonly Truth[]): readonly TrueFigure[] {
  return truths.flatMap((truth): TrueFigure[] => {
    if (truth.kind === "selection") return [counted(truth.size)];
    if (truth.kind === "overlap") {
      const shared = truth.regions.filter((_, mask) => isShared(mask));
      return [...truth.sizes, ...shared].map(counted);
    }
    const people = truth.people.map(counted);
    return question.analysis === "crosstab" && question.measure !== undefined
      ? [...people, ...measuresOf(truth, question.measure.aggregate === "mean")]
      : people;
  });
}

function counted(value: number): TrueFigure {
  return { value, isMeasure: false, over: 1 };
}

// One person changes a mean by about its share of what it changes the sum by.
function measuresOf({ holders, sums }: Extract<Truth, { kind: "table" }>, isMean: boolean): TrueFigure[] {
  return sums.map((sum, cell) => {
    const over = isMean ? Math.max(1, nth(holders, cell)) : 1;
    return { value: sum / over, isMeasure: true, over };
  });
}

function unitOf(contract: Contract, question: Question): number {
  const measure = question.analysis === "crosstab" ? question.measure : undefined;
  const bounds = measure === undefined ? undefined : measureIn(contract, measure);
  return bounds === undefined ? 1 : Math.max(Math.abs(bounds.minimum), Math.abs(bounds.maximum));
}

// Cells without a measure are those of a table without one.
function crosstabTold({ cells }: CrosstabAnswer): readonly Told[] {
  const measures = cells.flatMap(({ measure }) => (measure === undefined ? [] : [figureIn(measure)]));
  return [...cells.map(({ people }) => figureIn(people)), ...measures];
}

// Regions of one list alone are worked out from the others, so they tell nothing more.
function overlapTold({ sizes, regions }: OverlapAnswer): readonly Told[] {
  return [...sizes, ...regions.filter(({ members }) => members.length > 1)].map(figureIn);
}

function affinityTold(keys: readonly (string | null)[], { segments }: AffinityAnswer): readonly Told[] {
  const byKey = new Map(segments.map((segment) => [segment.key, segment]));
  const figure = (key: string | null, of: "shared" | "all"): Told => {
    const segment = byKey.get(key);
    return segment === undefined ? null : figureIn(segment[of]);
  };
  return [...keys.map((key) => figure(key, "shared")), ...keys.map((key) => figure(key, "all"))];
}

function keysOf(contract: Contract, named: Parameters<typeof axisOf>[1]): readonly (string | null)[] {
  const axis = axisOf(contract, named);
  if (axis === undefined) throw new Error("the segments are not the contract's");
  return [...axis.keys, null];
}

function isShared(mask: number): boolean {
  return (mask & (mask - 1)) !== 0;
}

function figureIn(figure: ShownFigure): Told {
  return "released" in figure ? figure.released : null;
}
