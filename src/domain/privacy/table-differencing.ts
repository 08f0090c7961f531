// The differencing guard of exact mode where a table is asked for or was given: which earlier answers of one recipient
// are no news beside it, which are always too near, and whether the people behind two answers are far enough apart.
// README.md says what it gives and what it does not.

import { canonicalJson } from "../canonical-json.ts";
import { type DatasetRef, ownerOf } from "../dataset/schema.ts";
import { LIMITS } from "../limits.ts";
import type { PartnerId } from "../partner/manifest.ts";
import type { CrosstabQuestion } from "../question/crosstab/question.ts";
import type { OverlapQuestion } from "../question/overlap/question.ts";
import type { ExactAsking } from "./differencing.ts";

/** An exact overlap or table, given or about to be. */
export type ExactFigures = Omit<ExactAsking, "question"> & {
  readonly question: OverlapQuestion | CrosstabQuestion;
  /** Of a table, each attribute's keys in the order of its contract: another contract may part people otherwise. */
  readonly keys: readonly (readonly string[])[];
  /** People behind any of its figures, at the least; null where that is not known any more. */
  readonly k: number | null;
};

/** How an answer that is asked for stands to one that was given before, as the documents tell. */
export type Relation =
  | { readonly kind: "no-news" }
  | { readonly kind: "too-near" }
  | {
      readonly kind: "to-compare";
      /** Lists of others that both are about. */
      readonly lists: readonly DatasetRef[];
      /** Whether both count the very same people, whatever the data is. */
      readonly areSamePeople: boolean;
    };

/**
 * How an exact answer stands to an earlier one of the recipient; one of the two at least is a table. An overlap of the
 * very people of a table tells its total, and the same table tells the same again. Nothing is known to be far enough
 * apart among three lists or more, by several identifiers or by different ones, or where one groups people by what the
 * other groups or chooses them by; but for one table on other versions.
 */
export function relationOf(asked: ExactFigures, given: ExactFigures, recipient: PartnerId): Relation {
  const lists = asked.question.between.filter(
    (list) => ownerOf(list) !== recipient && given.question.between.includes(list),
  );
  if (lists.length === 0 || isNoNews(asked, given)) return { kind: "no-news" };
  const isCounted = [asked, given].every(({ question: { between, identifiers } }) => {
    return between.length === 2 && identifiers.length === 1;
  });
  const isOneKind = asked.question.identifiers[0] === given.question.identifiers[0];
  if (!isCounted || !isOneKind || (areRelated(asked, given) && !isOneTable(asked, given))) return { kind: "too-near" };
  return { kind: "to-compare", lists, areSamePeople: peopleOf(asked) === peopleOf(given) };
}

/** Two answers as parts of one list's people: cells of a table; the shared and the others of an overlap. Secret. */
export type Parts = {
  /** By part, its people, and those of them who are in no part of the other answer. */
  readonly people: readonly number[];
  readonly elsewhere: readonly number[];
  /** Fewer people than this were not told of; null where that is not known any more. */
  readonly k: number | null;
};

export type Meeting = {
  readonly asked: Parts;
  readonly given: Parts;
  /** `both[asked][given]`: people in both parts; empty where only `elsewhere` is known. */
  readonly both: readonly (readonly number[])[];
  readonly areSamePeople: boolean;
};

/**
 * Whether whatever parts of one answer are added up, and whatever of the other, the two sums differ by at least `k`
 * people, unless they are all parts of answers about the very same people. So it is where groups of at least `k`
 * people, each in one part of either answer or elsewhere, join all parts that were told of: any two sums divide one.
 * O(parts of the one × parts of the other).
 */
export function areFarApart({ asked, given, both, areSamePeople }: Meeting, k: number): boolean {
  const outside = asked.people.length + given.people.length;
  const leaders = Array.from({ length: outside + 1 }, (_, node) => node);
  const join = (one: number, other: number, people: number) => {
    if (people >= k) leaders[leaderOf(leaders, one)] = leaderOf(leaders, other);
  };
  for (const [at, people] of asked.elsewhere.entries()) join(at, outside, people);
  for (const [at, people] of given.elsewhere.entries()) join(asked.people.length + at, outside, people);
  for (const [one, row] of both.entries())
    for (const [other, people] of row.entries()) join(one, asked.people.length + other, people);
  const told = [...toldOf(asked), ...toldOf(given)].flatMap((isTold, node) => (isTold ? [node] : []));
  const joined = areSamePeople ? told : [...told, outside];
  return new Set(joined.map((node) => leaderOf(leaders, node))).size === 1;
}

function leaderOf(leaders: readonly number[], node: number): number {
  let leader = node;
  while (leaders[leader] !== leader) leader = leaders[leader] ?? leader;
  return leader;
}

// What a forgotten answer withheld is not known: it showed nothing below the floor.
function toldOf({ people, k }: Parts): readonly boolean[] {
  const least = k === null ? LIMITS.kFloor : k;
  return people.map((count) => count >= least);
}

function isNoNews(asked: ExactFigures, given: ExactFigures): boolean {
  if (peopleOf(asked) !== peopleOf(given)) return false;
  const [one, other] = [asked.question, given.question];
  if (one.analysis === "crosstab" && other.analysis === "crosstab")
    return isOneTable(asked, given) && asked.k !== null && asked.k === given.k;
  // People told apart by identifier are parts of their own.
  return [one, other].every(
    (question) => question.analysis === "crosstab" || question.detail === undefined || one.identifiers.length === 1,
  );
}

function isOneTable(asked: ExactFigures, given: ExactFigures): boolean {
  const [one, other] = [asked, given].map(({ question, keys }) =>
    question.analysis === "crosstab" ? canonicalJson([question.between, question.where, question.by, keys]) : null,
  );
  return one !== null && one === other;
}

// Whether one groups people by an attribute that the other groups or chooses them by: then sums of the one are figures
// of the other by definition.
function areRelated({ question: asked }: ExactFigures, { question: given }: ExactFigures): boolean {
  return isGroupedLike(asked, given) || isGroupedLike(given, asked);
}

function isGroupedLike(one: ExactFigures["question"], other: ExactFigures["question"]): boolean {
  const used = new Set([...groupsOf(other), ...other.where].map(({ dataset, attribute }) => `${dataset} ${attribute}`));
  return groupsOf(one).some(({ dataset, attribute }) => used.has(`${dataset} ${attribute}`));
}

function groupsOf(question: ExactFigures["question"]): CrosstabQuestion["by"] {
  return question.analysis === "crosstab" ? question.by : [];
}

function peopleOf({ question: { between, identifiers, where }, versions, consents }: ExactFigures): string {
  return canonicalJson([between, identifiers, where, versions, consents]);
}
