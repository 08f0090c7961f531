// T-68 across releases: sums of parts of two answers, compared person by person.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HARBOUR, questionOf, SUNLINE, tableContract } from "../../testing/documents.ts";
import { type DatasetRef, datasetRefSchema } from "../dataset/schema.ts";
import { areFarApart, type ExactFigures, type Meeting, relationOf } from "./table-differencing.ts";

const K = 10;
const OUT = -1;

/** People in the same places: their part of the one answer and of the other, and how many they are. */
type Group = readonly [asked: number, given: number, people: number];

function meetingOf(groups: readonly Group[], parts: number, areSamePeople: boolean): Meeting {
  const count = (is: (asked: number, given: number) => boolean) =>
    groups.reduce((sum, [asked, given, people]) => (is(asked, given) ? sum + people : sum), 0);
  const all = Array.from({ length: parts }, (_, part) => part);
  return {
    asked: {
      people: all.map((part) => count((asked) => asked === part)),
      elsewhere: all.map((part) => count((asked, given) => asked === part && given === OUT)),
      k: K,
    },
    given: {
      people: all.map((part) => count((_, given) => given === part)),
      elsewhere: all.map((part) => count((asked, given) => given === part && asked === OUT)),
      k: K,
    },
    both: all.map((one) => all.map((other) => count((asked, given) => asked === one && given === other))),
    areSamePeople,
  };
}

/** The fewest people in whom a sum of told parts of the one differs from one of the other, or from nobody. */
function nearest(groups: readonly Group[], parts: number, { asked, given, areSamePeople }: Meeting): number {
  const sums = Array.from({ length: 2 ** parts }, (_, mask) => mask);
  const has = (mask: number, part: number) => part !== OUT && ((mask >> part) & 1) === 1;
  const isTold = (mask: number, people: readonly number[]) =>
    people.some((count, part) => has(mask, part) && count >= K);
  const isAllTold = (mask: number, people: readonly number[]) =>
    people.every((count, part) => has(mask, part) || count < K);
  const distances = sums.flatMap((left) =>
    sums.flatMap((right) => {
      // What is not told of is added together with a told part alone, so the sums of all told parts are everybody.
      const isEverybody = areSamePeople && isAllTold(left, asked.people) && isAllTold(right, given.people);
      if (isEverybody || (left > 0 && !isTold(left, asked.people)) || (right > 0 && !isTold(right, given.people)))
        return [];
      if (left === 0 && right === 0) return [];
      return groups.reduce(
        (sum, [one, other, people]) => (has(left, one) === has(right, other) ? sum : sum + people),
        0,
      );
    }),
  );
  return Math.min(...distances);
}

const part = fc.integer({ min: OUT, max: 2 });
const group = fc.tuple(part, part, fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 8, max: 40 })));
const groupsOf = (one: fc.Arbitrary<Group>) => fc.array(one, { minLength: 3, maxLength: 14 });

describe("parts of two answers", () => {
  it.each([
    ["about other people", groupsOf(group), false],
    ["about the same people", groupsOf(group.filter(([asked, given]) => asked !== OUT && given !== OUT)), true],
  ])("T-68: %s that are far apart have no two sums that differ by fewer than k", (_, worlds, areSame) => {
    let [far, near] = [0, 0];
    for (const groups of fc.sample(worlds, { numRuns: 1_500, seed: 11 })) {
      const meeting = meetingOf(groups, 3, areSame);
      if (!areFarApart(meeting, K)) {
        near++;
        continue;
      }
      far++;
      expect(nearest(groups, 3, meeting)).toBeGreaterThanOrEqual(K);
    }
    expect(Math.min(far, near)).toBeGreaterThan(50);
  });

  it("are near at k - 1 people and far at k", () => {
    const grown = (people: number) =>
      meetingOf(
        [
          [0, 0, 50],
          [0, OUT, people],
        ],
        1,
        false,
      );
    expect(areFarApart(grown(K - 1), K)).toBe(false);
    expect(areFarApart(grown(K), K)).toBe(true);
  });

  it("count those of a forgotten answer down to the floor of the engine", () => {
    const meeting = meetingOf(
      [
        [0, 0, 50],
        [0, OUT, 20],
        [OUT, 1, 15],
      ],
      2,
      false,
    );
    const withGiven = (k: number | null) => ({ ...meeting, given: { ...meeting.given, k } });
    expect(areFarApart(withGiven(20), 20)).toBe(true);
    expect(areFarApart(withGiven(null), 20)).toBe(false);
  });

  it("are near where only who is elsewhere is known, unless each part has k people elsewhere", () => {
    const groups: readonly Group[] = [
      [0, 0, 50],
      [1, 0, 30],
      [0, OUT, 20],
      [OUT, 0, 20],
      [1, OUT, 20],
    ];
    const { asked, given } = meetingOf(groups, 2, false);
    const one = { asked, given, both: [], areSamePeople: false };
    expect(areFarApart(one, K)).toBe(true);
    expect(areFarApart({ ...one, asked: { ...asked, elsewhere: [20, 9] } }, K)).toBe(false);
  });
});

