// Bisection by conditions: several people stand on one list with different values of an attribute, and conditions on it
// halve them without a new upload.

import type { Clause } from "../../question/asked.ts";
import type { Crowd, CrowdList } from "../crowds.ts";
import type { Door } from "../doors.ts";
import type { Both } from "../model-room.ts";
import { nth } from "../nth.ts";
import { crowd, groupOf, openLists, paddingFor } from "../padding.ts";
import type { Probe } from "../probe.ts";
import { newSight, seeReply } from "../sight.ts";
import { type Attack, askAt, persist, roundsOf, type Table } from "../table.ts";
import type { Attribute } from "../ways.ts";

/** Values by which people are halved, at the most; and halvings of them. */
const MOST = 4;

/** One person for each value, of whom one alone may be a customer; halved by conditions, again and again. */
export const attributeBisection: Attack = {
  name: "bisection by conditions",
  does: "asks about the people with half of an attribute's values, then about half of those, until one value is left",
  knows: "everybody else with every value, and that the person alone may be a customer among those it looks for",
  guesses: "that the person is a customer if the search ends at its value, and the halves with it look larger",
  learns: "which value the only customer among them has",
  heldTo: "one-recipient",
  isPossibleAt: (door) => splitAt(door) !== null,
  play: (table) => {
    const { door } = table;
    const split = splitAt(door);
    if (split === null) throw new Error("a bisection needs an attribute to choose by");
    const wanted = table.draw(split.values.length);
    const halvings = Math.log2(split.values.length);
    const rounds = roundsOf(door, halvings);
    const lists = listsOf(table, split, { wanted, rounds });
    openLists(table, lists.both, lists.strangers);
    const [inside, outside, whole] = [newSight(), newSight(), newSight()];
    let found = 0;
    persist(table, rounds, (round) => {
      table.room.upload(door.own, lists.own(round), `group ${round + 1} and ${split.values.length} people, by value`);
      let left = [...split.values];
      while (left.length > 1) {
        const half = left.slice(0, left.length / 2);
        const value = nth(split.values, wanted);
        const [first, last] = [nth(left, 0), nth(left, left.length - 1)];
        // The customer is in this half or in the other.
        const both = { there: lists.listWith(first), absent: lists.listWith(last) };
        const probe = among(door, split, half);
        const { reply, expected } = askAt(table.room, door, { probe, both });
        const seen = newSight();
        if (!seeReply(seen, reply, expected)) return false;
        seeReply(whole, reply, table.room.foresee(door, probe, lists.both));
        const sight = half.includes(value) ? inside : outside;
        sight.lean += seen.lean;
        sight.excess += seen.excess;
        left = seen.lean > 0 ? half : left.filter((one) => !half.includes(one));
      }
      if (left[0] === nth(split.values, wanted)) found++;
      return true;
    });
    return [whole.lean, found, inside.lean - outside.lean, inside.excess - outside.excess, inside.lean];
  },
};

type Split = Attribute;

// The attribute with the most values, up to four of them; not the one that a plain table is by.
function splitAt({ filters, plain }: Door): Split | null {
  const isPlain = ({ dataset, attribute }: Attribute): boolean =>
    plain.by.some((axis) => axis.dataset === dataset && axis.attribute === attribute);
  const [best] = [...filters]
    .filter((one) => !isPlain(one))
    .sort((left, right) => Math.min(MOST, right.values.length) - Math.min(MOST, left.values.length));
  if (best === undefined) return null;
  return { ...best, values: best.values.slice(0, best.values.length < MOST ? 2 : MOST) };
}

type Lists = {
  readonly both: Both;
  readonly listWith: (value: string) => CrowdList;
  readonly own: (round: number) => CrowdList;
  readonly strangers: number;
};

// Every round has a group of known customers with each value, so that every half is shown.
function listsOf(
  table: Table,
  split: Split,
  { wanted, rounds }: { readonly wanted: number; readonly rounds: number },
): Lists {
  const { door } = table;
  const padding = paddingFor(table, rounds);
  const on = (list: "own" | "theirs", value: string, size: number): Crowd => {
    const { known } = door.marks[list];
    const isMarked = split.dataset === door[list];
    return crowd(size, isMarked ? { ...known, values: { ...known.values, [split.attribute]: value } } : known);
  };
  const rows = (list: "own" | "theirs", round: number) =>
    split.values.map((value): [string, Crowd] => [
      `group ${round + 1} with ${value}`,
      on(list, value, groupOf(padding, round)),
    ]);
  const absent = new Map(padding.groups.flatMap((_, round) => rows("theirs", round)));
  const personAt = (list: "own" | "theirs", index: number): [string, Crowd] => [
    `person ${index + 1}`,
    on(list, nth(split.values, index), 1),
  ];
  const listWith = (value: string): CrowdList => new Map([...absent, personAt("theirs", split.values.indexOf(value))]);
  return {
    both: { absent, there: listWith(nth(split.values, wanted)) },
    listWith,
    strangers: padding.strangers,
    own: (round) => new Map([...rows("own", round), ...split.values.map((_, index) => personAt("own", index))]),
  };
}

function among({ plain }: Door, { dataset, attribute }: Split, values: readonly string[]): Probe {
  const where: Clause[] = [{ dataset, attribute, in: [...values] }];
  return { ...plain, where };
}
