// Laws of increments: a version laid over another is the list that it stands for, uploaded in full.

import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Matcher } from "../../ports/matcher.ts";
import { comparesAlike, countsAlike, crossTabs, differsAlike, held, selectsAlike } from "./answers.ts";
import {
  bodyOf,
  csvOf,
  filters,
  freshName,
  HEADER,
  partsOf,
  people,
  person,
  type Row,
  rowsOf,
  SCHEMA,
  type Sealed,
  sealOver,
  sealRows,
  stageRows,
} from "./lists.ts";
import { ROOM_KEY, runsOf } from "./made.ts";
import { slowChange } from "./slow-matcher.ts";
import { trueToken } from "./tokens.ts";

const TOKEN_OF = trueToken(ROOM_KEY);

export function incrementLaws(matcher: () => Matcher): void {
  describe("lays increments over a version", () => {
    equalsFullLists(matcher);
    joinsAndParts(matcher);
    emptiesAndFills(matcher);
    readsDeletions(matcher);
    refusesBases(matcher);
  });
}

const upserts = partsOf(8).map((parts) => ({ change: "upsert" as const, parts }));
const deletions = fc.record({
  change: fc.constant("delete" as const),
  parts: partsOf(6),
  hasRecordsOnly: fc.boolean(),
});
const sequences = fc.array(fc.oneof(upserts, deletions), { minLength: 1, maxLength: 3 });

function equalsFullLists(matcher: () => Matcher): void {
  it("answers as the full upload of the rows that are left, after each of several increments", async () => {
    const lists = fc.tuple(partsOf(16), rowsOf(14));
    await fc.assert(
      fc.asyncProperty(lists, sequences, fc.tuple(filters, crossTabs), async (sent, overlays, [filter, crossTab]) => {
        const [parts, others] = sent;
        const nothing = { consents: [], where: [] };
        const asked = { identifiers: ["email", "phone"] as const, tokenOf: TOKEN_OF, crossTab };
        const other = held(await sealRows(matcher(), [others]), others, nothing);
        const base = { sealed: await sealRows(matcher(), parts), rows: parts.flat() };
        const first = held(base.sealed, base.rows, filter);
        let { sealed, rows }: { sealed: Sealed; rows: readonly Row[] } = base;
        for (const overlay of overlays) {
          const expected = slowChange(rows, overlay.change, overlay.parts.flat());
          sealed = await sealOver(matcher(), sealed, overlay);
          rows = expected.rows;
          expect(sealed.version.increment).toEqual(expected.increment);
          countsAlike(sealed, rows, TOKEN_OF);
          const own = held(sealed, rows, filter);
          await comparesAlike(matcher(), [own, other], asked);
          await comparesAlike(matcher(), [own, other, first], { ...asked, identifiers: ["email"] });
          await selectsAlike(matcher(), own, { ...other, asked });
          const right = { own: first, other };
          await differsAlike(matcher(), { left: { own, other }, right }, asked);
        }
        await comparesAlike(matcher(), [first, other], asked);
      }),
      { numRuns: runsOf(12) },
    );
  });

  it("answers as the full upload where increments are large", async () => {
    const base = await sealRows(matcher(), [people(0, 2_500), people(2_500, 2_500)]);
    const moved = people(4_500, 1_000).map((row): Row => ({ ...row, tier: "silver", email: `new ${row.email}` }));
    const upsert = await sealOver(matcher(), base, { change: "upsert", parts: [moved.slice(0, 1), moved.slice(1)] });
    expect(upsert.version).toMatchObject({ people: 5_500, duplicates: 0 });
    expect(upsert.version.increment).toEqual({ rowsRemoved: 500, rowsAdded: 1_000, referencesUnknown: 500 });
    const gone = await sealOver(matcher(), upsert, { change: "delete", parts: [people(4_400, 200), people(9_000, 7)] });
    expect(gone.version).toMatchObject({ people: 5_300, duplicates: 0 });
    expect(gone.version.increment).toEqual({ rowsRemoved: 200, rowsAdded: 0, referencesUnknown: 7 });
    const full = await sealRows(matcher(), [[...people(0, 4_400), ...moved.slice(100)]]);
    const lists = [gone.list, full.list];
    const both = await matcher().overlap(lists, ["email"]);
    expect(both).toMatchObject({ sizes: [5_300, 5_300], regions: [0, 0, 0, 5_300], collisions: [0] });
    const by = [{ list: 0, attribute: "tier" }];
    const tiers = await matcher().crossTab({ lists, identifiers: ["email"], by, measures: [] });
    expect(tiers.people).toEqual([0, 4_400, 900]);
    expect((await matcher().overlap([gone.list, base.list], ["email"])).regions).toEqual([0, 900, 600, 4_400]);
    const selections = lists.map((own) => ({ own, other: base.list, identifiers: ["phone"] as const }));
    const [left, right] = selections;
    if (left === undefined || right === undefined) throw new Error("two selections");
    expect(await matcher().difference(left, right)).toEqual({ onlyLeft: 0, onlyRight: 0 });
  });
}

