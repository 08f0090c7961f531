import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fairQueue } from "./fair-queue.ts";

const ANYBODY = () => true;
const brought = fc.array(fc.constantFrom("ash", "birch", "cedar", "fir"), { maxLength: 60 });

function filled(parties: readonly string[]) {
  const queue = fairQueue<{ readonly party: string; readonly place: number }>();
  for (const [place, party] of parties.entries()) queue.add(party, { party, place });
  return queue;
}

describe("a fair queue", () => {
  test("lets everything out once, and what one party brought in its order", () => {
    fc.assert(
      fc.property(brought, (parties) => {
        const queue = filled(parties);
        const out = parties.map(() => queue.next(ANYBODY));
        expect(queue.next(ANYBODY)).toBeNull();
        expect(queue.size()).toBe(0);
        for (const party of new Set(parties)) {
          const places = out.flatMap((item) => (item?.party === party ? [item.place] : []));
          expect(places).toEqual(parties.flatMap((other, place) => (other === party ? [place] : [])));
        }
      }),
    );
  });

  test("lets whoever waits wait for one piece of each other party, however much those bring meanwhile", () => {
    fc.assert(
      fc.property(brought, fc.array(brought, { maxLength: 12 }), (before, meanwhile) => {
        const queue = filled(before);
        queue.add("willow", { party: "willow", place: -1 });
        const seen: string[] = [];
        for (let turn = 0; !seen.includes("willow"); turn++) {
          for (const party of meanwhile[turn] ?? []) queue.add(party, { party, place: 0 });
          seen.push(queue.next(ANYBODY)?.party ?? "");
        }
        expect(seen).toEqual([...new Set(seen)]);
      }),
    );
  });

  test("passes over a party that may not go, and keeps its place for it", () => {
    const queue = filled(["ash", "ash", "birch"]);
    expect(queue.next((party) => party !== "ash")).toMatchObject({ party: "birch" });
    expect(queue.next((party) => party !== "ash")).toBeNull();
    expect([queue.next(ANYBODY), queue.next(ANYBODY)]).toMatchObject([{ place: 0 }, { place: 1 }]);
  });

  test("forgets what waits no longer, and gives out the rest at once when it is emptied", () => {
    const queue = fairQueue<string>();
    for (const item of ["one", "two", "three"]) queue.add("ash", item);
    expect([queue.remove("ash", "two"), queue.remove("ash", "two"), queue.remove("fir", "one")]).toEqual([
      true,
      false,
      false,
    ]);
    expect([queue.size(), queue.drain(), queue.size()]).toEqual([2, ["one", "three"], 0]);
  });
});
