// Rewording: the same question in other words, and other questions about the same people, so that the noise of each
// may be averaged away. What means the same is one answer and costs nothing; what does not is paid for.

import type { Door } from "../doors.ts";
import { beside, customersOf, openLists, paddingFor } from "../padding.ts";
import type { Probe } from "../probe.ts";
import { newSight, numbersOf, seeReply } from "../sight.ts";
import { type Attack, askAt, persist, roundsOf } from "../table.ts";

/** Lists named the other way round, attributes in another order, as a trend; smaller tables and idle conditions. */
export const rewording: Attack = {
  name: "rewording",
  does:
    "asks about the same people in other words: lists and attributes in another order, as an overlap and as a trend, " +
    "in tables by fewer attributes, with a condition that everybody meets, at the price that is charged anyway",
  knows: "who else on its lists is a customer",
  guesses: "that the person is a customer if the figures are too large on average",
  learns: "whether the person is a customer, at the price of one answer",
  heldTo: "one-recipient",
  isPossibleAt: () => true,
  play: (table) => {
    const { room, door } = table;
    const wordings = wordingsAt(door);
    const rounds = roundsOf(door, 2);
    const padding = paddingFor(table, rounds);
    const both = customersOf(door, padding);
    openLists(table, both, padding.strangers);
    const sight = newSight();
    persist(table, rounds, (round) => {
      const { list, says } = beside(door, padding, { round, hasPerson: true });
      room.upload(door.own, list, says);
      const heard = wordings.map((probe) => {
        const { reply, expected } = askAt(room, door, { probe, both });
        return seeReply(sight, reply, expected);
      });
      return heard[0] === true;
    });
    return numbersOf(sight);
  },
};

function wordingsAt(door: Door): readonly Probe[] {
  const { plain, finest, filters, price, analysis } = door;
  const { by } = finest;
  const turned = by.slice(1).map((_, index) => [...by.slice(index + 1), ...by.slice(0, index + 1)]);
  const parts = by.length < 2 ? [] : by.slice(1).map((axis) => [axis]);
  const idle = filters.slice(0, 1).map(({ dataset, attribute, values }) => ({ dataset, attribute, in: [...values] }));
  return [
    plain,
    { ...plain, isReversed: true },
    ...(analysis === "overlap" || analysis === "trend" ? [{ ...plain, isTwin: true }] : []),
    ...[by, [...by].reverse(), ...turned].map((order) => ({ ...finest, by: order })),
    ...parts.map((part) => ({ ...plain, by: part })),
    ...idle.map((clause) => ({ ...plain, where: [clause] })),
    { ...plain, epsilon: price },
  ];
}
