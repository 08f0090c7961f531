import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Matcher } from "../../ports/matcher.ts";
import {
  bodyOf,
  csvOf,
  digestOf,
  HEADER,
  person,
  type Row,
  SCHEMA,
  sealRows,
} from "../../testing/matcher-suite/lists.ts";
import { matcherSuite } from "../../testing/matcher-suite.ts";
import { columnarMatcher } from "./matcher.ts";

const ROOM_KEY = new Uint8Array(32).fill(9);

for (const keepsCrosswalks of [true, false]) {
  matcherSuite(`columnar, crosswalks ${keepsCrosswalks ? "kept" : "made anew"}`, async (options) => {
    const directory = mkdtempSync(join(tmpdir(), "concordat-matcher-"));
    const matcher = columnarMatcher({ directory, roomKeyVersion: 1, memoryBytes: 1e6, keepsCrosswalks, ...options });
    return { matcher, end: async () => rmSync(directory, { recursive: true }) };
  });
}

describe("columnar: what lies on disk", () => {
  let directory: string;
  let matcher: Matcher;
  const fresh = () => columnarMatcher({ directory, roomKey: ROOM_KEY, roomKeyVersion: 1, memoryBytes: 1e6 });
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "concordat-matcher-"));
    matcher = fresh();
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const rows = Array.from({ length: 50 }, (_, index) => person(index));
  const dataKey = randomBytes(32);
  const read = (body: AsyncIterable<Uint8Array>, staging = "upload") =>
    matcher.stagePart({ staging, number: 1, schema: SCHEMA, dataKey, body });
  const part = async (body: AsyncIterable<Uint8Array>, staging = "upload") => {
    const staged = await read(body, staging);
    if (staged.ok) await staged.value.keep();
    return staged;
  };
  const listOf = (staging: string) => `${HEADER}${csvOf(staging === "" ? [] : rows)}`;

  it("holds no digest in any spelling, nor a record reference, once a part is staged or sealed", async () => {
    const staged = await part(bodyOf(listOf("upload")));
    expect(staged.ok && staged.value.part.report.accepted).toBe(50);
    await matcher.seal({ staging: "upload", parts: 1, schema: SCHEMA, dataKey });
    const files = filesUnder(directory);
    expect(files.length).toBe(2);
    const disk = Buffer.concat(files.map((path) => readFileSync(path)));
    for (const row of rows) {
      for (const digest of [digestOf(`${row.email}`), digestOf(`${row.phone}`)]) {
        const hex = digest.toString("hex");
        const spellings = [
          hex,
          hex.toUpperCase(),
          digest.toString("base64").slice(0, 43),
          digest.toString("base64url"),
        ];
        for (const spelling of [...spellings, digest, row.record]) expect(disk.includes(spelling)).toBe(false);
      }
    }
  });

  it("leaves nothing behind of a part that is refused or breaks off", async () => {
    const refused = await part(bodyOf(`${listOf("upload")}"open`));
    expect(refused.ok).toBe(false);
    await expect(part(breakingOff(listOf("upload")))).rejects.toThrow("the client is gone");
    const bomb = await part(
      bodyOf(gzipSync(Buffer.concat([Buffer.from(HEADER), Buffer.alloc(300 * 2 ** 20, `${"x".repeat(1_000)}\n`)]))),
    );
    expect(bomb).toMatchObject({ ok: false, error: { kind: "body-too-large" } });
    expect(filesUnder(directory)).toEqual([]);
  });

  it("takes a gzip part, and says so when it is damaged", async () => {
    const zipped = gzipSync(listOf("upload"));
    expect((await part(bodyOf(zipped))).ok).toBe(true);
    const cut = await part(bodyOf(zipped.subarray(0, zipped.length - 20)));
    expect(cut).toMatchObject({ ok: false, error: { kind: "list-unreadable" } });
  });

  it("takes a part when it is kept and not before, and leaves nothing of one that is dropped", async () => {
    await part(bodyOf(listOf("upload")));
    const [late, other] = [await read(bodyOf(listOf(""))), await read(bodyOf(listOf("")))];
    expect((await matcher.seal({ staging: "upload", parts: 1, schema: SCHEMA, dataKey })).people).toBe(50);
    if (!late.ok || !other.ok) throw new Error("a part is refused");
    await late.value.drop();
    expect((await matcher.seal({ staging: "upload", parts: 1, schema: SCHEMA, dataKey })).people).toBe(50);
    await other.value.keep();
    expect((await matcher.seal({ staging: "upload", parts: 1, schema: SCHEMA, dataKey })).people).toBe(0);
    expect(readdirSync(join(directory, "staging", "upload"))).toEqual(["000001.part"]);
  });

  it("tells how far sealing has come, up to the last row", async () => {
    await part(bodyOf(listOf("upload")));
    const seen: number[] = [];
    await matcher.seal({
      staging: "upload",
      parts: 1,
      schema: SCHEMA,
      dataKey,
      onProgress: ({ rowsSealed }) => void seen.push(rowsSealed),
    });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(50);
  });

  it("sweeps what nothing names and keeps the rest", async () => {
    const [kept, orphan] = [await sealRows(matcher, [rows]), await sealRows(matcher, [rows])];
    await part(bodyOf(listOf("upload")), "kept");
    await part(bodyOf(listOf("upload")), "orphan");
    writeFileSync(join(directory, "segments", "half.unfinished"), "half");
    writeFileSync(join(directory, "staging", "kept", "half.unfinished"), "half");
    await matcher.sweep({ segments: new Set([kept.version.segment]), stagings: new Set(["kept"]) });
    expect(filesUnder(directory).map((path) => path.slice(directory.length + 1))).toEqual([
      `segments/${kept.version.segment}.segment`,
      "staging/kept/000001.part",
    ]);
    await matcher.overlap([kept.list, kept.list], ["email"]);
    await expect(matcher.overlap([orphan.list, kept.list], ["email"])).rejects.toThrow("ENOENT");
  });

  it("refuses a segment that is cut short, lengthened, flipped in one bit or swapped for another", async () => {
    const { list, version } = await sealRows(matcher, [rows]);
    const path = join(directory, "segments", `${version.segment}.segment`);
    const whole = readFileSync(path);
    const refuses = async (bytes: Uint8Array) => {
      writeFileSync(path, bytes);
      await expect(fresh().overlap([list, list], ["email"])).rejects.toThrow("damaged");
    };
    for (const length of [0, 10, 32, 40, 100, whole.length - 1]) await refuses(whole.subarray(0, length));
    await refuses(Buffer.concat([whole, Buffer.from([0])]));
    for (let trial = 0; trial < 60; trial++) {
      const bit = Math.floor((whole.length * 8 * trial) / 60);
      const flipped = Buffer.from(whole);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await refuses(flipped);
    }
    const other = await sealUnder(list.dataKey, rows.slice(1));
    cpSync(join(directory, "segments", `${other}.segment`), path);
    await refuses(readFileSync(path));
    writeFileSync(path, whole);
    expect((await fresh().overlap([list, list], ["email"])).sizes).toEqual([50, 50]);
  });

  it("refuses a staged part that was moved to another upload or another place", async () => {
    await part(bodyOf(listOf("upload")));
    await part(bodyOf(listOf("upload")), "elsewhere");
    const from = join(directory, "staging", "upload", "000001.part");
    for (const [staging, name] of [
      ["elsewhere", "000001"],
      ["upload", "000002"],
    ]) {
      cpSync(from, join(directory, "staging", `${staging}`, `${name}.part`));
    }
    await expect(matcher.seal({ staging: "elsewhere", parts: 1, schema: SCHEMA, dataKey })).rejects.toThrow("damaged");
    await expect(matcher.seal({ staging: "upload", parts: 2, schema: SCHEMA, dataKey })).rejects.toThrow("damaged");
  });

  it("refuses to compare versions whose tokens were made under another version of the room key", async () => {
    const { list } = await sealRows(matcher, [rows]);
    const rotated = columnarMatcher({ directory, roomKey: ROOM_KEY, roomKeyVersion: 2, memoryBytes: 1e6 });
    await expect(rotated.overlap([list, list], ["email"])).rejects.toThrow("another room key");
  });

  async function sealUnder(key: Uint8Array, list: readonly Row[]): Promise<string> {
    const body = bodyOf(HEADER + csvOf(list));
    const staged = await matcher.stagePart({ staging: "x", number: 1, schema: SCHEMA, dataKey: key, body });
    if (staged.ok) await staged.value.keep();
    return (await matcher.seal({ staging: "x", parts: 1, schema: SCHEMA, dataKey: key })).segment;
  }
});

async function* breakingOff(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
  throw new Error("the client is gone");
}

function filesUnder(directory: string): string[] {
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory, { recursive: true, encoding: "utf8" });
  return names
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}
