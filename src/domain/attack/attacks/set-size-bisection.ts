// Set-size bisection: of several people, one half is asked about, then a half of the half that seems to hold a customer
// (Guo et al., USENIX Security 2022; Jiang, Du, Yan, NDSS 2024).

import type { CrowdList } from "../crowds.ts";
import type { Both } from "../model-room.ts";
import { nth } from "../nth.ts";
import { beside, crowd, customersOf, openLists, type Padding, paddingFor } from "../padding.ts";
import { newSight, seeReply } from "../sight.ts";
import { type Attack, askAt, persist, roundsOf, type Table } from "../table.ts";

const PEOPLE = 8;
const HALVINGS = 3;

/** Eight people of whom one alone may be a customer; three halvings, again and again. */
export const setSizeBisection: Attack = {
  name: "set-size bisection",
  does: "asks about one half of eight people, then about a half of the half that seems to hold somebody",
  knows: "that none of the other seven is a customer, and who else on its lists is",
  guesses: "that the person is a customer if the search ends there, and the halves with the person look larger",
  learns: "which of eight people is a customer",
  heldTo: "one-recipient",
  isPossibleAt: () => true,
  play: (table) => {
    const { door, draw } = table;
    const rounds = roundsOf(door, HALVINGS);
    const padding = paddingFor(table, rounds * HALVINGS);
    const wanted = draw(PEOPLE);
    const both = withOneOf(table, padding, wanted);
    openLists(table, both, padding.strangers);
    const [inside, outside, whole] = [newSight(), newSight(), newSight()];
    let found = 0;
    persist(table, rounds, (round) => {
      let left = Array.from({ length: PEOPLE }, (_, index) => index);
      for (let halving = 0; halving < HALVINGS; halving++) {
        const half = left.slice(0, left.length / 2);
        const place = { padding, round: round * HALVINGS + halving, absent: both.absent };
        const { reply, expected } = askAbout(table, half, place);
        const seen = newSight();
        if (!seeReply(seen, reply, expected)) return false;
        seeReply(whole, reply, table.room.foresee(door, door.plain, both));
        const sight = half.includes(wanted) ? inside : outside;
        sight.lean += seen.lean;
        sight.excess += seen.excess;
        left = seen.lean > 0 ? half : left.filter((one) => !half.includes(one));
      }
      if (left.includes(wanted)) found++;
      return true;
    });
    return [whole.lean, found, inside.lean - outside.lean, inside.excess - outside.excess, inside.lean];
  },
};

function withOneOf({ door }: Table, padding: Padding, wanted: number): Both {
  const { absent } = customersOf(door, padding);
  return { absent, there: new Map([...absent, [personOf(wanted), crowd(1, door.marks.theirs.person)]]) };
}

type Place = { readonly padding: Padding; readonly round: number; readonly absent: CrowdList };

// The customer is in this half or in the other: the owner's list is as long either way.
function askAbout(table: Table, half: readonly number[], { padding, round, absent }: Place) {
  const { room, door } = table;
  const { list, says } = beside(door, padding, { round, hasPerson: false });
  const people = half.map((index) => [personOf(index), crowd(1, door.marks.own.person)] as const);
  const own: CrowdList = new Map([...list, ...people]);
  room.upload(door.own, own, `${says}, and ${half.length} of the eight people`);
  const listWith = (name: string): CrowdList => new Map([...absent, [name, crowd(1, door.marks.theirs.person)]]);
  const both = { absent: listWith("another of them"), there: listWith(personOf(nth(half, 0))) };
  return askAt(room, door, { probe: door.plain, both });
}

function personOf(index: number): string {
  return `person ${index + 1} of ${PEOPLE}`;
}
