// C2SP tlog-tiles. Paths as its text gives them, and as transparency-dev/tessera tests its layout (Apache-2.0,
// api/layout/paths_test.go).

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex, utf8 } from "../bytes.ts";
import { append, EMPTY_FRONTIER, leafHash, nodeHash, rootOf, type TreeNode } from "./merkle.ts";
import { formatBundle, isTileOf, parseBundle, parseTile, placeOf, tileNodes, tilesOf } from "./tile.ts";

describe("addresses (tlog-tiles, Merkle Tree)", () => {
  test.each([
    ["0", "x001/x234/067", { level: 0, index: 1_234_067, width: 256 }],
    ["0", "x001/x234/067.p/89", { level: 0, index: 1_234_067, width: 89 }],
    ["0", "001", { level: 0, index: 1, width: 256 }],
    ["1", "000.p/4", { level: 1, index: 0, width: 4 }],
    ["15", "x455/667", { level: 15, index: 455_667, width: 256 }],
    ["3", "x001/x234/567", { level: 3, index: 1_234_567, width: 256 }],
    ["15", "x123/x456/789", { level: 15, index: 123_456_789, width: 256 }],
    ["63", "x123/x456/x789/000", { level: 63, index: 123_456_789_000, width: 256 }],
    ["0", "255.p/253", { level: 0, index: 255, width: 253 }],
  ])("tile/%s/%s", (level, place, tile) => {
    expect(parseTile(level, place)).toEqual({ ok: true, value: tile });
    expect(placeOf(tile)).toBe(place);
  });

  test.each([
    ...["x001/x234/067.p/", "x001/x234/067.p", "x001/x234/", "x001/x234", "x001/", "x001", "x001/.p/abc"],
    ...["001/002", "x001/0002", "x001/-002", "x001/002.p/256", "x001/002.p/0", "x001/002.p/007", "1", "0001", ""],
    ...["x000/001", "000.p/256", "x999/x999/x999/x999/x999/x999/999.p/255", "000\n", "０００", "000/../001"],
  ])("refuses the place `%s`", (place) => {
    expect(parseTile("0", place).ok).toBe(false);
  });

  test.each(["64", "-1", "abc", "00", "01", "", "1.0", "entries"])("refuses the level `%s`", (level) => {
    expect(parseTile(level, "x001/002").ok).toBe(false);
  });

  test("every index and width is spelt one way, and read back", () => {
    const index = fc.oneof(fc.nat(2_000_000), fc.maxSafeNat());
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 63 }), index, fc.integer({ min: 1, max: 256 }), (level, at, width) => {
        const tile = { level, index: at, width };
        expect(parseTile(String(level), placeOf(tile))).toEqual({ ok: true, value: tile });
      }),
    );
  });
});

describe("what a log consists of", () => {
  test("70,000 entries: the tiles that tlog-tiles counts (Partial Tiles)", () => {
    const tiles = tilesOf(70_000);
    const widths = (level: number) => tiles.filter((tile) => tile.level === level).map(({ width }) => width);
    expect(widths(0).filter((width) => width === 256)).toHaveLength(273);
    expect(widths(0).at(-1)).toBe(112);
    expect(widths(1)).toEqual([256, 17]);
    expect(widths(2)).toEqual([1]);
    expect(widths(3)).toEqual([]);
  });

  test("256 entries: a full tile and a partial one of width 1 above it", () => {
    expect(tilesOf(256)).toEqual([
      { level: 0, index: 0, width: 256 },
      { level: 1, index: 0, width: 1 },
    ]);
    expect(tilesOf(0)).toEqual([]);
  });

  test("a tile is there when the log has all its hashes, and none is empty", () => {
    fc.assert(
      fc.property(fc.nat(200_000), (size) => {
        for (const tile of tilesOf(size)) {
          expect(isTileOf(tile, size)).toBe(true);
          if (tile.width < 256) expect(isTileOf({ ...tile, width: tile.width + 1 }, size)).toBe(false);
        }
        expect(isTileOf({ level: 8, index: 0, width: 1 }, size)).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  // The slow way: each hash of a tile is the root over its own leaves, worked out from the leaves alone.
  test("its hashes are the roots over 256^level leaves each, among the subtrees that appending completes", () => {
    const leaves = Array.from({ length: 700 }, (_, index) => leafHash(utf8(`entry ${index}`)));
    const nodes = new Map<string, TreeNode>();
    let frontier = EMPTY_FRONTIER;
    for (const leaf of leaves) {
      const grown = append(frontier, leaf);
      frontier = grown.frontier;
      for (const node of grown.nodes) nodes.set(`${node.level}/${node.index}`, node);
    }
    for (const tile of tilesOf(leaves.length)) {
      for (const [place, { level, index }] of tileNodes(tile).entries()) {
        const span = 256 ** tile.level;
        const first = (tile.index * 256 + place) * span;
        const expected = slowRoot(leaves.slice(first, first + span));
        expect(toHex(nodes.get(`${level}/${index}`)?.hash ?? new Uint8Array())).toBe(toHex(expected));
      }
    }
    expect(toHex(slowRoot(leaves))).toBe(toHex(rootOf(frontier)));
  });
});

describe("entry bundles (tlog-tiles, Log entries)", () => {
  test("are entries after their lengths, big-endian", () => {
    const long = "x".repeat(258);
    const bundle = formatBundle(["", "é", long]);
    if (!bundle.ok) throw new Error("a bundle");
    expect(toHex(bundle.value.subarray(0, 8))).toBe("00000002c3a90102");
    expect(parseBundle(bundle.value)).toEqual({ ok: true, value: [utf8(""), utf8("é"), utf8(long)] });
  });

  test("hold no entry that is longer than its length can say", () => {
    expect(formatBundle(["a", "x".repeat(65_535)]).ok).toBe(true);
    expect(formatBundle(["a", "x".repeat(65_536)])).toEqual({ ok: false, error: { tooLong: 1 } });
  });

  test("are refused when cut anywhere but between two entries", () => {
    const bundle = formatBundle(["one", "three"]);
    if (!bundle.ok) throw new Error("a bundle");
    const cuts = [...bundle.value.keys()].filter((at) => parseBundle(bundle.value.subarray(0, at)).ok);
    expect(cuts).toEqual([0, 5]);
  });
});

function slowRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (leaves.length === 1 && only !== undefined) return only;
  let middle = 1;
  while (middle * 2 < leaves.length) middle *= 2;
  return nodeHash(slowRoot(leaves.slice(0, middle)), slowRoot(leaves.slice(middle)));
}
