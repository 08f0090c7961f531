// Laws of what other lists decide: who rests because of earlier lists, whose membership a coin turns round, who of an
// older version is still there, and how far two versions lie apart.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IDENTIFIER_KINDS } from "../../domain/dataset/schema.ts";
import type { Coin, ComparedList, Contacts, Matcher } from "../../ports/matcher.ts";
import { holdAll, sentLists } from "./answers.ts";
import { type AskedList, people, person, type Row, SCHEMA, sealRows } from "./lists.ts";
import { ROOM_KEY, runsOf } from "./made.ts";
import { type Asked, type Person, peopleInRoom, slowMatch, slowPeople, tokensOf } from "./slow-matcher.ts";
import { trueToken } from "./tokens.ts";

const IDENTIFIERS = ["email", "phone"] as const;
const ORDER = IDENTIFIER_KINDS.filter((kind) => Object.hasOwn(SCHEMA.identifiers, kind));
const ASKED: Asked = { identifiers: IDENTIFIERS, tokenOf: trueToken(ROOM_KEY) };
const COIN: Coin = { turns: (record) => (record.codePointAt(record.length - 1) ?? 0) % 3 === 0 };

/** An earlier list, as both matchers make it again. */
type Earlier = Pick<Contacts, "whom" | "coin"> & { readonly own: number; readonly other: number };

const earlierLists: fc.Arbitrary<Earlier[]> = fc.array(
  fc.record(
    {
      own: fc.nat(1),
      other: fc.constantFrom(2, 3),
      whom: fc.constantFrom<Contacts["whom"]>("named", "reached"),
      coin: fc.constant(COIN),
    },
    { requiredKeys: ["own", "other", "whom"] },
  ),
  { maxLength: 4 },
);

export function contactLaws(matcher: () => Matcher): void {
  describe("leaves out whom earlier lists contacted", () => {
    it("as the slow and obvious matcher does, by any row of a person, through versions and coins", async () => {
      const worlds = fc.tuple(sentLists(14), sentLists(14), sentLists(14), sentLists(10));
      const counts = fc.record({ earliest: fc.integer({ min: 1, max: 2 }), now: fc.integer({ min: 1, max: 3 }) });
      await fc.assert(
        fc.asyncProperty(worlds, earlierLists, counts, async (sent, earlier, { earliest: oldCount, now }) => {
          const world = await holdAll(matcher(), sent);
          const at = (place: number) => world[place] ?? fail();
          const [oldest, ...others] = earlier.map((one, index): Contacts => {
            const [own, other] = [at(one.own).list, at(one.other).list];
            return { ...one, own, other, identifiers: IDENTIFIERS, name: `list ${index}` };
          });
          // Those that followed the oldest had a cap of their own, which counted it.
          const before = oldest === undefined ? [] : [{ count: oldCount, lists: [oldest] }];
          const lists = oldest === undefined ? [] : [oldest, ...others.map((one) => capped(one, before))];
          const own: ComparedList = { ...at(0).list, caps: [{ count: now, lists }] };
          const asked = { own, other: at(2).list, identifiers: IDENTIFIERS };

          const slow = earlier.map((one) => ({ ...one, own: at(one.own).slow, other: at(one.other).slow }));
          const [first, ...later] = slow;
          const contacted = first === undefined ? [] : [slowContacted(first)];
          for (const one of later) {
            const resting = restingIn(one.own, contacted.slice(0, 1), oldCount);
            contacted.push(slowContacted({ ...one, own: without(one.own, resting) }));
          }
          const room = without(at(0).slow, restingIn(at(0).slow, contacted, now));
          const { records } = slowMatch(room, at(2).slow, ASKED);
          const selected = await matcher().select({ ...asked, maximum: 100 });
          expect([...selected.records].sort()).toEqual(records);
          const turned = await matcher().select({ ...asked, coin: COIN, maximum: 100 });
          const expected = slowListed({ own: room, other: at(2).slow, coin: COIN });
          expect([...turned.records].sort()).toEqual(expected.map(({ speaker }) => speaker.record).sort());
          expect((await matcher().overlap([own, at(2).list], ["email"])).sizes[0]).toBe(
            peopleInRoom(room, ASKED.tokenOf).length,
          );
        }),
        { numRuns: runsOf(6) },
      );
    });

    it("knows a person again by a row that did not speak for it then", async () => {
      const twoRows: Row[] = ["a", "b"].map((record) => ({ ...person(1), record }));
      const then = await sealRows(matcher(), [twoRows]);
      const other = await sealRows(matcher(), [[person(1)]]);
      const now = await sealRows(matcher(), [[{ ...person(8), record: "b" }, person(5)]]);
      const lists = [
        { own: then.list, other: other.list, identifiers: IDENTIFIERS, name: "then", whom: "named" as const },
      ];
      const own = { ...now.list, caps: [{ count: 1, lists }] };
      expect((await matcher().overlap([own, other.list], ["email"])).sizes[0]).toBe(1);
    });

    it("makes an earlier list again from files as they are now, whatever it is called", async () => {
      const own = await sealRows(matcher(), [[person(1), person(2)]]);
      const [full, erased] = [
        await sealRows(matcher(), [[person(1), person(2)]]),
        await sealRows(matcher(), [[person(2)]]),
      ];
      const left = async (other: ComparedList) => {
        const earlier = { own: own.list, other, identifiers: IDENTIFIERS, name: "one", whom: "reached" as const };
        return (await matcher().overlap([{ ...own.list, caps: [{ count: 1, lists: [earlier] }] }, other], ["email"]))
          .sizes[0];
      };
      expect([await left(full.list), await left(erased.list)]).toEqual([0, 1]);
    });

    it("counts somebody who shares an identifier with a list, whoever was matched in its place", async () => {
      const alone: Row = { ...person(1), email: "common" };
      const second: Row = { ...person(2), email: null, phone: "+9" };
      const both: Row = { ...person(3), email: "common", phone: "+9" };
      const [own, other] = [await sealRows(matcher(), [[alone, second]]), await sealRows(matcher(), [[both]])];
      const left = async (whom: Contacts["whom"]) => {
        const earlier = { own: own.list, other: other.list, identifiers: IDENTIFIERS, name: whom, whom };
        const caps = [{ count: 1, lists: [earlier] }];
        return (await matcher().overlap([{ ...own.list, caps }, other.list], ["phone"])).sizes[0];
      };
      expect([await left("named"), await left("reached")]).toEqual([1, 0]);
    });
  });
}

