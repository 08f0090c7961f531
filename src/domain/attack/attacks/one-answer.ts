// One answer, read as closely as it can be: the attacker knows what each figure would be with the person and without,
// and what noise it carries. The promise about one answer is tight, so noise that is a little too small shows here.

import { beside, customersOf, openLists, paddingFor } from "../padding.ts";
import { newSight, numbersOf, seeReply } from "../sight.ts";
import { type Attack, askAt, type Seen, type Table } from "../table.ts";

/** One question about the person, beside people of whom all is known. */
export const oneAnswer: Attack = {
  name: "one answer",
  does: "asks once about the person beside people of whom it knows all, and weighs every figure",
  knows: "what every figure would be with the person and without, and the noise",
  guesses: "that the person is a customer if the figures are likelier so",
  learns: "whether the person is a customer, from one answer",
  heldTo: "one-answer",
  isPossibleAt: ({ measure }) => measure === null,
  play: (table) => {
    const { reply, expected } = askedOnce(table);
    const sight = newSight();
    seeReply(sight, reply, expected);
    return numbersOf(sight);
  },
};

/** One table with a measure, of which the person has many times what the contract lets anybody count for. */
export const extremeValue: Attack = {
  name: "extreme value",
  does: "asks once for a table with a measure, of which the person has fifty times as much as the contract's bound",
  knows: "every other customer's value, and the person's",
  guesses: "that the person is a customer if the figures are too large",
  learns: "whether the person is a customer, and so what it spends",
  heldTo: "one-answer",
  isPossibleAt: ({ measure }) => measure !== null,
  play: (table) => {
    const seen = askedOnce(table);
    const sight = newSight();
    seeReply(sight, seen.reply, seen.expected);
    return [...numbersOf(sight), surplusOf(seen)];
  },
};

function askedOnce(table: Table): Seen {
  const { room, door } = table;
  const padding = paddingFor(table, 1);
  const both = customersOf(door, padding);
  openLists(table, both, padding.strangers);
  const { list, says } = beside(door, padding, { round: 0, hasPerson: true });
  room.upload(door.own, list, says);
  return askAt(room, door, { probe: door.plain, both });
}

// By how much the figures of the measure, which come after those of people, are too large.
function surplusOf({ reply, expected }: Seen): number {
  if (reply.kind === "refused") return 0;
  const surplus = expected.map(({ absent, there, unit }, index) => {
    const figure = reply.told[index] ?? null;
    const isMeasure = index >= expected.length / 2;
    return figure === null || absent === there || !isMeasure ? 0 : (figure - absent) / unit;
  });
  return surplus.reduce((sum, one) => sum + one, 0);
}
