// Laws of comparing: whatever lists there are, the answers of the slow and obvious matcher.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IdentifierKind } from "../../domain/dataset/schema.ts";
import type { Matcher } from "../../ports/matcher.ts";
import { comparesAlike, crossTabs, differsAlike, type HeldList, holdAll, selectsAlike, sentLists } from "./answers.ts";
import { people, person, type Row, sealRows } from "./lists.ts";
import { type Make, ROOM_KEY, runsOf, sharedMatcher } from "./made.ts";
import { lookalike, lookalikeToken, type TokenOf, trueToken } from "./tokens.ts";

export function comparisonLaws(matcher: () => Matcher): void {
  describe("compares as the slow and obvious matcher does", () => {
    comparesWorlds(matcher, trueToken(ROOM_KEY));
    collides(matcher);
    answersAtOnce(matcher);
  });
}

export function lookalikeLaws(make: Make): void {
  describe("compares as the slow and obvious matcher does, where tokens look alike", () => {
    const matcher = sharedMatcher(() => make({ tokeniserOf: () => lookalike }));
    comparesWorlds(matcher, lookalikeToken);
    findsInLongRuns(matcher);
    keepsKindsApart(matcher);
  });
}

const orders: fc.Arbitrary<IdentifierKind[]> = fc.constantFrom(["email", "phone"], ["phone", "email"], ["phone"]);

function comparesWorlds(matcher: () => Matcher, tokenOf: TokenOf): void {
  it("two lists, one to one by several identifiers: regions, collisions, cells, selections, differences", async () => {
    const worlds = fc.tuple(sentLists(20), sentLists(20), sentLists(12));
    await fc.assert(
      fc.asyncProperty(worlds, orders, crossTabs, async (sent, identifiers, crossTab) => {
        const [own, other, third] = await holdAll(matcher(), sent);
        if (own === undefined || other === undefined || third === undefined) throw new Error("three lists were sealed");
        const asked = { identifiers, tokenOf, crossTab };
        await comparesAlike(matcher(), [own, other], asked);
        await comparesAlike(matcher(), [other, third], asked);
        await comparesAlike(matcher(), [own, own], asked);
        await selectsAlike(matcher(), own, { ...other, asked });
        await differsAlike(matcher(), { left: { own, other }, right: { own: third, other } }, asked);
        await differsAlike(matcher(), { left: { own, other }, right: { own, other: third } }, asked);
      }),
      { numRuns: runsOf(12) },
    );
  });

  it("three lists to five by one identifier: regions and cells", async () => {
    const worlds = fc.array(sentLists(14), { minLength: 3, maxLength: 5 });
    const kinds = fc.constantFrom<IdentifierKind>("email", "phone");
    await fc.assert(
      fc.asyncProperty(worlds, kinds, crossTabs, async (sent, kind, crossTab) => {
        const world = await holdAll(matcher(), sent);
        await comparesAlike(matcher(), world, { identifiers: [kind], tokenOf, crossTab });
        const pruned: HeldList[] = world.slice(0, 3).map(({ list, slow: { rows } }) => {
          const filter = { consents: [], where: [] };
          return { list: { ...list, ...filter }, slow: { rows, filter } };
        });
        await comparesAlike(matcher(), pruned, { identifiers: [kind], tokenOf, crossTab });
        // Lists of a question with lists of another one, which may be the same versions.
        const both = [...world.slice(0, 2), ...pruned.slice(0, 2)];
        await comparesAlike(matcher(), both, { identifiers: [kind], tokenOf, crossTab });
      }),
      { numRuns: runsOf(7) },
    );
  });
}