/** Laws of an older version that answers in the place of the one in force. */
export function olderVersionLaws(matcher: () => Matcher): void {
  describe("reads an older version as far as the later one bears it out", () => {
    it("as the slow and obvious matcher does: who left or withdrew a consent, and how many differ", async () => {
      const worlds = fc.tuple(sentLists(16), sentLists(16), sentLists(12));
      await fc.assert(
        fc.asyncProperty(worlds, async (sent) => {
          const [before, after, other] = await holdAll(matcher(), sent);
          if (before === undefined || after === undefined || other === undefined) throw new Error("three lists");
          const own = { ...before.list, still: { segment: after.list.segment, dataKey: after.list.dataKey } };
          const room = without(before.slow, goneFrom(before.slow, after.slow));
          const { records } = slowMatch(room, other.slow, ASKED);
          const query = { own, other: other.list, identifiers: IDENTIFIERS, maximum: 100 };
          expect([...(await matcher().select(query)).records].sort()).toEqual(records);
          expect(await matcher().drift(before.list, after.list)).toBe(slowDrift(before.slow, after.slow));
          expect(await matcher().drift(after.list, before.list)).toBe(slowDrift(before.slow, after.slow));
          expect(await matcher().drift(after.list, after.list)).toBe(0);
        }),
        { numRuns: runsOf(8) },
      );
    });

    it("leaves out who is gone and who withdrew, and nobody who came", async () => {
      const before = await sealRows(matcher(), [people(0, 5)]);
      const later = [person(0), { ...person(2), ads: "no" }, ...people(3, 4)];
      const after = await sealRows(matcher(), [later]);
      const still = { segment: after.list.segment, dataKey: after.list.dataKey };
      const asked = (consents: string[]) =>
        matcher().select({
          own: { ...before.list, consents, still },
          other: before.list,
          identifiers: IDENTIFIERS,
          maximum: 10,
        });
      const named = async (consents: string[]) => [...(await asked(consents)).records].sort();
      expect(await named(["ads"])).toEqual(["person 0", "person 3", "person 4"]);
      expect(await named([])).toEqual(["person 0", "person 2", "person 3", "person 4"]);
    });

    it("counts one for each who came, went or changed, whatever it is that changed", async () => {
      const base = people(0, 20);
      const [first = fail(), ...rest] = base;
      const versions: [number, Row[]][] = [
        [0, base],
        [1, [...base, person(90)]],
        [1, rest],
        [2, [...rest, person(90)]],
        [1, [{ ...first, ads: "no" }, ...rest]],
        [1, [{ ...first, tier: "silver" }, ...rest]],
        [1, [{ ...first, email: "another" }, ...rest]],
        [0, [{ ...first, record: "renamed" }, ...rest]],
      ];
      const before = await sealRows(matcher(), [base]);
      for (const [drift, rows] of versions) {
        const after = await sealRows(matcher(), [rows]);
        expect(await matcher().drift(before.list, after.list)).toBe(drift);
      }
    });
  });
}

