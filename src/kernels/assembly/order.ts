// Ascending order by a radix sort of the low 24 bits (Knuth, TAOCP vol. 3, §5.2.5), least significant digit first, two
// digits of 12 bits: their two tables of counters fit the first cache, and the second pass needs only 12 bits of a key,
// which travel in one word with its place.

const DIGITS: usize = 4096;
const TABLE: usize = DIGITS << 2;
/** Places of more bits than this do not fit a word beside 12 bits of their keys. */
const PLACE_BITS: u32 = 20;

/**
 * The places of `count` keys in ascending order of their low 24 bits, equal ones in the order of their places.
 * `scratch` holds two tables of counters and a word a key.
 */
export function order(keys: usize, count: u32, to: usize, scratch: usize): void {
  const low = scratch;
  const high = scratch + TABLE;
  const first = high + TABLE;
  memory.fill(scratch, 0, TABLE << 1);
  const end = keys + (<usize>count << 2);
  for (let at = keys; at < end; at += 4) {
    const key = load<u32>(at);
    const a = low + ((key & 4095) << 2);
    const b = high + ((key >> 12 & 4095) << 2);
    store<u32>(a, load<u32>(a) + 1);
    store<u32>(b, load<u32>(b) + 1);
  }
  startingAt(low, first);
  startingAt(high, to);
  if (count <= 1 << PLACE_BITS) {
    for (let place: u32 = 0; place < count; place++) {
      const key = load<u32>(keys + (<usize>place << 2));
      store<u32>(next(low, key & 4095), (key >> 12 & 4095) << PLACE_BITS | place);
    }
    const full = first + (<usize>count << 2);
    for (let at = first; at < full; at += 4) {
      const packed = load<u32>(at);
      store<u32>(next(high, packed >> PLACE_BITS), packed & ((1 << PLACE_BITS) - 1));
    }
    return;
  }
  for (let place: u32 = 0; place < count; place++) {
    store<u32>(next(low, load<u32>(keys + (<usize>place << 2)) & 4095), place);
  }
  const full = first + (<usize>count << 2);
  for (let at = first; at < full; at += 4) {
    const place = load<u32>(at);
    store<u32>(next(high, load<u32>(keys + (<usize>place << 2)) >> 12 & 4095), place);
  }
}

// Turns the counters of a digit into the offsets at which its elements begin.
function startingAt(table: usize, from: usize): void {
  let at = from;
  for (let slot: usize = 0; slot < TABLE; slot += 4) {
    const counted = load<u32>(table + slot);
    store<u32>(table + slot, <u32>at);
    at += <usize>counted << 2;
  }
}

// @ts-ignore: decorator
@inline function next(table: usize, digit: u32): usize {
  const slot = table + (<usize>digit << 2);
  const at = load<u32>(slot);
  store<u32>(slot, at + 4);
  return at;
}
