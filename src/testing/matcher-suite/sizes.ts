// Laws of lists that are empty, small, large, unequal, many or all one person.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Matcher } from "../../ports/matcher.ts";
import { comparesAlike, crossTabs, holdAll, type SentList, sentLists } from "./answers.ts";
import { type Filter, MEASURE_NAMES, people, person, type Row, sealRows } from "./lists.ts";
import { ROOM_KEY, runsOf } from "./made.ts";
import { trueToken } from "./tokens.ts";

export function sizeLaws(matcher: () => Matcher): void {
  describe("compares lists of every size", () => {
    emptyAndSmall(matcher);
    unequal(matcher);
    onePerson(matcher);
    twelve(matcher);
    wideTables(matcher);
    sumsOf(matcher);
    firstWordsAlike(matcher);
  });
}

function emptyAndSmall(matcher: () => Matcher): void {
  it("compares an empty list, a list of one, and a list with itself", async () => {
    const [none, one] = [await sealRows(matcher(), [[]]), await sealRows(matcher(), [[person(1)]])];
    const blank = await sealRows(matcher(), [[{ ...person(1), email: null, phone: null }], []]);
    expect([none, one, blank].map(({ version }) => [version.people, version.duplicates])).toEqual([
      [0, 0],
      [1, 0],
      [0, 0],
    ]);
    const ask = async (lists: (typeof none)[]) => {
      const asked = lists.map(({ list }) => list);
      const by = [{ list: 0, attribute: "tier" }];
      const cells = await matcher().crossTab({ lists: asked, identifiers: ["email"], by, measures: [] });
      return [(await matcher().overlap(asked, ["email"])).regions, cells.people];
    };
    expect(await ask([none, none])).toEqual([
      [0, 0, 0, 0],
      [0, 0, 0],
    ]);
    expect(await ask([none, one])).toEqual([
      [0, 0, 1, 0],
      [0, 0, 0],
    ]);
    expect(await ask([one, blank])).toEqual([
      [0, 1, 0, 0],
      [0, 0, 0],
    ]);
    expect(await ask([one, one])).toEqual([
      [0, 0, 0, 1],
      [0, 1, 0],
    ]);
    expect(await ask([one, none, one])).toEqual([
      [0, 0, 0, 0, 0, 1, 0, 0],
      [0, 0, 0],
    ]);
    expect(await ask([one, one, one])).toEqual([
      [0, 0, 0, 0, 0, 0, 0, 1],
      [0, 1, 0],
    ]);
  });

  it("counts whoever has no token of the kind on their own list alone, and matches them by another kind", async () => {
    const rows = [{ ...person(1), email: null }, person(2)];
    const lists = await Promise.all([rows, rows, rows].map(async (list) => (await sealRows(matcher(), [list])).list));
    expect(await matcher().overlap(lists, ["email"])).toEqual({
      sizes: [2, 2, 2],
      regions: [0, 1, 1, 0, 1, 0, 0, 1],
      byIdentifier: [],
      collisions: [],
    });
    expect(await matcher().overlap(lists.slice(1), ["email", "phone"])).toEqual({
      sizes: [2, 2],
      regions: [0, 0, 0, 2],
      byIdentifier: [1, 1],
      collisions: [0, 0],
    });
  });
}

function unequal(matcher: () => Matcher): void {
  it("compares fifty with eight thousand, either way round", async () => {
    const few = Array.from({ length: 50 }, (_, index): Row => ({ ...person(index * 331), tier: "silver" }));
    const small = await sealRows(matcher(), [[...few, { ...person(0), record: "the same", email: "person 7999" }]]);
    const large = await sealRows(matcher(), [people(0, 8_000)]);
    const narrowed = { ...large.list, where: [{ attribute: "tier", in: ["silver"] }] };
    const ask = (lists: (typeof large.list)[]) => matcher().overlap(lists, ["email", "phone"]);
    // The first of the few has two addresses, and is matched by that of the lesser token.
    const [own, another] = ["person 0", "person 7999"].map((email) => trueToken(ROOM_KEY)("email", email));
    const byPhone = `${another}` < `${own}` ? 1 : 0;
    expect(await ask([small.list, large.list])).toEqual({
      sizes: [50, 8_000],
      regions: [0, 25, 7_975, 25],
      byIdentifier: [25, 0],
      collisions: [1, byPhone],
    });
    expect(await ask([large.list, small.list])).toMatchObject({ regions: [0, 7_975, 25, 25], byIdentifier: [25, 0] });
    expect(await ask([small.list, narrowed])).toMatchObject({ sizes: [50, 0], regions: [0, 50, 0, 0] });
    const query = { identifiers: ["phone"] as const, maximum: 100 };
    const { count, records } = await matcher().select({ own: large.list, other: small.list, ...query });
    expect(count).toBe(25);
    expect([...records].sort()).toEqual(
      few
        .slice(0, 25)
        .map(({ record }) => record)
        .sort(),
    );
    const lists = [large.list, small.list, large.list];
    const by = [
      { list: 1, attribute: "tier" },
      { list: 2, attribute: "tier" },
    ];
    const tab = await matcher().crossTab({ lists, identifiers: ["phone"], by, measures: [] });
    expect(tab.people).toEqual([0, 0, 0, 0, 0, 0, 0, 25, 0]);
    const { regions } = await matcher().overlap(lists, ["phone"]);
    expect(regions).toEqual([0, 0, 25, 0, 0, 7_975, 0, 25]);
    expect((await matcher().overlap([narrowed, ...lists], ["phone"])).regions[14]).toBe(25);
  });
}

