import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DIRECTORY, HARBOUR, questionOf, SUNLINE, tableContract } from "../../../testing/documents.ts";
import { TOP } from "../../policy/terms.ts";
import { parseEpsilon } from "../../privacy/epsilon.ts";
import type { Truth } from "../analysis.ts";
import type { ShownFigure } from "../figures.ts";
import { rulesOf } from "../registry.ts";
import { asIfNobodyShared } from "../table.ts";
import type { CrosstabAnswer } from "./answer.ts";

const CONTRACT = tableContract();
const [SUN, HARB] = [SUNLINE, HARBOUR].map((partner) => `${partner}/customers`);
const TIER = { dataset: HARB, attribute: "tier" };
const REGION = { dataset: SUN, attribute: "region" };
const WITHHELD = { withheld: true, says: "fewer than 10, or withheld with such a group" };

const tableBy = (by: readonly object[]) =>
  questionOf(CONTRACT, { analysis: "crosstab", purpose: "insight", between: [SUN, HARB], identifiers: ["email"], by });

const people = (counts: readonly number[]): Truth => ({ kind: "table", people: counts, holders: [], sums: [] });
const everybody = (both: number): Truth => {
  return { kind: "overlap", sizes: [both, both], regions: [0, 0, 0, both], byIdentifier: [both] };
};

function priced(by: readonly object[]) {
  const epsilon = parseEpsilon("1");
  if (!epsilon.ok) throw new Error(epsilon.error);
  const terms = { ...TOP, k: 10, rounding: 5 };
  return { contract: CONTRACT, question: tableBy(by), terms, epsilon: epsilon.value };
}

function answered(by: readonly object[], truths: readonly Truth[]): CrosstabAnswer {
  const noDice = () => {
    throw new Error("exact mode draws nothing");
  };
  const { figures } = rulesOf("crosstab").answer(priced(by), truths, noDice);
  // SAFETY: the figures of a cross-tab are its answer.
  return figures as CrosstabAnswer;
}

const shown = ({ cells }: CrosstabAnswer): readonly ShownFigure[] => cells.map((cell) => cell.people);

describe("an exact cross-tab", () => {
  it("asks for each list by itself, by its own axes alone", () => {
    const asked = rulesOf("crosstab").exactMeasurements(CONTRACT, tableBy([TIER, REGION]));
    const about = asked.map((one) => (one.kind === "table" ? one.by.map(({ attribute }) => attribute) : one.kind));
    expect(asked.map((one) => "lists" in one && one.lists)).toEqual([
      [HARB, HARB],
      [SUN, SUN],
    ]);
    expect(about).toEqual([["tier"], ["region"]]);
    expect(rulesOf("crosstab").exactMeasurements(CONTRACT, tableBy([TIER]))[1]?.kind).toBe("overlap");
  });

  it("draws no randomness, rounds, and withholds together without an interval or a total", () => {
    const answer = answered([TIER], [people([52, 43, 30, 0]), people([900, 900, 900, 0]), everybody(5_000)]);
    expect(shown(answer)).toEqual([{ released: 50 }, { released: 45 }, WITHHELD, WITHHELD]);
    expect(answer.privacy).toMatchObject({ mode: "exact", rounding: 5, threshold: 10 });
    expect(Object.keys(answer).sort()).toEqual(["axes", "cells", "privacy"]);
    expect(rulesOf("crosstab").margins(priced([TIER]))).toEqual([]);
  });

  it("holds a cell to the people of its line on each list", () => {
    // Cells by Harbour's tier, then Sunline's region. Of Harbour's second tier 80 are matched.
    const cells = [40, 40, 0, 40, 40, 0, 40, 40, 0, 40, 40, 0];
    const sides = (second: number) => [people([500, second, 500, 500]), people([900, 900, 0])];
    const which = (second: number) =>
      shown(answered([TIER, REGION], [people(cells), ...sides(second)])).map((one) => "released" in one);
    const isShown = which(99);
    expect(isShown).toEqual([true, true, false, true, true, false, true, true, false, true, false, false]);
    expect(which(98).every((one) => !one)).toBe(true);
    expect(which(89)).toEqual(isShown.map((one, cell) => one && cell !== 3 && cell !== 4));
  });

  it("finds the line of any cell as the keys of cells say", () => {
    fc.assert(
      fc.property(fc.nat(3), fc.nat(2), (tier, region) => {
        // One line of either list is full, so exactly its cells are withheld, with the last of the others.
        const at = (cell: number) => [Math.floor(cell / 3), cell % 3];
        const cells = Array.from({ length: 12 }, () => 100);
        const full = (lines: number, line: number, matched: number) =>
          people(Array.from({ length: lines }, (_, one) => (one === line ? matched : 9_999)));
        const by = (sides: readonly Truth[]) => shown(answered([TIER, REGION], [people(cells), ...sides]));
        const withheldIn = (figures: readonly ShownFigure[]) =>
          figures.flatMap((one, cell) => ("released" in one ? [] : [cell]));
        const rows = withheldIn(by([full(4, tier, 300), full(3, -1, 0)])).map((cell) => at(cell)[0]);
        expect(rows.filter((row) => row !== tier)).toHaveLength(1);
        const columns = withheldIn(by([full(4, -1, 0), full(3, region, 400)])).map((cell) => at(cell)[1]);
        expect(columns.filter((column) => column !== region)).toHaveLength(1);
      }),
      { numRuns: 12 },
    );
  });

  it("withheld by the guard is answered as if the lists shared nobody", () => {
    const truths = [people([52, 43, 30, 0]), people([900, 900, 900, 0]), everybody(5_000)];
    const nobody = answered([TIER], [people([0, 0, 0, 0]), ...truths.slice(1)]);
    expect(answered([TIER], asIfNobodyShared(truths))).toEqual(nobody);
    expect(shown(nobody)).toEqual([WITHHELD, WITHHELD, WITHHELD, WITHHELD]);
  });

  it("says in its label that groups are withheld together", () => {
    const { terms, question } = priced([TIER]);
    const telling = { recipient: SUNLINE, directory: DIRECTORY, terms, margins: [] };
    expect(rulesOf("crosstab").tells(question, telling)).toEqual([
      "Sunline Holidays would learn how many customers Harbour Yachts and Sunline Holidays share, in a table by " +
        "“tier” at Harbour Yachts, as figures without noise, rounded to multiples of 5; nothing is shown below 10 " +
        "people",
      "where a group is withheld, another is withheld with it, or the whole table, so that none can be worked out",
    ]);
  });
});
