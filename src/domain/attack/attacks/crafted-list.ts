// Crafted lists: one list with the person and the same list without; and the person among made-up people alone.

import { amid, beside, customersOf, groupOf, paddingFor } from "../padding.ts";
import { newSight, seeBetween, seeReply } from "../sight.ts";
import { type Attack, PLAIN, persist, roundsOf } from "../table.ts";

/** Two lists that differ in the person alone, and one on which nobody else can be a customer. */
export const craftedList: Attack = {
  name: "crafted list",
  does: "uploads a list with the person and the same list without, and compares the answers",
  knows: "who else on its lists is a customer",
  guesses: "that the person is a customer if the first answer is larger",
  scope: "one-recipient",
  isPossibleAt: () => true,
  play: (table) => {
    const { room, door, isThere } = table;
    const rounds = roundsOf(door, 2);
    const padding = paddingFor(table, rounds);
    room.upload(door.theirs, customersOf(padding, isThere), "its customers");
    const [first, between, alone] = [newSight(), newSight(), newSight()];
    room.upload(door.own, amid(4 * door.floor, true), `${4 * door.floor} made-up people and the person`);
    seeReply(alone, room.ask(door, PLAIN), { shared: 0, theirs: padding.people });
    persist(table, rounds, (round) => {
      const [more, less] = [true, false].map((hasPerson) => {
        const { list, says } = beside(table, padding, { round, hasPerson });
        room.upload(door.own, list, says);
        return room.ask(door, PLAIN);
      });
      if (more === undefined || less === undefined) throw new Error("two lists have two answers");
      seeReply(first, more, { shared: groupOf(padding, round), theirs: padding.people });
      seeBetween(between, more, less);
      return less.kind === "answered";
    });
    return [between.excess, first.lean, first.excess, first.shown, alone.shown];
  },
};
