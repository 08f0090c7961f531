// The columnar matcher in the combinations that tell most, and what of it lies on disk.

import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identifierKindSchema } from "../../domain/dataset/schema.ts";
import type { TokenName } from "../../domain/identifier/token-kernel.ts";
import type { Matcher } from "../../ports/matcher.ts";
import { filesUnder } from "../../testing/columnar-engine.ts";
import {
  bodyOf,
  csvOf,
  digestOf,
  HEADER,
  people,
  SCHEMA,
  sealOver,
  sealRows,
  stageRows,
} from "../../testing/matcher-suite/lists.ts";
import type { Combination } from "../../testing/matcher-suite/made.ts";
import { matcherSuite } from "../../testing/matcher-suite.ts";
import { columnarMatcher } from "./matcher.ts";
import type { ColumnarOptions } from "./sealed-lists.ts";

/** So few that little is kept, and large lists are sealed in several passes. */
const MEMORY_BYTES = 1e6;

const ROOM_KEY = new Uint8Array(32).fill(9);

/** Whatever is large enough for other threads in earnest; here everything is. */
const ALL_LARGE = { largeTokens: 0, largeRows: 0, chunkBytes: 4_096 };

const COMBINATIONS: readonly (readonly [Combination, Partial<ColumnarOptions>])[] = [
  [{ kernels: "wasm", threads: 0 }, {}],
  [{ kernels: "plain", threads: 0 }, { chunkBytes: 4_096 }],
  [{ kernels: "wasm", threads: 2 }, ALL_LARGE],
  [
    { kernels: "plain", threads: 1 },
    { ...ALL_LARGE, keepsPairings: false },
  ],
];

for (const [combination, settings] of COMBINATIONS) {
  const name = `columnar, ${combination.kernels} kernels, ${combination.threads} threads`;
  matcherSuite(
    name,
    async ({ tokeniserOf, ...options }) => {
      const directory = mkdtempSync(join(tmpdir(), "concordat-matcher-"));
      const kindOf = (token: TokenName) => identifierKindSchema.parse(token.split(":")[0]);
      const matcher = columnarMatcher({
        ...{ directory, memoryBytes: MEMORY_BYTES, ...settings, ...options },
        ...(tokeniserOf === undefined ? {} : { tokeniserOf: (token) => tokeniserOf(kindOf(token)) }),
      });
      return { matcher, names: () => filesUnder(directory), end: async () => rmSync(directory, { recursive: true }) };
    },
    combination,
  );
}