function onePerson(matcher: () => Matcher): void {
  it("makes one person of thousands of rows that share one identifier, who matches once", async () => {
    const rows = people(0, 5_000).map((row): Row => ({ ...row, email: "everybody" }));
    const giant = await sealRows(matcher(), [rows.slice(0, 1_234), rows.slice(1_234)]);
    expect(giant.version).toMatchObject({ people: 1, duplicates: 4_999 });
    const crowd = await sealRows(matcher(), [people(0, 6_000)]);
    const lists = [giant.list, crowd.list];
    expect(await matcher().overlap(lists, ["phone"])).toEqual({
      sizes: [1, 6_000],
      regions: [0, 0, 5_999, 1],
      byIdentifier: [1],
      collisions: [4_999],
    });
    expect((await matcher().overlap([...lists, giant.list], ["phone"])).regions[7]).toBe(1);
    const query = { own: giant.list, other: crowd.list, identifiers: ["phone"] as const, maximum: 1 };
    expect(await matcher().select(query)).toMatchObject({ count: 1, records: ["person 0"] });
  });

  it("makes one person of a long chain, whatever the order of its links", async () => {
    const links = Array.from({ length: 3_000 }, (_, index): Row => {
      const [email, phone] = [`link ${(index + 1) >> 1}`, `+${index >> 1}`];
      return { ...person(index), email, phone };
    });
    const scattered = links.map((_, index) => links[(index * 1_237) % links.length] ?? person(0));
    for (const rows of [links, scattered, [...links].reverse()]) {
      const { version } = await sealRows(matcher(), [rows]);
      expect(version).toMatchObject({ people: 1, duplicates: 2_999 });
    }
    const parted = links.filter((_, index) => index !== 1_000);
    expect((await sealRows(matcher(), [parted])).version.people).toBe(2);
  });
}

function twelve(matcher: () => Matcher): void {
  it("counts the 4,096 regions of twelve lists, and who is on all of them", async () => {
    const tokenOf = trueToken(ROOM_KEY);
    const worlds = fc.tuple(fc.array(sentLists(12), { minLength: 12, maxLength: 12 }), crossTabs);
    await fc.assert(
      fc.asyncProperty(worlds, async ([sent, crossTab]) => {
        const shared = people(0, 3);
        const meeting: SentList[] = sent.map(({ parts }) => ({ parts: [...parts, shared], filter: EVERYBODY }));
        const world = await holdAll(matcher(), meeting);
        await comparesAlike(matcher(), world, { identifiers: ["email"], tokenOf, crossTab });
      }),
      { numRuns: runsOf(2) },
    );
  });

  it("tells every region of twelve lists from every other", async () => {
    const isOn = (mask: number, list: number) => ((mask >> list) & 1) === 1;
    const rows = people(0, 4_096);
    const lists = await Promise.all(
      Array.from({ length: 12 }, async (_, list) => {
        return (await sealRows(matcher(), [rows.filter((_, mask) => isOn(mask, list))])).list;
      }),
    );
    const { sizes, regions } = await matcher().overlap(lists, ["phone"]);
    expect(sizes).toEqual(new Array(12).fill(2_048));
    expect(regions).toEqual([0, ...new Array(4_095).fill(1)]);
  });
}

const EVERYBODY: Filter = { consents: [], where: [] };