function collides(matcher: () => Matcher): void {
  it("counts a shared identifier as a collision when somebody else was matched before", async () => {
    const left: Row[] = [
      { ...person(1), email: "common" },
      { ...person(2), email: null, phone: "+5" },
    ];
    const right: Row[] = [
      { ...person(3), email: "common", phone: "+5" },
      { ...person(4), email: null, phone: "+1" },
    ];
    const [one, two] = [await sealRows(matcher(), [left]), await sealRows(matcher(), [right])];
    expect(await matcher().overlap([one.list, two.list], ["email", "phone"])).toEqual({
      sizes: [2, 2],
      regions: [0, 1, 1, 1],
      byIdentifier: [1, 0],
      collisions: [0, 2],
    });
    expect(await matcher().overlap([one.list, two.list], ["phone", "email"])).toEqual({
      sizes: [2, 2],
      regions: [0, 0, 0, 2],
      byIdentifier: [2, 0],
      collisions: [0, 1],
    });
  });

  it("collides with nobody who is not in the room", async () => {
    const left: Row[] = [person(1), { ...person(2), ads: "no" }];
    const right: Row[] = [{ ...person(1), phone: "+2" }];
    const [one, two] = [await sealRows(matcher(), [left]), await sealRows(matcher(), [right])];
    const collisionsOf = async (consents: string[]) =>
      (await matcher().overlap([{ ...one.list, consents }, two.list], ["email", "phone"])).collisions;
    expect(await collisionsOf([])).toEqual([0, 1]);
    expect(await collisionsOf(["ads"])).toEqual([0, 0]);
  });
}

function answersAtOnce(matcher: () => Matcher): void {
  it("answers many questions at once, while a list is sealed, as it answers them one by one", async () => {
    const lists = await Promise.all([0, 200, 400, 500].map((first) => sealRows(matcher(), [people(first, 600)])));
    const pairs = lists.flatMap((a) => lists.map((b) => [a.list, b.list] as const));
    const ask = async (pair: (typeof pairs)[number]) => (await matcher().overlap(pair, ["phone", "email"])).regions[3];
    const [together] = await Promise.all([Promise.all(pairs.map(ask)), sealRows(matcher(), [people(0, 3_000)])]);
    const oneByOne = [];
    for (const pair of pairs) oneByOne.push(await ask(pair));
    expect(together).toEqual([600, 400, 200, 100, 400, 600, 400, 300, 200, 400, 600, 500, 100, 300, 500, 600]);
    expect(oneByOne).toEqual(together);
    const all = lists.map(({ list }) => list);
    const threes = all.map((leftOut) => all.filter((list) => list !== leftOut));
    const regions = await Promise.all(threes.map(async (three) => (await matcher().overlap(three, ["phone"])).regions));
    expect(regions).toEqual([
      [0, 200, 0, 100, 100, 0, 200, 300],
      [0, 400, 0, 100, 100, 0, 400, 100],
      [0, 200, 0, 300, 300, 0, 200, 100],
      [0, 200, 0, 200, 200, 0, 200, 200],
    ]);
  });
}

function findsInLongRuns(matcher: () => Matcher): void {
  it("finds everybody where hundreds of tokens begin with the same words", async () => {
    const [left, right] = [await sealRows(matcher(), [people(0, 900)]), await sealRows(matcher(), [people(300, 900)])];
    const third = await sealRows(matcher(), [people(450, 900)]);
    expect((await matcher().overlap([left.list, right.list], ["email"])).byIdentifier).toEqual([600]);
    const lists = [left.list, right.list, third.list];
    const { regions } = await matcher().overlap(lists, ["phone"]);
    expect(regions).toEqual([0, 300, 0, 150, 150, 0, 300, 450]);
  });
}

function keepsKindsApart(matcher: () => Matcher): void {
  it("keeps kinds apart where an e-mail has the very token that a phone has", async () => {
    const mailed: Row = { ...person(1), email: "same", phone: null };
    const called: Row = { ...person(2), email: null, phone: "same" };
    const both = await sealRows(matcher(), [[mailed, called]]);
    expect(both.version).toMatchObject({ people: 2, duplicates: 0 });
    const [one, two] = [await sealRows(matcher(), [[mailed]]), await sealRows(matcher(), [[called]])];
    expect(await matcher().overlap([one.list, two.list], ["email", "phone"])).toEqual({
      sizes: [1, 1],
      regions: [0, 1, 1, 0],
      byIdentifier: [0, 0],
      collisions: [0, 0],
    });
  });
}
