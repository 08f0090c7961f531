// The crew over works that the engine has, of which finding equal references is the simplest to tell right from wrong.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { constants, getPriority } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { type Arena, arenaOf } from "../arena.ts";
import { type HashedRecords, sameRecordsScratchBytes } from "../same-records.ts";
import { type Crew, crewOf } from "./crew.ts";

const MOST = 64;
const MANY = 6_000;

let crews: Crew[] = [];
afterEach(async () => {
  for (const crew of crews) await crew.end();
  crews = [];
});

function fresh(threads: number) {
  const arena = arenaOf(2 ** 25);
  const crew = crewOf({ arena, module: null, threads });
  crews.push(crew);
  return { arena, crew };
}

/** References `a`, `b`, `a`, `b` and so on, all of one hash, as rows that begin with `first`. */
function held({ memory, ...arena }: Arena, count: number, first: number): HashedRecords {
  const at = arena.take(count * 10) ?? 0;
  const texts = { lengths: at + count * 8, bytes: at + count * 9, byteLength: count };
  const piece = { count, hashes: at, rows: at + count * 4, texts };
  const words = (offset: number) => new Uint32Array(memory.buffer, offset, count);
  words(piece.hashes).fill(7);
  words(piece.rows).set(Uint32Array.from({ length: count }, (_, row) => first + row));
  new Uint8Array(memory.buffer, texts.lengths, count).fill(1);
  new Uint8Array(memory.buffer, texts.bytes, count).set(Uint8Array.from({ length: count }, (_, row) => row & 1));
  return piece;
}

function expectedPairs(count: number, first: number): number[] {
  const pairs = [0, 1].flatMap((parity) =>
    Array.from({ length: count }, (_, row) => row)
      .filter((row) => row > 1 && row % 2 === parity)
      .flatMap((row) => [first + parity, first + row]),
  );
  return pairs;
}

function begin(crew: Crew, most = MOST) {
  return crew.begin(
    "records",
    { most, rowTexts: null },
    { scratchBytes: sameRecordsScratchBytes(most), isLarge: true },
  );
}

/** Threads of this process that stand behind others (proc(5), stat: nice is the 17th field behind the name). */
function threadsBehind(): number {
  const nices = readdirSync("/proc/self/task").map((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
  });
  return nices.filter((nice) => nice === constants.priority.PRIORITY_BELOW_NORMAL).length;
}

/** Work that takes a while, so that a thread can be ended in the midst of it. */
function beginLong({ arena, crew }: ReturnType<typeof fresh>) {
  const job = begin(crew, MANY);
  const pieces = Array.from({ length: 12 }, (_, index) => held(arena, MANY, index * MANY));
  return { job, outcomes: Promise.allSettled(pieces.map((piece) => job.run([piece]))) };
}

