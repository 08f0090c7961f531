// The lists of an attack: crowds of people of whom all is known, beside whom one person more or less counts.

import { halfInterval } from "../question/figures.ts";
import type { Crowd, CrowdList } from "./crowds.ts";
import type { Table } from "./table.ts";

/** Known customers, one group for each round, so that no two lists of an attacker name the same people. */
export type Padding = { readonly groups: readonly number[]; readonly people: number };

/** What the lists say of the known customers and of the person. */
export type Marks = { readonly known: Crowd["values"]; readonly person: Crowd["values"] };

/** Nothing that a question could choose by. */
const UNMARKED: Marks = { known: {}, person: {} };

/** Groups of a size that is shown with room to spare. */
export function paddingFor(table: Table, groups: number): Padding {
  const sizes = Array.from({ length: groups }, () => comfortable(table));
  return { groups: sizes, people: sizes.reduce((sum, size) => sum + size, 0) };
}

/** How many people a round's group has. */
export function groupOf({ groups }: Padding, round: number): number {
  const size = groups[round];
  if (size === undefined) throw new Error("an attack plays more rounds than it prepared");
  return size;
}

/** The owner's list: every group, and the person or not. */
export function customersOf({ groups }: Padding, hasPerson: boolean, marks = UNMARKED): CrowdList {
  const known = groups.map((size, round): [string, Crowd] => [nameOf(round), { size, values: marks.known }]);
  return new Map([...known, ...personIf(hasPerson, marks)]);
}

/** A list of the attacker's: one group, as many strangers and some more, and the person or not; and what it is. */
export function beside(
  { door }: Table,
  padding: Padding,
  asked: { readonly round: number; readonly hasPerson: boolean; readonly marks?: Marks },
): { readonly list: CrowdList; readonly says: string } {
  const { round, hasPerson, marks = UNMARKED } = asked;
  const shared = groupOf(padding, round);
  const strangers = shared + door.floor;
  const list = new Map([
    [nameOf(round), { size: shared, values: marks.known }],
    ["strangers", { size: strangers, values: marks.known }],
    ...personIf(hasPerson, marks),
  ]);
  const known = `${shared} customers that it knows of (group ${round + 1})`;
  return {
    list,
    says: hasPerson ? `${known}, ${strangers} strangers and the person` : `${known} and ${strangers} strangers`,
  };
}

/** A list with the person alone added to people of one kind. */
export function amid(size: number, hasPerson: boolean): CrowdList {
  return new Map([["made-up people", { size, values: {} }], ...personIf(hasPerson, UNMARKED)]);
}

function nameOf(round: number): string {
  return `group ${round + 1}`;
}

function personIf(hasPerson: boolean, { person }: Marks): [string, Crowd][] {
  return hasPerson ? [["the person", { size: 1, values: person }]] : [];
}

// In exact mode one person makes the most of a difference just under the edge at which rounding goes up.
function comfortable({ door, draw }: Table): number {
  const { floor, ceiling, terms, price } = door;
  const noise = terms.mode === "exact" ? terms.rounding : halfInterval(2, price);
  const size = Math.min(floor + 4 * noise + draw(floor), Math.floor((floor + ceiling) / 2));
  if (terms.mode === "noise") return size;
  return size - (size % terms.rounding) + Math.ceil(terms.rounding / 2) - 1 + (terms.rounding === 1 ? 1 : 0);
}
