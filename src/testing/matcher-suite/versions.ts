// Laws of one version: a function of the set of its rows, whatever their order; one row speaks for each person.

import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Matcher } from "../../ports/matcher.ts";
import { comparesAlike, countsAlike, crossTabs, held, holdAll, selectsAlike, sentLists } from "./answers.ts";
import {
  cutUp,
  type Filter,
  filters,
  isIdentified,
  MEASURE_NAMES,
  person,
  type Row,
  rowsOf,
  sealRows,
} from "./lists.ts";
import { ROOM_KEY, runsOf } from "./made.ts";
import { trueToken } from "./tokens.ts";

const TOKEN_OF = trueToken(ROOM_KEY);

export function versionLaws(matcher: () => Matcher): void {
  describe("makes of a list what its rows say", () => {
    dependsOnRowsAlone(matcher);
    onePersonSpeaks(matcher);
    narrows(matcher);
    folds(matcher);
    keepsApart(matcher);
  });
}

function dependsOnRowsAlone(matcher: () => Matcher): void {
  it("gives the same answers in whatever order the rows come, however they are cut into parts", async () => {
    const shuffled = rowsOf(20).chain((rows) => {
      const orders = fc.shuffledSubarray(rows, { minLength: rows.length, maxLength: rows.length });
      return fc.record({ rows: fc.constant(rows), again: orders, places: fc.tuple(fc.nat(10), fc.nat(10)) });
    });
    const questions = fc.record({ sent: sentLists(16), filter: filters, crossTab: crossTabs });
    await fc.assert(
      fc.asyncProperty(shuffled, questions, async ({ rows, again, places }, { sent, filter, crossTab }) => {
        const [other] = await holdAll(matcher(), [sent]);
        if (other === undefined) throw new Error("one list was sealed");
        const cut = cutUp(again, [places[0], places[0] + places[1]]);
        for (const parts of [[rows], cut]) {
          const sealed = await sealRows(matcher(), parts);
          countsAlike(sealed, rows, TOKEN_OF);
          const own = held(sealed, rows, filter);
          const asked = { identifiers: ["email", "phone"] as const, tokenOf: TOKEN_OF, crossTab };
          await comparesAlike(matcher(), [own, other], asked);
          await selectsAlike(matcher(), own, { ...other, asked });
        }
      }),
      { numRuns: runsOf(7) },
    );
  });

  it("gives the same answers when a list is sent twice over, its rows counted as duplicates", async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf(16), rowsOf(16), async (rows, others) => {
        const [once, twice, other] = await Promise.all([
          sealRows(matcher(), [rows]),
          sealRows(matcher(), [rows, rows]),
          sealRows(matcher(), [others]),
        ]);
        const ask = (one: typeof once) => matcher().overlap([one.list, other.list], ["email", "phone"]);
        expect(await ask(twice)).toEqual(await ask(once));
        expect(twice.version.people).toBe(once.version.people);
        expect(twice.version.duplicates).toBe(once.version.duplicates + rows.filter(isIdentified).length);
      }),
      { numRuns: runsOf(6) },
    );
  });
}