describe("columnar: what lies on disk", () => {
  let directory: string;
  let matcher: Matcher;
  const fresh = (options: Partial<ColumnarOptions> = {}) =>
    columnarMatcher({ directory, roomKey: ROOM_KEY, memoryBytes: MEMORY_BYTES, ...options });
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "concordat-matcher-"));
    matcher = fresh();
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const rows = people(0, 50);
  const dataKey = randomBytes(32);
  const upload = (staging: string) => ({ staging, dataKey, change: "replace" as const, schema: SCHEMA });
  const read = (body: AsyncIterable<Uint8Array>) => matcher.stagePart({ ...upload("upload"), number: 1, body });

  it("holds no digest in any spelling, nor a record reference, once a part is staged or sealed", async () => {
    await stageRows(matcher, { ...upload("upload"), parts: [rows] });
    await matcher.seal({ ...upload("upload"), parts: 1 });
    const files = filesUnder(directory);
    expect(files.length).toBe(2);
    const disk = Buffer.concat(files.map((path) => readFileSync(path)));
    for (const row of rows) {
      for (const digest of [digestOf(`${row.email}`), digestOf(`${row.phone}`)]) {
        const hex = digest.toString("hex");
        const coded = [digest.toString("base64").slice(0, 43), digest.toString("base64url")];
        const spellings = [hex, hex.toUpperCase(), ...coded, digest, row.record];
        for (const spelling of spellings) expect(disk.includes(spelling)).toBe(false);
      }
    }
  });

  it("leaves nothing behind of a part that is refused or breaks off", async () => {
    const list = HEADER + csvOf(rows);
    expect((await read(bodyOf(`${list}"open`))).ok).toBe(false);
    await expect(read(breakingOff(list))).rejects.toThrow("the client is gone");
    // A gzip file may have many members (RFC 1952 §2.2): one of them, over and over, is made faster than the whole.
    const lines = gzipSync(Buffer.alloc(2 ** 20, `${"x".repeat(1_023)}\n`));
    const bomb = await read(bodyOf(Buffer.concat([gzipSync(HEADER), ...new Array<Buffer>(300).fill(lines)])));
    expect(bomb).toMatchObject({ ok: false, error: { kind: "body-too-large" } });
    expect(filesUnder(directory)).toEqual([]);
  });

  it("takes a gzip part, and says so when it is damaged", async () => {
    const zipped = gzipSync(HEADER + csvOf(rows));
    expect((await read(bodyOf(zipped))).ok).toBe(true);
    const cut = await read(bodyOf(zipped.subarray(0, zipped.length - 20)));
    expect(cut).toMatchObject({ ok: false, error: { kind: "list-unreadable" } });
  });

  it("sweeps files that were half written, and keeps those that others are read with", async () => {
    const base = await sealRows(matcher, [rows]);
    const none = await sealOver(matcher, base, { change: "upsert", parts: [[]] });
    await stageRows(matcher, { ...upload("kept"), parts: [rows] });
    for (const place of [["segments"], ["staging", "kept"]])
      writeFileSync(join(directory, ...place, "half.unfinished"), "half");
    await matcher.sweep(async () => ({ segments: new Set([none.version.segment]), stagings: new Set(["kept"]) }));
    const kept = [base, none].map(({ version }) => `segments/${version.segment}.segment`).sort();
    const names = filesUnder(directory).map((path) => path.slice(directory.length + 1));
    expect(names).toEqual([...kept, "staging/kept/000001.part"]);
    expect((await matcher.overlap([none.list, none.list], ["email"])).sizes).toEqual([50, 50]);
  });

  it("sweeps no segment while one that is kept cannot tell which others it is read with", async () => {
    const base = await sealRows(matcher, [rows]);
    const { version } = await sealOver(matcher, base, { change: "upsert", parts: [[]] });
    const path = join(directory, "segments", `${version.segment}.segment`);
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, 20));
    await matcher.sweep(async () => ({ segments: new Set([version.segment]), stagings: new Set() }));
    writeFileSync(path, whole);
    const again = { ...base.list, segment: version.segment };
    expect((await matcher.overlap([again, again], ["email"])).sizes).toEqual([50, 50]);
  });

  it("keeps a dropped file that others are or may be read with, and deletes it with the last", async () => {
    const base = await sealRows(matcher, [rows]);
    const none = await sealOver(matcher, base, { change: "upsert", parts: [[]] });
    const alone = await sealRows(matcher, [rows]);
    const path = join(directory, "segments", `${none.version.segment}.segment`);
    const whole = readFileSync(path);
    await matcher.dropSegment(base.version.segment);
    expect(filesUnder(directory).length).toBe(3);
    await expect(matcher.overlap([base.list, base.list], ["email"])).rejects.toThrow("was dropped");
    writeFileSync(path, whole.subarray(0, 20));
    await matcher.dropSegment(alone.version.segment);
    expect(filesUnder(directory).length).toBe(3);
    writeFileSync(path, whole);
    expect((await matcher.overlap([none.list, none.list], ["email"])).sizes).toEqual([50, 50]);
    await matcher.dropSegment(none.version.segment);
    expect(filesUnder(directory)).toEqual([]);
  });

  it("seals no list to delete as one to have, nor the other way round", async () => {
    const base = await sealRows(matcher, [rows]);
    const { dataKey, segment } = base.list;
    for (const [staged, sealed] of [
      ["delete", "upsert"],
      ["upsert", "delete"],
    ] as const) {
      await stageRows(matcher, { staging: staged, dataKey, change: staged, parts: [rows] });
      const sealing = { staging: staged, parts: 1, change: sealed, base: { segment }, schema: SCHEMA, dataKey };
      await expect(matcher.seal(sealing)).rejects.toThrow("damaged");
    }
  });

  it("refuses a segment that is cut short, lengthened, changed in any byte or swapped for another", async () => {
    const family = rows.slice(0, 3).map((row) => ({ ...row, phone: "+1" }));
    const { list, version } = await sealRows(matcher, [family]);
    const path = join(directory, "segments", `${version.segment}.segment`);
    const whole = readFileSync(path);
    const own = { lists: [list, list], identifiers: ["email", "phone"] as const };
    const asks = [
      (asked: Matcher) => asked.overlap(own.lists, own.identifiers),
      (asked: Matcher) => asked.crossTab({ ...own, by: [{ list: 0, attribute: "tier" }], measures: [] }),
      (asked: Matcher) => asked.select({ own: list, other: list, identifiers: own.identifiers, maximum: 9 }),
    ];
    const answers = await Promise.all(asks.map((ask) => ask(fresh({ threads: 0, kernels: "plain" }))));
    // A matcher for each change: plain kernels need no compiling.
    const refuses = async (bytes: Uint8Array) => {
      writeFileSync(path, bytes);
      const changed = fresh({ threads: 0, kernels: "plain" });
      const outcomes = await Promise.allSettled(asks.map((ask) => ask(changed)));
      expect(outcomes.some(({ status }) => status === "rejected")).toBe(true);
      for (const [index, outcome] of outcomes.entries()) {
        if (outcome.status === "rejected") expect(`${outcome.reason}`).toContain("damaged");
        else expect(outcome.value).toEqual(answers[index]);
      }
    };
    for (const length of [0, 10, 32, 40, 100, whole.length - 1]) await refuses(whole.subarray(0, length));
    await refuses(Buffer.concat([whole, Buffer.from([0])]));
    for (let at = 0; at < whole.length; at += at < 2_000 ? 1 : 97) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at & 7));
      await refuses(changed);
    }
    await stageRows(matcher, { ...upload("other"), dataKey: list.dataKey, parts: [rows] });
    const other = await matcher.seal({ ...upload("other"), dataKey: list.dataKey, parts: 1 });
    cpSync(join(directory, "segments", `${other.segment}.segment`), path);
    await refuses(readFileSync(path));
    writeFileSync(path, whole);
    expect((await fresh().overlap([list, list], ["email"])).sizes).toEqual([1, 1]);
  });

  it("refuses a staged part that was changed, or moved to another upload or another place", async () => {
    for (const staging of ["upload", "elsewhere"]) await stageRows(matcher, { ...upload(staging), parts: [rows] });
    const part = (staging: string, name: string) => join(directory, "staging", staging, `${name}.part`);
    const own = part("upload", "000001");
    for (const [staging, name] of [
      ["elsewhere", "000001"],
      ["upload", "000002"],
    ] as const) {
      cpSync(own, part(staging, name));
    }
    await expect(matcher.seal({ ...upload("elsewhere"), parts: 1 })).rejects.toThrow("damaged");
    await expect(matcher.seal({ ...upload("upload"), parts: 2 })).rejects.toThrow("damaged");
    const whole = readFileSync(own);
    for (let trial = 0; trial < 60; trial++) {
      const changed = Buffer.from(whole);
      const at = trial < 30 ? trial * 5 : Math.floor((whole.length * trial) / 60);
      changed[at] = (changed[at] ?? 0) ^ 16;
      writeFileSync(own, changed);
      await expect(matcher.seal({ ...upload("upload"), parts: 1 })).rejects.toThrow("damaged");
    }
    expect(filesUnder(join(directory, "segments"))).toEqual([]);
  });

  it("refuses to compare versions whose tokens were made under another chain of room keys", async () => {
    const { list } = await sealRows(matcher, [rows]);
    const rotated = fresh({ roomLinks: [new Uint8Array(32).fill(8)] });
    await expect(rotated.overlap([list, list], ["email"])).rejects.toThrow("another room key");
    await stageRows(rotated, { ...upload("over"), dataKey: list.dataKey, change: "upsert", parts: [rows] });
    const over = { ...upload("over"), dataKey: list.dataKey, change: "upsert" as const, base: list, parts: 1 };
    await expect(rotated.seal(over)).rejects.toThrow("another room key");
  });
});

async function* breakingOff(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
  throw new Error("the client is gone");
}
