// What would be permitted where a question is not: the same question with one thing changed, weighed like any other.
// A bounded number of changes is tried, so a denial costs little more than a permit.

import type { Contract } from "../contract/document.ts";
import { ownerOf } from "../dataset/schema.ts";
import { LIMITS } from "../limits.ts";
import type { PartnerId } from "../partner/manifest.ts";
import {
  type AskedQuestion,
  analysisOf,
  canonicalQuestion,
  datasetsOf,
  isForList,
  type Question,
} from "../question/question.ts";
import { rulesOf } from "../question/registry.ts";
import { type DecisionInput, isPermittedBy, weigh } from "./weigh.ts";
import { ANALYSIS_WORDS, listed } from "./words.ts";

/** Another wording of a denied question, in canonical form, that the documents permit; `says` completes "ask …". */
export type Alternative = { readonly question: Question; readonly says: string };

/**
 * Wordings that the same documents permit on the same day, the smallest changes first; none when nothing near is.
 * @param deniers whose own rules denied the question
 */
export function alternativesTo(input: DecisionInput, deniers: readonly PartnerId[]): readonly Alternative[] {
  const changes = [priceChanges, attributeChanges, narrowerChanges, channelChanges, purposeChanges, analysisChanges];
  const permitted: Alternative[] = [];
  for (const change of changes.flatMap((changesOf) => changesOf(input)).slice(0, LIMITS.alternativesTried)) {
    if (permitted.length === LIMITS.alternativesOffered) break;
    const changed = { ...input, question: change.question };
    // Whoever denied before most likely denies again, and is asked first.
    if (isPermittedBy(changed, deniers) && weigh(changed).kind === "permit") permitted.push(change);
  }
  return permitted;
}

function priceChanges({ question }: DecisionInput): Alternative[] {
  if (question.epsilon === undefined) return [];
  const { epsilon: _, ...rest } = question;
  return [{ question: rest, says: "at the price that the terms allow" }];
}

// Each clause on its own first; all of them at once when there are several.
function attributeChanges({ question }: DecisionInput): Alternative[] {
  const single = question.where.map((left) => without(question, (clause) => clause === left));
  return question.where.length > 1 ? [...single, without(question, () => true)] : single;
}

function without(question: Question, isLeftOut: (clause: Question["where"][number]) => boolean): Alternative {
  const names = question.where.filter(isLeftOut).map((clause) => `“${clause.attribute}”`);
  const where = question.where.filter((clause) => !isLeftOut(clause));
  return { question: { ...question, where }, says: `without choosing people by ${listed(names)}` };
}

function narrowerChanges({ question, contract }: DecisionInput): readonly Alternative[] {
  return rulesOf(question.analysis).narrower(question, contract);
}

function channelChanges({ contract, question }: DecisionInput): Alternative[] {
  const entry = analysisOf(contract, question.analysis);
  if (!isForList(question) || entry === undefined) return [];
  return entry.channels
    .filter((channel) => channel !== question.channel)
    .map((channel) => ({ question: { ...question, channel }, says: `to reach people through ${channel}` }));
}

function purposeChanges({ contract, question }: DecisionInput): Alternative[] {
  const entry = analysisOf(contract, question.analysis);
  if (entry === undefined) return [];
  return entry.purposes
    .filter((purpose) => purpose !== question.purpose)
    .map((purpose) => ({ question: { ...question, purpose }, says: `for ${purpose}` }));
}

// An audience for an overlap, and an overlap for anything else, over the same lists, for each purpose and channel that
// the contract has for it.
function analysisChanges({ contract, question, recipient }: DecisionInput): Alternative[] {
  const other = question.analysis === "overlap" ? "audience" : "overlap";
  const entry = analysisOf(contract, other);
  if (entry === undefined) return [];
  return entry.purposes.flatMap((purpose) =>
    recast({ ...question, purpose }, recipient, entry).flatMap(({ asked, how }) => {
      const canonical = canonicalQuestion(contract, asked);
      const says = `for ${ANALYSIS_WORDS[other]} for ${purpose}${how}`;
      return canonical.ok ? [{ question: canonical.value, says }] : [];
    }),
  );
}

type Recast = { readonly asked: AskedQuestion; readonly how: string };

function recast(question: Question, recipient: PartnerId, entry: Contract["analyses"][number]): Recast[] {
  const { contract, purpose, identifiers, where } = question;
  const kinds = identifiers.filter((kind) => entry.identifiers.includes(kind));
  const shared = { contract, purpose, identifiers: kinds, where: [...where] };
  if (question.analysis !== "overlap")
    return [{ asked: { ...shared, analysis: "overlap", between: datasetsOf(question) }, how: "" }];
  const from = question.between.find((list) => ownerOf(list) === recipient);
  const matching = question.between.find((list) => list !== from);
  if (from === undefined || matching === undefined || question.between.length > 2) return [];
  return entry.channels.map((channel) => ({
    asked: { ...shared, analysis: "audience", from, matching, channel },
    how: `, to reach people through ${channel}`,
  }));
}