function onePersonSpeaks(matcher: () => Matcher): void {
  const bearer = { ...person(0), email: null, phone: "+0" };
  const by = (record: string, own: Partial<Row>): Row => ({ ...bearer, record, ...own });
  // Where a reference decides, the attributes would decide the other way.
  it.each<[string, Row, Row]>([
    ["the shorter of two that begin alike", by("r1", { tier: "silver" }), by("r10", { tier: "gold" })],
    ["capitals before small letters", by("Z", { tier: "silver" }), by("a", { tier: "gold" })],
    ["bytes, not UTF-16", by("\uff5e", { tier: "silver" }), by("\u{10348}", { tier: "gold" })],
    ["bytes, not an alphabet", by("z", { tier: "silver" }), by("é", { tier: "gold" })],
    ["the 128th byte", by(`${"x".repeat(127)}1`, { tier: "silver" }), by(`${"x".repeat(127)}2`, { tier: "gold" })],
    ["of the same, no value before one", by("r", { tier: "gold" }), by("r", { tier: "gold", shop: "shop 0" })],
    ["of the same, the first attribute", by("r", { tier: "gold", shop: "shop 299" }), by("r", { tier: "silver" })],
    [
      "of the same, the value that is declared first",
      by("r", { tier: "gold", shop: "shop 254" }),
      by("r", { tier: "gold", shop: "shop 255" }),
    ],
  ])("lets the row of the least reference speak: %s", async (_, speaks, silent) => {
    const crossTab = {
      by: [
        { list: 0, attribute: "tier" },
        { list: 0, attribute: "shop" },
      ],
      measures: [],
    };
    const identifiers = ["phone"] as const;
    for (const rows of [
      [speaks, silent],
      [silent, speaks],
    ]) {
      const sealed = await sealRows(matcher(), [rows]);
      const { list } = sealed;
      expect(sealed.version).toMatchObject({ people: 1, duplicates: 1 });
      const { people } = await matcher().crossTab({ lists: [list, list], identifiers, ...crossTab });
      const cell = ["", "gold", "silver"].indexOf(speaks.tier) * 301;
      const shop = speaks.shop === "" ? 0 : Number(speaks.shop.slice(5)) + 1;
      expect(people.indexOf(1)).toBe(cell + shop);
      const selection = { own: list, other: list, identifiers, maximum: 1 };
      expect((await matcher().select(selection)).records).toEqual([speaks.record]);
      const sizes = await Promise.all(
        ["gold", "silver"].map(async (tier) => {
          const narrowed = { ...list, where: [{ attribute: "tier", in: [tier] }] };
          return (await matcher().overlap([narrowed, list], identifiers)).sizes[0];
        }),
      );
      expect(sizes).toEqual(speaks.tier === "gold" ? [1, 0] : [0, 1]);
    }
  });

  it("lets of the same rows else the one without a measure speak, or with the least", async ({ skip }) => {
    const [measure] = MEASURE_NAMES;
    skip(measure === undefined, "the lists have no measures");
    const sumOf = async (values: readonly (number | null)[]) => {
      const rows = values.map((value) => by("r", { measures: { [`${measure}`]: value } }));
      const { list } = await sealRows(matcher(), [rows]);
      const measures = [{ list: 0, measure: `${measure}`, minimum: -900, maximum: 900 }];
      const query = { lists: [list, list], identifiers: ["phone"] as const, by: [{ list: 0, attribute: "shop" }] };
      const [cells] = (await matcher().crossTab({ ...query, measures })).measures;
      return [cells?.holders[0], cells?.sums[0]];
    };
    expect(await sumOf([7, -8, 3])).toEqual([1, -8]);
    expect(await sumOf([7, null, -8])).toEqual([0, 0]);
  });

  it("takes a consent as given by a person when every row of the person gives it", async () => {
    const sizesOf = async (rows: readonly Row[]) => {
      const { list } = await sealRows(matcher(), [rows]);
      const sizes = [["ads"], ["mail"], ["ads", "mail"]].map(async (consents) => {
        return (await matcher().overlap([{ ...list, consents }, list], ["phone"])).sizes[0];
      });
      return Promise.all(sizes);
    };
    expect(await sizesOf([by("a", { ads: "yes" }), by("b", { ads: "1" })])).toEqual([1, 1, 1]);
    expect(await sizesOf([by("a", { ads: "yes" }), by("b", { ads: "no" })])).toEqual([0, 1, 0]);
    expect(await sizesOf([by("a", { ads: "" }), by("b", { mail: "1" })])).toEqual([0, 0, 0]);
  });
}

