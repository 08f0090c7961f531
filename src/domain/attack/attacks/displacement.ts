// Displacement: a record of the attacker's has the person's first identifier and another customer's second. With the
// person on the list it matches the person, without it the other: one person moves two figures of a table.

import type { Crowd, CrowdList } from "../crowds.ts";
import type { Door } from "../doors.ts";
import type { Mark } from "../marks.ts";
import type { Both } from "../model-room.ts";
import { nth } from "../nth.ts";
import { beside, crowd, customersOf, groupOf, openLists, type Padding, PERSON, paddingFor } from "../padding.ts";
import { newSight, numbersOf, seeReply } from "../sight.ts";
import { type Attack, askAt } from "../table.ts";

const ALIAS = "one phone";
const BESIDE = "another group";

/** The person's cell has one more, and that of the displaced one less. */
export const displacement: Attack = {
  name: "displacement",
  does:
    "asks once about a record that matches the person by one identifier and, failing that, a known customer of " +
    "another group by the next",
  knows: "everybody else on the list, and both identifiers",
  guesses: "that the person is a customer if its group is larger, and the other smaller",
  learns: "whether the person is a customer",
  heldTo: "one-answer",
  isPossibleAt: ({ identifiers, plain, theirs }) => identifiers.length > 1 && plain.by[0]?.dataset === theirs,
  play: (table) => {
    const { room, door } = table;
    const padding = paddingFor(table, 1);
    const both = displacing(door, padding);
    openLists(table, both, padding.strangers);
    const { list, says } = beside(door, padding, { round: 0, hasPerson: false });
    const own: CrowdList = new Map([
      ...list,
      [BESIDE, crowd(groupOf(padding, 0), door.marks.own.known)],
      [PERSON, { ...crowd(1, door.marks.own.person), alias: ALIAS }],
    ]);
    room.upload(door.own, own, `${says}, as many of another group, and one with the e-mail of one and another's phone`);
    const sight = newSight();
    const { reply, expected } = askAt(room, door, { probe: door.plain, both });
    seeReply(sight, reply, expected);
    return numbersOf(sight);
  },
};

// The displaced and as many known customers stand under another value of the plain table's attribute.
function displacing(door: Door, padding: Padding): Both {
  const other = elsewhere(door);
  const more: readonly [string, Crowd][] = [
    [BESIDE, crowd(groupOf(padding, 0), other)],
    ["the displaced", { ...crowd(1, other), alias: ALIAS }],
  ];
  const { absent, there } = customersOf(door, padding);
  return { absent: new Map([...absent, ...more]), there: new Map([...there, ...more]) };
}

function elsewhere({ marks, axes }: Door): Mark {
  const { known } = marks.theirs;
  const { attribute, values } = nth(axes, 0);
  return { ...known, values: { ...known.values, [attribute]: nth(values, 1) } };
}
