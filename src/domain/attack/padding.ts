// The lists of an attack: crowds of people of whom all is known, beside whom one person more or less counts.

import type { Crowd, CrowdList } from "./crowds.ts";
import type { Door } from "./doors.ts";
import type { Mark } from "./marks.ts";
import type { Both } from "./model-room.ts";
import type { Table } from "./table.ts";

/** Known customers, one group for each round, so that no two lists of an attacker name the same people. */
export type Padding = {
  readonly groups: readonly number[];
  /** People on the attacker's lists who are no customers. */
  readonly strangers: number;
};

/** An attacker's list and what it is, for the reader of a report. */
export type Told = { readonly list: CrowdList; readonly says: string };

/** Groups of a size that is shown with room to spare, at every one of these doors. */
export function paddingFor(table: Table, groups: number, doors: readonly Door[] = [table.door]): Padding {
  const sizes = Array.from({ length: groups }, () => Math.max(...doors.map((door) => comfortable(door, table.draw))));
  const floor = Math.max(...doors.map((door) => door.floor));
  return { groups: sizes, strangers: Math.max(...sizes) + floor };
}

/** How many people a round's group has. */
export function groupOf({ groups }: Padding, round: number): number {
  const size = groups[round];
  if (size === undefined) throw new Error("an attack plays more rounds than it prepared");
  return size;
}

/** The owner's list in both worlds: every group, and the person or not. */
export function customersOf({ marks }: Door, { groups }: Padding): Both {
  const absent = groups.map((size, round): [string, Crowd] => [groupNamed(round), crowd(size, marks.theirs.known)]);
  return { absent: new Map(absent), there: new Map([...absent, [PERSON, crowd(1, marks.theirs.person)]]) };
}

/** A list of the attacker's: one group, the strangers, and the person or not. */
export function beside(
  { marks }: Door,
  padding: Padding,
  { round, hasPerson }: { readonly round: number; readonly hasPerson: boolean },
): Told {
  const shared = groupOf(padding, round);
  const list = new Map([
    [groupNamed(round), crowd(shared, marks.own.known)],
    [STRANGERS, crowd(padding.strangers, marks.own.known)],
    ...(hasPerson ? [[PERSON, crowd(1, marks.own.person)] as const] : []),
  ]);
  const known = `${shared} customers that it knows of (group ${round + 1})`;
  return {
    list,
    says: hasPerson
      ? `${known}, ${padding.strangers} strangers and the person`
      : `${known} and ${padding.strangers} strangers`,
  };
}

/** Uploads the owner's list as it is in this world, and an accomplice's on which everybody stands who is known. */
export function openLists({ room, doors, isThere }: Table, both: Both, strangers: number): void {
  const [door] = doors;
  if (door === undefined) throw new Error("an attack has a door");
  room.upload(door.theirs, isThere ? both.there : both.absent, "its customers");
  const others = new Set(doors.flatMap((one) => one.others));
  if (others.size === 0) return;
  const everybody = [...both.there].map(([name, { size }]): [string, Crowd] => [name, { size, values: {} }]);
  const list = new Map([...everybody, [STRANGERS, { size: strangers, values: {} }] as const]);
  for (const other of others) room.upload(other, list, "all of these people and the strangers, from an accomplice");
}

/** A list with the person alone added to people of one kind. */
export function amid({ marks }: Door, size: number): CrowdList {
  return new Map([
    ["made-up people", crowd(size, marks.own.known)],
    [PERSON, crowd(1, marks.own.person)],
  ]);
}

/** The names under which lists hold whom attacks speak of. */
export const PERSON = "the person";
const STRANGERS = "strangers";

/** A crowd of so many, marked alike. */
export function crowd(size: number, mark: Mark): Crowd {
  return { size, ...mark };
}

/** The name of a round's group. */
export function groupNamed(round: number): string {
  return `group ${round + 1}`;
}

// In exact mode one person makes the most of a difference just under the edge at which rounding goes up.
function comfortable({ floor, ceiling, terms, margin }: Door, draw: Table["draw"]): number {
  const noise = terms.mode === "exact" ? terms.rounding : margin;
  const size = Math.min(floor + 4 * noise + draw(floor), Math.floor((floor + ceiling) / 2));
  if (terms.mode === "noise") return size;
  return size - (size % terms.rounding) + Math.ceil(terms.rounding / 2) - 1 + (terms.rounding === 1 ? 1 : 0);
}
