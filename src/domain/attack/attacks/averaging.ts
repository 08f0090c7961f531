// Averaging: the same person is asked about again and again, until the noise averages out.

import { beside, customersOf, groupOf, paddingFor } from "../padding.ts";
import { newSight, seeReply } from "../sight.ts";
import { type Attack, PLAIN, persist, roundsOf } from "../table.ts";

/** The person beside another group of known customers each time; the mean of what the figures have too much. */
export const averaging: Attack = {
  name: "averaging",
  does: "asks about the person again and again, beside other people each time, until the budget is spent",
  knows: "who else on its lists is a customer",
  guesses: "that the person is a customer if the figures are too large on average",
  scope: "one-recipient",
  isPossibleAt: () => true,
  play: (table) => {
    const { room, door, isThere } = table;
    const rounds = roundsOf(door, 1);
    const padding = paddingFor(table, rounds);
    room.upload(door.theirs, customersOf(padding, isThere), "its customers");
    const sight = newSight();
    persist(table, rounds, (round) => {
      const { list, says } = beside(table, padding, { round, hasPerson: true });
      room.upload(door.own, list, says);
      return seeReply(sight, room.ask(door, PLAIN), { shared: groupOf(padding, round), theirs: padding.people });
    });
    return [sight.lean, sight.excess, sight.shown];
  },
};
