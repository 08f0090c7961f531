// The meeting of two answers against people looked at one by one, over a matcher that knows nobody but by name.

import fc from "fast-check";
import { expect, test } from "vitest";
import { type DatasetRef, datasetRefSchema } from "../domain/dataset/schema.ts";
import type { ComparedList, Matcher } from "../ports/matcher.ts";
import { type Counted, meetingOf } from "./count-meeting.ts";

const [OWN, THEIRS] = ["ann/customers", "ben/customers"].map((ref) => datasetRefSchema.parse(ref)) as [
  DatasetRef,
  DatasetRef,
];
const VALUES = ["a", "b"];

/** By version and person, the codes of two attributes; who is not there is not on the list. */
type People = ReadonlyMap<number, readonly [number, number]>;
type World = { readonly [segment: string]: People };

function matcherOf(world: World): Pick<Matcher, "crossTab" | "overlap"> {
  const on = ({ segment }: ComparedList) => world[segment] ?? new Map();
  const together = ([first, ...others]: readonly ComparedList[]) =>
    first === undefined ? [] : [...on(first).keys()].filter((one) => others.every((list) => on(list).has(one)));
  return {
    crossTab: async ({ lists, by }) => {
      if (by.length > 3) throw new RangeError("at most three attributes");
      const shape = by.map(() => VALUES.length + 1);
      const people = new Array<number>(shape.reduce((cells, size) => cells * size, 1)).fill(0);
      for (const person of together(lists)) {
        const cell = by.reduce((before, { list, attribute }) => {
          const at = lists[list];
          return before * 3 + (at === undefined ? 0 : (on(at).get(person)?.[attribute === "one" ? 0 : 1] ?? 0));
        }, 0);
        people[cell] = (people[cell] ?? 0) + 1;
      }
      return { shape, people, measures: [] };
    },
    overlap: async (lists) => {
      const sizes = lists.map((list) => on(list).size);
      return { sizes, regions: [0, 0, 0, together(lists).length], byIdentifier: [], collisions: [] };
    },
  };
}

type Answer = { readonly own: string; readonly theirs: string; readonly by: readonly string[] };

function countedOf({ own, theirs, by }: Answer): Counted {
  const list = (segment: string): ComparedList => ({ segment, dataKey: new Uint8Array(), consents: [], where: [] });
  const axis = (attribute: string) => ({ dataset: THEIRS, attribute, keys: VALUES, values: VALUES });
  const lists = new Map([
    [OWN, list(own)],
    [THEIRS, list(theirs)],
  ]);
  return { lists, identifiers: ["email"], by: by.map(axis), k: 10 };
}

/** The part of an answer that a person is in, or -1. Codes are laid over the keys, where nobody's comes last. */
function partOf(world: World, { own, theirs, by }: Answer, person: number): number {
  const codes = world[theirs]?.get(person);
  const isShared = codes !== undefined && world[own]?.has(person) === true;
  if (by.length === 0) return isShared ? 0 : codes === undefined ? -1 : 1;
  if (!isShared) return -1;
  const key = (attribute: string) => (codes[attribute === "one" ? 0 : 1] + 2) % 3;
  return by.reduce((before, attribute) => before * 3 + key(attribute), 0);
}

const code = fc.nat(2);
const list = fc
  .array(fc.option(fc.tuple(code, code)), { minLength: 12, maxLength: 12 })
  .map((rows): People => new Map(rows.flatMap((codes, person) => (codes === null ? [] : [[person, codes] as const]))));
const by = fc.constantFrom<readonly string[]>([], ["one"], ["two"], ["one", "two"]);
const answer = fc.record({ own: fc.constantFrom("o1", "o2"), theirs: fc.constantFrom("t1", "t2"), by });

test("parts of two answers meet as people one by one say, whichever is the table, of whatever versions", async () => {
  const worlds = fc.record({ o1: list, o2: list, t1: list, t2: list });
  let apart = 0;
  await fc.assert(
    fc.asyncProperty(worlds, answer, answer, async (world, asked, given) => {
      fc.pre(asked.by.length + given.by.length > 0);
      // SAFETY: nothing else is asked of the matcher.
      const ports = { matcher: matcherOf(world) as Matcher };
      const met = await meetingOf(ports, { asked: countedOf(asked), given: countedOf(given) }, THEIRS);
      const people = Array.from({ length: 12 }, (_, person) => person);
      const count = (is: (one: number, other: number) => boolean) =>
        people.filter((person) => is(partOf(world, asked, person), partOf(world, given, person))).length;
      for (const [at, found] of met.asked.people.entries()) {
        expect(found).toBe(count((one) => one === at));
        expect(met.asked.elsewhere[at]).toBe(count((one, other) => one === at && other === -1));
      }
      for (const [at, found] of met.given.people.entries()) {
        expect(found).toBe(count((_, other) => other === at));
        expect(met.given.elsewhere[at]).toBe(count((one, other) => other === at && one === -1));
      }
      if (met.both.length === 0) apart++;
      for (const [at, row] of met.both.entries())
        expect(row).toEqual(met.given.people.map((_, to) => count((one, other) => one === at && other === to)));
    }),
    { numRuns: 300 },
  );
  expect(apart).toBeGreaterThan(5);
});
