// The answer to a cross-tab with noise: a table whose keys are the contract's, noise on every cell, empty ones too. A
// measure is told where enough people with a value stand behind it; a mean is the ratio of two noised figures.

import type { DatasetRef } from "../../dataset/schema.ts";
import type { Aggregate } from "../../policy/limits-document.ts";
import { halfWidth } from "../../privacy/interval.ts";
import {
  afterThreshold,
  type Figure,
  noiseOf,
  type Pricing,
  releaseCounts,
  releaseSums,
} from "../../privacy/mechanism.ts";
import type { RandomBytes } from "../../privacy/random.ts";
import { type Sensitivity, sumSensitivity, tableSensitivity } from "../../privacy/sensitivity.ts";
import type { BoundedMeasure, Margin, Priced, TableMeasurement, Truth } from "../analysis.ts";
import { halfInterval, marginOf, noiseNote, type PrivacyNote, type ShownFigure, shown, withheld } from "../figures.ts";
import { cellKeys, type Key } from "../table.ts";
import type { CrosstabQuestion } from "./question.ts";

export type CrosstabAnswer = {
  /** The attributes, each with its keys in the order of the cells; null, the last, is whoever has none of them. */
  readonly axes: readonly {
    readonly dataset: DatasetRef;
    readonly attribute: string;
    /** The contract's grouping, where keys are groups. */
    readonly grouping?: string;
    readonly keys: readonly Key[];
  }[];
  readonly measure?: {
    readonly dataset: DatasetRef;
    readonly measure: string;
    readonly aggregate: Aggregate;
    /** Its figures count units of 10^-scale. */
    readonly scale: number;
    readonly clamp: { readonly min: number; readonly max: number };
  };
  readonly cells: readonly {
    readonly keys: readonly Key[];
    readonly people: ShownFigure;
    /** The sum or the mean of the measure. */
    readonly measure?: ShownFigure;
  }[];
  readonly privacy: PrivacyNote;
};

/** How many people come into or go out of the table when one person of one list does, at the most. */
function sensitivityOfTable({ lists, identifiers, by, measure }: TableMeasurement): Sensitivity {
  const sides = new Set([...by.map((axis) => axis.dataset), ...(measure === null ? [] : [measure.dataset])]);
  return tableSensitivity({ lists: lists.length, identifiers: identifiers.length, isOneSided: sides.size === 1 });
}

/** How sure the counts of the table are, and the sums. */
export function marginsOfTable(table: TableMeasurement, priced: Priced<CrosstabQuestion>): readonly Margin[] {
  const counts = pricingOfCounts(table, priced);
  const people = marginOf("people", counts, 0);
  if (table.measure === null) return [people];
  const { measure, scale } = table.measure;
  return [people, marginOf(`each sum of “${measure}”`, pricingOfSums(counts, table.measure), scale)];
}

/** Releases a table under its terms, in noise mode. */
export function answerCrosstab(
  priced: Priced<CrosstabQuestion>,
  { table, truth }: { readonly table: TableMeasurement; readonly truth: Extract<Truth, { kind: "table" }> },
  random: RandomBytes,
): CrosstabAnswer {
  const { question, terms } = priced;
  const counts = pricingOfCounts(table, priced);
  const half = halfInterval(counts);
  const noised = releaseCounts(truth.people, noiseOf(counts), random);
  const people = noised.map((value) => afterThreshold(value, terms.k));
  const told = measureFigures({ question, table, truth, k: terms.k, counts, people }, random);
  return {
    axes: axesOf(table),
    ...headOf(question, table.measure),
    cells: cellKeys(table.by).map((keys, cell) => {
      const figures = { keys, people: shown(people[cell] ?? NONE, terms.k, half) };
      return told === null ? figures : { ...figures, measure: told[cell] ?? withheld(terms.k) };
    }),
    privacy: noiseNote(counts, terms.k),
  };
}

