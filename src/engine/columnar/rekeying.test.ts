// A version that is keyed again is, in every byte that it seals, what the list is when it is uploaded under the whole
// chain of keys: whatever kinds rows have or lack, however references are spelt, and whatever rows share.

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type EngineWorld,
  engineWorld,
  filesUnder,
  KEY,
  plaintextOf,
  sealParts,
} from "../../testing/columnar-engine.ts";
import { listsWithOverlays, personOf, type RowsOfKinds, sentRows } from "../../testing/matcher-suite/kinds.ts";
import type { Engine } from "./engine.ts";
import { windowRows } from "./further-tokens.ts";
import { layoutOf } from "./layout.ts";
import { rekeyVersion } from "./rekeying.ts";
import { engineOf } from "./sealed-lists.ts";

const LINKS = [1, 2].map((byte) => new Uint8Array(32).fill(byte));

/** Engines over one directory: before any rotation, after one, and after two. */
type Chain = { readonly engines: readonly Engine[]; readonly world: EngineWorld };

function chainOf(options: Parameters<typeof engineWorld>[0] = {}): Chain {
  const world = engineWorld(options);
  const own = { directory: world.directory, roomKey: new Uint8Array(32).fill(9), memoryBytes: 1, threads: 0 };
  const later = [1, 2].map((count) =>
    engineOf(layoutOf(world.directory), { ...own, ...options, roomLinks: LINKS.slice(0, count) }),
  );
  return { world, engines: [world.engine, ...later] };
}

const sealedIn = async (engine: Engine, segment: string) => ({ ...(await plaintextOf(engine, segment)), files: [] });

function engineAt({ engines }: Chain, rotations: number): Engine {
  const engine = engines[rotations];
  if (engine === undefined) throw new Error("two rotations");
  return engine;
}

describe("a version that is keyed again", () => {
  let chains: Chain[];
  beforeAll(() => {
    chains = [chainOf({ kernels: "plain" }), chainOf()];
  });
  afterAll(async () => {
    for (const { world, engines } of chains) {
      for (const engine of engines.slice(1)) await engine.crew.end();
      await world.end();
    }
  });

  it("seals what the list seals under the whole chain, increments before and after it included", async () => {
    await fc.assert(
      fc.asyncProperty(listsWithOverlays, fc.nat(1), fc.constantFrom(0, 1), async (world, which, from) => {
        const chain = chains[which];
        if (chain === undefined) throw new Error("two chains");
        const [before, after] = [engineAt(chain, from), engineAt(chain, 2)];
        const [first, ...overlays] = world.overlays;
        const sent = (rows: RowsOfKinds["rows"]) => sentRows({ kinds: world.kinds, rows });
        const laid = async (engine: Engine, segment: string, overlay: typeof first) =>
          overlay === undefined
            ? segment
            : (await sealParts(engine, { change: overlay.change, base: { segment }, ...sent(overlay.rows) })).segment;
        const old = await laid(before, (await sealParts(before, sent(world.rows))).segment, first);
        const { schema } = sent([]);
        let again = (await rekeyVersion(after, { segment: old, dataKey: KEY, schema })).segment;
        let fresh = await laid(after, (await sealParts(after, sent(world.rows))).segment, first);
        expect(await sealedIn(after, again)).toEqual(await sealedIn(after, fresh));
        for (const overlay of overlays) {
          [again, fresh] = [await laid(after, again, overlay), await laid(after, fresh, overlay)];
          expect(await sealedIn(after, again)).toEqual(await sealedIn(after, fresh));
        }
      }),
      { numRuns: 10 },
    );
  });

  it("seals the same where it has several sections and rows are read a window at a time", async () => {
    const chain = chains[1];
    if (chain === undefined) throw new Error("two chains");
    const rows = Array.from({ length: 84_000 }, (_, index) =>
      // Every ninth row is a stray, every eleventh has its phone from another, a stray or not.
      personOf(`c${index}`, [index % 9 === 0 ? null : index, index % 11 === 0 ? index + 18 : index, index, index]),
    );
    const sent = sentRows({ kinds: 4, rows });
    const old = await sealParts(engineAt(chain, 0), sent);
    const after = engineAt(chain, 1);
    expect(windowRows(after, 3)).toBeLessThan(rows.length);
    const again = await rekeyVersion(after, { segment: old.segment, dataKey: KEY, schema: sent.schema });
    const fresh = await sealParts(after, sent);
    expect({ ...again, segment: "" }).toEqual({ ...fresh, segment: "" });
    const [one, other] = [await sealedIn(after, again.segment), await sealedIn(after, fresh.segment)];
    expect(other.sections).toBe(4);
    expect(JSON.stringify(one) === JSON.stringify(other)).toBe(true);
    expect(filesUnder(after.layout.stagings).filter((path) => path.includes("rekey"))).toEqual([]);
  });

  it("is refused under another schema, and where its scheme is of no part of the chain", async () => {
    const [chain] = chains;
    if (chain === undefined) throw new Error("two chains");
    const sent = sentRows({ kinds: 2, rows: [personOf("a", [1, 1])] });
    const { segment } = await sealParts(engineAt(chain, 2), sent);
    const list = { segment, dataKey: KEY, schema: sent.schema };
    await expect(rekeyVersion(engineAt(chain, 1), list)).rejects.toThrow("another room key");
    const { schema } = sentRows({ kinds: 1, rows: [] });
    await expect(rekeyVersion(engineAt(chain, 2), { ...list, schema })).rejects.toThrow("another schema");
  });
});