const WHOLE = { consents: [], where: [] };
const EVERY: Asked = { ...ASKED, identifiers: ORDER };

function goneFrom({ rows, filter }: AskedList, after: AskedList): Person[] {
  const { pairs } = slowMatch({ rows, filter: WHOLE }, { rows: after.rows, filter: WHOLE }, EVERY);
  const later = { rows: after.rows, filter: { ...WHOLE, consents: filter.consents } };
  const consenting = peopleInRoom(later, ASKED.tokenOf).map(({ speaker }) => speaker.record);
  const stays = pairs.filter(([, partner]) => consenting.includes(partner.speaker.record)).map(([one]) => one);
  return slowPeople(rows, ASKED.tokenOf).filter((one) => !isAmong(one, stays));
}

function slowDrift({ rows }: AskedList, after: AskedList): number {
  const { pairs, sizes } = slowMatch({ rows, filter: WHOLE }, { rows: after.rows, filter: WHOLE }, EVERY);
  const [a = 0, b = 0] = sizes;
  const values = ({ speaker, consents }: Person) => JSON.stringify([speaker.codes, speaker.measures, consents]);
  const changed = pairs.filter(([one, other]) => values(one) !== values(other)).length;
  const tokens = ORDER.flatMap((kind) => {
    const [ours = [], theirs = []] = [rows, after.rows].map((list) => [
      ...new Set(slowPeople(list, ASKED.tokenOf).flatMap((one) => tokensOf(one, kind))),
    ]);
    return [ours.filter((one) => !theirs.includes(one)).length, theirs.filter((one) => !ours.includes(one)).length];
  });
  return Math.max(a + b - 2 * pairs.length + changed, ...tokens);
}

function capped(contacts: Contacts, caps: NonNullable<ComparedList["caps"]>): Contacts {
  return { ...contacts, own: { ...contacts.own, caps } };
}

type SlowEarlier = Pick<Contacts, "whom" | "coin"> & { readonly own: AskedList; readonly other: AskedList };

function slowContacted({ whom, ...lists }: SlowEarlier): Person[] {
  if (whom === "named") return slowListed(lists);
  const others = peopleInRoom(lists.other, ASKED.tokenOf);
  const shares = (one: Person, other: Person) =>
    IDENTIFIERS.some((kind) => tokensOf(one, kind).some((token) => tokensOf(other, kind).includes(token)));
  return peopleInRoom(lists.own, ASKED.tokenOf).filter((one) => others.some((other) => shares(one, other)));
}

function slowListed({ own, other, coin }: Omit<SlowEarlier, "whom">): Person[] {
  const { records } = slowMatch(own, other, ASKED);
  return peopleInRoom(own, ASKED.tokenOf).filter(
    ({ speaker: { record } }) => records.includes(record) !== (coin?.turns(record) ?? false),
  );
}

function restingIn({ rows }: AskedList, contacted: readonly (readonly Person[])[], count: number): Person[] {
  return slowPeople(rows, ASKED.tokenOf).filter(
    (one) => contacted.filter((list) => isAmong(one, list)).length >= count,
  );
}

function isAmong(one: Person, people: readonly Person[]): boolean {
  const records = one.rows.map(({ record }) => record);
  return people.some((other) => other.rows.some(({ record }) => records.includes(record)));
}

function without({ rows, filter }: AskedList, people: readonly Person[]): AskedList {
  const records = new Set(people.flatMap((one) => one.rows.map(({ record }) => record)));
  return { filter, rows: rows.filter(({ record }) => !records.has(record)) };
}

function fail(): never {
  throw new Error("a list that the world does not have");
}
