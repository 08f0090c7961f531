// What every matcher must answer: the same as a slow and obvious one over the same rows. Small random worlds with
// duplicates, several identifiers, shared references, tokens that look alike, filters and consents.

import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { IdentifierKind } from "../domain/dataset/schema.ts";
import type { Tokeniser } from "../domain/identifier/token-kernel.ts";
import type { Matcher } from "../ports/matcher.ts";
import {
  type Filter,
  filters,
  person,
  rowsOf,
  rowsWithIdentifier,
  type Sealed,
  sealAll,
  sealRows,
} from "./matcher-suite/lists.ts";
import {
  lookalike,
  lookalikeToken,
  slowMatch,
  slowOverlap,
  type TokenOf,
  trueToken,
} from "./matcher-suite/slow-matcher.ts";

/** A matcher to try, with the key that its room has and, where it takes one, another way to make tokens. */
export type MakeMatcher = (options: {
  readonly roomKey: Uint8Array;
  readonly tokeniserOf?: (kind: IdentifierKind) => Tokeniser;
}) => Promise<{ readonly matcher: Matcher; end(): Promise<void> }>;

export function matcherSuite(name: string, makeMatcher: MakeMatcher): void {
  describe(`${name}: the same answers as the slow and obvious matcher`, () => {
    const roomKey = new Uint8Array(32).fill(7);
    comparesWorlds("with tokens as they are", () => makeMatcher({ roomKey }), trueToken(roomKey));
    const withLookalikes = () => makeMatcher({ roomKey, tokeniserOf: () => lookalike });
    comparesWorlds("with tokens whose first words are alike", withLookalikes, lookalikeToken);
  });
  describe(`${name}: lists and versions`, () => {
    answersAlike(makeMatcher);
  });
}

function comparesWorlds(title: string, make: () => ReturnType<MakeMatcher>, tokenOf: TokenOf): void {
  const worlds = fc.array(fc.tuple(rowsOf(14), filters), { minLength: 2, maxLength: 5 });

  it(`counts every region ${title}`, async () => {
    const made = await make();
    await fc.assert(
      fc.asyncProperty(worlds, fc.constantFrom<IdentifierKind>("email", "phone"), async (world, kind) => {
        const lists = await sealAll(made.matcher, world);
        const answer = await made.matcher.overlap(lists, [kind]);
        expect(answer).toEqual(slowOverlap(world, [kind], tokenOf));
      }),
      { numRuns: 40 },
    );
    await made.end();
  });

  it(`matches two lists one to one by several identifiers and selects whom it matched, ${title}`, async () => {
    const made = await make();
    const two = fc.tuple(fc.tuple(rowsOf(20), filters), fc.tuple(rowsOf(20), filters));
    const orders = fc.constantFrom<IdentifierKind[]>(["email", "phone"], ["phone", "email"], ["email"]);
    await fc.assert(
      fc.asyncProperty(two, orders, async ([left, right], identifiers) => {
        const [own, other] = await sealAll(made.matcher, [left, right]);
        if (own === undefined || other === undefined) throw new Error("two lists were sealed");
        const slow = slowMatch(left, right, { identifiers, tokenOf });
        expect(await made.matcher.overlap([own, other], identifiers)).toEqual(
          slowOverlap([left, right], identifiers, tokenOf),
        );
        const count = slow.records.length;
        const query = { own, other, identifiers };
        expect(await made.matcher.select({ ...query, maximum: count })).toEqual({ count, records: slow.records });
        expect(await made.matcher.select({ ...query, maximum: count - 1 })).toEqual({ count, records: [] });
      }),
      { numRuns: 40 },
    );
    await made.end();
  });
}

