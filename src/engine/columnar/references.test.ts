import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arenaOf } from "./arena.ts";
import { referenceFinder, referenceTable } from "./references.ts";

const arena = arenaOf(1);
const { buffer } = arena.memory;

// Few hashes, so that most are shared by different references, at both ends of the range.
const hashes = fc.constantFrom(0, 1, 2, 0x7fffffff, 0x80000000, 0xffffffff);
const named = fc.record({ hash: hashes, text: fc.constantFrom("a", "b", "ab", "ba", "abc", "é", "x".repeat(128)) });

type Named = { readonly hash: number; readonly text: string };

function tableOf(list: readonly Named[]) {
  const texts = list.map(({ text }) => Buffer.from(text));
  const byteLength = texts.reduce((sum, { length }) => sum + length, 0);
  const room = arena.take(list.length * 5 + byteLength) ?? 0;
  const at = { hashes: room, lengths: room + list.length * 4, bytes: room + list.length * 5 };
  new Uint32Array(buffer, at.hashes, list.length).set(list.map(({ hash }) => hash));
  new Uint8Array(buffer, at.lengths, list.length).set(texts.map(({ length }) => length));
  new Uint8Array(buffer, at.bytes, byteLength).set(Buffer.concat(texts));
  const half = Math.floor(list.length / 2);
  const bytesOfHalf = texts.slice(0, half).reduce((sum, { length }) => sum + length, 0);
  const made = referenceTable(arena, [
    { count: half, ...at },
    {
      count: list.length - half,
      hashes: at.hashes + half * 4,
      lengths: at.lengths + half,
      bytes: at.bytes + bytesOfHalf,
    },
  ]);
  const find = referenceFinder(buffer, made.table);
  const look = ({ hash, text }: Named) => {
    const sought = Buffer.from(`<<${text}>>`);
    return find(hash, sought, { from: 2, to: sought.length - 2 });
  };
  const end = () => {
    made.giveBack();
    arena.giveBack(room);
  };
  return { ...made, look, end };
}

describe("references of an increment", () => {
  it("are found under their hash and text, the first of equal ones, and nothing else is", () => {
    fc.assert(
      fc.property(
        fc.array(named, { maxLength: 30, size: "max" }),
        fc.array(named, { maxLength: 10 }),
        (list, asked) => {
          const free = arena.free();
          const { look, distinct, end } = tableOf(list);
          const isSame = (left: Named) => (right: Named) => left.hash === right.hash && left.text === right.text;
          for (const one of [...list, ...asked]) expect(look(one)).toBe(list.findIndex(isSame(one)));
          expect(distinct).toBe(list.filter((one, at) => list.findIndex(isSame(one)) === at).length);
          end();
          expect(arena.free()).toBe(free);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("are counted once they were found", () => {
    const { table, foundCount, end } = tableOf(["a", "b", "a"].map((text) => ({ hash: 1, text })));
    expect(foundCount()).toBe(0);
    new Uint8Array(buffer, table.found, table.count)[1] = 1;
    expect(foundCount()).toBe(1);
    end();
  });

  it("are refused where there is no room for them", () => {
    const full = arenaOf(1);
    full.take(full.bytes - 256);
    const none = { count: 1_000, hashes: 64, lengths: 64, bytes: 64 };
    expect(() => referenceTable(full, [none])).toThrow("no room");
  });
});
