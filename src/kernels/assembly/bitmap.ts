// Bitmaps: one bit a row, the lowest of a byte first, in words of 128 bits.

/** How many bits are set in both of two bitmaps of `words` 128-bit words. */
export function bitsInBoth(left: usize, right: usize, words: u32): u32 {
  let sum = i64x2.splat(0);
  for (let word: u32 = 0; word < words; word++) {
    sum = i64x2.add(sum, bitsOf(v128.and(v128.load(left + (word << 4)), v128.load(right + (word << 4)))));
  }
  return <u32>(i64x2.extract_lane(sum, 0) + i64x2.extract_lane(sum, 1));
}

/** How many bits are set in a bitmap of `words` 128-bit words. */
export function countBits(bits: usize, words: u32): u32 {
  let sum = i64x2.splat(0);
  for (let word: u32 = 0; word < words; word++) sum = i64x2.add(sum, bitsOf(v128.load(bits + (word << 4))));
  return <u32>(i64x2.extract_lane(sum, 0) + i64x2.extract_lane(sum, 1));
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

// @ts-ignore: decorator
@inline
function bitsOf(word: v128): v128 {
  const pairs = i16x8.extadd_pairwise_i8x16_u(i8x16.popcnt(word));
  const fours = i32x4.extadd_pairwise_i16x8_u(pairs);
  return i64x2.add(i64x2.extend_low_i32x4_u(fours), i64x2.extend_high_i32x4_u(fours));
}
