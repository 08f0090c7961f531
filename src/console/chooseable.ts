// By what people may be chosen in the question at hand: each attribute of its lists, open, or shut with the clause that
// shuts it. Whether a policy shuts one is asked of the rules themselves, with a question that would use it.

import { explainQuestion } from "../app/explain-question.ts";
import type { Contract } from "../domain/contract/document.ts";
import { type DatasetRef, datasetRef } from "../domain/dataset/schema.ts";
import type { AskedQuestion } from "../domain/question/question.ts";
import { type Askable, questionOf, type Sentence } from "./question-form.ts";
import type { Visit } from "./visit.ts";

/** An attribute of a list in the question. `shut` says why people may not be chosen by it; null where they may. */
export type Chooseable = {
  readonly list: DatasetRef;
  readonly attribute: string;
  readonly values: readonly string[];
  readonly shut: string | null;
};

/** Attributes whose policies are asked at most; past them the label alone tells. */
export const PROBES = 16;

/** The attributes of the lists in a sentence. Costs an explanation for each that the contract opens. */
export function chooseable(
  visit: Visit,
  at: { readonly chosen: Askable; readonly said: Sentence; readonly isPermitted: boolean },
): Promise<Chooseable[]> {
  const { chosen, said, isPermitted } = at;
  const probe = (among: Sentence["among"]) => questionOf({ ...said, among });
  const { lists, among } = said;
  return chooseableFor(visit, { contract: chosen.contract, lists, among, probe, isPermitted });
}

/** The question in hand: whose lists are in it, who is chosen already, and the same question with others chosen. */
type InHand = {
  readonly contract: Contract;
  readonly lists: readonly DatasetRef[];
  readonly among: Sentence["among"];
  readonly probe: (among: Sentence["among"]) => AskedQuestion | null;
  readonly isPermitted: boolean;
};

/** The attributes of the lists of any question. Costs as much. */
export function chooseableFor(
  visit: Visit,
  { contract, lists, among, probe, isPermitted }: InHand,
): Promise<Chooseable[]> {
  const attributes = contract.datasets
    .map((dataset) => ({ list: datasetRef(dataset.partner, dataset.dataset), attributes: dataset.attributes }))
    .filter(({ list }) => lists.includes(list))
    .flatMap(({ list, attributes: all }) =>
      Object.entries(all).map(([attribute, { values, uses }]) => ({ list, attribute, values, uses })),
    );
  return Promise.all(
    attributes.map(async ({ uses, ...one }, index) => {
      if (!uses.includes("filter")) return { ...one, shut: "the contract lets nobody choose people by it" };
      const isAsked = isPermitted && index < PROBES && !among.some((other) => isSame(other, one));
      const [value] = one.values;
      if (!isAsked || value === undefined) return { ...one, shut: null };
      return { ...one, shut: await denied(visit, probe([...among, { ...one, value }])) };
    }),
  );
}

function isSame(left: Pick<Chooseable, "list" | "attribute">, right: Pick<Chooseable, "list" | "attribute">): boolean {
  return left.list === right.list && left.attribute === right.attribute;
}

/** Why a question is not permitted; null where it is, or where it is none. */
export async function denied({ ports, caller }: Visit, asked: AskedQuestion | null): Promise<string | null> {
  if (asked === null) return null;
  const explained = await explainQuestion(ports, { caller, asked });
  if (!explained.ok || explained.value.isPermitted) return null;
  const denying = explained.value.reasons.filter(({ effect }) => effect === "denies").map(({ says }) => says);
  return denying.join("; ");
}
