// Tiles: the hashes and entries of the log in pieces of 256 that never change, under addresses that never change
// (C2SP tlog-tiles). A mirror or a witness that has them works out any root and any proof by itself.

import { concatBytes, utf8 } from "../bytes.ts";
import { err, ok, type Result } from "../result.ts";
import type { NodeAddress } from "./merkle.ts";

/** Hashes of a full tile, and entries of a full bundle (tlog-tiles, "Merkle Tree"). */
export const TILE_WIDTH = 256;

/** A tile's place: the `index`-th of its level, `width` hashes wide. A width below 256 is a partial tile's. */
export type Tile = { readonly level: number; readonly index: number; readonly width: number };

const LEVEL_HEIGHT = 8;
const TOP_LEVEL = 63;
const GROUP = 1_000;
const GROUP_DIGITS = 3;
const LEVEL = /^(?:0|[1-9]\d?)$/;
const PLACE = /^((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/**
 * Reads a tile's place as its address spells it: the level in decimal, then the index in groups of three digits of
 * which all but the last begin with an x, then `.p/` and the width of a partial tile.
 * An index beyond 2^53 - 1 is well formed and no tile of any log here, so it is refused as well.
 * @param place  such as `x001/x234/067` or `067.p/112`
 */
export function parseTile(level: string, place: string): Result<Tile, "not-a-tile"> {
  const found = PLACE.exec(place);
  const [groups, width] = [found?.[1], found?.[2]];
  if (!LEVEL.test(level) || Number(level) > TOP_LEVEL || groups === undefined) return err("not-a-tile");
  const tile = {
    level: Number(level),
    index: Number(groups.replaceAll(/[x/]/g, "")),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  // One address for one tile: no group in front that says nothing, and no full tile in a partial one's spelling.
  const isOnlySpelling = Number.isSafeInteger(tile.index) && placeOf(tile) === place;
  return isOnlySpelling ? ok(tile) : err("not-a-tile");
}

/** The last parts of a tile's address, after its level. */
export function placeOf({ index, width }: Pick<Tile, "index" | "width">): string {
  let path = String(index % GROUP).padStart(GROUP_DIGITS, "0");
  for (let rest = Math.floor(index / GROUP); rest > 0; rest = Math.floor(rest / GROUP)) {
    path = `x${String(rest % GROUP).padStart(GROUP_DIGITS, "0")}/${path}`;
  }
  return width === TILE_WIDTH ? path : `${path}.p/${width}`;
}

/** Whether a log of `size` entries has every hash of the tile. A smaller part of a tile that grew on is there too. */
export function isTileOf({ level, index, width }: Tile, size: number): boolean {
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  return index * TILE_WIDTH + width <= hashes;
}

/**
 * The complete subtrees whose hashes are the tile, in its order: MTH(D[(n·256 + i)·256^l : (n·256 + i + 1)·256^l]).
 * Requires `isTileOf` a log that there can be, whose levels end below 7.
 */
export function tileNodes({ level, index, width }: Tile): readonly NodeAddress[] {
  return Array.from({ length: width }, (_, place) => ({
    level: level * LEVEL_HEIGHT,
    index: index * TILE_WIDTH + place,
  }));
}

/**
 * The tiles that a log of `size` entries consists of, level by level from the left; the last of a level may be partial.
 * O(size / 256).
 */
export function tilesOf(size: number): readonly Tile[] {
  const tiles: Tile[] = [];
  for (let level = 0, hashes = size; hashes > 0; level += 1, hashes = Math.floor(hashes / TILE_WIDTH)) {
    const full = Math.floor(hashes / TILE_WIDTH);
    for (let index = 0; index < full; index += 1) tiles.push({ level, index, width: TILE_WIDTH });
    if (hashes % TILE_WIDTH > 0) tiles.push({ level, index: full, width: hashes % TILE_WIDTH });
  }
  return tiles;
}

const LENGTH_BYTES = 2;
const MOST_BYTES = 65_535;

/**
 * An entry bundle: each entry's bytes after their number as a big-endian uint16 (tlog-tiles, "Log entries").
 * @returns the place of the first entry that is too long for that, where there is one
 */
export function formatBundle(entries: readonly string[]): Result<Uint8Array, { readonly tooLong: number }> {
  const pieces = entries.map(utf8);
  const tooLong = pieces.findIndex(({ length }) => length > MOST_BYTES);
  if (tooLong >= 0) return err({ tooLong });
  return ok(concatBytes(...pieces.flatMap((piece) => [lengthBytes(piece.length), piece])));
}

/** The entries of a bundle, as bytes. Nothing may be cut off or left over. */
export function parseBundle(bundle: Uint8Array): Result<readonly Uint8Array[], "not-a-bundle"> {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length; ) {
    const start = at + LENGTH_BYTES;
    if (start > bundle.length) return err("not-a-bundle");
    at = start + (bundle[start - 2] ?? 0) * 256 + (bundle[start - 1] ?? 0);
    if (at > bundle.length) return err("not-a-bundle");
    entries.push(bundle.subarray(start, at));
  }
  return ok(entries);
}

function lengthBytes(length: number): Uint8Array {
  return Uint8Array.of(Math.floor(length / 256), length % 256);
}
