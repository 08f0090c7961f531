// Which analyses and which attributes of a sentence may be chosen, and which are shut by what clause. The rules
// themselves are asked, with the same sentence and another part in its place.

import { type DatasetRef, ownerOf } from "../domain/dataset/schema.ts";
import { axisText, declaredAxes, type GroupedBy } from "./axis-form.ts";
import { denied, PROBES } from "./chooseable.ts";
import {
  type Askable,
  addressOf,
  FIGURES,
  type Figures,
  figuresFor,
  offerOf,
  questionOf,
  type Sentence,
  sentenceIn,
} from "./question-form.ts";
import type { Visit } from "./visit.ts";

/** Something that a menu offers. `shut` says why it may not be chosen; null where it may, or stands there already. */
export type Part<Value> = { readonly value: Value; readonly isChosen: boolean; readonly shut: string | null };

export type SentenceParts = {
  readonly analyses: readonly Part<Figures>[];
  readonly axes: readonly Part<GroupedBy>[];
};

type InHand = { readonly chosen: Askable; readonly said: Sentence; readonly isPermitted: boolean };

/** The parts of a sentence. Costs an explanation for each that the contract opens, of attributes sixteen at most. */
export async function sentenceParts(visit: Visit, inHand: InHand): Promise<SentenceParts> {
  const [analyses, axes] = await Promise.all([analysesIn(visit, inHand), axesIn(visit, inHand)]);
  return { analyses, axes };
}

// Where nothing at all is permitted, what forbids it stands elsewhere in the sentence, and no analysis is to blame.
async function analysesIn(visit: Visit, { chosen, said, isPermitted }: InHand): Promise<readonly Part<Figures>[]> {
  const offered = figuresFor(chosen.contract, visit.caller.partner);
  const others = FIGURES.filter((one) => one !== said.analysis && offered.includes(one));
  const refusals = await Promise.all(others.map((one) => refusalOf(visit, turned(visit, { chosen, said }, one))));
  const isToBlame = isPermitted || refusals.includes(null);
  return FIGURES.map((value) => {
    const isOffered = offered.includes(value);
    const refusal = refusals[others.indexOf(value)] ?? null;
    const shut = isOffered ? (isToBlame ? refusal : null) : "the contract does not let your company ask for them";
    return { value, isChosen: value === said.analysis, shut };
  });
}

// The same sentence with another analysis, which takes the first attribute by which it is permitted.
function turned(visit: Visit, { chosen, said }: Omit<InHand, "isPermitted">, analysis: Figures): readonly Sentence[] {
  const fields = new URLSearchParams(addressOf(said));
  fields.set("analysis", analysis);
  const first = sentenceIn(fields, chosen, visit.caller.partner);
  if (first.axes.length === 0) return [first];
  return groupable({ chosen, said: first }).map((axis) => by(first, axis));
}

async function refusalOf(visit: Visit, [said, ...rest]: readonly Sentence[]): Promise<string | null> {
  const refusal = said === undefined ? null : await denied(visit, questionOf(said));
  if (refusal === null || rest.length === 0) return refusal;
  return (await refusalOf(visit, rest)) === null ? null : refusal;
}

async function axesIn(visit: Visit, { chosen, said }: InHand): Promise<readonly Part<GroupedBy>[]> {
  if (said.analysis === "overlap") return [];
  const asked = groupable({ chosen, said });
  const refusals = await Promise.all(asked.map((axis) => denied(visit, questionOf(by(said, axis)))));
  const isToBlame = refusals.includes(null);
  const texts = asked.map(axisText);
  return declaredAxes(chosen.contract, groupedLists({ chosen, said })).map(({ axis: value, isGroupable }) => {
    const isChosen = said.axes.some((one) => axisText(one) === axisText(value));
    const refusal = isChosen || !isToBlame ? null : (refusals[texts.indexOf(axisText(value))] ?? null);
    return { value, isChosen, shut: isGroupable ? refusal : "the contract lets nobody group people by it" };
  });
}

type Said = Pick<InHand, "chosen" | "said">;

// Segments are of any list of another company's; a table's attributes are of the lists that it compares.
function groupedLists({ chosen, said: { analysis, lists } }: Said): readonly DatasetRef[] {
  const [weighed] = lists;
  if (analysis !== "affinity" || weighed === undefined) return lists;
  const { lists: all } = offerOf(chosen.contract, { analysis, lists });
  return all.filter((list) => ownerOf(list) !== ownerOf(weighed));
}

function groupable({ chosen, said }: Said): readonly GroupedBy[] {
  return declaredAxes(chosen.contract, groupedLists({ chosen, said }))
    .filter(({ isGroupable }) => isGroupable)
    .slice(0, PROBES)
    .map(({ axis }) => axis);
}

function by(said: Sentence, axis: GroupedBy): Sentence {
  const [weighed] = said.lists;
  const isWeighed = said.analysis === "affinity" && weighed !== undefined;
  return { ...said, axes: [axis], lists: isWeighed ? [weighed, axis.dataset] : said.lists };
}
