// The record references that an increment names, in the arena, so that every thread can look them up: open addressing
// with linear probing (Knuth, TAOCP vol. 3, §6.4, algorithm L), by the keyed hash, compared byte by byte.

import type { Arena } from "./arena.ts";
import { NoRoom } from "./no-room.ts";

/** Where the table lies. Slots hold the place of a reference plus one. */
export type References = {
  readonly count: number;
  readonly slots: number;
  readonly mask: number;
  readonly hashes: number;
  readonly offsets: number;
  readonly bytes: number;
  readonly byteLength: number;
  /** A byte a reference: 1 once a version turned out to have it. */
  readonly found: number;
};

/** References that were gathered: their hashes, their lengths, and their texts one behind the other. */
export type GatheredReferences = {
  readonly count: number;
  readonly hashes: number;
  readonly lengths: number;
  readonly bytes: number;
  readonly byteLength: number;
};

export type ReferenceTable = {
  readonly table: References;
  /** How many different ones there are. */
  readonly distinct: number;
  /** How many of these were found. */
  foundCount(): number;
  giveBack(): void;
};

/** Makes a table of references. O(references) time, 21 bytes for each at the most. */
export function referenceTable(arena: Arena, gathered: GatheredReferences): ReferenceTable {
  const { buffer } = arena.memory;
  const { count } = gathered;
  const size = 2 ** Math.ceil(Math.log2(count * 2 + 2));
  const room = arena.take(size * 4 + (count + 1) * 4 + count);
  if (room === null) throw new NoRoom("the references of an increment");
  const table: References = {
    count,
    slots: room,
    mask: size - 1,
    hashes: gathered.hashes,
    offsets: room + size * 4,
    bytes: gathered.bytes,
    byteLength: gathered.byteLength,
    found: room + size * 4 + (count + 1) * 4,
  };
  new Uint8Array(buffer, room, size * 4 + (count + 1) * 4 + count).fill(0);
  const lengths = new Uint8Array(buffer, gathered.lengths, count);
  const offsets = new Uint32Array(buffer, table.offsets, count + 1);
  for (let at = 0; at < count; at++) offsets[at + 1] = (offsets[at] ?? 0) + (lengths[at] ?? 0);
  const slots = new Uint32Array(buffer, table.slots, size);
  const hashes = new Uint32Array(buffer, table.hashes, count);
  const find = referenceFinder(buffer, table);
  const texts = new Uint8Array(buffer, table.bytes, table.byteLength);
  let distinct = 0;
  for (let at = 0; at < count; at++) {
    const hash = hashes[at] ?? 0;
    if (find(hash, texts, { from: offsets[at] ?? 0, to: offsets[at + 1] ?? 0 }) >= 0) continue;
    let slot = hash & table.mask;
    while (slots[slot] !== 0) slot = (slot + 1) & table.mask;
    slots[slot] = at + 1;
    distinct++;
  }
  return {
    table,
    distinct,
    foundCount: () => new Uint8Array(buffer, table.found, count).reduce((sum, one) => sum + one, 0),
    giveBack: () => arena.giveBack(room),
  };
}

type Span = { readonly from: number; readonly to: number };

/** Looks a text up by its hash: the place of the reference that it is, or -1. */
export type FindReference = (hash: number, texts: Uint8Array, span: Span) => number;

export function referenceFinder(buffer: SharedArrayBuffer, table: References): FindReference {
  const { mask, count } = table;
  const slots = new Uint32Array(buffer, table.slots, mask + 1);
  const hashes = new Uint32Array(buffer, table.hashes, count);
  const offsets = new Uint32Array(buffer, table.offsets, count + 1);
  const bytes = new Uint8Array(buffer, table.bytes, table.byteLength);
  return (hash, texts, span) => {
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const at = (slots[slot] ?? 0) - 1;
      if (at < 0) return -1;
      if (hashes[at] === hash && isSame(bytes, offsets[at] ?? 0, { texts, span, end: offsets[at + 1] ?? 0 })) return at;
    }
  };
}

type Other = { readonly texts: Uint8Array; readonly span: Span; readonly end: number };

function isSame(bytes: Uint8Array, from: number, { texts, span, end }: Other): boolean {
  const length = span.to - span.from;
  if (end - from !== length) return false;
  for (let at = 0; at < length; at++) if (bytes[from + at] !== texts[span.from + at]) return false;
  return true;
}