/** The attributes of a table with all their keys. */
export function axesOf({ by }: TableMeasurement): CrosstabAnswer["axes"] {
  return by.map(({ dataset, attribute, keys, grouped }) => {
    return { dataset, attribute, ...(grouped === undefined ? {} : { grouping: grouped.by }), keys: [...keys, null] };
  });
}

const NONE: Figure = { kind: "withheld" };

// Counts, holders and sums share the price.
function pricingOfCounts(table: TableMeasurement, { terms, epsilon }: Priced<CrosstabQuestion>): Pricing {
  const parts = table.measure === null ? 1 : 3;
  return { mechanism: terms.mechanism, epsilon, sensitivity: sensitivityOfTable(table), parts };
}

function pricingOfSums(counts: Pricing, measure: BoundedMeasure): Pricing {
  return { ...counts, sensitivity: sumSensitivity(counts.sensitivity, measure) };
}

function headOf({ measure: asked }: CrosstabQuestion, bounds: BoundedMeasure | null): Pick<CrosstabAnswer, "measure"> {
  if (asked === undefined || bounds === null) return {};
  const clamp = { min: bounds.minimum, max: bounds.maximum };
  return { measure: { ...asked, scale: bounds.scale, clamp } };
}

type Measuring = {
  readonly question: CrosstabQuestion;
  readonly table: TableMeasurement;
  readonly truth: Extract<Truth, { kind: "table" }>;
  readonly k: number;
  readonly counts: Pricing;
  readonly people: readonly Figure[];
};

function measureFigures(measuring: Measuring, random: RandomBytes): readonly ShownFigure[] | null {
  const { question, table, truth, k, counts, people } = measuring;
  const { measure } = table;
  if (measure === null) return null;
  const noise = { holders: noiseOf(counts), sum: noiseOf(pricingOfSums(counts, measure)) };
  const holders = releaseCounts(truth.holders, noise.holders, random);
  const sums = releaseSums(truth.sums, noise.sum, random);
  return people.map((figure, cell) => {
    const [held = 0, sum = 0] = [holders[cell], sums[cell]];
    if (figure.kind === "withheld" || afterThreshold(held, k).kind === "withheld") return withheld(k);
    if (question.measure?.aggregate === "sum") return sumFigure(sum, halfWidth(noise.sum, 0.05), measure);
    // Either part of a mean may miss, so each is held to half of the 5 %.
    const halves = { sum: halfWidth(noise.sum, 0.025), holders: halfWidth(noise.holders, 0.025) };
    return meanFigure({ sum, holders: held, halves }, measure);
  });
}

/** A sum with its interval, kept to the side of nought where the bounds allow no other. */
function sumFigure(sum: number, half: number, { minimum, maximum }: BoundedMeasure): ShownFigure {
  const kept = (value: number) => Math.max(minimum >= 0 ? 0 : -MOST, Math.min(maximum <= 0 ? 0 : MOST, value));
  return { released: kept(sum), interval: [kept(sum - half), kept(sum + half)] };
}

const MOST = Number.MAX_SAFE_INTEGER;

type Ratio = {
  readonly sum: number;
  readonly holders: number;
  readonly halves: { readonly sum: number; readonly holders: number };
};

/**
 * A mean with its interval: the ratio of a noised sum and a noised count, and the least and the greatest ratio of what
 * both may be. Within the bounds, where the true mean lies. Requires at least one holder.
 */
function meanFigure({ sum, holders, halves }: Ratio, { minimum, maximum }: BoundedMeasure): ShownFigure {
  const [fewest, most] = [Math.max(1, holders - halves.holders), holders + halves.holders];
  const [least, greatest] = [sum - halves.sum, sum + halves.sum];
  const low = Math.floor(least / (least < 0 ? fewest : most));
  const high = Math.ceil(greatest / (greatest < 0 ? most : fewest));
  const kept = (value: number) => Math.max(minimum, Math.min(maximum, value));
  return { released: kept(Math.round(sum / holders)), interval: [kept(low), kept(high)] };
}
