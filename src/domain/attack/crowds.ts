// Lists of a made-up world. People who are alike to an attack are one crowd with a size, so that a list of a billion
// costs as much as one of ten; a person is a crowd of one. Matching is by name, slow and obvious.

import type { Clause } from "../question/asked.ts";
import type { OverlapCounts } from "../question/overlap/answer.ts";

/** People who are on a list together or not at all, with what the list says of each of them. */
export type Crowd = { readonly size: number; readonly values: { readonly [attribute: string]: string } };

/** A list: crowds by name. A crowd that two lists name is the same people. */
export type CrowdList = ReadonlyMap<string, Crowd>;

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

/** The true figures of two lists, matched by the first of so many identifiers. */
export function countsOf(left: CrowdList, right: CrowdList, identifiers: number): OverlapCounts {
  const both = peopleOn(sharedBy(left, right));
  const sizes = [peopleOn(left), peopleOn(right)];
  const byIdentifier = Array.from({ length: identifiers }, (_, index) => (index === 0 ? both : 0));
  return { sizes, regions: [0, ...sizes.map((size) => size - both), both], byIdentifier };
}

function isOneOf(clause: Clause, values: Crowd["values"]): boolean {
  const value = Object.hasOwn(values, clause.attribute) ? values[clause.attribute] : undefined;
  return value !== undefined && clause.in.includes(value);
}
