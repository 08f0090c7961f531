// An increment is, in every byte that its version seals, the full list that it stands for: whatever kinds a row has or
// lacks, however references are spelt, and whether rows share tokens or not.

import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EngineWorld, engineWorld, plaintextOf, sealParts } from "../../testing/columnar-engine.ts";
import {
  listsWithOverlays,
  type Overlay,
  type Row,
  type RowsOfKinds,
  sentRows,
} from "../../testing/matcher-suite/kinds.ts";
import type { Engine } from "./engine.ts";

/** What is left of rows, slowly and obviously. */
function laidOver({ kinds, rows }: RowsOfKinds, { change, rows: overlay }: Overlay): RowsOfKinds {
  const named = new Set(overlay.map(({ record }) => record));
  const isIdentified = ({ identifiers }: Row) => identifiers.slice(0, kinds).some((whose) => whose !== null);
  const added = change === "delete" ? [] : overlay.filter(isIdentified);
  return { kinds, rows: [...rows.filter(({ record }) => !named.has(record)), ...added] };
}

/** What a version seals, in whatever file it lies. */
async function sealedIn(engine: Engine, segment: string) {
  return { ...(await plaintextOf(engine, segment)), files: [] };
}

describe("a version that an increment makes", () => {
  let worlds: EngineWorld[];
  beforeAll(() => {
    worlds = [engineWorld({ kernels: "plain" }), engineWorld()];
  });
  afterAll(async () => {
    for (const world of worlds) await world.end();
  });

  it("seals what the full list seals, in every byte, for one kind of identifier to five", async () => {
    await fc.assert(
      fc.asyncProperty(listsWithOverlays, fc.nat(1), async ({ kinds, rows, overlays: all }, which) => {
        const engine = worlds[which]?.engine;
        if (engine === undefined) throw new Error("two worlds");
        let list: RowsOfKinds = { kinds, rows };
        let base = await sealParts(engine, sentRows(list));
        for (const overlay of all) {
          list = laidOver(list, overlay);
          base = await sealParts(engine, { change: overlay.change, base, ...sentRows({ kinds, rows: overlay.rows }) });
          const full = await sealParts(engine, sentRows(list));
          expect(await sealedIn(engine, base.segment)).toEqual(await sealedIn(engine, full.segment));
          expect([base.people, base.duplicates]).toEqual([full.people, full.duplicates]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["somebody holds who stays", [[20, 3]]],
    [
      "two of them bring",
      [
        [20, 20],
        [21, 20],
      ],
    ],
    [
      "they held before, or who goes",
      [
        [3, 3],
        [4, 5],
        [5, 4],
      ],
    ],
  ])("seals what the full list seals where rows bring a token that %s", async (_, brought) => {
    const engine = worlds[1]?.engine;
    if (engine === undefined) throw new Error("two worlds");
    const person = (record: number, whose: number): Row => ({
      record: `c${100 + record}`,
      identifiers: [whose],
      tier: "",
    });
    const list: RowsOfKinds = { kinds: 1, rows: Array.from({ length: 12 }, (__, index) => person(index, index)) };
    const overlay: Overlay = {
      change: "upsert",
      rows: brought.map(([record = 0, whose = 0]) => person(record, whose)),
    };
    const base = await sealParts(engine, sentRows(list));
    const laid = await sealParts(engine, { change: "upsert", base, ...sentRows({ kinds: 1, rows: overlay.rows }) });
    const full = await sealParts(engine, sentRows(laidOver(list, overlay)));
    expect(await sealedIn(engine, laid.segment)).toEqual(await sealedIn(engine, full.segment));
    expect([laid.people, laid.duplicates]).toEqual([full.people, full.duplicates]);
  });

  it("seals what the full list seals where it has several sections, some of which nothing befalls", async () => {
    const engine = worlds[1]?.engine;
    if (engine === undefined) throw new Error("two worlds");
    const person = (index: number): Row => ({
      record: `c${index}`,
      // Every ninth row is a stray, every eleventh has its phone from another, a stray or not.
      identifiers: [index % 9 === 0 ? null : index, index % 11 === 0 ? index + 18 : index],
      tier: index % 2 === 0 ? "gold" : "silver",
    });
    const rows = Array.from({ length: 40_000 }, (_, index) => person(index));
    const overlays: readonly Overlay[] = [
      { change: "upsert", rows: [...rows.slice(500, 900).map((one) => ({ ...one, tier: "" })), person(50_000)] },
      { change: "delete", rows: rows.slice(9, 10) },
      {
        change: "upsert",
        rows: [
          { ...person(9), identifiers: [null, 27] },
          { ...person(18), identifiers: [] },
        ],
      },
    ];
    let list: RowsOfKinds = { kinds: 2, rows };
    let base = await sealParts(engine, sentRows(list));
    for (const overlay of overlays) {
      list = laidOver(list, overlay);
      base = await sealParts(engine, { change: overlay.change, base, ...sentRows({ kinds: 2, rows: overlay.rows }) });
    }
    const full = await sealParts(engine, sentRows(list));
    const [one, other] = [await sealedIn(engine, base.segment), await sealedIn(engine, full.segment)];
    expect(other.sections).toBe(2);
    expect(isDeepStrictEqual(one, other)).toBe(true);
  });
});
