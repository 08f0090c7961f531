// Sybils: several partners, and one partner under several contracts, ask about the same person, period after period,
// and pool what they were told.

import { beside, customersOf, groupOf, paddingFor } from "../padding.ts";
import { newSight, seeReply } from "../sight.ts";
import { type Attack, PLAIN, persist, QUESTIONS, roundsOf } from "../table.ts";

/** Periods that sybils wait for new budgets. */
const PERIODS = 8;

/** Everybody asks until refused; then all wait for the next period. */
export const sybils: Attack = {
  name: "sybils",
  does: "asks as every partner and under every contract that it can, period after period, and pools the answers",
  knows: "who else on its lists is a customer",
  guesses: "that the person is a customer if the figures are too large on average",
  scope: "everybody",
  isPossibleAt: () => true,
  play: (table) => {
    const { room, door, doors, isThere } = table;
    const rounds = roundsOf(door, 1);
    const padding = paddingFor(table, rounds);
    room.upload(door.theirs, customersOf(padding, isThere), "its customers");
    const sight = newSight();
    let seen = -1;
    let answers = 0;
    for (let period = 0; period < PERIODS && answers > seen; period++) {
      seen = answers;
      for (const way of doors) {
        persist({ room, door: way }, rounds, (round) => {
          const { list, says } = beside(table, padding, { round, hasPerson: true });
          room.upload(way.own, list, says);
          if (answers >= QUESTIONS) return false;
          const reply = room.ask(way, PLAIN);
          if (reply.kind === "answered") answers++;
          return seeReply(sight, reply, { shared: groupOf(padding, round), theirs: padding.people });
        });
      }
      room.wait(door.tariff.periodDays);
    }
    return [sight.lean, sight.excess, sight.shown];
  },
};
