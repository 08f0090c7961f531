// Sealing where memory is short, in any order of the rows, and when it fails.

import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import {
  type EngineWorld,
  engineWorld,
  filesUnder,
  KEY,
  plaintextOf,
  sealParts,
  stageParts,
} from "../../testing/columnar-engine.ts";
import { csvOf, cutUp, HEADER, people, person, type Row, rowsOf, SCHEMA } from "../../testing/matcher-suite/lists.ts";
import { crossTabOf } from "./cross-tab.ts";
import type { Engine } from "./engine.ts";
import { passesFor } from "./passes.ts";
import { partyOf } from "./rooms.ts";
import { sealUpload } from "./seal.ts";
import type { ColumnarOptions } from "./sealed-lists.ts";
import { shelfIn } from "./shelf.ts";
import { stagedRows } from "./staged-rows.ts";
import { openVersion } from "./version.ts";

let worlds: EngineWorld[] = [];
afterEach(async () => {
  for (const world of worlds) await world.end();
  worlds = [];
});

function fresh(options: Partial<ColumnarOptions> = {}): EngineWorld {
  const world = engineWorld(options);
  worlds.push(world);
  return world;
}

const textsOf = (parts: readonly (readonly Row[])[]) =>
  parts.map((rows, index) => (index === 0 ? HEADER : "") + csvOf(rows));
const sentOf = (parts: readonly (readonly Row[])[]) => ({ schema: SCHEMA, parts: textsOf(parts) });

/** Leaves about so many bytes of the arena. */
function leave({ arena }: Engine, bytes: number): { readonly free: number; giveBack(): void } {
  const offset = arena.take(arena.free() - bytes);
  if (offset === null) throw new Error("the arena is smaller than that");
  return { free: arena.free(), giveBack: () => arena.giveBack(offset) };
}

/** Rows of several sections, of which many lack a kind, or share one or a reference with another row. */
function manyRows(): Row[] {
  return Array.from({ length: 110_000 }, (_, index): Row => {
    const own = person(index);
    if (index % 10 === 0) return index % 20 === 0 ? { ...own, phone: null } : { ...own, email: null };
    if (index % 7 === 0) return { ...own, record: person(index - 1).record };
    if (index % 13 === 0) return { ...own, phone: person(index - 5).phone };
    return index % 11 === 0 ? { ...own, email: person(index - 3).email } : own;
  });
}

describe("a list that does not fit into memory", () => {
  const rows = manyRows();
  const scarce = 3_800_000;

  const spelt = rows.map((row, index) => (index === 60_000 ? { ...row, record: "nobody's number" } : row));

  it.each([
    ["numbers", rows, "numbers"],
    ["texts", spelt, "records"],
  ] as const)("is sealed in several passes, into the very version that one pass makes: %s", async (_, list, found) => {
    const { engine, directory } = fresh();
    const upload = await stageParts(engine, sentOf([list.slice(0, 9_000), list.slice(9_000)]));
    const files = filesUnder(directory);
    const free = engine.arena.free();
    const whole = await sealUpload(engine, upload);
    expect(engine.arena.free()).toBe(free);
    const left = leave(engine, scarce);
    const staged = await stagedRows(engine, upload);
    const passes = passesFor(engine.arena, staged.rows, 4);
    await staged.end();
    expect(filesUnder(directory).length).toBe(files.length + 1);
    expect(passes.filter((one) => one[found]).length).toBe(found === "numbers" ? 1 : 2);
    for (const some of [passes.filter((one) => one.rows), passes.filter((one) => one.tables[0])])
      expect(some.length).toBeGreaterThan(1);
    const pieces = await sealUpload(engine, upload);
    expect(engine.arena.free()).toBe(left.free);
    left.giveBack();
    expect(pieces).toEqual({ ...whole, segment: pieces.segment, bytes: pieces.bytes });
    const [one, other] = [await plaintextOf(engine, whole.segment), await plaintextOf(engine, pieces.segment)];
    expect(other).toEqual(one);
  });

  it("is sealed from numbers into the very sections that texts make, of one length or not", async () => {
    const { engine } = fresh();
    const numbered = people(0, 40_000).map((row, index) => ({
      ...row,
      record: `r${index === 0 ? 5 : 200_000 + index}`,
    }));
    const odd = { ...person(200_000), record: "nobody's number" };
    const ofNumbers = await sealParts(engine, sentOf([numbered]));
    const base = await sealParts(engine, sentOf([[...numbered, odd]]));
    const texts = await sealParts(engine, { change: "delete", base, ...sentOf([[odd]]) });
    const [one, other] = [await plaintextOf(engine, ofNumbers.segment), await plaintextOf(engine, texts.segment)];
    expect({ ...other, files: [] }).toEqual({ ...one, files: [] });
  });

  it("is refused where not even a piece of it has room, and leaves nothing", async () => {
    const { engine, directory } = fresh();
    const upload = await stageParts(engine, sentOf([rows]));
    const before = filesUnder(directory);
    for (const bytes of [100_000, 900_000, 1_500_000]) {
      const left = leave(engine, bytes);
      await expect(sealUpload(engine, upload)).rejects.toThrow("no room in memory");
      expect(engine.arena.free()).toBe(left.free);
      left.giveBack();
    }
    expect(filesUnder(directory)).toEqual(before);
  });
});

/** Leaves out rows that agree with an earlier one in all but a further identifier: they stand in the file's order. */
function settled(rows: readonly Row[]): Row[] {
  const said = new Map<string, string>();
  return rows.filter((row) => {
    const consents = [row.ads === "yes" || row.ads === "1", row.mail === "yes"];
    const first = row.email ?? `phone ${row.phone}`;
    const key = JSON.stringify([first, row.record, row.tier, row.shop, row.measures, consents]);
    const known = said.get(key) ?? `${row.phone}`;
    said.set(key, known);
    return known === `${row.phone}`;
  });
}

