// Columns that go group by group, by the first byte of words, in plain JavaScript.

import type { Kernels } from "../kernels.ts";
import type { Grouping, Spreading } from "../word-kernels.ts";

const BYTES = 256;

export function plainSpreading(buffer: SharedArrayBuffer): Pick<Kernels, "group" | "spread"> {
  return { group: (grouping) => group(buffer, grouping), spread: (spreading) => spread(buffer, spreading) };
}

function group(buffer: SharedArrayBuffer, { words, count, order, ends }: Grouping): void {
  const from = new Uint32Array(buffer, words, count);
  const places = new Uint32Array(buffer, order, count);
  const next = new Uint32Array(buffer, ends, BYTES).fill(0);
  for (let at = 0; at < count; at++) next[(from[at] ?? 0) >>> 24] = (next[(from[at] ?? 0) >>> 24] ?? 0) + 1;
  for (let byte = 0, start = 0; byte < BYTES; byte++) {
    const counted = next[byte] ?? 0;
    next[byte] = start;
    start += counted;
  }
  for (let at = 0; at < count; at++) {
    const byte = (from[at] ?? 0) >>> 24;
    const place = next[byte] ?? 0;
    places[place] = at;
    next[byte] = place + 1;
  }
}

function spread(buffer: SharedArrayBuffer, { from, to, groups, starts, first, most, width }: Spreading): void {
  const unit = width % 4 === 0 ? 4 : width;
  const units = width / unit;
  const source = unitsFrom(buffer, from, unit);
  const target = unitsFrom(buffer, to, unit);
  const ends = new Uint32Array(buffer, groups.ends, BYTES);
  const begins = new Uint32Array(buffer, starts, BYTES);
  const order = new Uint32Array(buffer, groups.order, ends[BYTES - 1]);
  for (let byte = 0; byte < BYTES; byte++) {
    const place = (begins[byte] ?? 0) - first;
    if (place < 0 || place >= most) continue;
    copyRun(source, target, { places: order.subarray(ends[byte - 1] ?? 0, ends[byte]), at: place * units, units });
  }
}

type Units = Uint8Array | Uint16Array | Int32Array;

function unitsFrom(buffer: SharedArrayBuffer, at: number, unit: number): Units {
  // How long the column is is not told; no further than this can it reach.
  const count = Math.floor((buffer.byteLength - at) / unit);
  if (unit === 4) return new Int32Array(buffer, at, count);
  return unit === 2 ? new Uint16Array(buffer, at, count) : new Uint8Array(buffer, at, count);
}

type Run = { readonly places: Uint32Array; readonly at: number; readonly units: number };

function copyRun(source: Units, target: Units, { places, at, units }: Run): void {
  let next = at;
  for (let index = 0; index < places.length; index++) {
    const place = (places[index] ?? 0) * units;
    for (let one = 0; one < units; one++) target[next++] = source[place + one] ?? 0;
  }
}
