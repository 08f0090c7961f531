// The sentence of the explorer as an address and back: which contract, what figures, whose lists, found by what, for
// which purpose, among whom, grouped by what. What the address leaves out takes the first thing that the contract
// offers, so a bare address asks too.

import type { Contract, ContractId } from "../domain/contract/document.ts";
import { type DatasetRef, datasetRef, type IdentifierKind, ownerOf } from "../domain/dataset/schema.ts";
import { LIMITS } from "../domain/limits.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type AskedQuestion, analysisOf, questionSchema } from "../domain/question/question.ts";
import { axisText, declaredAxes, type GroupedBy } from "./axis-form.ts";

/** What the explorer asks for, in the order in which people come to it. */
export const FIGURES = ["overlap", "crosstab", "affinity", "trend"] as const;
export type Figures = (typeof FIGURES)[number];

/** A contract that lets somebody ask for figures. */
export type Askable = { readonly id: ContractId; readonly contract: Contract };

/** What the sentence says, every part of it. */
export type Sentence = {
  readonly contract: ContractId;
  readonly analysis: Figures;
  /** Of an affinity: the list among whose people the segments are weighed, then the list that has them. */
  readonly lists: readonly DatasetRef[];
  /** One identifier, or null for all that the contract lets these lists be matched by. */
  readonly by: IdentifierKind | null;
  /** What people are grouped by: of an affinity one attribute, of an overlap none. */
  readonly axes: readonly GroupedBy[];
  readonly purpose: string;
  readonly among: readonly Among[];
};
export type Among = { readonly list: DatasetRef; readonly attribute: string; readonly value: string };

/** What a contract offers for each part of the sentence. */
export type Offer = {
  readonly lists: readonly DatasetRef[];
  readonly purposes: readonly string[];
  readonly identifiers: readonly IdentifierKind[];
};

/** The figures that a contract lets a partner ask for. */
export function figuresFor(contract: Contract, partner: PartnerId): readonly Figures[] {
  return FIGURES.filter((one) => analysisOf(contract, one)?.recipients.includes(partner) === true);
}

/** What may stand in the sentence under a contract, given the analysis and the lists that are in it. */
export function offerOf(contract: Contract, { analysis, lists }: Pick<Sentence, "analysis" | "lists">): Offer {
  const entry = analysisOf(contract, analysis);
  const chosen = contract.datasets.filter((one) => lists.includes(datasetRef(one.partner, one.dataset)));
  const identifiers = (entry?.identifiers ?? []).filter((kind) =>
    chosen.every((one) => one.identifiers.includes(kind)),
  );
  return { lists: listsOf(contract), purposes: entry?.purposes ?? [], identifiers };
}

/** Reads the sentence out of an address or a form. */
export function sentenceIn(fields: URLSearchParams, { id, contract }: Askable, own: PartnerId): Sentence {
  const offered = figuresFor(contract, own);
  const analysis = offered.find((one) => one === fields.get("analysis")) ?? offered[0] ?? "overlap";
  const { lists, axes } =
    analysis === "affinity" ? weighedIn(fields, contract, own) : comparedIn(fields, { contract, analysis, own });
  const { identifiers, purposes } = offerOf(contract, { analysis, lists });
  const wanted = identifiers.find((kind) => kind === fields.get("by")) ?? null;
  // Three lists and more are matched by one identifier at a time.
  const by = wanted === null && lists.length > 2 ? (identifiers[0] ?? null) : wanted;
  const purpose = purposes.find((one) => one === fields.get("purpose")) ?? purposes[0] ?? "";
  const among = fields.getAll("among").flatMap((text) => amongIn(text, lists) ?? []);
  return { contract: id, analysis, lists, by, axes, purpose, among };
}

type Compared = { readonly contract: Contract; readonly analysis: Figures; readonly own: PartnerId };
type Grouping = Pick<Sentence, "lists" | "axes">;

// A table has an attribute at least, a trend may follow one, and an overlap has none.
function comparedIn(fields: URLSearchParams, { contract, analysis, own }: Compared): Grouping {
  const all = listsOf(contract);
  const named = all.filter((list) => fields.getAll("list").includes(list));
  const lists = named.length === 0 ? firstLists(all, own) : named;
  if (analysis === "overlap") return { lists, axes: [] };
  const open = declaredAxes(contract, lists).filter(({ isGroupable }) => isGroupable);
  const wanted = open.filter(({ axis }) => fields.getAll("axis").includes(axisText(axis)));
  const chosen = wanted.length > 0 || analysis === "trend" ? wanted : open.slice(0, 1);
  return { lists, axes: chosen.slice(0, LIMITS.crosstabAttributes).map(({ axis }) => axis) };
}

