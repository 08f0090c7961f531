// What is left when something fails: no memory taken, no file half written, and nothing in the way of another try.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import {
  type EngineWorld,
  engineWorld,
  filesUnder,
  KEY,
  sealParts,
  stageParts,
} from "../../testing/columnar-engine.ts";
import { csvOf, HEADER, people, SCHEMA } from "../../testing/matcher-suite/lists.ts";
import type { Engine } from "./engine.ts";
import { overlapOfMany, overlapOfTwo, sharedRows } from "./questions.ts";
import { partyOf } from "./rooms.ts";
import { sealUpload } from "./seal.ts";
import type { Upload } from "./sealing.ts";
import { selectRecords } from "./selection.ts";
import { shelfIn } from "./shelf.ts";
import { stagePart } from "./stage.ts";
import { openVersion } from "./version.ts";

let worlds: EngineWorld[] = [];
afterEach(async () => {
  for (const world of worlds) await world.end();
  worlds = [];
});

function fresh(threads: number): EngineWorld {
  const world = engineWorld({ threads, largeTokens: 0, largeRows: 0, chunkBytes: 65_536 });
  worlds.push(world);
  return world;
}

const LIST = HEADER + csvOf(people(0, 9_000));
const SENT = { schema: SCHEMA, parts: [LIST] };

/** Tries something that fails, and compares what there is before and after. */
async function leavesNothing({ engine, directory }: EngineWorld, work: () => Promise<unknown>, says: string) {
  const free = engine.arena.free();
  const files = filesUnder(directory);
  await expect(work()).rejects.toThrow(says);
  expect(engine.arena.free()).toBe(free);
  expect(filesUnder(directory)).toEqual(files);
}

async function* inBlocks(text: string, end: () => void): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000);
  end();
}

function damage(path: string, at: number): () => void {
  const whole = readFileSync(path);
  const changed = Buffer.from(whole);
  changed[at] = (changed[at] ?? 0) ^ 1;
  writeFileSync(path, changed);
  return () => writeFileSync(path, whole);
}

/** Uploads of every kind that can be sealed. */
async function uploadsOf(engine: Engine): Promise<readonly Upload[]> {
  const { segment } = await sealParts(engine, { ...SENT, parts: [HEADER + csvOf(people(3_000, 9_000))] });
  const over = { base: { segment }, ...SENT };
  return [
    await stageParts(engine, SENT),
    await stageParts(engine, { ...over, change: "upsert" }),
    await stageParts(engine, { ...over, change: "delete" }),
  ];
}

