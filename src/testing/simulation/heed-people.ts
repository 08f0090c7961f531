// Whom the lists of a question name as of an entry, and how many: worked out by the slow matcher from plain rows, never
// from the files that the room counted on.

import { IDENTIFIER_KINDS, type IdentifierKind } from "../../domain/dataset/schema.ts";
import type { Question } from "../../domain/question/question.ts";
import { concerns } from "../../domain/subject/objection.ts";
import { countCells, countRegions, peopleOf, roomOf } from "../matcher-suite/memory-people.ts";
import type { PlainRow } from "../matcher-suite/rank.ts";
import { LIST_SCHEMA } from "./documents.ts";
import { hasAny, identifiersOf, type Person, peopleIn, type Row } from "./people.ts";
import { type Given, ownerOf, type Truth } from "./truth.ts";

export type Asked = Omit<Given, "figures">;

/** Figures of an overlap or of a table, by what an answer calls them; null for what has no exact ones. */
export function countedIn(truth: Truth, given: Asked, question: Question): ReadonlyMap<string, number> | null {
  if (truth.mode !== "exact" || !("between" in question)) return null;
  const lists = [...given.versions.keys()].sort();
  const parties = lists.map((list) => partyOf(truth, given, list));
  const { identifiers } = question;
  if (question.analysis === "crosstab" || (question.analysis === "trend" && question.by !== undefined)) {
    const by = (question.by ?? []).map(({ dataset, attribute }) => ({ list: lists.indexOf(dataset), attribute }));
    const { people } = countCells(parties, { lists: [], identifiers, by, measures: [] });
    return new Map(people.map((count, code) => [`cell ${["", ...TIERS][code]}`, count]));
  }
  const { sizes, regions } = countRegions(parties, identifiers);
  const figures = new Map(lists.map((list, place) => [`size of ${list}`, sizes[place] ?? 0]));
  for (const [mask, count] of regions.entries())
    figures.set(lists.filter((_, place) => ((mask >> place) & 1) === 1).join(), count);
  return figures;
}

const TIERS = ["gold", "silver"];

function partyOf(truth: Truth, given: Asked, list: string) {
  const version = truth.lists.get(list)?.versions.find(({ id }) => id === given.versions.get(list));
  const people = peopleIn(version?.rows ?? []).filter((person) => isAsked(truth, given, { list, person }));
  const plain = people.flatMap((person) => person.map((row) => plainRow(truth, row)));
  const where = given.where.filter(({ dataset }) => dataset === list);
  return { schema: LIST_SCHEMA, measures: [], room: roomOf(peopleOf(plain), LIST_SCHEMA, { ...WHOLE, where }) };
}

const WHOLE = { segment: "", dataKey: new Uint8Array(), consents: ["ads"] };

function plainRow({ tokens }: Truth, { record, identifiers, tier, ads }: Row): PlainRow {
  const tokenOf = (kind: IdentifierKind) => {
    const own = identifiers.find((identifier) => identifier.startsWith(`${kind}:`));
    return own === undefined ? null : (tokens.get(own) ?? null);
  };
  const codes = [TIERS.indexOf(tier) + 1];
  return { record, tokens: IDENTIFIER_KINDS.map(tokenOf), codes, measures: [], consents: ads ? 1 : 0 };
}

/** The records of everybody who may be on a list, on some versions; null where one of them is not there. */
export function matchedIn(truth: Truth, given: Given, versionOf: (list: string) => string | null): Set<string> | null {
  if (given.lists === null) return null;
  const [own, others] = [given.lists.from, given.lists.matching].map((list) => {
    const version = truth.lists.get(list)?.versions.find(({ id }) => id === versionOf(list));
    return version === undefined
      ? null
      : peopleIn(version.rows).filter((person) => isAsked(truth, given, { list, person }));
  });
  if (own == null || others == null) return null;
  const known = new Set(others.flatMap((person) => [...identifiersOf(person)]));
  return new Set(own.filter((person) => hasAny(person, known)).flatMap((person) => person.map(({ record }) => record)));
}

// The row that speaks for a person has the value that is asked for, so one of the rows has it.
function isAsked(
  truth: Truth,
  given: Asked,
  { list, person }: { readonly list: string; readonly person: Person },
): boolean {
  const { analysis, purpose, lists } = given;
  const isFitting = given.where.every(({ dataset, in: values }) => {
    return dataset !== list || person.some(({ tier }) => values.includes(tier));
  });
  const use = { analysis, purpose, channel: lists?.channel ?? null };
  const objections = truth.objections.get(ownerOf(list)) ?? [];
  const isLeftOut = objections.some(
    ({ scope, identifiers }) => concerns(scope, { ...use, consents: ["ads"] }) && hasAny(person, identifiers),
  );
  return isFitting && !isLeftOut && person.every(({ ads }) => ads);
}
