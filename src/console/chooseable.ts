// By what people may be chosen in the question at hand: each attribute of its lists, open, or shut with the clause that
// shuts it. Whether a policy shuts one is asked of the rules themselves, with a question that would use it.

import { explainQuestion } from "../app/explain-question.ts";
import { type DatasetRef, datasetRef } from "../domain/dataset/schema.ts";
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
const PROBES = 16;

/** The attributes of the lists in a sentence. Costs an explanation for each that the contract opens. */
export async function chooseable(
  visit: Visit,
  at: { readonly chosen: Askable; readonly said: Sentence; readonly isPermitted: boolean },
): Promise<Chooseable[]> {
  const { chosen, said, isPermitted } = at;
  const attributes = chosen.contract.datasets
    .map((dataset) => ({ list: datasetRef(dataset.partner, dataset.dataset), attributes: dataset.attributes }))
    .filter(({ list }) => said.lists.includes(list))
    .flatMap(({ list, attributes: all }) =>
      Object.entries(all).map(([attribute, { values, uses }]) => ({ list, attribute, values, uses })),
    );
  return Promise.all(
    attributes.map(async ({ uses, ...one }, index) => {
      if (!uses.includes("filter")) return { ...one, shut: "the contract lets nobody choose people by it" };
      const isAsked = isPermitted && index < PROBES && !said.among.some((other) => isSame(other, one));
      return { ...one, shut: isAsked ? await denied(visit, said, one) : null };
    }),
  );
}

type Probe = Pick<Chooseable, "list" | "attribute" | "values">;

function isSame(left: Pick<Chooseable, "list" | "attribute">, right: Pick<Chooseable, "list" | "attribute">): boolean {
  return left.list === right.list && left.attribute === right.attribute;
}

async function denied({ ports, caller }: Visit, said: Sentence, { list, attribute, values }: Probe) {
  const [value] = values;
  if (value === undefined) return null;
  const asked = questionOf({ ...said, among: [...said.among, { list, attribute, value }] });
  if (asked === null) return null;
  const explained = await explainQuestion(ports, { caller, asked });
  if (!explained.ok || explained.value.isPermitted) return null;
  const denying = explained.value.reasons.filter(({ effect }) => effect === "denies").map(({ says }) => says);
  return denying.join("; ");
}
