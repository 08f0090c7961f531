// The tracker (Denning and Schlörer 1980): what a cell too small to be shown holds is told by all, less all but it.

import type { Door } from "../doors.ts";
import { beside, customersOf, openLists, paddingFor } from "../padding.ts";
import type { Probe } from "../probe.ts";
import { newSight, numbersOf, seeBetween, seeReply } from "../sight.ts";
import { type Attack, askAt, persist, roundsOf } from "../table.ts";
import type { Attribute } from "../ways.ts";

/** The person has values that nobody else has; all, all without its cell, the cell, and the finest table are asked. */
export const tracker: Attack = {
  name: "tracker",
  does:
    "asks about all, about all but one cell, about that cell, in which there can be nobody but the person, and for " +
    "the finest table there is",
  knows: "every other customer with its attributes, and the person's own attributes",
  guesses: "that the person is a customer if all are more than all but the cell",
  learns: "whether anybody stands in a cell that is too small to be shown",
  heldTo: "one-recipient",
  isPossibleAt: (door) => cutAt(door) !== null,
  play: (table) => {
    const { room, door } = table;
    const cut = cutAt(door);
    if (cut === null) throw new Error("a tracker needs an attribute to choose by");
    const { rest, cell } = cut;
    const rounds = roundsOf(door, 3);
    const padding = paddingFor(table, rounds);
    const both = customersOf(door, padding);
    openLists(table, both, padding.strangers);
    const [all, between, alone] = [newSight(), newSight(), newSight()];
    persist(table, rounds, (round) => {
      const { list, says } = beside(door, padding, { round, hasPerson: true });
      room.upload(door.own, list, says);
      const everybody = askAt(room, door, { probe: door.plain, both });
      const others = askAt(room, door, { probe: rest, both });
      const person = askAt(room, door, { probe: cell, both });
      if (door.finest.by.length > door.plain.by.length) {
        const finest = askAt(room, door, { probe: door.finest, both });
        seeReply(all, finest.reply, finest.expected);
      }
      for (const { reply, expected } of [everybody, others]) seeReply(all, reply, expected);
      seeBetween(between, everybody, others);
      return seeReply(alone, person.reply, person.expected);
    });
    return [all.lean + alone.lean, between.excess, between.lean, ...numbersOf(all), alone.shown];
  },
};

// An attribute that splits the person off: not the one that the plain table is by, where all stand together.
function cutAt(door: Door): { readonly rest: Probe; readonly cell: Probe } | null {
  const isPlain = ({ dataset, attribute }: Attribute): boolean =>
    door.plain.by.some((axis) => axis.dataset === dataset && axis.attribute === attribute);
  const filter = door.filters.find((one) => !isPlain(one));
  if (filter === undefined) return null;
  const { values } = filter;
  return { rest: whose(door, filter, values.slice(1)), cell: whose(door, filter, values.slice(0, 1)) };
}

function whose({ plain }: Door, { dataset, attribute }: Attribute, values: readonly string[]): Probe {
  return { ...plain, where: [{ dataset, attribute, in: [...values] }] };
}
