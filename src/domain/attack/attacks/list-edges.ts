// The edges of the rules for lists: one person decides whether a list is too near to an earlier one, or one too long.
// Both look at the truth, so that a refusal there tells as much of somebody on the asker's own list as the list would.

import { beside, crowd, customersOf, groupNamed, openLists, PERSON } from "../padding.ts";
import { newSight, numbersOf, seeReply } from "../sight.ts";
import { type Attack, askAt, type Table } from "../table.ts";

const isCertain: Attack["isPossibleAt"] = ({ channel, terms }) => channel !== null && terms.deniability === null;

/** Two lists that differ by one person less than the guard asks for, or by just as many. */
export const guardEdge: Attack = {
  name: "edge of the guard between lists",
  does:
    "has a list, and asks for another that differs from it by one person less than the guard lets pass, or by just " +
    "as many",
  knows: "which of the others on both lists are customers",
  guesses: "that the person is a customer if the second list is given",
  learns: "whether somebody on its own list is a customer, by a refusal, where a list would have said it by name",
  heldTo: "nothing",
  isPossibleAt: (door) => isCertain(door) && door.floor + 5 * door.margin + door.terms.k <= door.ceiling,
  play: (table) => {
    const { room, door } = table;
    const { k } = door.terms;
    const padding = { groups: [door.floor + 4 * door.margin, k - 1], strangers: 2 * door.floor };
    const both = customersOf(door, padding);
    openLists(table, both, padding.strangers);
    const first = beside(door, padding, { round: 0, hasPerson: false });
    room.upload(door.own, first.list, first.says);
    room.ask(door, door.plain);
    const more = new Map([
      ...first.list,
      [groupNamed(1), crowd(k - 1, door.marks.own.known)],
      [PERSON, crowd(1, door.marks.own.person)],
    ]);
    return asked(table, { list: more, says: `the same, ${k - 1} customers more, and the person`, both });
  },
};

/** As many customers as the longest list has, and the person. */
export const capEdge: Attack = {
  name: "edge of the longest list",
  does: "puts the person on a list with as many customers as a list may name, and asks once",
  knows: "exactly how many others on its list are customers",
  guesses: "that the person is a customer if the list is withheld",
  learns: "whether somebody on its own list is a customer, by a refusal, where a list would have said it by name",
  heldTo: "nothing",
  isPossibleAt: isCertain,
  play: atTheCap,
};

/** The same where entries are deniable: the cap looks at what the coin leaves, so the coin bounds what it tells. */
export const deniableCapEdge: Attack = {
  ...capEdge,
  name: "edge of the longest deniable list",
  knows: "exactly how many others on its list are customers, and how the coin falls for each of them",
  heldTo: "one-answer",
  isPossibleAt: ({ channel, terms }) => channel !== null && terms.deniability !== null,
};

function atTheCap(table: Table): readonly number[] {
  const { door } = table;
  const padding = { groups: [door.ceiling], strangers: door.floor };
  const both = customersOf(door, padding);
  openLists(table, both, padding.strangers);
  const { list, says } = beside(door, padding, { round: 0, hasPerson: true });
  return asked(table, { list, says, both });
}

type Asking = ReturnType<typeof beside> & { readonly both: ReturnType<typeof customersOf> };

function asked({ room, door }: Table, { list, says, both }: Asking): readonly number[] {
  room.upload(door.own, list, says);
  const sight = newSight();
  const { reply, expected } = askAt(room, door, { probe: door.plain, both });
  seeReply(sight, reply, expected);
  return numbersOf(sight);
}
