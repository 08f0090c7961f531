// The order of a bucket's keys, and columns in another order.

import type { Gathering, Kernels, Ordering, Runs } from "../kernels.ts";

const DIGITS = 4096;
/** Places of more bits than this do not fit a word beside 12 bits of their keys. */
const PLACE_BITS = 20;

export function plainColumns(buffer: SharedArrayBuffer): Pick<Kernels, "order" | "gather" | "copyRuns"> {
  return {
    order: (ordering) => orderOf(buffer, ordering),
    gather: (gathering) => gatherFrom(buffer, gathering),
    copyRuns: (runs) => copyRuns(buffer, runs),
  };
}

type Digits = { readonly keys: Uint32Array; readonly low: Uint32Array; readonly high: Uint32Array };

// A radix sort, least significant digit first, two digits of 12 bits (Knuth, TAOCP vol. 3, §5.2.5).
function orderOf(buffer: SharedArrayBuffer, { keys: from, count, order, scratch }: Ordering): void {
  const keys = new Uint32Array(buffer, from, count);
  const low = new Uint32Array(buffer, scratch, DIGITS).fill(0);
  const high = new Uint32Array(buffer, scratch + DIGITS * 4, DIGITS).fill(0);
  for (let place = 0; place < count; place++) {
    const key = keys[place] ?? 0;
    low[key & 4095] = (low[key & 4095] ?? 0) + 1;
    high[(key >>> 12) & 4095] = (high[(key >>> 12) & 4095] ?? 0) + 1;
  }
  startingAt(low);
  startingAt(high);
  const byLow = new Uint32Array(buffer, scratch + DIGITS * 8, count);
  const places = new Uint32Array(buffer, order, count);
  const digits = { keys, low, high };
  if (count <= 1 << PLACE_BITS) orderPacked(digits, byLow, places);
  else orderPlaces(digits, byLow, places);
}

function startingAt(table: Uint32Array): void {
  let at = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const counted = table[digit] ?? 0;
    table[digit] = at;
    at += counted;
  }
}

// The second pass needs only 12 bits of a key, which travel in one word with its place.
function orderPacked({ keys, low, high }: Digits, byLow: Uint32Array, places: Uint32Array): void {
  for (let place = 0; place < keys.length; place++) {
    const key = keys[place] ?? 0;
    const at = low[key & 4095] ?? 0;
    low[key & 4095] = at + 1;
    byLow[at] = (((key >>> 12) & 4095) << PLACE_BITS) | place;
  }
  for (let index = 0; index < byLow.length; index++) {
    const packed = byLow[index] ?? 0;
    const at = high[packed >>> PLACE_BITS] ?? 0;
    high[packed >>> PLACE_BITS] = at + 1;
    places[at] = packed & ((1 << PLACE_BITS) - 1);
  }
}

function orderPlaces({ keys, low, high }: Digits, byLow: Uint32Array, places: Uint32Array): void {
  for (let place = 0; place < keys.length; place++) {
    const digit = (keys[place] ?? 0) & 4095;
    const at = low[digit] ?? 0;
    low[digit] = at + 1;
    byLow[at] = place;
  }
  for (let index = 0; index < byLow.length; index++) {
    const place = byLow[index] ?? 0;
    const digit = ((keys[place] ?? 0) >>> 12) & 4095;
    const at = high[digit] ?? 0;
    high[digit] = at + 1;
    places[at] = place;
  }
}

function gatherFrom(buffer: SharedArrayBuffer, gathering: Gathering): void {
  const { to, from, count, width } = gathering;
  const places = new Uint32Array(buffer, gathering.order, count);
  // How long the column is is not told; no further than this can it reach.
  const reach = buffer.byteLength - from;
  if (width % 4 === 0) {
    const words = new Int32Array(buffer, to, (count * width) / 4);
    gatherWords(words, new Int32Array(buffer, from, Math.floor(reach / 4)), { places, units: width / 4 });
  } else if (width % 2 === 0) {
    const halves = new Uint16Array(buffer, to, (count * width) / 2);
    gatherHalves(halves, new Uint16Array(buffer, from, Math.floor(reach / 2)), { places, units: width / 2 });
  } else {
    const bytes = new Uint8Array(buffer, to, count * width);
    gatherBytes(bytes, new Uint8Array(buffer, from, reach), { places, units: width });
  }
}

const gatherWords = gatherer<Int32Array>();
const gatherHalves = gatherer<Uint16Array>();
const gatherBytes = gatherer<Uint8Array>();

type Elements = { readonly places: Uint32Array; readonly units: number };

// A function for each sort of array: the engine compiles what it makes for that sort alone.
function gatherer<Units extends Uint8Array | Uint16Array | Int32Array>() {
  return (target: Units, source: Units, { places, units }: Elements): void => {
    if (units === 1) {
      for (let at = 0; at < places.length; at++) target[at] = source[places[at] ?? 0] ?? 0;
      return;
    }
    let at = 0;
    for (let index = 0; index < places.length; index++) {
      const place = (places[index] ?? 0) * units;
      if (units === 3) {
        target[at] = source[place] ?? 0;
        target[at + 1] = source[place + 1] ?? 0;
        target[at + 2] = source[place + 2] ?? 0;
        at += 3;
        continue;
      }
      for (let unit = 0; unit < units; unit++) target[at++] = source[place + unit] ?? 0;
    }
  };
}

function copyRuns(buffer: SharedArrayBuffer, { to, from, runs, count, width }: Runs): void {
  const bytes = new Uint8Array(buffer);
  const words = new Uint32Array(buffer, runs, count * 3);
  for (let at = 0; at < words.length; at += 3) {
    const source = from + (words[at] ?? 0) * width;
    bytes.copyWithin(to + (words[at + 1] ?? 0) * width, source, source + (words[at + 2] ?? 0) * width);
  }
}
