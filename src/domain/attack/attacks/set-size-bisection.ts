// Set-size bisection: of several people, one half is asked about, then a half of the half that seems to hold a customer
// (Guo et al., USENIX Security 2022; Jiang, Du, Yan, NDSS 2024).

import type { Reply } from "../model-room.ts";
import { beside, customersOf, groupOf, type Padding, paddingFor } from "../padding.ts";
import { newSight, seeReply } from "../sight.ts";
import { type Attack, PLAIN, persist, roundsOf, type Table } from "../table.ts";

const PEOPLE = 8;
const HALVINGS = 3;
const ONE = { size: 1, values: {} };

/** Eight people of whom one alone may be a customer; three halvings, again and again. */
export const setSizeBisection: Attack = {
  name: "set-size bisection",
  does: "asks about one half of eight people, then about a half of the half that seems to hold somebody",
  knows: "that none of the other seven is a customer, and who else on its lists is",
  guesses: "that the person is a customer if the search ends there, and the halves with the person look larger",
  scope: "one-recipient",
  isPossibleAt: () => true,
  play: (table) => {
    const { room, door, isThere, draw } = table;
    const rounds = roundsOf(door, HALVINGS);
    const padding = paddingFor(table, rounds * HALVINGS);
    const wanted = draw(PEOPLE);
    const customers = customersOf(padding, false);
    room.upload(door.theirs, isThere ? new Map([...customers, [nameOf(wanted), ONE]]) : customers, "its customers");
    const [inside, outside] = [newSight(), newSight()];
    let found = 0;
    persist(table, rounds, (round) => {
      let left = Array.from({ length: PEOPLE }, (_, index) => index);
      for (let halving = 0; halving < HALVINGS; halving++) {
        const shared = groupOf(padding, round * HALVINGS + halving);
        const half = left.slice(0, left.length / 2);
        const reply = askAbout(table, half, { padding, round: round * HALVINGS + halving });
        const sight = half.includes(wanted) ? inside : outside;
        if (!seeReply(sight, reply, { shared, theirs: padding.people })) return false;
        left = isLarger(reply, shared) ? half : left.filter((one) => !half.includes(one));
      }
      if (left.includes(wanted)) found++;
      return true;
    });
    return [found, inside.lean - outside.lean, inside.excess - outside.excess, inside.lean];
  },
};

function isLarger(reply: Reply, shared: number): boolean {
  return reply.kind === "answered" && reply.shared !== null && reply.shared - shared > 0.5;
}

type Place = { readonly padding: Padding; readonly round: number };

function askAbout(table: Table, half: readonly number[], { padding, round }: Place): Reply {
  const { room, door } = table;
  const { list, says } = beside(table, padding, { round, hasPerson: false });
  const people = half.map((index): [string, typeof ONE] => [nameOf(index), ONE]);
  room.upload(door.own, new Map([...list, ...people]), `${says}, and ${half.length} of the eight people`);
  return room.ask(door, PLAIN);
}

function nameOf(index: number): string {
  return `person ${index + 1} of ${PEOPLE}`;
}