describe.each([0, 2])("with %i threads", (threads) => {
  it("leaves nothing of a part whose stream breaks off, however far it was read", async () => {
    const world = fresh(threads);
    const part = { staging: "one", number: 1, change: "replace" as const, schema: SCHEMA, dataKey: KEY };
    const gone = () => {
      throw new Error("the client is gone");
    };
    for (const length of [0, 10, 60_000, 70_000, 400_000, LIST.length]) {
      const stage = () => stagePart(world.engine, { ...part, body: inBlocks(LIST.slice(0, length), gone) });
      await leavesNothing(world, stage, "the client is gone");
    }
    const free = world.engine.arena.free();
    const open = await stagePart(world.engine, { ...part, body: inBlocks(`${LIST}"open`, () => {}) });
    expect(open.ok).toBe(false);
    expect(world.engine.arena.free()).toBe(free);
    expect(filesUnder(world.directory)).toEqual([]);
    const whole = await stagePart(world.engine, { ...part, body: inBlocks(LIST, () => {}) });
    expect(whole.ok && whole.value.part.report.accepted).toBe(9_000);
    expect(world.engine.arena.free()).toBe(free);
  });

  it("leaves nothing of sealing that is given up after any of its steps", async () => {
    const world = fresh(threads);
    for (const upload of await uploadsOf(world.engine)) {
      let told = 0;
      await sealUpload(world.engine, { ...upload, onProgress: () => void told++ });
      for (let steps = 1; steps <= told; steps++) {
        const ending = new AbortController();
        let left = steps;
        const onProgress = () => {
          if (--left === 0) ending.abort(new Error("given up"));
        };
        const seal = () => sealUpload(world.engine, { ...upload, onProgress, signal: ending.signal });
        await leavesNothing(world, seal, "given up");
      }
    }
  });

  it("leaves nothing of sealing a part that is damaged, or over a base that is", async () => {
    const world = fresh(threads);
    const { engine, directory } = world;
    for (const upload of await uploadsOf(engine)) {
      const mend = damage(engine.layout.part(upload.staging, 1), 100_000);
      await leavesNothing(world, () => sealUpload(engine, upload), "damaged");
      mend();
      if (upload.base === undefined) continue;
      const base = engine.layout.segment(upload.base.segment);
      for (const at of [100, 300_000]) {
        const mendBase = damage(base, at);
        await leavesNothing(world, () => sealUpload(engine, upload), "damaged");
        mendBase();
      }
      expect((await sealUpload(engine, upload)).people).toBeGreaterThan(2_000);
    }
    expect(readdirSync(`${directory}/segments`).every((name) => name.endsWith(".segment"))).toBe(true);
  });

  it("leaves nothing of sealing for which there is no room", async () => {
    const world = fresh(threads);
    const { arena } = world.engine;
    for (const upload of await uploadsOf(world.engine)) {
      for (const left of [1_000, 100_000, 300_000, 600_000]) {
        const offset = arena.take(arena.free() - left) ?? 0;
        await leavesNothing(world, () => sealUpload(world.engine, upload), "no room in memory");
        arena.giveBack(offset);
      }
    }
  });

  it("leaves nothing of a question over a list that is damaged, or that finds no room", async () => {
    const world = fresh(threads);
    const { engine } = world;
    const { arena } = engine;
    const { segment } = await sealParts(engine, SENT);
    const shelf = shelfIn(arena);
    const list = { segment, dataKey: KEY, consents: ["ads"], where: [{ attribute: "tier", in: ["gold"] }] };
    const ask = async () => {
      const stay = shelf.stay();
      try {
        const version = await openVersion(engine.layout, segment, KEY);
        const party = await partyOf(engine, stay, { version, list, absentRows: async () => [] });
        const two = { left: party, right: party, identifiers: ["phone", "email"] as const };
        const { count } = await selectRecords(engine, stay, { two, maximum: 10_000 });
        const parties = [party, party, party];
        const many = await overlapOfMany(engine, stay, { parties, kind: "phone" });
        const shared = await sharedRows(engine, stay, { parties, identifiers: ["phone"] });
        return [(await overlapOfTwo(engine, stay, two)).regions, count, many.regions, shared.map((one) => one.count)];
      } finally {
        stay.end();
        shelf.retain(() => false);
      }
    };
    const answer = await ask();
    const all = 9_000;
    expect(answer).toEqual([[0, 0, 0, all], all, [0, 0, 0, 0, 0, 0, 0, all], [all, all, all]]);
    for (const at of [100, 200_000, 300_000, 400_000]) {
      const mend = damage(engine.layout.segment(segment), at);
      await leavesNothing(world, ask, "damaged");
      mend();
    }
    for (const left of [1_000, 50_000, 200_000, 400_000]) {
      const offset = arena.take(arena.free() - left) ?? 0;
      await leavesNothing(world, ask, "no room in memory");
      arena.giveBack(offset);
    }
    expect(await ask()).toEqual(answer);
  });
});

describe("when threads end in the midst", () => {
  it("fails what is under way, leaves nothing of it, and does the next", async () => {
    const world = fresh(2);
    const upload = await stageParts(world.engine, SENT);
    let ending: Promise<void> | null = null;
    const onProgress = () => {
      ending ??= world.engine.crew.end();
    };
    await leavesNothing(
      world,
      () => sealUpload(world.engine, { ...upload, onProgress }),
      "a thread of the matcher ended",
    );
    // Threads end one after the other; one that is still to end takes what comes next along.
    await ending;
    expect((await sealUpload(world.engine, upload)).people).toBe(9_000);
  });
});
