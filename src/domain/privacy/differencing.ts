// The differencing guard of exact mode: what one recipient was told of a list before, in any contract and of any
// version, and would be told now, must not differ by so few people that the difference of two figures speaks of them.
// README.md says what it gives and what it does not.

import { canonicalJson } from "../canonical-json.ts";
import { type DatasetRef, ownerOf } from "../dataset/schema.ts";
import type { PartnerId } from "../partner/manifest.ts";
import type { OverlapQuestion } from "../question/overlap/question.ts";

/** An exact overlap, given or about to be: the question, the versions that it is answered on, the consents it asks. */
export type ExactAsking = {
  readonly question: OverlapQuestion;
  /** Version ids by list. */
  readonly versions: { readonly [list: string]: string };
  readonly consents: { readonly [list: string]: readonly string[] };
};

/** The people of one list behind a figure: those chosen from it, or those of them who are on the other list too. */
export type Cell = { readonly list: DatasetRef; readonly sharedWith: DatasetRef | null };

/** A cell of what is asked and one of what was given before, whose people are to be compared. */
export type Comparison = { readonly asked: Cell; readonly given: Cell };

/**
 * Which cells must be compared before an exact overlap is given to a recipient who has another: each about a list that
 * is not its own, with each about the same list. Cells that are the same people by definition are left out: the same
 * figure twice tells nothing. Null where the people cannot be told apart cell by cell, among three lists or more.
 */
export function comparisonsOf(
  asked: ExactAsking,
  given: ExactAsking,
  recipient: PartnerId,
): readonly Comparison[] | null {
  const others = asked.question.between.filter((list) => ownerOf(list) !== recipient);
  const lists = others.filter((list) => given.question.between.includes(list));
  if (lists.length === 0 || isSame(asked, given)) return [];
  if (asked.question.between.length > 2 || given.question.between.length > 2) return null;
  return lists.flatMap((list) =>
    cellsOf(asked, list).flatMap((one) =>
      cellsOf(given, list)
        .filter((other) => definitionOf(asked, one) !== definitionOf(given, other))
        .map((other) => ({ asked: one, given: other })),
    ),
  );
}

/** Whether two cells that differ in so many people are too near for both to be known. */
export function isTooNear(people: number, k: number): boolean {
  return people < k;
}

function cellsOf({ question }: ExactAsking, list: DatasetRef): readonly Cell[] {
  const sharedWith = question.between.filter((other) => other !== list);
  return [null, ...sharedWith].map((other) => ({ list, sharedWith: other }));
}

function isSame(left: ExactAsking, right: ExactAsking): boolean {
  const [one, other] = [left, right].map(({ question, ...rest }) =>
    canonicalJson([question.between, question.identifiers, question.where, rest.versions, rest.consents]),
  );
  return one === other;
}

// Two cells with one definition are the same people, whatever the data is.
function definitionOf(asking: ExactAsking, { list, sharedWith }: Cell): string {
  const chosen = [list, ...(sharedWith === null ? [] : [sharedWith])].map((one) => chosenFrom(asking, one));
  return canonicalJson([chosen, sharedWith === null ? [] : asking.question.identifiers]);
}

function chosenFrom({ question, versions, consents }: ExactAsking, list: DatasetRef) {
  const version = versions[list];
  if (version === undefined) throw new Error("an exact overlap is answered on a version of each list");
  const wanted = consents[list];
  const where = question.where.filter((clause) => clause.dataset === list);
  return { list, version, where, consents: wanted === undefined ? [] : [...wanted] };
}
