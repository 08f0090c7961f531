import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contractOf, HARBOUR, MERIDIAN, questionOf, SUNLINE } from "../../testing/documents.ts";
import { type DatasetRef, datasetRef } from "../dataset/schema.ts";
import type { OverlapQuestion } from "../question/overlap/question.ts";
import { type Cell, comparisonsOf, type ExactAsking, isTooNear } from "./differencing.ts";

const OWN = datasetRef(HARBOUR, "customers");
const THEIRS = datasetRef(SUNLINE, "customers");
const THIRD = datasetRef(MERIDIAN, "customers");
const CONTRACT = contractOf();

function overlap(
  between: readonly DatasetRef[],
  where: readonly object[] = [],
  identifiers = ["email"],
): OverlapQuestion {
  const question = questionOf(CONTRACT, { analysis: "overlap", purpose: "insight", between, identifiers, where });
  if (question.analysis !== "overlap") throw new Error("an overlap was asked");
  return question;
}

function tier(dataset: DatasetRef, ...values: string[]) {
  return { dataset, attribute: "tier", in: values };
}

const PLAIN: ExactAsking = {
  question: overlap([OWN, THEIRS]),
  versions: { [OWN]: "own-1", [THEIRS]: "theirs-1", [THIRD]: "third-1" },
  consents: {},
};

function compared(asked: ExactAsking, given: ExactAsking = PLAIN) {
  return comparisonsOf(asked, given, HARBOUR)?.map(({ asked: one, given: other }) => [
    one.sharedWith,
    other.sharedWith,
  ]);
}

describe("what is compared", () => {
  it("is nothing for the same question on the same versions, under whichever contract or price", () => {
    expect(compared(PLAIN)).toEqual([]);
    expect(compared({ ...PLAIN, question: { ...PLAIN.question, epsilon: "0.1", purpose: "cross-sell" } })).toEqual([]);
  });

  it("is every figure with every other where the owner's side differs: clauses, version, consents", () => {
    const all = [
      [null, null],
      [null, OWN],
      [OWN, null],
      [OWN, OWN],
    ];
    expect(compared({ ...PLAIN, question: overlap([OWN, THEIRS], [tier(THEIRS, "gold")]) })).toEqual(all);
    expect(compared({ ...PLAIN, versions: { ...PLAIN.versions, [THEIRS]: "theirs-2" } })).toEqual(all);
    expect(compared({ ...PLAIN, consents: { [THEIRS]: ["post"] } })).toEqual(all);
  });

  it("leaves out the owner's size where only the asker's side differs, since it is the same people", () => {
    const but = [
      [null, OWN],
      [OWN, null],
      [OWN, OWN],
    ];
    expect(compared({ ...PLAIN, versions: { ...PLAIN.versions, [OWN]: "own-2" } })).toEqual(but);
    expect(compared({ ...PLAIN, question: overlap([OWN, THEIRS], [tier(OWN, "gold")]) })).toEqual(but);
    expect(compared({ ...PLAIN, question: overlap([OWN, THEIRS], [], ["phone"]) })).toEqual(but);
  });

  it("is never the recipient's own list, nor a list that only one of the two is about", () => {
    expect(comparisonsOf({ ...PLAIN, question: overlap([OWN, THIRD]) }, PLAIN, HARBOUR)).toEqual([]);
    const lists = comparisonsOf(
      { ...PLAIN, versions: { ...PLAIN.versions, [OWN]: "2", [THEIRS]: "2" } },
      PLAIN,
      HARBOUR,
    );
    expect(new Set(lists?.flatMap(({ asked, given }) => [asked.list, given.list]))).toEqual(new Set([THEIRS]));
  });

  it("cannot be told among three lists, but for the very same release", () => {
    const three = { ...PLAIN, question: overlap([OWN, THEIRS, THIRD]) };
    expect(comparisonsOf(three, PLAIN, HARBOUR)).toBeNull();
    expect(comparisonsOf(PLAIN, three, HARBOUR)).toBeNull();
    expect(comparisonsOf(three, three, HARBOUR)).toEqual([]);
  });
});

it("is too near from nobody to k - 1", () => {
  expect([0, 1, 9, 10, 11].map((people) => isTooNear(people, 10))).toEqual([true, true, true, false, false]);
});

/** A small world: two versions of each list, tiers of the owner's people. */
const anyList = fc.subarray([1, 2, 3, 4, 5, 6]);
const anyWorld = fc.record({
  own: fc.tuple(anyList, anyList),
  theirs: fc.tuple(anyList, anyList),
  gold: anyList,
  pair: fc.tuple(anyAsking(), anyAsking()),
});

function anyAsking() {
  return fc.record({ own: fc.constantFrom(0, 1), theirs: fc.constantFrom(0, 1), isGold: fc.boolean() });
}

type AnyAsking = { readonly own: number; readonly theirs: number; readonly isGold: boolean };

it("no two figures that both may be known differ by one to k - 1 people: every pair, person by person", () => {
  const k = 3;
  fc.assert(
    fc.property(anyWorld, ({ own, theirs, gold, pair }) => {
      // One release within itself is the threshold's.
      fc.pre(JSON.stringify(pair[0]) !== JSON.stringify(pair[1]));
      const people = ({ own: mine, theirs: other, isGold }: AnyAsking, { sharedWith }: Cell): Set<number> => {
        const chosen = (theirs[other] ?? []).filter((one) => !isGold || gold.includes(one));
        return new Set(sharedWith === null ? chosen : chosen.filter((one) => own[mine]?.includes(one)));
      };
      const apart = (left: Set<number>, right: Set<number>) =>
        [...left].filter((one) => !right.has(one)).length + [...right].filter((one) => !left.has(one)).length;
      const [one, other] = pair.map((asking) => ({
        question: overlap([OWN, THEIRS], asking.isGold ? [tier(THEIRS, "gold")] : []),
        versions: { [OWN]: `own-${asking.own}`, [THEIRS]: `theirs-${asking.theirs}` },
        consents: {},
      })) as [ExactAsking, ExactAsking];
      const near = (comparisonsOf(one, other, HARBOUR) ?? []).some(({ asked, given }) =>
        isTooNear(apart(people(pair[0], asked), people(pair[1], given)), k),
      );
      if (near) return;
      for (const left of [null, OWN]) {
        for (const right of [null, OWN]) {
          const cells = [left, right].map((sharedWith) => ({ list: THEIRS, sharedWith })) as [Cell, Cell];
          const distance = apart(people(pair[0], cells[0]), people(pair[1], cells[1]));
          expect(distance === 0 || distance >= k).toBe(true);
        }
      }
    }),
    { numRuns: 2_000 },
  );
});