function joinsAndParts(matcher: () => Matcher): void {
  it("joins two people by a row that shares with both, and parts them when the row is gone", async () => {
    const base = await sealRows(matcher(), [[person(1), person(2)]]);
    const bridge: Row = { ...person(3), record: "bridge", email: person(1).email, phone: person(2).phone };
    const joined = await sealOver(matcher(), base, { change: "upsert", parts: [[bridge]] });
    expect(joined.version).toMatchObject({ people: 1, duplicates: 2 });
    const parted = await sealOver(matcher(), joined, { change: "delete", parts: [[bridge]] });
    expect(parted.version).toMatchObject({ people: 2, duplicates: 0 });
  });

  it("lets another row speak when the one that spoke is gone, and a consent hold that only it withheld", async () => {
    const rows: Row[] = [
      { ...person(1), record: "a", tier: "gold", ads: "no" },
      { ...person(1), record: "b", tier: "silver" },
    ];
    const base = await sealRows(matcher(), [rows]);
    const gone = await sealOver(matcher(), base, { change: "delete", parts: [rows.slice(0, 1)], hasRecordsOnly: true });
    const speakers = [base, gone].map(async ({ list }) => {
      const query = { own: list, other: list, identifiers: ["email"] as const, maximum: 9 };
      const consenting = { ...list, consents: ["ads"] };
      const where = [{ attribute: "tier", in: ["silver"] }];
      return [
        (await matcher().select(query)).records,
        (await matcher().select({ ...query, own: consenting })).count,
        (await matcher().select({ ...query, own: { ...list, where } })).count,
      ];
    });
    expect(await Promise.all(speakers)).toEqual([
      [["a"], 0, 0],
      [["b"], 1, 1],
    ]);
  });

  it("puts all rows of an increment in place of all rows of the base that have the reference", async () => {
    const old = [1, 2, 3].map((index): Row => ({ ...person(index), record: "same" }));
    const base = await sealRows(matcher(), [[...old, person(7)]]);
    const fresh = [4, 5].map((index): Row => ({ ...person(index), record: "same" }));
    const upsert = await sealOver(matcher(), base, { change: "upsert", parts: [fresh.slice(0, 1), fresh.slice(1)] });
    expect(upsert.version).toMatchObject({ people: 2, duplicates: 1 });
    expect(upsert.version.increment).toEqual({ rowsRemoved: 3, rowsAdded: 2, referencesUnknown: 0 });
    const six = await sealRows(matcher(), [people(1, 6)]);
    const { byIdentifier, collisions } = await matcher().overlap([upsert.list, six.list], ["email"]);
    expect({ byIdentifier, collisions }).toEqual({ byIdentifier: [1], collisions: [1] });
  });
}

