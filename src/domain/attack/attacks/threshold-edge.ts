// Threshold edge: a list is padded so that the person alone decides whether a figure is shown (Venkatadri et al. 2018).

import { customersOf } from "../padding.ts";
import { newSight, seeReply } from "../sight.ts";
import { type Attack, PLAIN } from "../table.ts";

/** One customer less than the least number that is shown, and the person. */
export const thresholdEdge: Attack = {
  name: "threshold edge",
  does: "puts the person on a list with one customer less than the least number that is shown, and asks once",
  knows: "exactly how many others on its list are customers",
  guesses: "that the person is a customer if a figure is shown",
  scope: "one-answer",
  isPossibleAt: () => true,
  play: ({ room, door, isThere }) => {
    const shared = door.floor - 1;
    const others = 2 * door.floor;
    const person = { size: 1, values: {} };
    const padding = { groups: [shared, others], people: shared + others };
    room.upload(door.theirs, customersOf(padding, isThere), "its customers");
    const list = new Map([
      ["group 1", { size: shared, values: {} }],
      ["strangers", { size: others, values: {} }],
      ["the person", person],
    ]);
    room.upload(door.own, list, `${shared} customers that it knows of, ${others} strangers and the person`);
    const sight = newSight();
    seeReply(sight, room.ask(door, PLAIN), { shared, theirs: padding.people });
    return [sight.shown, sight.lean, sight.excess];
  },
};
