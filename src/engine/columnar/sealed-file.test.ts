import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { arenaOf } from "./arena.ts";
import { frameBytesOf } from "./frame-bytes.ts";
import { addFrame, type FrameSpot } from "./frame-sink.ts";
import { createSealedFile, dependenciesOf, openSealedFile } from "./sealed-file.ts";
import { crewOf } from "./threads/crew.ts";

const KEY = randomBytes(32);
const LABEL = "list";
const NAMES = ["ab".repeat(32), "09".repeat(32)];

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "concordat-sealed-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

/** A file of a few frames, under its name. */
async function written(name: string, texts: readonly string[], dependencies: readonly string[] = []) {
  const file = await createSealedFile({ directory, dataKey: KEY, label: LABEL });
  const spots = texts.map((one, number) => addFrame(file.sink, number, [Buffer.from(one), Buffer.from("!")]));
  const closed = await file.close(Buffer.from("the last"), dependencies);
  const path = join(directory, name);
  await file.publish(path);
  return { path, spots, closed };
}

async function readAll(path: string, spots: readonly FrameSpot[], own = { dataKey: KEY, label: LABEL }) {
  const { fileKey, last, digest } = await openSealedFile({ path, ...own });
  const frames = spots.map((spot) => text(frameBytesOf({ path, fileKey, spot })));
  return { frames, last: text(last), digest };
}

describe("a sealed file", () => {
  it("opens as what was sealed, under its digest, and says how long it is", async () => {
    const { path, spots, closed } = await written("one", ["first", "", "third"]);
    expect(await readAll(path, spots)).toEqual({
      frames: ["first!", "!", "third!"],
      last: "the last",
      digest: closed.digest,
    });
    expect(statSync(path).size).toBe(closed.bytes);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(["one"]);
  });

  it("has a digest that nothing else has, though it says the same", async () => {
    const files = [await written("one", ["same"]), await written("two", ["same"])];
    expect(new Set(files.map(({ closed }) => closed.digest)).size).toBe(2);
  });

  it("is damaged once any byte of it is another", async () => {
    const { path, spots, closed } = await written("one", ["first", "second"], NAMES);
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at & 7));
      writeFileSync(path, changed);
      // Names of other files stand in the clear: that one was changed is seen by the digest.
      const outcome = await readAll(path, spots).then(
        ({ digest }) => `${digest === closed.digest}`,
        (error) => `${error}`,
      );
      expect([at, outcome]).toEqual([at, expect.stringMatching(/damaged|^false$/)]);
    }
  });

  it("is damaged once it is cut short or lengthened by any number of bytes", async () => {
    const { path, spots } = await written("one", ["first", "second"]);
    const whole = readFileSync(path);
    for (let length = 0; length < whole.length; length++) {
      for (const cut of [whole.subarray(0, length), whole.subarray(whole.length - length)]) {
        writeFileSync(path, cut);
        await expect(readAll(path, spots)).rejects.toThrow("damaged");
      }
    }
    writeFileSync(path, Buffer.concat([whole, Buffer.from([0])]));
    await expect(readAll(path, spots)).rejects.toThrow("damaged");
  });

  it("is damaged under another key or label", async () => {
    const { path, spots } = await written("one", ["first"]);
    await expect(readAll(path, spots, { dataKey: randomBytes(32), label: LABEL })).rejects.toThrow("damaged");
    await expect(readAll(path, spots, { dataKey: KEY, label: "lists" })).rejects.toThrow("damaged");
  });

  it("is damaged where a frame of it was put in the place of another, of its own or of another file", async () => {
    const [one, two] = [await written("one", ["first", "other"]), await written("two", ["first", "other"])];
    const [ours, theirs] = [readFileSync(one.path), readFileSync(two.path)];
    const [first, second] = one.spots;
    if (first === undefined || second === undefined) throw new Error("two frames were sealed");
    const put = (from: Buffer, source: FrameSpot, target: FrameSpot) => {
      const changed = Buffer.from(ours);
      from.copy(changed, target.offset, source.offset, source.offset + source.bytes);
      writeFileSync(one.path, changed);
    };
    put(theirs, first, first);
    await expect(readAll(one.path, one.spots)).rejects.toThrow("damaged");
    put(ours, second, first);
    await expect(readAll(one.path, one.spots)).rejects.toThrow("damaged");
    put(ours, first, first);
    expect((await readAll(one.path, one.spots)).frames).toEqual(["first!", "other!"]);
  });

  it("tells without a key which files it is read with", async () => {
    expect(await dependenciesOf((await written("one", ["first"], NAMES)).path)).toEqual(NAMES);
    expect(await dependenciesOf((await written("two", ["first"])).path)).toEqual([]);
    const { path } = await written("three", ["first"], NAMES);
    for (const bytes of [readFileSync(path).subarray(0, -40), new Uint8Array(20), new Uint8Array(0)]) {
      writeFileSync(path, bytes);
      expect(await dependenciesOf(path)).toBe(null);
    }
  });

  it("lies under a name that sweeping deletes until it is published, and nowhere once it is given up", async () => {
    const file = await createSealedFile({ directory, dataKey: KEY, label: LABEL });
    expect(readdirSync(directory)).toEqual([expect.stringMatching(/\.unfinished$/)]);
    await file.abandon();
    await file.abandon();
    expect(readdirSync(directory)).toEqual([]);
    const closed = await createSealedFile({ directory, dataKey: KEY, label: LABEL });
    await closed.close(Buffer.from("the last"), []);
    await closed.abandon();
    expect(readdirSync(directory)).toEqual([]);
  });

  it("leaves nothing of a file that cannot be begun", async () => {
    await expect(createSealedFile({ directory, dataKey: randomBytes(31), label: LABEL })).rejects.toThrow("32 bytes");
    expect(readdirSync(directory)).toEqual([]);
  });

  it("holds what many threads append at once, each in a place of its own", async () => {
    const arena = arenaOf(1);
    const crew = crewOf({ arena, module: null, threads: 3 });
    const file = await createSealedFile({ directory, dataKey: KEY, label: LABEL });
    const at = arena.take(20_000) ?? 0;
    const words = new Uint32Array(arena.memory.buffer, at, 5_000);
    for (let row = 0; row < 1_000; row++) words[row] = row;
    const bucket = { keys: at, rest: at + 4_000, rows: at };
    const size = { tokens: 1_000, bucketTokens: 1_000 };
    const job = crew.begin("tables", { sink: file.sink, size }, { scratchBytes: 100_000, isLarge: true });
    const pieces = Array.from({ length: 60 }, (_, number) => ({ number, count: 100 + number * 7 }));
    const made = await Promise.all(
      pieces.map(({ number, count }) => job.run({ number, frame: number, buckets: [{ ...bucket, count }] })),
    );
    job.end();
    await file.close(Buffer.from("the last"), []);
    const path = join(directory, "one");
    await file.publish(path);
    const { fileKey } = await openSealedFile({ path, dataKey: KEY, label: LABEL });
    for (const [index, { table }] of made.entries()) {
      const plain = frameBytesOf({ path, fileKey, spot: table }).slice();
      const count = 100 + index * 7;
      expect(plain.length).toBe(count * 20);
      expect([...new Uint32Array(plain.buffer, count * 16)]).toEqual(Array.from({ length: count }, (_, row) => row));
    }
    const spots = made.map(({ table }) => table).sort((a, b) => a.offset - b.offset);
    for (const [index, { offset }] of spots.entries()) {
      const before = spots[index - 1];
      expect(offset).toBe(before === undefined ? 32 : before.offset + before.bytes);
    }
    await crew.end();
  });
});