function answersAlike(makeMatcher: MakeMatcher): void {
  let made: Awaited<ReturnType<MakeMatcher>>;
  beforeEach(async () => {
    made = await makeMatcher({ roomKey: new Uint8Array(32).fill(9) });
  });
  afterEach(() => made.end());

  it("gives the same answers however a list is cut into parts, and when it is sent twice over", async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf(20), rowsOf(20), fc.nat(20), async (rows, others, cut) => {
        const [whole, cutUp, twice, other] = await Promise.all([
          sealRows(made.matcher, [rows]),
          sealRows(made.matcher, [rows.slice(0, cut), rows.slice(cut)]),
          sealRows(made.matcher, [rows, rows]),
          sealRows(made.matcher, [others]),
        ]);
        const ask = (one: Sealed) => made.matcher.overlap([one.list, other.list], ["email", "phone"]);
        const answer = await ask(whole);
        expect(await ask(cutUp)).toEqual(answer);
        expect(await ask(twice)).toEqual(answer);
        expect(twice.version.people).toBe(whole.version.people);
        expect(twice.version.duplicates).toBe(whole.version.duplicates + rowsWithIdentifier(rows));
      }),
      { numRuns: 15 },
    );
  });

  it("compares an empty list, and a list with itself", async () => {
    const [none, one] = [await sealRows(made.matcher, [[]]), await sealRows(made.matcher, [[person(1)]])];
    expect(none.version.people).toBe(0);
    expect((await made.matcher.overlap([none.list, one.list], ["email"])).regions).toEqual([0, 0, 1, 0]);
    expect((await made.matcher.overlap([one.list, one.list], ["email"])).regions).toEqual([0, 0, 0, 1]);
  });

  it("keeps identifiers of different kinds apart, even over the same digest", async () => {
    const byEmail = await sealRows(made.matcher, [[{ ...person(1), email: "same", phone: null }]]);
    const byPhone = await sealRows(made.matcher, [[{ ...person(2), email: null, phone: "same" }]]);
    const { regions } = await made.matcher.overlap([byEmail.list, byPhone.list], ["email", "phone"]);
    expect(regions).toEqual([0, 1, 1, 0]);
  });

  it("lets nobody in for a consent, an attribute or a value that the list does not know", async () => {
    const { list } = await sealRows(made.matcher, [[person(1), person(2)]]);
    const sizeUnder = async (filter: Partial<Filter>) =>
      (await made.matcher.overlap([{ ...list, ...filter }, list], ["email"])).sizes[0];
    expect(await sizeUnder({})).toBe(2);
    expect(await sizeUnder({ consents: ["unheard of"] })).toBe(0);
    expect(await sizeUnder({ where: [{ attribute: "unheard of", in: ["gold"] }] })).toBe(0);
    expect(await sizeUnder({ where: [{ attribute: "tier", in: ["bronze"] }] })).toBe(0);
  });

  it("folds a row repeated many times into one person", async () => {
    const rows = Array.from({ length: 30_000 }, (_, index) => (index % 3 === 0 ? person(index) : person(0)));
    const { version } = await sealRows(made.matcher, [rows]);
    expect(version).toMatchObject({ people: 10_000, duplicates: 20_000 });
  });

  it("refuses a version under another key than its own, before and after it was opened", async () => {
    const { list } = await sealRows(made.matcher, [[person(1)]]);
    const stolen = { ...list, dataKey: randomBytes(32) };
    await expect(made.matcher.overlap([stolen, stolen], ["email"])).rejects.toThrow("key");
    await made.matcher.overlap([list, list], ["email"]);
    await expect(made.matcher.overlap([stolen, list], ["email"])).rejects.toThrow("key");
  });

  it("finds 137 people in the two halves of the thousand", async ({ skip }) => {
    const path = "../shared/data/people-1000.csv";
    skip(!existsSync(path), `missing: ${path}`);
    const [, ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
    const rows = lines.map((line) => {
      const [record = "", , , , , email = ""] = line.split(",");
      return { ...person(0), record, phone: null, email: email === "" ? null : email };
    });
    const even = await sealRows(made.matcher, [rows.filter((row) => Number(row.record) % 2 === 0)]);
    const odd = await sealRows(made.matcher, [rows.filter((row) => Number(row.record) % 2 === 1)]);
    expect([even.version.people, odd.version.people]).toEqual([284, 277]);
    expect((await made.matcher.overlap([even.list, odd.list], ["email"])).byIdentifier).toEqual([137]);
  });
}
