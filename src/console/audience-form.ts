// The sentence of the audience builder as an address and back: a list to reach people or to leave them out, of whose
// customers, matched with whose, through which channel, for which purpose, among whom. What the address leaves out
// takes the first thing that the contract offers.

import type { Contract, ContractId } from "../domain/contract/document.ts";
import { type DatasetRef, datasetRef, type IdentifierKind, ownerOf } from "../domain/dataset/schema.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type AskedQuestion, analysisOf, questionSchema } from "../domain/question/question.ts";
import { type Among, type Askable, amongIn, amongText, clausesAmong } from "./question-form.ts";

/** What a list is for: to reach its people, or to leave them out. */
const LIST_KINDS = ["audience", "suppression"] as const;
export type ListKind = (typeof LIST_KINDS)[number];

/** What the sentence says, every part of it. */
export type ListSentence = {
  readonly contract: ContractId;
  readonly kind: ListKind;
  readonly from: DatasetRef;
  readonly matching: DatasetRef;
  /** One identifier, or null for all that the contract lets these lists be matched by. */
  readonly by: IdentifierKind | null;
  readonly channel: string;
  readonly purpose: string;
  readonly among: readonly Among[];
};

/** What a contract offers for each part of the sentence. */
export type ListOffer = {
  readonly kinds: readonly ListKind[];
  readonly own: readonly DatasetRef[];
  readonly others: readonly DatasetRef[];
  readonly identifiers: readonly IdentifierKind[];
  readonly channels: readonly string[];
  readonly purposes: readonly string[];
};

/** Whether a partner may ask for lists of its own records under a contract. */
export function offersLists(contract: Contract, partner: PartnerId): boolean {
  const { kinds, own, others } = listOfferOf(contract, partner, {});
  return kinds.length > 0 && own.length > 0 && others.length > 0;
}

type Narrowed = { readonly kind?: ListKind; readonly lists?: readonly DatasetRef[] };

/** What may stand in the sentence under a contract, given the kind of list and the two lists that are in it. */
export function listOfferOf(contract: Contract, partner: PartnerId, { kind, lists = [] }: Narrowed): ListOffer {
  const kinds = LIST_KINDS.filter((one) => analysisOf(contract, one)?.recipients.includes(partner) === true);
  const [first] = kinds;
  const wanted = kind ?? first;
  const entry = wanted === undefined ? undefined : analysisOf(contract, wanted);
  const refs = contract.datasets.map((one) => datasetRef(one.partner, one.dataset));
  const chosen = contract.datasets.filter((one) => lists.includes(datasetRef(one.partner, one.dataset)));
  return {
    kinds,
    own: refs.filter((list) => ownerOf(list) === partner),
    others: refs.filter((list) => ownerOf(list) !== partner),
    identifiers: (entry?.identifiers ?? []).filter((one) =>
      chosen.every(({ identifiers }) => identifiers.includes(one)),
    ),
    channels: entry?.channels ?? [],
    purposes: entry?.purposes ?? [],
  };
}

/** Reads the sentence out of an address or a form; null where the contract offers the partner no list. */
export function listSentenceIn(
  fields: URLSearchParams,
  { id, contract }: Askable,
  partner: PartnerId,
): ListSentence | null {
  const { kinds, own, others } = listOfferOf(contract, partner, {});
  const kind = picked(kinds, fields.get("kind"));
  const from = picked(own, fields.get("from"));
  const matching = picked(others, fields.get("matching"));
  if (kind === undefined || from === undefined || matching === undefined) return null;
  const lists = [from, matching];
  const { identifiers, channels, purposes } = listOfferOf(contract, partner, { kind, lists });
  const by = identifiers.find((one) => one === fields.get("by")) ?? null;
  const among = fields.getAll("among").flatMap((text) => amongIn(text, lists) ?? []);
  const channel = picked(channels, fields.get("channel")) ?? "";
  const purpose = picked(purposes, fields.get("purpose")) ?? "";
  return { contract: id, kind, from, matching, by, channel, purpose, among };
}

/** The address that says a sentence, without the question mark. */
export function listAddressOf({ by, among, ...said }: ListSentence): string {
  const fields = new URLSearchParams({ ...said, ...(by === null ? {} : { by }) });
  for (const one of among) fields.append("among", amongText(one));
  return fields.toString();
}

/** The question that a sentence asks; null where it is none. */
export function listQuestionOf({ contract, kind, from, matching, by, channel, purpose, among }: ListSentence) {
  const where = clausesAmong(among);
  const asked = questionSchema.safeParse({
    ...{ analysis: kind, contract, purpose, from, matching, channel },
    ...(by === null ? {} : { identifiers: [by] }),
    ...(where.length === 0 ? {} : { where }),
  });
  return asked.success ? asked.data : null;
}

/** The sentence that a list was asked for with, so that it may be changed and asked again. */
export function listSentenceOf(question: AskedQuestion): ListSentence | null {
  if (question.analysis !== "audience" && question.analysis !== "suppression") return null;
  const { analysis: kind, contract, from, matching, channel, purpose } = question;
  const [only, ...more] = question.identifiers ?? [];
  const among = (question.where ?? []).flatMap(({ dataset, attribute, in: values }) =>
    values.map((value) => ({ list: dataset, attribute, value })),
  );
  const by = only !== undefined && more.length === 0 ? only : null;
  return { contract, kind, from, matching, by, channel, purpose, among };
}

function picked<Part extends string>(parts: readonly Part[], wanted: string | null): Part | undefined {
  return parts.find((one) => one === wanted) ?? parts[0];
}