function wideTables(matcher: () => Matcher): void {
  it("counts by three attributes of different lists, the last varying fastest, and by codes of two bytes", async () => {
    const places = (offset: number) =>
      people(0, 301).map((row, index): Row => {
        const shop = (index + offset) % 301;
        return { ...row, tier: ["", "gold", "silver"][index % 3] ?? "", shop: shop === 0 ? "" : `shop ${shop - 1}` };
      });
    const lists = await Promise.all([0, 2, 5].map(async (by) => (await sealRows(matcher(), [places(by)])).list));
    const by = [
      { list: 2, attribute: "shop" },
      { list: 0, attribute: "tier" },
      { list: 1, attribute: "shop" },
    ];
    const tab = await matcher().crossTab({ lists, identifiers: ["email"], by, measures: [] });
    expect(tab.shape).toEqual([301, 3, 301]);
    const filled = [...tab.people.entries()].filter(([, count]) => count > 0);
    const expected = Array.from({ length: 301 }, (_, index) => {
      const cell = (((index + 5) % 301) * 3 + (index % 3)) * 301 + ((index + 2) % 301);
      return [cell, 1] as const;
    });
    expect(filled).toEqual([...expected].sort((a, b) => a[0] - b[0]));
    expect(tab.people.length).toBe(301 * 3 * 301);
  });
}

function sumsOf(matcher: () => Matcher): void {
  const [measure] = MEASURE_NAMES;
  it("sums clamped measures exactly, negative ones and great ones alike", async ({ skip }) => {
    skip(measure === undefined, "the lists have no measures");
    const values = [null, -2_147_483_647, -6, -5, 0, 5, 6, 2_147_483_647, 2_147_483_647, 2_147_483_647];
    const rows = values.map((value, index): Row => ({ ...person(index), measures: { [`${measure}`]: value } }));
    const { list } = await sealRows(matcher(), [rows]);
    const sumWithin = async (minimum: number, maximum: number) => {
      const asked = { by: [{ list: 0, attribute: "tier" }], identifiers: ["email"] as const };
      const measures = [{ list: 1, measure: `${measure}`, minimum, maximum }];
      return (await matcher().crossTab({ lists: [list, list], ...asked, measures })).measures;
    };
    const great = 2_147_483_647;
    const expected = (sum: number) => [{ holders: [0, 9, 0], sums: [0, sum, 0] }];
    expect(await sumWithin(-great, great)).toEqual(expected(2 * great));
    expect(await sumWithin(0, great)).toEqual(expected(3 * great + 11));
    expect(await sumWithin(-great, 0)).toEqual(expected(-great - 11));
    expect(await sumWithin(-5, 5)).toEqual(expected(-5 - 5 - 5 + 0 + 5 + 5 + 15));
    expect(await sumWithin(5, 5)).toEqual(expected(45));
  });
}

// People whose e-mail addresses have true tokens that begin with the same 32 bits under the key of these laws; found
// among the first six million, of whom 4,186 words are shared by two and one is shared by three.
const SAME_FIRST_WORD = [
  [1_423_633, 1_698_725, 5_225_201],
  [1_567, 5_504_735],
  [1_582, 4_503_596],
  [1_657, 5_335_096],
  [2_187, 5_402_897],
  [2_349, 3_588_929],
  [3_525, 4_649_018],
  [3_542, 5_800_137],
  [4_183, 3_791_193],
  [4_890, 1_670_190],
] as const;

function firstWordsAlike(matcher: () => Matcher): void {
  const tokenOf = trueToken(ROOM_KEY);
  const wordOf = (index: number) => tokenOf("email", `person ${index}`).slice(0, 8);

  it("takes no token for another that begins alike, and finds it beside one that does", async () => {
    for (const group of SAME_FIRST_WORD) expect(new Set(group.map(wordOf)).size).toBe(1);
    const others = people(0, 500);
    const firsts = SAME_FIRST_WORD.map(([index]) => person(index));
    const seconds = SAME_FIRST_WORD.map(([, index]) => person(index));
    const thirds = SAME_FIRST_WORD.flatMap(([, , index]) => (index === undefined ? [] : [person(index)]));
    const sides = [
      [firsts, seconds],
      [firsts, [...seconds, ...firsts]],
      [
        [...firsts, ...seconds, ...thirds],
        [...thirds, ...seconds],
      ],
      [
        [...others, ...firsts, ...thirds],
        [...seconds, ...others, ...thirds],
      ],
      [
        [...others, ...seconds],
        [...others, ...firsts, ...seconds, ...thirds],
      ],
    ] as const;
    const matched = sides.map(async ([left, right]) => {
      const [one, two] = [await sealRows(matcher(), [left]), await sealRows(matcher(), [right])];
      return (await matcher().overlap([one.list, two.list], ["email"])).byIdentifier[0];
    });
    expect(await Promise.all(matched)).toEqual([0, 10, 11, 501, 510]);
  });
}
