// What a person says beside its tokens, as bytes of fixed width that stand with each of them: two for each attribute,
// four for each measure. Attribute values are numbered in an order that only the partner's data key tells, so that the
// table says which people agree and not in what.

import { derive } from "../../crypto/sealed-box.ts";
import type { Version } from "../columnar/version.ts";

/** Stored numbers of an attribute's values: 0 stays nobody's, the others change places. */
export type Shuffle = { readonly stored: Uint16Array; readonly code: Uint16Array };

const DERIVED_BYTES = 8_160;
const SORT_BYTES = 8;

/** The order of an attribute's values under a data key: sorted by what the key makes of each. O(n log n). */
export function shuffleOf(dataKey: Uint8Array, { name, values }: { name: string; values: readonly string[] }): Shuffle {
  const keys = Buffer.alloc(Math.ceil((values.length * SORT_BYTES) / DERIVED_BYTES) * DERIVED_BYTES);
  for (let at = 0; at < keys.length; at += DERIVED_BYTES)
    keys.set(derive(dataKey, `concordat order of values 1 ${at / DERIVED_BYTES} ${name}`, DERIVED_BYTES), at);
  const keyOf = (index: number) => keys.subarray(index * SORT_BYTES, (index + 1) * SORT_BYTES);
  const order = values.map((_, index) => index).sort((left, right) => Buffer.compare(keyOf(left), keyOf(right)));
  const [stored, code] = [new Uint16Array(values.length + 1), new Uint16Array(values.length + 1)];
  for (const [place, index] of order.entries()) {
    stored[index + 1] = place + 1;
    code[place + 1] = index + 1;
  }
  return { stored, code };
}

type Manifest = Version["manifest"];

/** Bytes that everybody of a version says. */
export function saidBytes({ attributes, measures }: Manifest): number {
  return attributes.length * 2 + measures.length * 4;
}

/** Where an attribute or a measure begins in what is said; -1 for one that the version does not have. */
export function placeOfAttribute({ attributes }: Manifest, name: string): number {
  return attributes.findIndex((one) => one.name === name) * 2;
}

export function placeOfMeasure({ attributes, measures }: Manifest, name: string): number {
  const index = measures.indexOf(name);
  return index < 0 ? -1 : attributes.length * 2 + index * 4;
}

/** Measures are stored as unsigned numbers in order, and none, which is the least, as 0. */
export const MEASURE_ZERO = 2_147_483_648;

/** An attribute's stored number, as SQL reads it. */
export function numberAt(said: string, place: number): string {
  return `(get_byte(${said}, ${place}) << 8 | get_byte(${said}, ${place + 1}))`;
}

/** A measure's stored number, as SQL reads it. */
export function measureAt(said: string, place: number): string {
  const [first, ...others] = [0, 1, 2, 3].map((at) => `get_byte(${said}, ${place + at})`);
  return `(${others.reduce((sum, byte) => `(${sum} * 256 + ${byte})`, `${first}::bigint`)})`;
}
