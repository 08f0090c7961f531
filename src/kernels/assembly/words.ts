// Questions about a column of words: where one comes twice in a row, between which all lie, which of them are marked.

/** The place of the first word, from `from` on, that equals the one before it; `count` where there is none. */
export function firstRepeat(words: usize, count: u32, from: u32): u32 {
  let place = max<u32>(from, 1);
  for (; place + 4 <= count; place += 4) {
    const at = words + (<usize>place << 2);
    if (v128.any_true(i32x4.eq(v128.load(at), v128.load(at - 4)))) break;
  }
  for (; place < count; place++) {
    const at = words + (<usize>place << 2);
    if (load<u32>(at) == load<u32>(at - 4)) return place;
  }
  return count;
}

/** Writes the least and the greatest of words, of which there is one at least, as two words at `to`. */
export function extremes(words: usize, count: u32, to: usize): void {
  let least = v128.load32_splat(words);
  let most = least;
  const fours = count & ~3;
  for (let place: u32 = 0; place < fours; place += 4) {
    const four = v128.load(words + (<usize>place << 2));
    least = i32x4.min_u(least, four);
    most = i32x4.max_u(most, four);
  }
  for (let place = fours; place < count; place++) {
    const one = v128.load32_splat(words + (<usize>place << 2));
    least = i32x4.min_u(least, one);
    most = i32x4.max_u(most, one);
  }
  least = i32x4.min_u(least, i8x16.shuffle(least, least, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  least = i32x4.min_u(least, i8x16.shuffle(least, least, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  most = i32x4.max_u(most, i8x16.shuffle(most, most, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  most = i32x4.max_u(most, i8x16.shuffle(most, most, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  store<u32>(to, i32x4.extract_lane(least, 0));
  store<u32>(to, i32x4.extract_lane(most, 0), 4);
}

/**
 * Writes the places of words whose bit is set in a bitmap, the bit of a word being its low bits under `mask`, ascending,
 * and answers how many there are. There is room for `count` words at `to`.
 */
export function marked(words: usize, count: u32, bits: usize, mask: u32, to: usize): u32 {
  let next = to;
  for (let place: u32 = 0; place < count; place++) {
    const bit = load<u32>(words + (<usize>place << 2)) & mask;
    store<u32>(next, place);
    next += <usize>((load<u32>(bits + ((<usize>bit >> 5) << 2)) >> (bit & 31)) & 1) << 2;
  }
  return <u32>((next - to) >> 2);
}