function narrows(matcher: () => Matcher): void {
  it("lets nobody in for a consent, an attribute or a value that the list does not know", async () => {
    const { list } = await sealRows(matcher(), [[person(1), person(2)]]);
    const sizeUnder = async (filter: Partial<Filter>) =>
      (await matcher().overlap([{ ...list, ...filter }, list], ["email"])).sizes[0];
    expect(await sizeUnder({})).toBe(2);
    expect(await sizeUnder({ consents: ["unheard of"] })).toBe(0);
    expect(await sizeUnder({ where: [{ attribute: "unheard of", in: ["gold"] }] })).toBe(0);
    expect(await sizeUnder({ where: [{ attribute: "tier", in: ["bronze"] }] })).toBe(0);
    expect(await sizeUnder({ where: [{ attribute: "tier", in: [] }] })).toBe(0);
    expect(await sizeUnder({ where: [{ attribute: "shop", in: [""] }] })).toBe(0);
  });
}

function folds(matcher: () => Matcher): void {
  it("folds a row repeated many times into one person", async () => {
    const rows = Array.from({ length: 30_000 }, (_, index) => (index % 3 === 0 ? person(index) : person(0)));
    const { version } = await sealRows(matcher(), [rows]);
    expect(version).toMatchObject({ people: 10_000, duplicates: 20_000 });
  });

  it("finds 137 people in the two halves of the thousand", async ({ skip }) => {
    const path = "../shared/data/people-1000.csv";
    skip(!existsSync(path), `missing: ${path}`);
    const [, ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
    const rows = lines.map((line) => {
      const [record = "", , , , , email = ""] = line.split(",");
      return { ...person(0), record, phone: null, email: email === "" ? null : email };
    });
    const even = await sealRows(matcher(), [rows.filter((row) => Number(row.record) % 2 === 0)]);
    const odd = await sealRows(matcher(), [rows.filter((row) => Number(row.record) % 2 === 1)]);
    expect([even.version.people, odd.version.people]).toEqual([284, 277]);
    expect((await matcher().overlap([even.list, odd.list], ["email"])).byIdentifier).toEqual([137]);
  });
}

function keepsApart(matcher: () => Matcher): void {
  it("keeps identifiers of different kinds apart, even over the same digest", async () => {
    const byEmail = await sealRows(matcher(), [[{ ...person(1), email: "same", phone: null }]]);
    const byPhone = await sealRows(matcher(), [[{ ...person(2), email: null, phone: "same" }]]);
    const { regions } = await matcher().overlap([byEmail.list, byPhone.list], ["email", "phone"]);
    expect(regions).toEqual([0, 1, 1, 0]);
    const both = await sealRows(matcher(), [
      [
        { ...person(1), email: "same", phone: null },
        { ...person(2), email: null, phone: "same" },
      ],
    ]);
    expect(both.version.people).toBe(2);
  });

  it("refuses a version under another key than its own, before and after it was opened", async () => {
    const { list } = await sealRows(matcher(), [[person(1)]]);
    const stolen = { ...list, dataKey: randomBytes(32) };
    const crossTab = { by: [{ list: 0, attribute: "tier" }], measures: [], identifiers: ["email"] as const };
    const selection = { own: stolen, other: list, identifiers: ["email"] as const };
    const refusesAll = async () => {
      await expect(matcher().overlap([stolen, stolen], ["email"])).rejects.toThrow("key");
      await expect(matcher().overlap([list, stolen], ["email"])).rejects.toThrow("key");
      await expect(matcher().crossTab({ lists: [stolen, list], ...crossTab })).rejects.toThrow("key");
      await expect(matcher().select({ ...selection, maximum: 1 })).rejects.toThrow("key");
      await expect(matcher().difference(selection, selection)).rejects.toThrow("key");
    };
    await refusesAll();
    expect((await matcher().overlap([list, list], ["email"])).regions[3]).toBe(1);
    await refusesAll();
  });

  it("answers whoever has the key while somebody asks without it", async () => {
    const { list } = await sealRows(matcher(), [[person(1)]]);
    const stolen = { ...list, dataKey: randomBytes(32) };
    const asked = [stolen, list].map((one) => matcher().overlap([one, one], ["email"]));
    const [refused, answered] = await Promise.allSettled(asked);
    expect([refused?.status, answered?.status]).toEqual(["rejected", "fulfilled"]);
  });
}
