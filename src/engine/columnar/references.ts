// The record references that an increment names, in the arena, so that every thread can look them up: open addressing
// with linear probing (Knuth, TAOCP vol. 3, §6.4, algorithm L), by the keyed hash, compared byte by byte.

import type { Arena } from "./arena.ts";
import { NoRoom } from "./no-room.ts";
import type { TextList } from "./numbered-records.ts";
import { sumOf } from "./sums.ts";

/** Where the table lies. Slots hold the place of a reference plus one. */
export type References = {
  readonly count: number;
  readonly slots: number;
  readonly mask: number;
  readonly hashes: number;
  /** Where in the arena each text begins, a word each, and a byte each how long it is. */
  readonly starts: number;
  readonly lengths: number;
  /** A byte a reference: 1 once a version turned out to have it. */
  readonly found: number;
};

/** References that were gathered: their hashes, their lengths, and their texts one behind the other. */
export type GatheredReferences = {
  readonly count: number;
  readonly hashes: number;
  readonly lengths: number;
  readonly bytes: number;
};

export type ReferenceTable = {
  readonly table: References;
  /** How many different ones there are. */
  readonly distinct: number;
  /** How many of these were found. */
  foundCount(): number;
  giveBack(): void;
};

/** Makes a table of references that lie here and there. O(references) time, 26 bytes for each at the most. */
export function referenceTable(arena: Arena, gathered: readonly GatheredReferences[]): ReferenceTable {
  const { buffer } = arena.memory;
  const count = sumOf(gathered.map((some) => some.count));
  const size = 2 ** Math.ceil(Math.log2(count * 2 + 2));
  const bytes = size * 4 + count * 10;
  const room = arena.take(bytes);
  if (room === null) throw new NoRoom("the references of an increment");
  const hashesAt = room + size * 4;
  const table: References = {
    count,
    slots: room,
    mask: size - 1,
    hashes: hashesAt,
    starts: hashesAt + count * 4,
    lengths: hashesAt + count * 8,
    found: hashesAt + count * 9,
  };
  new Uint8Array(buffer, room, bytes).fill(0);
  for (const [index, some] of gathered.entries()) {
    takeOver(buffer, table, { ...some, first: sumOf(gathered.slice(0, index).map((one) => one.count)) });
  }
  return {
    table,
    distinct: fillSlots(buffer, table),
    foundCount: () => new Uint8Array(buffer, table.found, count).reduce((sum, one) => sum + one, 0),
    giveBack: () => arena.giveBack(room),
  };
}

type Taken = GatheredReferences & { readonly first: number };

function takeOver(buffer: SharedArrayBuffer, table: References, { first, count, ...from }: Taken): void {
  new Uint32Array(buffer, table.hashes + first * 4, count).set(new Uint32Array(buffer, from.hashes, count));
  const lengths = new Uint8Array(buffer, table.lengths + first, count);
  lengths.set(new Uint8Array(buffer, from.lengths, count));
  const starts = new Uint32Array(buffer, table.starts + first * 4, count);
  let next = from.bytes;
  for (let at = 0; at < count; at++) {
    starts[at] = next;
    next += lengths[at] ?? 0;
  }
}

/** Gives each reference a slot, the first of equal ones; answers how many have one. */
function fillSlots(buffer: SharedArrayBuffer, table: References): number {
  const { count } = table;
  const slots = new Uint32Array(buffer, table.slots, table.mask + 1);
  const hashes = new Uint32Array(buffer, table.hashes, count);
  const { starts, lengths, bytes } = namedTexts(buffer, table);
  const slotOf = slotFinder(buffer, table);
  let distinct = 0;
  for (let at = 0; at < count; at++) {
    const slot = slotOf(hashes[at] ?? 0, { texts: bytes, from: starts[at] ?? 0, length: lengths[at] ?? 0 });
    if (slots[slot] !== 0) continue;
    slots[slot] = at + 1;
    distinct++;
  }
  return distinct;
}

/** The texts of a table, by their places. */
export function namedTexts(buffer: SharedArrayBuffer, { count, starts, lengths }: References): TextList {
  return {
    count,
    starts: new Uint32Array(buffer, starts, count),
    lengths: new Uint8Array(buffer, lengths, count),
    bytes: new Uint8Array(buffer),
  };
}

type Span = { readonly from: number; readonly to: number };

/** Looks a text up by its hash: the place of the reference that it is, or -1. */
export type FindReference = (hash: number, texts: Uint8Array, span: Span) => number;

export function referenceFinder(buffer: SharedArrayBuffer, table: References): FindReference {
  const slots = new Uint32Array(buffer, table.slots, table.mask + 1);
  const slotOf = slotFinder(buffer, table);
  return (hash, texts, { from, to }) => (slots[slotOf(hash, { texts, from, length: to - from })] ?? 0) - 1;
}

type Text = { readonly texts: Uint8Array; readonly from: number; readonly length: number };

/** Finds the slot of the reference that a text is, or the empty one that it would have. */
function slotFinder(buffer: SharedArrayBuffer, { mask, count, ...at }: References) {
  const slots = new Uint32Array(buffer, at.slots, mask + 1);
  const hashes = new Uint32Array(buffer, at.hashes, count);
  const { starts, lengths, bytes } = namedTexts(buffer, { mask, count, ...at });
  const isSame = (place: number, { texts, from, length }: Text) => {
    if (lengths[place] !== length) return false;
    const start = starts[place] ?? 0;
    for (let byte = 0; byte < length; byte++) if (bytes[start + byte] !== texts[from + byte]) return false;
    return true;
  };
  return (hash: number, text: Text): number => {
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const place = (slots[slot] ?? 0) - 1;
      if (place < 0) return slot;
      if (hashes[place] === hash && isSame(place, text)) return slot;
    }
  };
}
