// Lists of a made-up world. People who are alike to an attack are one crowd with a size, so that a list of a billion
// costs as much as one of ten; a person is a crowd of one. Matching is by name, slow and obvious.

import type { Clause } from "../question/asked.ts";

/** People who are on a list together or not at all, with what the list says of each of them. */
export type Crowd = {
  readonly size: number;
  readonly values: { readonly [attribute: string]: string };
  /** What each of them has of each measure, in the measure's units. */
  readonly amounts?: { readonly [measure: string]: number };
  /** Their second identifier; the name is the first. Crowds with one alias have one size. */
  readonly alias?: string;
};

/** A list: crowds by name. A crowd that two lists name is the same people. */
export type CrowdList = ReadonlyMap<string, Crowd>;

/** A crowd of one list and the crowd of another that its people are matched with, by the first identifier or second. */
export type Match = { readonly left: string; readonly right: string; readonly size: number; readonly by: 0 | 1 };

/** The crowds of a list that satisfy every clause. */
export function chosenFrom(list: CrowdList, where: readonly Clause[]): CrowdList {
  if (where.length === 0) return list;
  return new Map([...list].filter(([, { values }]) => where.every((clause) => isOneOf(clause, values))));
}

/** The crowds that are on both lists. O(the shorter list's crowds). */
export function sharedBy(left: CrowdList, right: CrowdList): CrowdList {
  if (left.size > right.size) return sharedBy(right, left);
  return new Map([...left].filter(([name]) => right.has(name)));
}

/** Matches two lists one to one by the first of so many identifiers and, whoever is left, by the second. */
export function matched(left: CrowdList, right: CrowdList, identifiers: number): readonly Match[] {
  const matches = [...left].flatMap(([name, { size }]): Match[] =>
    right.has(name) ? [{ left: name, right: name, size, by: 0 }] : [],
  );
  if (identifiers < 2) return matches;
  const byAlias = new Map(
    [...right].flatMap(([name, { alias }]) => (alias === undefined || left.has(name) ? [] : [[alias, name] as const])),
  );
  for (const [name, { size, alias }] of left) {
    const other = alias === undefined || right.has(name) ? undefined : byAlias.get(alias);
    if (other !== undefined) matches.push({ left: name, right: other, size, by: 1 });
  }
  return matches;
}

/** How many people are on a list. */
export function peopleOn(list: CrowdList): number {
  let people = 0;
  for (const { size } of list.values()) people += size;
  return people;
}

/** In how many people two lists differ. */
export function distanceOf(left: CrowdList, right: CrowdList): number {
  return peopleOn(left) + peopleOn(right) - 2 * peopleOn(sharedBy(left, right));
}

function isOneOf(clause: Clause, values: Crowd["values"]): boolean {
  const value = Object.hasOwn(values, clause.attribute) ? values[clause.attribute] : undefined;
  return value !== undefined && clause.in.includes(value);
}