describe("a version", () => {
  const shuffled = rowsOf(24)
    .map(settled)
    .chain((rows) =>
      fc.record({
        rows: fc.constant(rows),
        again: fc.shuffledSubarray(rows, { minLength: rows.length, maxLength: rows.length }),
        places: fc.tuple(fc.nat(12), fc.nat(12)),
      }),
    );

  it("is in every byte the same, whatever the order of the rows, the cut into parts, threads and kernels", async () => {
    const own = fresh({ kernels: "plain" });
    const other = fresh({ threads: 2, largeRows: 0, chunkBytes: 300 });
    await fc.assert(
      fc.asyncProperty(shuffled, async ({ rows, again, places: [one, two] }) => {
        const parts = cutUp(again, [one, one + two]);
        const sealed = await sealParts(own.engine, sentOf([rows]));
        const plain = await plaintextOf(own.engine, sealed.segment);
        const cut = await sealParts(own.engine, sentOf(parts));
        expect(await plaintextOf(own.engine, cut.segment)).toEqual(plain);
        const sideBySide = await sealParts(other.engine, sentOf(parts));
        expect(await plaintextOf(other.engine, sideBySide.segment)).toEqual(plain);
        expect(sealed).toEqual({ ...sideBySide, segment: sealed.segment, bytes: sealed.bytes });
      }),
      { numRuns: 30 },
    );
  });

  it("is in every byte the same, whether references are sealed as the numbers that they are or as texts", async () => {
    const own = fresh({ kernels: "plain" });
    const other = fresh({ threads: 2, largeRows: 0, chunkBytes: 300 });
    const spellings = [
      (number: number) => `r${number}`,
      (number: number) => `r${`${number}`.padStart(3, "0")}`,
      (number: number) => `r${100 + number}`,
      (number: number) => `${number === 3 ? "R" : "r"}${number * 90_000_000}`,
      (number: number) => `${number * 1_000_000_007}`,
    ];
    const numbered = fc
      .tuple(
        rowsOf(24).map(settled),
        fc.array(fc.nat(11), { minLength: 24, maxLength: 24 }),
        fc.constantFrom(...spellings),
      )
      .map(([rows, numbers, spell]) => rows.map((row, index) => ({ ...row, record: spell(numbers[index] ?? 0) })));
    await fc.assert(
      fc.asyncProperty(numbered.map(settled), fc.nat(12), async (rows, cut) => {
        const sealed = await sealParts(own.engine, sentOf([rows]));
        const plain = await plaintextOf(own.engine, sealed.segment);
        const sideBySide = await sealParts(other.engine, sentOf(cutUp(rows, [cut])));
        expect(await plaintextOf(other.engine, sideBySide.segment)).toEqual(plain);
        const base = await sealParts(own.engine, sentOf([[]]));
        const laidOver = await sealParts(own.engine, { change: "upsert", base, ...sentOf([rows]) });
        expect({ ...(await plaintextOf(own.engine, laidOver.segment)), files: [] }).toEqual(plain);
      }),
      { numRuns: 12 },
    );
  });

  it("is in every byte the same where threads make sections side by side", async () => {
    const rows = manyRows().slice(0, 70_000);
    const [own, other] = [fresh({ kernels: "plain" }), fresh({ threads: 3 })];
    const sealed = await Promise.all([own, other].map(({ engine }) => sealParts(engine, sentOf([rows]))));
    const [one, two] = sealed.map(({ segment }) => segment);
    expect(await plaintextOf(other.engine, `${two}`)).toEqual(await plaintextOf(own.engine, `${one}`));
  });
});

describe("a list in memory past 2 GiB, where an offset is no signed number of 32 bits", () => {
  it.each(["wasm", "plain"] as const)("is sealed, laid over and read with %s kernels", async (kernels) => {
    const { engine } = fresh({ memoryBytes: 2 ** 31 + 2 ** 26, kernels });
    const other = fresh({ kernels: "plain" }).engine;
    expect(engine.arena.take(2 ** 31 - 100)).not.toBeNull();
    const sealed: string[] = [];
    for (const one of [engine, other]) {
      const base = await sealParts(one, sentOf([people(0, 5_000)]));
      const over = { change: "upsert" as const, base, ...sentOf([people(4_000, 2_000)]) };
      const next = await sealParts(one, over);
      expect(next.people).toBe(6_000);
      const plain = await plaintextOf(one, next.segment);
      sealed.push(JSON.stringify({ ...plain, files: [] }));
    }
    expect(sealed[0]).toBe(sealed[1]);
    const { segment } = await sealParts(engine, sentOf([people(0, 3_000)]));
    const stay = shelfIn(engine.arena).stay();
    const version = await openVersion(engine.layout, segment, KEY);
    const list = { segment, dataKey: KEY, consents: ["ads"], where: [{ attribute: "tier", in: ["gold"] }] };
    const party = await partyOf(engine, stay, { version, list, absentRows: async () => [] });
    const asked = { parties: [party, party], lists: [list, list], identifiers: ["email"] as const };
    const measures = [{ list: 0, measure: "visits", minimum: 0, maximum: 9 }];
    const cells = await crossTabOf(engine, stay, { ...asked, by: [{ list: 0, attribute: "tier" }], measures });
    expect(cells.people).toEqual([0, 3_000, 0]);
    expect(cells.measures[0]?.sums).toEqual([0, 45 + 2_990 * 9, 0]);
    stay.end();
  });
});
