// The data's part in a room of attacks: lists as a question chooses them, true figures, what earlier answers they are
// too near to, and the answer. As in the real room, nothing here decides what may be asked.

import type { DatasetRef } from "../dataset/schema.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { type Cell, comparisonsOf, type ExactAsking, isTooNear } from "../privacy/differencing.ts";
import type { RandomBytes } from "../privacy/random.ts";
import type { Truth } from "../question/analysis.ts";
import { asIfAlone, type OverlapAnswer, tellsOfOthers } from "../question/overlap/answer.ts";
import type { Question } from "../question/question.ts";
import type { Assessed } from "./assessing.ts";
import { type CrowdList, chosenFrom, distanceOf, sharedBy } from "./crowds.ts";
import type { Rules } from "./rules.ts";
import { type Expected, expectedOf } from "./told.ts";
import { type Lists, selected } from "./truths.ts";

export type Permitted = Extract<Assessed, { kind: "permitted" }>;

/** A list as it was uploaded at one time. */
export type Version = { readonly id: string; readonly crowds: CrowdList };

/** Exact figures that a recipient has, and the people behind them. */
type ExactGiven = { readonly recipient: PartnerId; readonly asking: ExactAsking; readonly lists: Lists };

/** A list of people that a recipient has, made with another's list. */
type ListGiven = { readonly recipient: PartnerId; readonly lineage: DatasetRef; readonly named: CrowdList };

/** What recipients have, which new answers must not be too near to. */
export type Earlier = { readonly exact: ExactGiven[]; readonly lists: ListGiven[] };

/** What a question is answered on. */
export type Ground = {
  readonly recipient: PartnerId;
  readonly versionOf: (list: DatasetRef) => Version;
  readonly earlier: Earlier;
};

/** Computes and protects an answer, and remembers what the guards must. */
export function release(
  { rules, random }: { readonly rules: Rules; readonly random: RandomBytes },
  permitted: Permitted,
  ground: Ground,
): object {
  const { question, priced, terms } = permitted;
  const { recipient, earlier } = ground;
  const lists = chosenBy(question, permitted.lists, (list) => ground.versionOf(list).crowds);
  const given = namedBy(question, lists);
  const exact = exactGiven(permitted, ground, lists);
  const isNear = exact !== null && terms.mode === "exact" && isNearEarlier(earlier, exact, terms.k);
  const truths = truthsOf(rules, permitted, lists).map((truth): Truth => {
    if (truth.kind === "selection" && given !== null && truth.size <= terms.maximumAudience)
      return { ...truth, nearest: nearestOf(ground, given) };
    if (truth.kind !== "overlap" || exact === null || !isNear) return truth;
    return { ...truth, ...asIfAlone(exact.asking.question, recipient, truth) };
  });
  const { outcome, figures } = rules.answer(priced, truths, rules.noise(random, question));
  if (given !== null && outcome === "released") earlier.lists.push({ recipient, ...given });
  if (exact !== null && terms.mode === "exact") {
    // SAFETY: an overlap's figures, or a trend's at its end, are an overlap's.
    if (tellsOfOthers(figures as OverlapAnswer, recipient)) earlier.exact.push(exact);
  }
  return figures;
}

function exactGiven({ overlap, lists: names, terms }: Permitted, ground: Ground, lists: Lists): ExactGiven | null {
  if (overlap === null) return null;
  const versions = Object.fromEntries(names.map((list) => [list, ground.versionOf(list).id]));
  return { recipient: ground.recipient, asking: { question: overlap, versions, consents: terms.consents }, lists };
}

function nearestOf({ earlier, recipient }: Ground, { lineage, named }: Given): number | null {
  const before = earlier.lists.filter((one) => one.recipient === recipient && one.lineage === lineage);
  return before.length === 0 ? null : Math.min(...before.map((one) => distanceOf(one.named, named)));
}

type Given = Pick<ListGiven, "lineage" | "named">;

/** What the figures of a question would be if one list were the one or the other, by the rules of the real room. */
export function foreseen(
  rules: Rules,
  permitted: Permitted,
  either: { readonly [world in "absent" | "there"]: (list: DatasetRef) => CrowdList },
): readonly Expected[] {
  const { question, priced, lists } = permitted;
  const truths = (crowdsOf: (list: DatasetRef) => CrowdList) =>
    truthsOf(rules, permitted, chosenBy(question, lists, crowdsOf));
  return expectedOf(priced.contract, question, { absent: truths(either.absent), there: truths(either.there) });
}

function chosenBy({ where }: Question, names: readonly DatasetRef[], crowdsOf: (list: DatasetRef) => CrowdList): Lists {
  return new Map(
    names.map((list) => [
      list,
      chosenFrom(
        crowdsOf(list),
        where.filter(({ dataset }) => dataset === list),
      ),
    ]),
  );
}

function truthsOf(rules: Rules, { measurements }: Permitted, lists: Lists): readonly Truth[] {
  return measurements.map((measurement) => rules.measure(measurement, lists));
}

function namedBy(question: Question, lists: Lists): Given | null {
  if (question.analysis !== "audience" && question.analysis !== "suppression") return null;
  const [own, other] = [lists.get(question.from), lists.get(question.matching)];
  if (own === undefined || other === undefined) throw new Error("a list is made from lists of its question");
  return { lineage: question.matching, named: selected(own, other, question.identifiers.length) };
}

function isNearEarlier({ exact }: Earlier, asked: ExactGiven, k: number): boolean {
  return exact
    .filter(({ recipient }) => recipient === asked.recipient)
    .some((given) => {
      const comparisons = comparisonsOf(asked.asking, given.asking, asked.recipient);
      if (comparisons === null) return true;
      return comparisons.some((one) =>
        isTooNear(distanceOf(peopleIn(asked, one.asked), peopleIn(given, one.given)), k),
      );
    });
}

function peopleIn({ lists }: ExactGiven, { list, sharedWith }: Cell): CrowdList {
  const people = lists.get(list);
  const other = sharedWith === null ? people : lists.get(sharedWith);
  if (people === undefined || other === undefined) throw new Error("a cell is of lists of its question");
  return sharedBy(people, other);
}