const CONTRACT = tableContract();
const [SUN, HARB] = [SUNLINE, HARBOUR].map((partner) => datasetRefSchema.parse(`${partner}/customers`));
const TIER = { dataset: HARB, attribute: "tier" };
const REGION = { dataset: HARB, attribute: "region" };
type Asked = { readonly [member: string]: unknown };

function figures(asked: Asked, replaced: Partial<ExactFigures> = {}): ExactFigures {
  const common = { purpose: "insight", between: [SUN, HARB], identifiers: ["email"] };
  const question = questionOf(CONTRACT, { ...common, ...asked });
  if (question.analysis !== "crosstab" && question.analysis !== "overlap") throw new Error("no exact figures");
  const versions = Object.fromEntries(question.between.map((list: DatasetRef) => [list, `${list} 1`]));
  const keys = question.analysis === "crosstab" ? question.by.map(() => ["one", "other"]) : [];
  return { question, versions, keys, consents: {}, k: K, ...replaced };
}

const table = (asked: Asked = {}, replaced: Partial<ExactFigures> = {}) =>
  figures({ analysis: "crosstab", by: [TIER], ...asked }, replaced);
const overlap = (asked: Asked = {}, replaced: Partial<ExactFigures> = {}) =>
  figures({ analysis: "overlap", ...asked }, replaced);
const where = (attribute: string) => ({
  where: [{ dataset: HARB, attribute, in: [attribute === "tier" ? "gold" : "north"] }],
});
const later = { versions: { [String(SUN)]: "later", [String(HARB)]: "later" } };

describe("two exact answers", () => {
  it.each([
    ["a table and its total", table(), overlap(), "no-news"],
    ["the same table", table(), table(), "no-news"],
    ["the same table at another threshold", table(), table({}, { k: 20 }), "to-compare"],
    ["the same table over more keys", table(), table({}, { keys: [["one", "other", "third"]] }), "too-near"],
    ["the same table over its keys in another order", table(), table({}, { keys: [["other", "one"]] }), "too-near"],
    ["the same table, forgotten", table(), table({}, { k: null }), "to-compare"],
    ["a table on later versions", table({}, later), table(), "to-compare"],
    ["a table by another attribute", table(), table({ by: [REGION] }), "to-compare"],
    ["a finer table", table({ by: [TIER, REGION] }), table(), "too-near"],
    ["a margin of the table", table(), overlap(where("tier")), "too-near"],
    ["a margin on later versions", table({}, later), overlap(where("tier")), "too-near"],
    ["a segment by another attribute", table(), overlap(where("region")), "to-compare"],
    ["a table of a segment by what chose another", table(where("region")), table({ by: [REGION] }), "too-near"],
    ["a total by other identifiers", table(), overlap({ identifiers: ["phone"] }), "too-near"],
    ["a total by several", table(), overlap({ identifiers: ["email", "phone"] }), "too-near"],
  ])("%s stand as they must", (_, one, other, kind) => {
    for (const [asked, given] of [[one, other] as const, [other, one] as const])
      expect(relationOf(asked, given, SUNLINE).kind).toBe(kind);
  });

  it("count the same people where lists, versions, clauses and consents are the same", () => {
    expect(relationOf(table(), table({ by: [REGION] }), SUNLINE)).toEqual({
      kind: "to-compare",
      lists: [HARB],
      areSamePeople: true,
    });
    expect(relationOf(table(), overlap(where("region")), SUNLINE)).toMatchObject({ areSamePeople: false });
  });

  it("by several identifiers are near even to the people told apart by what matched them", () => {
    const several = { identifiers: ["email", "phone"] };
    expect(relationOf(table(several), overlap(several), SUNLINE).kind).toBe("no-news");
    expect(relationOf(table(several), overlap({ ...several, detail: ["identifier"] }), SUNLINE).kind).toBe("too-near");
    expect(relationOf(table(several), table({ ...several, by: [REGION] }), SUNLINE).kind).toBe("too-near");
  });
});