function emptiesAndFills(matcher: () => Matcher): void {
  it("leaves an empty version, which can be asked and added to, when everybody is deleted", async () => {
    const base = await sealRows(matcher(), [people(0, 300)]);
    const parts = [people(0, 150), people(150, 150)];
    const emptied = await sealOver(matcher(), base, { change: "delete", parts, hasRecordsOnly: true });
    expect(emptied.version).toMatchObject({ people: 0, duplicates: 0 });
    expect(emptied.version.increment).toEqual({ rowsRemoved: 300, rowsAdded: 0, referencesUnknown: 0 });
    const lists = [emptied.list, base.list];
    expect((await matcher().overlap(lists, ["email", "phone"])).regions).toEqual([0, 0, 300, 0]);
    const by = [{ list: 0, attribute: "tier" }];
    const cells = await matcher().crossTab({ lists, identifiers: ["email"], by, measures: [] });
    expect(cells).toEqual({ shape: [3], people: [0, 0, 0], measures: [] });
    const selection = { own: emptied.list, other: base.list, identifiers: ["email"] as const };
    expect(await matcher().select({ ...selection, maximum: 10 })).toMatchObject({ count: 0, records: [] });
    const whole = { ...selection, own: base.list };
    expect(await matcher().difference(selection, whole)).toEqual({ onlyLeft: 0, onlyRight: 300 });
    const filled = await sealOver(matcher(), emptied, { change: "upsert", parts: [people(299, 2)] });
    expect(filled.version).toMatchObject({ people: 2, duplicates: 0 });
    expect(filled.version.increment).toEqual({ rowsRemoved: 0, rowsAdded: 2, referencesUnknown: 2 });
    expect((await matcher().overlap([filled.list, base.list], ["email"])).regions).toEqual([0, 1, 299, 1]);
  });

  it("takes no harm from references that the version does not have, nor from an increment without rows", async () => {
    const base = await sealRows(matcher(), [people(0, 3)]);
    const unknown = [...people(50, 2), ...people(50, 2)];
    const overlays = [
      { change: "delete" as const, parts: [unknown], referencesUnknown: 2 },
      { change: "delete" as const, parts: [[]], referencesUnknown: 0 },
      { change: "upsert" as const, parts: [[], []], referencesUnknown: 0 },
    ];
    for (const { referencesUnknown, ...overlay } of overlays) {
      const { version, list } = await sealOver(matcher(), base, overlay);
      expect(version).toMatchObject({ people: 3, duplicates: 0 });
      expect(version.increment).toEqual({ rowsRemoved: 0, rowsAdded: 0, referencesUnknown });
      expect((await matcher().overlap([list, base.list], ["phone"])).regions).toEqual([0, 0, 0, 3]);
    }
  });
}

function readsDeletions(matcher: () => Matcher): void {
  const stage = (header: string, rows: string) => {
    const names = { staging: freshName(), dataKey: randomBytes(32), number: 1 };
    return matcher().stagePart({ ...names, change: "delete", schema: SCHEMA, body: bodyOf(header + rows) });
  };

  it("reads of a deletion the record references and nothing else", async () => {
    const base = await sealRows(matcher(), [people(0, 4)]);
    const names = { staging: freshName(), dataKey: base.list.dataKey };
    const rows = [1, 2].map((index) =>
      csvOf([person(index)])
        .replaceAll("gold", "unheard of")
        .replace("+", "!"),
    );
    const body = bodyOf(`${HEADER}${rows.join("")}`);
    const change = "delete";
    const staged = await matcher().stagePart({ ...names, number: 1, change, schema: SCHEMA, body });
    if (!staged.ok) throw new Error(staged.error.says);
    expect(staged.value.part.report).toMatchObject({ read: 2, accepted: 2, blank: 0, rejected: 0 });
    await staged.value.keep();
    const upload = { ...names, parts: 1, change, base: { segment: base.list.segment }, schema: SCHEMA } as const;
    expect(await matcher().seal(upload)).toMatchObject({ people: 2, increment: { rowsRemoved: 2 } });
  });

  it("refuses a deletion without the column of record references, and a row without one", async () => {
    const lacking = await stage("email_sha256\n", "x\n");
    expect(lacking).toMatchObject({ ok: false, error: { kind: "list-column-missing" } });
    const staged = await stage(HEADER, csvOf([person(1), { ...person(2), record: "" }]));
    if (!staged.ok) throw new Error(staged.error.says);
    expect(staged.value.part.report).toMatchObject({ read: 2, accepted: 1, rejected: 1 });
    await staged.value.drop();
  });
}

function refusesBases(matcher: () => Matcher): void {
  it("refuses to lay an increment over a version under another key, or over one that there is not", async () => {
    const { list } = await sealRows(matcher(), [people(0, 3)]);
    const upload = { staging: freshName(), dataKey: randomBytes(32), change: "upsert" as const };
    await stageRows(matcher(), { ...upload, parts: [people(5, 1)] });
    const seal = (segment: string) => matcher().seal({ ...upload, parts: 1, base: { segment }, schema: SCHEMA });
    await expect(seal(list.segment)).rejects.toThrow();
    await expect(seal("0".repeat(64))).rejects.toThrow();
    await matcher().dropStaging(upload.staging);
  });
}
