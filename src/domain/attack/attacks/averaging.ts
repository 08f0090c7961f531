// Averaging: the same person is asked about again and again, until the noise averages out.

import { beside, customersOf, openLists, paddingFor } from "../padding.ts";
import { newSight, numbersOf, seeReply } from "../sight.ts";
import { type Attack, askAt, persist, roundsOf } from "../table.ts";

/** The person beside another group of known customers each time; what all figures together say. */
export const averaging: Attack = {
  name: "averaging",
  does: "asks about the person again and again, beside other people each time, until the budget is spent",
  knows: "who else on its lists is a customer",
  guesses: "that the person is a customer if the figures are too large on average",
  learns: "whether the person is a customer",
  heldTo: "one-recipient",
  isPossibleAt: () => true,
  play: (table) => {
    const { room, door } = table;
    const rounds = roundsOf(door, 1);
    const padding = paddingFor(table, rounds);
    const both = customersOf(door, padding);
    openLists(table, both, padding.strangers);
    const sight = newSight();
    persist(table, rounds, (round) => {
      const { list, says } = beside(door, padding, { round, hasPerson: true });
      room.upload(door.own, list, says);
      const { reply, expected } = askAt(room, door, { probe: door.plain, both });
      return seeReply(sight, reply, expected);
    });
    return numbersOf(sight);
  },
};