describe.each([0, 1, 2, 3])("a crew of %i threads", (threads) => {
  it("answers every piece as it should, and gives its room back when the job ends", async () => {
    const { arena, crew } = fresh(threads);
    const pieces = Array.from({ length: 20 }, (_, index) => held(arena, 8 + index, index * 100));
    const free = arena.free();
    const job = begin(crew);
    const outcomes = await Promise.all(pieces.map((piece) => job.run([piece])));
    expect(outcomes.map((pairs) => [...pairs])).toEqual(
      pieces.map(({ count }, index) => expectedPairs(count, index * 100)),
    );
    expect(arena.free()).toBeLessThan(free);
    job.end();
    expect(arena.free()).toBe(free);
  });

  it("rejects a piece that throws with what it threw, and goes on", async () => {
    const { arena, crew } = fresh(threads);
    const job = begin(crew);
    const good = held(arena, 8, 0);
    const bad = { ...good, rows: good.rows + 1 };
    const outcomes = await Promise.allSettled([job.run([good]), job.run([bad]), job.run([good])]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    await expect(job.run([bad])).rejects.toThrow("start offset of Uint32Array should be a multiple of 4");
    expect([...(await job.run([good]))]).toEqual(expectedPairs(8, 0));
    job.end();
  });

  it("refuses work for which there is no room, and holds none of it", async () => {
    const { arena, crew } = fresh(threads);
    const free = arena.free();
    const run = async () => {
      const job = crew.begin("records", { most: MOST, rowTexts: null }, { scratchBytes: arena.bytes, isLarge: true });
      try {
        await job.run([held(arena, 8, 0)]);
      } finally {
        job.end();
      }
    };
    await expect(run()).rejects.toThrow("no room in memory");
    expect(free - arena.free()).toBeLessThan(1_000);
  });
});

describe("a crew with threads", () => {
  it("does not lose the room of a work that cannot be begun, nor the thread", async () => {
    for (const threads of [0, 1]) {
      const { arena, crew } = fresh(threads);
      const good = held(arena, 8, 0);
      const free = arena.free();
      const run = async () => {
        // SAFETY: the settings are wrong on purpose, and no piece is looked at.
        const [settings, piece] = [{} as never, {} as never];
        const job = crew.begin("merge", settings, { scratchBytes: 64, isLarge: true });
        await job.run(piece).finally(job.end);
      };
      await expect(run()).rejects.toThrow(TypeError);
      expect(arena.free()).toBe(free);
      const job = begin(crew);
      expect([...(await job.run([good]))]).toEqual(expectedPairs(8, 0));
      job.end();
    }
  });

  it("works behind whatever else has something to do", async (context) => {
    if (process.platform !== "linux") context.skip("other systems place a process, not a thread");
    const [before, own] = [threadsBehind(), getPriority()];
    const { arena, crew } = fresh(2);
    const job = begin(crew);
    const pieces = Array.from({ length: 4 }, (_, index) => held(arena, 8, index * 100));
    await Promise.all(pieces.map((piece) => job.run([piece])));
    expect(threadsBehind() - before).toBe(2);
    expect(getPriority()).toBe(own);
    job.end();
  });

  it("works where a sandbox does not let it stand behind", () => {
    const forbid = `import { createRequire, syncBuiltinESMExports } from "node:module";
      createRequire("/")("node:os").setPriority = () => {
        throw Object.assign(new Error("refused"), { code: "ERR_SYSTEM_ERROR" });
      };
      syncBuiltinESMExports();`;
    const script = `const modules = ["../arena.ts", "./crew.ts"].map((path) => import(path));
      Promise.all(modules).then(async ([{ arenaOf }, { crewOf }]) => {
        const crew = crewOf({ arena: arenaOf(2 ** 25), module: null, threads: 1 });
        const job = crew.begin("records", { most: 1, rowTexts: null }, { scratchBytes: 64, isLarge: true });
        console.log((await job.run([])).length);
        await crew.end();
      });`;
    const argv = ["--import", `data:text/javascript,${encodeURIComponent(forbid)}`, "--import", "tsx"];
    const run = spawnSync(process.execPath, [...argv, "--eval", script], {
      cwd: import.meta.dirname,
      encoding: "utf8",
    });
    expect([run.stdout, run.stderr]).toEqual(["0\n", ""]);
  });

  it("works with the threads for which there is room", async () => {
    const { arena, crew } = fresh(3);
    const good = held(arena, 8, 0);
    const scratchBytes = Math.floor(arena.free() / 2) + 1_000;
    const job = crew.begin("records", { most: MOST, rowTexts: null }, { scratchBytes, isLarge: true });
    const outcomes = await Promise.all([job.run([good]), job.run([good]), job.run([good])]);
    for (const pairs of outcomes) expect([...pairs]).toEqual(expectedPairs(8, 0));
    job.end();
  });

  it("rejects what is under way when its threads end, and begins again on new ones", async () => {
    const world = fresh(2);
    const { job, outcomes } = beginLong(world);
    await world.crew.end();
    const settled = await outcomes;
    const lost = settled.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    expect(lost.length).toBeGreaterThan(0);
    for (const reason of lost) expect(`${reason}`).toContain("a thread of the matcher ended");
    job.end();
    const next = begin(world.crew);
    expect([...(await next.run([held(world.arena, 8, 5)]))]).toEqual(expectedPairs(8, 5));
    next.end();
  });

  it("goes on with a job whose threads ended between two pieces", async () => {
    const { arena, crew } = fresh(2);
    const [job, other] = [begin(crew), begin(crew)];
    const good = held(arena, 8, 0);
    await Promise.all([job.run([good]), job.run([good]), other.run([good])]);
    await crew.end();
    const outcomes = await Promise.all([job.run([good]), job.run([good]), other.run([good])]);
    for (const pairs of outcomes) expect([...pairs]).toEqual(expectedPairs(8, 0));
    job.end();
    other.end();
  });

  it("does not fail what a new thread does because an old one ends late", async () => {
    const world = fresh(1);
    for (let round = 0; round < 3; round++) {
      const { job, outcomes } = beginLong(world);
      const ended = world.crew.end();
      await outcomes;
      job.end();
      const next = begin(world.crew, MANY);
      const again = Promise.all(Array.from({ length: 3 }, () => next.run([held(world.arena, 40, 0)])));
      await ended;
      for (const pairs of await again) expect([...pairs]).toEqual(expectedPairs(40, 0));
      next.end();
    }
  });

  it("rejects a piece that cannot be sent, and lets it count no longer", async () => {
    const { arena, crew } = fresh(1);
    const job = begin(crew);
    const good = held(arena, 8, 0);
    const unsent = Object.assign({ unsendable: () => {} }, good);
    await expect(job.run([unsent])).rejects.toThrow("could not be cloned");
    expect([...(await job.run([good]))]).toEqual(expectedPairs(8, 0));
    job.end();
  });
});
