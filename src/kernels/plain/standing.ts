// Who stands under which tokens together: a mask of 16 bits a token, in which each list has a bit.

import type { Kernels, Meeting, Standing } from "../kernels.ts";
import type { Offset } from "../offset.ts";

export function plainStanding(buffer: SharedArrayBuffer): Pick<Kernels, "stand" | "meet"> {
  return {
    stand: (standing) => stand(buffer, standing),
    meet: (meeting) => meet(buffer, meeting),
  };
}

function stand(buffer: SharedArrayBuffer, { people, first, firsts, bits, count, list, masks }: Standing): void {
  const target = new Uint16Array(buffer, masks, count).fill(1 << list);
  if (firsts !== 0) {
    const isFirst = new Uint8Array(buffer, firsts, count);
    for (let at = 0; at < count; at++) target[at] = (isFirst[at] ?? 0) << list;
  }
  if (bits === 0) return;
  const present = new Uint8Array(buffer, bits);
  if (people === 0) {
    for (let at = 0; at < count; at++) target[at] = (target[at] ?? 0) & (bitAt(present, first + at) << list);
    return;
  }
  const holders = new Uint32Array(buffer, people, count);
  for (let at = 0; at < count; at++) target[at] = (target[at] ?? 0) & (bitAt(present, holders[at] ?? 0) << list);
}

function bitAt(bits: Uint8Array, person: number): number {
  return ((bits[person >>> 3] ?? 0) >>> (person & 7)) & 1;
}

function meet(buffer: SharedArrayBuffer, { pairs, count, left, right }: Meeting): void {
  const atLeft = new Uint32Array(buffer, pairs.left, count);
  const atRight = new Uint32Array(buffer, pairs.right, count);
  const ours = masksFrom(buffer, left.masks);
  const theirs = masksFrom(buffer, right.masks);
  for (let pair = 0; pair < count; pair++) {
    const i = atLeft[pair] ?? 0;
    const j = atRight[pair] ?? 0;
    const [a, b] = [ours[i] ?? 0, theirs[j] ?? 0];
    const both = (a >>> left.list) & (b >>> right.list) & 1;
    ours[i] = a | (both << right.list);
    theirs[j] = b | (both << left.list);
  }
}

// How many there are is not told; no further than this can they reach.
function masksFrom(buffer: SharedArrayBuffer, masks: Offset): Uint16Array {
  return new Uint16Array(buffer, masks, (buffer.byteLength - masks) >>> 1);
}