// The attribute says whose the segments are; where it is the weighed list's own, another company's takes its place.
function weighedIn(fields: URLSearchParams, contract: Contract, own: PartnerId): Grouping {
  const all = listsOf(contract);
  const named = all.filter((list) => fields.getAll("list").includes(list));
  const mine = (named.length === 0 ? all : named).find((list) => ownerOf(list) === own);
  const weighed = all.find((list) => list === fields.get("whose")) ?? mine ?? named[0] ?? all[0];
  if (weighed === undefined) return { lists: [], axes: [] };
  const others = all.filter((list) => ownerOf(list) !== ownerOf(weighed));
  const open = declaredAxes(contract, others).filter(({ isGroupable }) => isGroupable);
  const wanted = open.find(({ axis }) => fields.getAll("axis").includes(axisText(axis)));
  const near = open.find(({ axis }) => named.includes(axis.dataset));
  const axis = (wanted ?? near ?? open[0])?.axis;
  return axis === undefined ? { lists: [weighed], axes: [] } : { lists: [weighed, axis.dataset], axes: [axis] };
}

/** The address that says a sentence, without the question mark. */
export function addressOf({ contract, analysis, lists, by, axes, purpose, among }: Sentence): string {
  const fields = new URLSearchParams({ contract, analysis, purpose, ...(by === null ? {} : { by }) });
  for (const list of lists) fields.append("list", list);
  if (analysis === "affinity" && lists[0] !== undefined) fields.append("whose", lists[0]);
  for (const axis of axes) fields.append("axis", axisText(axis));
  for (const one of among) fields.append("among", amongText(one));
  return fields.toString();
}

/** The question that a sentence asks; null where it is none, as of one list alone. */
export function questionOf(said: Sentence): AskedQuestion | null {
  const { contract, analysis, by, purpose, among } = said;
  const where = clausesAmong(among);
  const asked = questionSchema.safeParse({
    ...{ analysis, contract, purpose },
    ...ownParts(said),
    ...(by === null ? {} : { identifiers: [by] }),
    ...(where.length === 0 ? {} : { where }),
  });
  return asked.success ? asked.data : null;
}

// The members of a question that its analysis alone has.
function ownParts({ analysis, lists, axes }: Sentence) {
  if (analysis === "affinity") return { among: lists[0], segments: axes[0] };
  return { between: lists, ...(axes.length === 0 ? {} : { by: axes }) };
}

/** The sentence that a question was asked with, so that it may be changed; null where no sentence says so much. */
export function sentenceOf(question: AskedQuestion): Sentence | null {
  const own = listsAndAxes(question);
  if (own === null) return null;
  const [only, ...more] = question.identifiers ?? [];
  const among = (question.where ?? []).flatMap(({ dataset, attribute, in: values }) =>
    values.map((value) => ({ list: dataset, attribute, value })),
  );
  const by = only !== undefined && more.length === 0 ? only : null;
  return { contract: question.contract, ...own, by, purpose: question.purpose, among };
}

// Sums and means are asked for by the command line: no part of the sentence names one.
function listsAndAxes(question: AskedQuestion): Pick<Sentence, "analysis" | "lists" | "axes"> | null {
  switch (question.analysis) {
    case "overlap":
      return { analysis: question.analysis, lists: question.between, axes: [] };
    case "crosstab":
    case "trend": {
      const { analysis, between: lists, by: axes = [], measure } = question;
      return measure === undefined ? { analysis, lists, axes } : null;
    }
    case "affinity": {
      const { analysis, among, segments } = question;
      return { analysis, lists: [among, segments.dataset], axes: [segments] };
    }
    case "audience":
    case "suppression":
      return null;
  }
}

/** One chosen value as a form's field holds it. */
export function amongText({ list, attribute, value }: Among): string {
  return `${list}|${attribute}|${value}`;
}

/** Reads one chosen value; null where it is of none of these lists. */
export function amongIn(text: string, lists: readonly DatasetRef[]): Among | null {
  const [ref, attribute, ...value] = text.split("|");
  const list = lists.find((one) => one === ref);
  if (list === undefined || attribute === undefined || value.length === 0) return null;
  return { list, attribute, value: value.join("|") };
}

/** Chosen values as the clauses of a question, one for each attribute. */
export function clausesAmong(among: readonly Among[]): { dataset: DatasetRef; attribute: string; in: string[] }[] {
  const clauses = new Map<string, { dataset: DatasetRef; attribute: string; in: string[] }>();
  for (const { list, attribute, value } of among) {
    const key = `${list}|${attribute}`;
    const clause = clauses.get(key) ?? { dataset: list, attribute, in: [] };
    clause.in.push(value);
    clauses.set(key, clause);
  }
  return [...clauses.values()];
}

function listsOf(contract: Contract): DatasetRef[] {
  return contract.datasets.map((one) => datasetRef(one.partner, one.dataset));
}

// One's own list and the first of another member: the question that most people come with.
function firstLists(all: readonly DatasetRef[], own: PartnerId): DatasetRef[] {
  const mine = all.find((list) => ownerOf(list) === own);
  const others = all.filter((list) => ownerOf(list) !== own);
  return mine === undefined ? others.slice(0, 2) : [mine, ...others.slice(0, 1)];
}
