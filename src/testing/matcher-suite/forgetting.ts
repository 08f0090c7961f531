// Laws of forgetting people: who holds given tokens, with all that is known of them, and versions that have nothing in
// common with the one they were laid over.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Matcher, NamedToken } from "../../ports/matcher.ts";
import {
  digestOf,
  identifierOf,
  isIdentified,
  MEASURE_NAMES,
  people,
  type Row,
  rowsOf,
  SCHEMA,
  sealOver,
  sealRows,
} from "./lists.ts";
import { type Made, type Make, runsOf, sweptMatcher } from "./made.ts";

const KINDS = ["email", "phone"] as const;

export function forgettingLaws(make: Make, matcher: () => Matcher): void {
  describe("finds people who are to be forgotten", () => {
    findsHolders(matcher);
    sealsApart(sweptMatcher(() => make()));
  });
}

type Named = { readonly name: "email" | "phone" | "maid"; readonly text: string };

const named: fc.Arbitrary<Named> = fc.oneof(
  fc.record({ name: fc.constantFrom(...KINDS), text: fc.nat(11).map(String) }).map(({ name, text }) => ({
    name,
    text: `${name} ${text}`,
  })),
  fc.constantFrom<Named>({ name: "maid", text: "email 1" }, { name: "phone", text: "email 1" }),
);

function tokensOf(matcher: Matcher, asked: readonly Named[]): readonly NamedToken[] {
  return matcher.tokensOf(asked.map(({ name, text }) => ({ name, digest: digestOf(text) })));
}

/** Rows that are reached from those named by shared identifiers and references, step by step. */
function slowHolders(rows: readonly Row[], asked: readonly Named[]): ReadonlySet<Row> {
  const isAsked = (row: Row) => asked.some(({ name, text }) => name !== "maid" && identifierOf(row, name) === text);
  const isTied = (left: Row, right: Row) =>
    left.record === right.record ||
    KINDS.some((kind) => identifierOf(left, kind) !== null && identifierOf(left, kind) === identifierOf(right, kind));
  const reached = new Set(rows.filter(isAsked));
  for (const row of reached) for (const other of rows) if (isTied(row, other)) reached.add(other);
  return reached;
}

/** A row as a version tells it. */
function spelt({ record, tier, shop, measures }: Row): string {
  const attributes = Object.fromEntries(Object.entries({ tier, shop }).filter(([, value]) => value !== ""));
  const held = MEASURE_NAMES.flatMap((name) => {
    const value = measures[name];
    return value === null || value === undefined ? [] : [[name, value] as const];
  });
  return JSON.stringify([record, attributes, Object.fromEntries(held)]);
}

/** What all rows of the person with this reference consent to. */
function consentsOf(rows: readonly Row[], record: string): string[] {
  const [first] = rows.filter((row) => row.record === record);
  const [name, text] = first?.email == null ? ["phone", first?.phone] : ["email", first.email];
  const theirs = [...slowHolders(rows, [{ name: name === "email" ? "email" : "phone", text: text ?? "" }])];
  const isGranted = { ads: ["yes", "1"], mail: ["yes"] };
  return (["ads", "mail"] as const).filter((one) => theirs.every((row) => isGranted[one].includes(row[one])));
}

function findsHolders(matcher: () => Matcher): void {
  it("with every record reference and every token of theirs, and nobody else's, and leaves them out", async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf(20), fc.array(named, { maxLength: 3 }), async (all, asked) => {
        const rows = all.filter(isIdentified);
        const { list, version } = await sealRows(matcher(), [rows]);
        const found = await matcher().holders({ ...list, schema: SCHEMA }, tokensOf(matcher(), asked));
        const theirs = [...slowHolders(rows, asked)];
        expect([...found.records].sort()).toEqual([...new Set(theirs.map(({ record }) => record))].sort());
        const stored = await matcher().stored(list, tokensOf(matcher(), asked));
        const told = stored.map(({ record, attributes, measures }) => [record, attributes, measures]);
        expect(told.map((one) => JSON.stringify(one)).sort()).toEqual(theirs.map(spelt).sort());
        for (const { record, consents } of stored) expect(consents).toEqual(consentsOf(rows, record));
        const identifiers = KINDS.flatMap((name) =>
          theirs.flatMap((row) => {
            const text = identifierOf(row, name);
            return text === null ? [] : [{ name, text }];
          }),
        );
        const texts = (tokens: readonly NamedToken[]) => [...new Set(tokens.map((one) => `${one.name} ${one.token}`))];
        expect(texts(found.tokens).sort()).toEqual(texts(tokensOf(matcher(), identifiers)).sort());
        const left = rows.filter((row) => !theirs.includes(row));
        const gone = await sealOver(matcher(), { list, version }, { change: "delete", parts: [theirs] });
        expect(version.people - found.people).toBe(gone.version.people);
        const without = { ...list, without: tokensOf(matcher(), asked) };
        for (const identifiers of [["email", "phone"], ["phone"]] as const) {
          const [leaving, left] = [without, gone.list].map((one) => matcher().overlap([one, list], identifiers));
          expect(await leaving).toEqual(await left);
        }
        expect(gone.version.increment?.rowsRemoved).toBe(rows.length - left.length);
      }),
      { numRuns: runsOf(15) },
    );
  });
}

function sealsApart(made: () => Made): void {
  it("and lays a version apart from its base, of which nothing stays when it is dropped", async () => {
    const { matcher, names } = made();
    const base = await sealRows(matcher, [people(0, 400)]);
    const shared = await sealOver(matcher, base, { change: "delete", parts: [people(0, 1)] });
    const apart = await sealOver(matcher, base, { change: "delete", parts: [people(0, 1)], isApart: true });
    for (const { version } of [base, shared]) await matcher.dropSegment(version.segment);
    expect(names()).toHaveLength(1);
    const other = await sealRows(matcher, [people(0, 400)]);
    const counted = await matcher.overlap([apart.list, other.list], ["email"]);
    expect(counted.regions).toEqual([0, 0, 1, 399]);
    expect(apart.version.increment).toEqual({ rowsRemoved: 1, rowsAdded: 0, referencesUnknown: 0 });
    const again = await sealOver(matcher, apart, { change: "delete", parts: [people(500, 1)], isApart: true });
    expect(again.version.increment).toEqual({ rowsRemoved: 0, rowsAdded: 0, referencesUnknown: 1 });
    await matcher.dropSegment(apart.version.segment);
    expect(names()).toHaveLength(2);
    expect((await matcher.overlap([again.list, other.list], ["phone"])).regions).toEqual([0, 0, 1, 399]);
  });
}
