// The sentence of the explorer as an address and back: which contract, whose lists, found by what, for which purpose,
// among whom. What the address leaves out takes the first thing that the contract offers, so a bare address asks too.

import type { Contract, ContractId } from "../domain/contract/document.ts";
import { type DatasetRef, datasetRef, type IdentifierKind, ownerOf } from "../domain/dataset/schema.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type AskedQuestion, analysisOf, questionSchema } from "../domain/question/question.ts";

/** A contract that lets somebody ask for overlaps. */
export type Askable = { readonly id: ContractId; readonly contract: Contract };

/** What the sentence says, every part of it. */
export type Sentence = {
  readonly contract: ContractId;
  readonly lists: readonly DatasetRef[];
  /** One identifier, or null for all that the contract lets these lists be matched by. */
  readonly by: IdentifierKind | null;
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

/** Whether a partner may ask for overlaps under a contract. */
export function offersOverlap(contract: Contract, partner: PartnerId): boolean {
  return analysisOf(contract, "overlap")?.recipients.includes(partner) === true;
}

/** What may stand in the sentence under a contract, given the lists that are in it. */
export function offerOf(contract: Contract, lists: readonly DatasetRef[]): Offer {
  const entry = analysisOf(contract, "overlap");
  const chosen = contract.datasets.filter((one) => lists.includes(datasetRef(one.partner, one.dataset)));
  const identifiers = (entry?.identifiers ?? []).filter((kind) =>
    chosen.every((one) => one.identifiers.includes(kind)),
  );
  const all = contract.datasets.map((one) => datasetRef(one.partner, one.dataset));
  return { lists: all, purposes: entry?.purposes ?? [], identifiers };
}

/** Reads the sentence out of an address or a form. */
export function sentenceIn(fields: URLSearchParams, { id, contract }: Askable, own: PartnerId): Sentence {
  const { lists: all, purposes } = offerOf(contract, []);
  const named = all.filter((list) => fields.getAll("list").includes(list));
  const lists = named.length === 0 ? firstLists(all, own) : named;
  const { identifiers } = offerOf(contract, lists);
  const wanted = identifiers.find((kind) => kind === fields.get("by")) ?? null;
  // Three lists and more are matched by one identifier at a time.
  const by = wanted === null && lists.length > 2 ? (identifiers[0] ?? null) : wanted;
  const purpose = purposes.find((one) => one === fields.get("purpose")) ?? purposes[0] ?? "";
  const among = fields.getAll("among").flatMap((text) => amongIn(text, lists) ?? []);
  return { contract: id, lists, by, purpose, among };
}

/** The address that says a sentence, without the question mark. */
export function addressOf({ contract, lists, by, purpose, among }: Sentence): string {
  const fields = new URLSearchParams({ contract, purpose, ...(by === null ? {} : { by }) });
  for (const list of lists) fields.append("list", list);
  for (const one of among) fields.append("among", amongText(one));
  return fields.toString();
}

/** The question that a sentence asks; null where it is none, as of one list alone. */
export function questionOf({ contract, lists, by, purpose, among }: Sentence): AskedQuestion | null {
  const where = clausesAmong(among);
  const asked = questionSchema.safeParse({
    analysis: "overlap",
    contract,
    purpose,
    between: lists,
    ...(by === null ? {} : { identifiers: [by] }),
    ...(where.length === 0 ? {} : { where }),
  });
  return asked.success ? asked.data : null;
}

/** The sentence that a question was asked with, so that it may be changed. */
export function sentenceOf(question: AskedQuestion): Sentence | null {
  if (question.analysis !== "overlap") return null;
  const [only, ...more] = question.identifiers ?? [];
  const among = (question.where ?? []).flatMap(({ dataset, attribute, in: values }) =>
    values.map((value) => ({ list: dataset, attribute, value })),
  );
  const by = only !== undefined && more.length === 0 ? only : null;
  return { contract: question.contract, lists: question.between, by, purpose: question.purpose, among };
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

// One's own list and the first of another member: the question that most people come with.
function firstLists(all: readonly DatasetRef[], own: PartnerId): DatasetRef[] {
  const mine = all.find((list) => ownerOf(list) === own);
  const others = all.filter((list) => ownerOf(list) !== own);
  return mine === undefined ? others.slice(0, 2) : [mine, ...others.slice(0, 1)];
}
