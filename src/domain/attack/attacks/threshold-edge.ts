// Threshold edge: a list is padded so that the person alone decides whether a figure is shown (Venkatadri et al. 2018).

import { beside, customersOf, openLists } from "../padding.ts";
import { newSight, numbersOf, seeReply } from "../sight.ts";
import { type Attack, askAt } from "../table.ts";

/** One customer less than the least number that is shown, and the person. */
export const thresholdEdge: Attack = {
  name: "threshold edge",
  does: "puts the person on a list with one customer less than the least number that is shown, and asks once",
  knows: "exactly how many others on its list are customers",
  guesses: "that the person is a customer if a figure is shown",
  learns: "whether the person is a customer, from one answer",
  heldTo: "one-answer",
  isPossibleAt: () => true,
  play: (table) => {
    const { room, door } = table;
    const padding = { groups: [door.floor - 1, 2 * door.floor], strangers: 2 * door.floor };
    const both = customersOf(door, padding);
    openLists(table, both, padding.strangers);
    const { list, says } = beside(door, padding, { round: 0, hasPerson: true });
    room.upload(door.own, list, says);
    const sight = newSight();
    const { reply, expected } = askAt(room, door, { probe: door.plain, both });
    seeReply(sight, reply, expected);
    return numbersOf(sight);
  },
};
