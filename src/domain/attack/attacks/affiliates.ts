// Affiliates: partners whom the owner counts as one recipient ask about the same person, in turn, and pool
// what they were told. Together they may spend what one partner may.

import { nth } from "../nth.ts";
import { beside, customersOf, openLists, paddingFor } from "../padding.ts";
import { newSight, numbersOf, seeReply } from "../sight.ts";
import { type Attack, askAt, persist, roundsOf } from "../table.ts";

/** They ask in turn until they are refused, beside people of whom all is known. */
export const affiliates: Attack = {
  name: "affiliates",
  does: "asks as each of several partners that the owner counts as one, until the budget that they share is spent",
  knows: "who else on their lists is a customer",
  guesses: "that the person is a customer if the figures are too large on average",
  learns: "whether the person is a customer",
  heldTo: "one-recipient",
  isPossibleAt: () => true,
  play: (table) => {
    const { room, door, doors } = table;
    const rounds = roundsOf(door, 1);
    const padding = paddingFor(table, rounds, doors);
    const both = customersOf(door, padding);
    openLists(table, both, padding.strangers);
    const sight = newSight();
    persist({ room, door }, rounds, (round) => {
      const way = nth(doors, round % doors.length);
      const { list, says } = beside(way, padding, { round, hasPerson: true });
      room.upload(way.own, list, says);
      const { reply, expected } = askAt(room, way, { probe: way.plain, both });
      return seeReply(sight, reply, expected);
    });
    return numbersOf(sight);
  },
};
