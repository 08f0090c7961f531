// Sybils: several partners, and one partner under several contracts, ask about the same person in every way that they
// have, period after period, and pool what they were told.

import { beside, customersOf, openLists, paddingFor } from "../padding.ts";
import { newSight, numbersOf, seeReply } from "../sight.ts";
import { type Attack, askAt, persist, QUESTIONS, roundsOf } from "../table.ts";

/** Periods that sybils wait for new budgets. */
const PERIODS = 8;

/** Everybody asks until refused; then all wait for the next period. */
export const sybils: Attack = {
  name: "sybils",
  does:
    "asks as every partner, under every contract and every analysis that it can, period after period, and pools the " +
    "answers",
  knows: "who else on its lists is a customer",
  guesses: "that the person is a customer if the figures are too large on average",
  learns: "whether the person is a customer, from all that is ever told of the list",
  heldTo: "everybody",
  isPossibleAt: () => true,
  play: (table) => {
    const { room, door, doors } = table;
    const rounds = roundsOf(door, 1);
    const padding = paddingFor(table, rounds, doors);
    const both = customersOf(door, padding);
    openLists(table, both, padding.strangers);
    const sight = newSight();
    let seen = -1;
    let answers = 0;
    for (let period = 0; period < PERIODS && answers > seen; period++) {
      seen = answers;
      const first = period % doors.length;
      for (const way of [...doors.slice(first), ...doors.slice(0, first)]) {
        persist({ room, door: way }, Math.min(rounds, roundsOf(way, 1)), (round) => {
          const { list, says } = beside(way, padding, { round, hasPerson: true });
          room.upload(way.own, list, says);
          if (answers >= QUESTIONS) return false;
          const { reply, expected } = askAt(room, way, { probe: way.plain, both });
          if (reply.kind === "answered") answers++;
          return seeReply(sight, reply, expected);
        });
      }
      room.wait(door.tariff.periodDays);
    }
    return numbersOf(sight);
  },
};
