// Re-upload differencing: what was told before the owner uploaded its list again is compared with what is told after.

import { beside, customersOf, openLists, paddingFor } from "../padding.ts";
import { newSight, numbersOf, seeBetween, seeReply } from "../sight.ts";
import { type Attack, askAt, persist, roundsOf } from "../table.ts";

/** The person was on the first version; the second is the same, with the person or without. */
export const reuploadDifferencing: Attack = {
  name: "re-upload differencing",
  does: "asks before and after the owner uploads its list again, and compares",
  knows: "everybody on both versions, and that the person was on the first",
  guesses: "that the person is still a customer if the figures are no smaller",
  learns: "whether the person has left the owner",
  heldTo: "one-recipient",
  isPossibleAt: () => true,
  play: (table) => {
    const { room, door, isThere } = table;
    const rounds = roundsOf(door, 1);
    const padding = paddingFor(table, rounds);
    const both = customersOf(door, padding);
    openLists({ ...table, isThere: true }, both, padding.strangers);
    const ask = (round: number) => {
      const { list, says } = beside(door, padding, { round, hasPerson: true });
      if (round > 0) room.upload(door.own, list, says);
      return askAt(room, door, { probe: door.plain, both });
    };
    const first = beside(door, padding, { round: 0, hasPerson: true });
    room.upload(door.own, first.list, first.says);
    const before = ask(0);
    room.upload(door.theirs, isThere ? both.there : both.absent, "its customers again, with the person or without");
    const [after, between] = [newSight(), newSight()];
    // Before, the person was there for certain.
    const sure = { ...before, expected: before.expected.map((one) => ({ ...one, absent: one.there })) };
    persist(table, rounds, (round) => {
      const seen = ask(round);
      if (round === 0) seeBetween(between, seen, sure);
      return seeReply(after, seen.reply, seen.expected);
    });
    return [between.excess, ...numbersOf(after)];
  },
};
