// Crafted lists: one list with the person and the same list without; and the person among made-up people alone.

import { amid, beside, customersOf, openLists, paddingFor } from "../padding.ts";
import { newSight, numbersOf, seeBetween, seeReply } from "../sight.ts";
import { type Attack, askAt, persist, roundsOf } from "../table.ts";

/** Two lists that differ in the person alone, and one on which nobody else can be a customer. */
export const craftedList: Attack = {
  name: "crafted list",
  does:
    "uploads a list with the person and the same list without, and compares the answers; and one with the person " +
    "among made-up people alone",
  knows: "who else on its lists is a customer",
  guesses: "that the person is a customer if the first answer is larger, or the second is told at all",
  learns: "whether the person is a customer",
  heldTo: "one-recipient",
  isPossibleAt: () => true,
  play: (table) => {
    const { room, door } = table;
    const rounds = roundsOf(door, 2);
    const padding = paddingFor(table, rounds);
    const both = customersOf(door, padding);
    openLists(table, both, padding.strangers);
    const [first, between, alone, second] = [newSight(), newSight(), newSight(), newSight()];
    room.upload(door.own, amid(door, 4 * door.floor), `${4 * door.floor} made-up people and the person`);
    const amidst = askAt(room, door, { probe: door.plain, both });
    seeReply(alone, amidst.reply, amidst.expected);
    persist(table, rounds, (round) => {
      const [more, less] = [true, false].map((hasPerson) => {
        const { list, says } = beside(door, padding, { round, hasPerson });
        room.upload(door.own, list, says);
        return askAt(room, door, { probe: door.plain, both });
      });
      if (more === undefined || less === undefined) throw new Error("two lists have two answers");
      seeReply(first, more.reply, more.expected);
      seeReply(second, less.reply, less.expected);
      seeBetween(between, more, less);
      if (isTold(less.reply)) second.shown++;
      return less.reply.kind === "answered";
    });
    const all = first.lean + second.lean + alone.lean;
    return [all, between.excess, ...numbersOf(first), second.shown, alone.shown];
  },
};

function isTold(reply: ReturnType<typeof askAt>["reply"]): boolean {
  return reply.kind === "answered" && reply.told.some((figure) => figure !== null);
}
