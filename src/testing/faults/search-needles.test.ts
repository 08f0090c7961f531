import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { searchFor } from "./search-needles.ts";

const needle = fc.uint8Array({ minLength: 8, maxLength: 40, max: 3 });

test("finds what a search one by one finds, wherever it stands", () => {
  fc.assert(
    fc.property(fc.array(needle, { maxLength: 6 }), fc.uint8Array({ maxLength: 300, max: 3 }), (needles, hay) => {
      const planted = Buffer.concat([hay, needles[0] ?? new Uint8Array(), hay, needles[1] ?? new Uint8Array()]);
      const found = searchFor(needles.map((bytes, index) => ({ kind: String(index), bytes }))).inBytes(planted, "here");
      const expected = needles.flatMap((bytes, index) => placesOf(bytes, planted).map((at) => `${index} ${at}`));
      expect(found.map(({ kind, at }) => `${kind} ${at}`).sort()).toEqual(expected.sort());
    }),
  );
});

test("takes a run of digits inside a longer word for another word, and one by itself for the needle", () => {
  const search = searchFor([{ kind: "number", bytes: Buffer.from("12345678"), isWord: true }]);
  expect(search.inBytes(Buffer.from("a12345678 123456789 0x12345678f"), "")).toEqual([]);
  expect(search.inBytes(Buffer.from("12345678,12345678"), "").map(({ at }) => at)).toEqual([0, 9]);
});

test("refuses a needle that is too short to be told from chance", () => {
  expect(() => searchFor([{ kind: "short", bytes: new Uint8Array(7) }])).toThrow(RangeError);
});

test("finds a needle in a file below a directory", async () => {
  const directory = await mkdtemp(join(tmpdir(), "concordat-needles-"));
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  await writeFile(join(directory, "other"), crypto.getRandomValues(new Uint8Array(10_000)));
  await writeFile(join(directory, "file"), Buffer.concat([Buffer.alloc(5_000), bytes, Buffer.alloc(10)]));
  const search = searchFor([{ kind: "planted", bytes }]);
  expect(await search.inDirectory(directory)).toEqual({
    finds: [{ kind: "planted", place: join(directory, "file"), at: 5_000 }],
    files: 2,
  });
  expect(await search.inFile(join(directory, "gone"))).toEqual([]);
  await rm(directory, { recursive: true });
});

function placesOf(bytes: Uint8Array, hay: Buffer): number[] {
  const places: number[] = [];
  for (let at = hay.indexOf(bytes); at >= 0; at = hay.indexOf(bytes, at + 1)) places.push(at);
  return places;
}
