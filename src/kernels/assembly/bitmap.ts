// Bitmaps: one bit a row, the lowest of a byte first, in words of 128 bits.

// Processors count the bits of 64 in one instruction, and of no wider word.

/** How many bits are set in both of two bitmaps of `words` 128-bit words. */
export function bitsInBoth(left: usize, right: usize, words: u32): u32 {
  let sum: u64 = 0;
  const end = left + (<usize>words << 4);
  for (let ours = left, theirs = right; ours < end; ours += 16, theirs += 16) {
    sum += popcnt<u64>(load<u64>(ours) & load<u64>(theirs));
    sum += popcnt<u64>(load<u64>(ours, 8) & load<u64>(theirs, 8));
  }
  return <u32>sum;
}

/** How many bits are set in a bitmap of `words` 128-bit words. */
export function countBits(bits: usize, words: u32): u32 {
  let sum: u64 = 0;
  const end = bits + (<usize>words << 4);
  for (let at = bits; at < end; at += 16) sum += popcnt<u64>(load<u64>(at)) + popcnt<u64>(load<u64>(at, 8));
  return <u32>sum;
}

/** The bits set in both of two bitmaps of `words` 128-bit words. */
export function andBits(to: usize, left: usize, right: usize, words: u32): void {
  for (let word: u32 = 0; word < words; word++) {
    v128.store(to + (word << 4), v128.and(v128.load(left + (word << 4)), v128.load(right + (word << 4))));
  }
}

/**
 * The bits of places in a bitmap, one behind the other: a bitmap of `count` bits in whole words of 128 bits, those past
 * the last zero.
 */
export function bitsAt(places: usize, count: u32, from: usize, to: usize): void {
  const words = ((count + 127) >> 7) << 2;
  let place = places;
  const end = places + (<usize>count << 2);
  for (let word: u32 = 0; word < words; word++) {
    let together: u32 = 0;
    if (place + 128 <= end) {
      for (let bit: u32 = 0; bit < 32; bit += 4, place += 16) {
        together |= bitAt(from, load<u32>(place)) << bit;
        together |= bitAt(from, load<u32>(place, 4)) << (bit + 1);
        together |= bitAt(from, load<u32>(place, 8)) << (bit + 2);
        together |= bitAt(from, load<u32>(place, 12)) << (bit + 3);
      }
    } else for (let bit: u32 = 0; place < end; bit++, place += 4) together |= bitAt(from, load<u32>(place)) << bit;
    store<u32>(to + (<usize>word << 2), together);
  }
}

// @ts-ignore: decorator
@inline
function bitAt(bits: usize, place: u32): u32 {
  return (load<u32>(bits + ((<usize>place >> 5) << 2)) >> (place & 31)) & 1;
}
