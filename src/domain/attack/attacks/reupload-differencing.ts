// Re-upload differencing: what was told before the owner uploaded its list again is compared with what is told after.

import { beside, customersOf, groupOf, paddingFor } from "../padding.ts";
import { newSight, seeBetween, seeReply } from "../sight.ts";
import { type Attack, PLAIN, persist, roundsOf } from "../table.ts";

/** The person was on the first version; the second is the same, with the person or without. */
export const reuploadDifferencing: Attack = {
  name: "re-upload differencing",
  does: "asks before and after the owner uploads its list again, and compares",
  knows: "everybody on both versions, and that the person was on the first",
  guesses: "that the person is still a customer if the figures are no smaller",
  scope: "one-recipient",
  isPossibleAt: () => true,
  play: (table) => {
    const { room, door, isThere } = table;
    const rounds = roundsOf(door, 1);
    const padding = paddingFor(table, rounds);
    const ask = (round: number) => {
      const { list, says } = beside(table, padding, { round, hasPerson: true });
      if (round > 0) room.upload(door.own, list, says);
      return room.ask(door, PLAIN);
    };
    const first = beside(table, padding, { round: 0, hasPerson: true });
    room.upload(door.theirs, customersOf(padding, true), "its customers, and the person is one");
    room.upload(door.own, first.list, first.says);
    const before = ask(0);
    room.upload(door.theirs, customersOf(padding, isThere), "its customers again, with the person or without");
    const [after, between] = [newSight(), newSight()];
    persist(table, rounds, (round) => {
      const reply = ask(round);
      if (round === 0) seeBetween(between, reply, before);
      return seeReply(after, reply, { shared: groupOf(padding, round), theirs: padding.people });
    });
    return [between.excess, after.lean, after.excess, after.shown];
  },
};
