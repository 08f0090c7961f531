// The data's part in a room of attacks: lists as a question chooses them, true figures, what earlier answers they are
// too near to, and the answer. As in the real room, nothing here decides what may be asked.

import type { DatasetRef } from "../dataset/schema.ts";
import type { UnixMillis } from "../instant.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { type Cell, comparisonsOf, type ExactAsking, isTooNear } from "../privacy/differencing.ts";
import type { EpsilonMicros } from "../privacy/epsilon.ts";
import type { RandomBytes } from "../privacy/random.ts";
import type { Truth } from "../question/analysis.ts";
import { asIfAlone, type OverlapAnswer, tellsOfOthers } from "../question/overlap/answer.ts";
import type { Question } from "../question/question.ts";
import type { Assessed } from "./assessing.ts";
import { type Contact, reachedOn, withoutResting } from "./contacts.ts";
import { type CrowdList, chosenFrom, distanceOf, peopleOn, sharedBy } from "./crowds.ts";
import { coinAt, entriesOf, expectedEntries, tossed } from "./deniable.ts";
import type { Rules } from "./rules.ts";
import { type Expected, expectedOf, type Told } from "./told.ts";
import { type Lists, selected } from "./truths.ts";

export type Permitted = Extract<Assessed, { kind: "permitted" }>;

/** A list as it was uploaded at one time. */
export type Version = { readonly id: string; readonly crowds: CrowdList };

/** Exact figures that a recipient has, and the people behind them. */
type ExactGiven = { readonly recipient: PartnerId; readonly asking: ExactAsking; readonly lists: Lists };

/** A list of people that a recipient has, made with another's list. */
type ListGiven = { readonly recipient: PartnerId; readonly lineage: DatasetRef; readonly named: CrowdList };

/** What recipients have, which new answers must not be too near to, and whom audiences reached. */
export type Earlier = { readonly exact: ExactGiven[]; readonly lists: ListGiven[]; readonly contacts: Contact[] };

/** What a question is answered on. */
export type Ground = {
  readonly recipient: PartnerId;
  readonly versionOf: (list: DatasetRef) => Version;
  readonly earlier: Earlier;
  readonly now: UnixMillis;
};

/** An answer: its figures, and of a deniable list whom of the single people it names. */
export type Released = { readonly figures: object; readonly entries: readonly Told[] | null };

type Drawing = { readonly rules: Rules; readonly random: RandomBytes };

/** Computes and protects an answer, and remembers what the guards must. */
export function release(drawing: Drawing, permitted: Permitted, ground: Ground): Released {
  const { question } = permitted;
  const lists = chosenBy(question, permitted.lists, crowdsOn(permitted, ground));
  const coin = coinAt(permitted);
  const given = namedBy(question, lists);
  if (coin !== null && given !== null) return releaseDeniable(drawing, permitted, { ...ground, given, coin });
  return { figures: releaseFigures(drawing, permitted, { ...ground, lists, given }), entries: null };
}

function releaseFigures(
  { rules, random }: Drawing,
  permitted: Permitted,
  ground: Ground & { readonly lists: Lists; readonly given: Given | null },
): object {
  const { question, priced, terms } = permitted;
  const { recipient, earlier, lists, given } = ground;
  const exact = exactGiven(permitted, ground, lists);
  const isNear = exact !== null && terms.mode === "exact" && isNearEarlier(earlier, exact, terms.k);
  const truths = truthsOf(rules, permitted, lists).map((truth): Truth => {
    if (truth.kind === "selection" && given !== null && truth.size <= terms.maximumAudience)
      return { ...truth, nearest: nearestOf(ground, given) };
    if (truth.kind !== "overlap" || exact === null || !isNear) return truth;
    return { ...truth, ...asIfAlone(exact.asking.question, recipient, truth) };
  });
  const { outcome, figures } = rules.answer(priced, truths, rules.noise(random, question));
  if (given !== null && outcome === "released") {
    earlier.lists.push({ recipient, ...given });
    noteContacts(ground, question, given);
  }
  if (exact !== null && terms.mode === "exact") {
    // SAFETY: an overlap's figures, or a trend's at its end, are an overlap's.
    if (tellsOfOthers(figures as OverlapAnswer, recipient)) earlier.exact.push(exact);
  }
  return figures;
}

type Deniable = Ground & { readonly given: Given; readonly coin: EpsilonMicros };

// Size gate and cap look at what would leave, after the coin; no guard compares it with other lists.
function releaseDeniable({ rules, random }: Drawing, permitted: Permitted, ground: Deniable): Released {
  const { question, priced } = permitted;
  const { given, coin } = ground;
  const leaving = tossed(given.own, given.named, () => rules.turns(coin, random));
  const size = peopleOn(leaving);
  const truth: Truth = { kind: "selection", size, room: peopleOn(given.own), nearest: null };
  const { outcome, figures } = rules.answer(priced, [truth], rules.noise(random, question));
  const isGiven = outcome === "released";
  if (isGiven) noteContacts(ground, question, given);
  return { figures, entries: entriesOf(given.own, isGiven ? leaving : null) };
}

function noteContacts({ earlier, now }: Ground, question: Question, { own }: Given): void {
  if (question.analysis !== "audience") return;
  const { matching: list, identifiers } = question;
  const where = question.where.filter(({ dataset }) => dataset === list);
  const reaches = (crowds: CrowdList) => reachedOn(chosenFrom(crowds, where), own, identifiers.length);
  earlier.contacts.push({ list, at: now, reaches });
}

function crowdsOn({ terms, question }: Permitted, ground: Ground): (list: DatasetRef) => CrowdList {
  const { earlier, now, versionOf } = ground;
  return (list) => {
    const { crowds } = versionOf(list);
    if (question.analysis !== "audience") return crowds;
    return withoutResting(crowds, earlier.contacts, { list, caps: terms.contacts[list], now });
  };
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

type Given = Pick<ListGiven, "lineage" | "named"> & { readonly own: CrowdList };

/** What the figures of a question would be if one list were the one or the other, by the rules of the real room. */
export function foreseen(
  rules: Rules,
  permitted: Permitted,
  either: { readonly [world in "absent" | "there"]: Ground },
): readonly Expected[] {
  const { question, priced, lists } = permitted;
  const listsIn = (ground: Ground) => chosenBy(question, lists, crowdsOn(permitted, ground));
  const [absent, there] = [listsIn(either.absent), listsIn(either.there)];
  const [without, including] = [namedBy(question, absent), namedBy(question, there)];
  if (coinAt(permitted) !== null && without !== null && including !== null)
    return expectedEntries(without.own, { absent: without.named, there: including.named });
  const truths = (each: Lists) => truthsOf(rules, permitted, each);
  return expectedOf(priced.contract, question, { absent: truths(absent), there: truths(there) });
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
  const identifiers = question.identifiers.length;
  return { lineage: question.matching, named: selected(own, other, identifiers), own };
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
