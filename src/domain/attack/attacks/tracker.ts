// The tracker (Denning and Schlörer 1980): what a cell too small to be shown holds is told by all, less all but it.

import type { Door, Filter, Probe } from "../doors.ts";
import { beside, customersOf, groupOf, type Marks, paddingFor } from "../padding.ts";
import { newSight, seeBetween, seeReply } from "../sight.ts";
import { type Attack, PLAIN, persist, roundsOf } from "../table.ts";

/** The person has a value that nobody else has; all, all with another value, and the person's cell are asked about. */
export const tracker: Attack = {
  name: "tracker",
  does: "asks about all, about all but one cell, and about that cell, in which there can be nobody but the person",
  knows: "every other customer with its attributes, and the person's own attribute",
  guesses: "that the person is a customer if all are more than all but the cell",
  scope: "one-recipient",
  isPossibleAt: (door) => door.filters.length > 0,
  play: (table) => {
    const { room, door, isThere } = table;
    const { all, rest, cell, marks } = cutAt(door);
    const rounds = roundsOf(door, 3);
    const padding = paddingFor(table, rounds);
    room.upload(door.theirs, customersOf(padding, isThere, marks), "its customers");
    const [whole, between, alone] = [newSight(), newSight(), newSight()];
    persist(table, rounds, (round) => {
      const { list, says } = beside(table, padding, { round, hasPerson: true, marks });
      room.upload(door.own, list, says);
      const everybody = room.ask(door, all);
      seeReply(whole, everybody, { shared: groupOf(padding, round), theirs: padding.people });
      seeBetween(between, everybody, room.ask(door, rest));
      return seeReply(alone, room.ask(door, cell), { shared: 0, theirs: 0 });
    });
    return [between.excess, between.lean, whole.lean + alone.lean, whole.excess, alone.shown];
  },
};

type Cut = { readonly all: Probe; readonly rest: Probe; readonly cell: Probe; readonly marks: Marks };

function cutAt(door: Door): Cut {
  const [filter] = door.filters;
  if (filter === undefined) throw new Error("a tracker needs an attribute to choose by");
  const [first, second] = filter.values;
  if (first === undefined || second === undefined) throw new Error("an attribute to choose by has two values");
  const known = { [filter.attribute]: second };
  const person = { [filter.attribute]: first };
  return {
    all: PLAIN,
    rest: whose(door, filter, filter.values.slice(1)),
    cell: whose(door, filter, [first]),
    marks: { known, person },
  };
}

function whose(door: Door, { list, attribute }: Filter, values: readonly string[]): Probe {
  return { where: [{ dataset: list === "own" ? door.own : door.theirs, attribute, in: [...values] }], epsilon: null };
}
