// HalfSipHash-1-3 (Aumasson and Bernstein, SipHash, 2012, in words of 32 bits) of byte strings that lie one after the
// other. Four neighbours of as many whole words are hashed in the lanes of one vector; others one by one.

/** Hashes `count` strings, the n-th from `offsets[n]` to before `offsets[n + 1]`, under a key of two words. */
export function hashRecords(bytes: usize, offsets: usize, count: u32, key: usize, hashes: usize): void {
  const k0 = load<u32>(key);
  const k1 = load<u32>(key, 4);
  let row: u32 = 0;
  while (row < count) {
    const at = offsets + (<usize>row << 2);
    const to = hashes + (<usize>row << 2);
    if (row + 4 <= count && areAlike(at)) {
      v128.store(to, hashOfFour(bytes, at, k0, k1));
      row += 4;
    } else {
      store<u32>(to, hashOf(bytes + load<u32>(at), load<u32>(at, 4) - load<u32>(at), k0, k1));
      row++;
    }
  }
}

// @ts-ignore: decorator
@inline
function areAlike(at: usize): bool {
  const words = i32x4.shr_u(i32x4.sub(v128.load(at, 4), v128.load(at)), 2);
  return i32x4.all_true(i32x4.eq(words, v128.shuffle<u32>(words, words, 0, 0, 0, 0)));
}

function hashOf(from: usize, length: u32, k0: u32, k1: u32): u32 {
  let v0 = k0;
  let v1 = k1;
  let v2 = k0 ^ 0x6c796765;
  let v3 = k1 ^ 0x74656462;
  const whole = length >> 2;
  for (let place: u32 = 0; place < whole + 4; place++) {
    let word: u32 = 0;
    if (place < whole) word = load<u32>(from + (<usize>place << 2));
    else if (place == whole) word = (load<u32>(from + (<usize>place << 2)) & ((1 << ((length & 3) << 3)) - 1)) | (length << 24);
    else if (place == whole + 1) v2 ^= 255;
    v3 ^= word;
    v0 += v1;
    v1 = rotl(v1, 5) ^ v0;
    v0 = rotl(v0, 16);
    v2 += v3;
    v3 = rotl(v3, 8) ^ v2;
    v0 += v3;
    v3 = rotl(v3, 7) ^ v0;
    v2 += v1;
    v1 = rotl(v1, 13) ^ v2;
    v2 = rotl(v2, 16);
    v0 ^= word;
  }
  return v1 ^ v3;
}

function hashOfFour(bytes: usize, at: usize, k0: u32, k1: u32): v128 {
  const from0 = bytes + load<u32>(at), from1 = bytes + load<u32>(at, 4);
  const from2 = bytes + load<u32>(at, 8), from3 = bytes + load<u32>(at, 12);
  const length = i32x4.sub(v128.load(at, 4), v128.load(at));
  const whole = <u32>i32x4.extract_lane(length, 0) >> 2;
  let v0 = i32x4.splat(k0);
  let v1 = i32x4.splat(k1);
  let v2 = i32x4.splat(k0 ^ 0x6c796765);
  let v3 = i32x4.splat(k1 ^ 0x74656462);
  for (let place: u32 = 0; place < whole + 4; place++) {
    let word = i32x4.splat(0);
    if (place <= whole) {
      const next = <usize>place << 2;
      word = v128.load32_zero(from0 + next);
      word = v128.load32_lane(from1 + next, word, 1);
      word = v128.load32_lane(from2 + next, word, 2);
      word = v128.load32_lane(from3 + next, word, 3);
      if (place == whole) word = v128.or(v128.and(word, tails(length)), i32x4.shl(length, 24));
    } else if (place == whole + 1) {
      v2 = v128.xor(v2, i32x4.splat(255));
    }
    v3 = v128.xor(v3, word);
    v0 = i32x4.add(v0, v1);
    v1 = v128.xor(v128.or(i32x4.shl(v1, 5), i32x4.shr_u(v1, 27)), v0);
    v0 = v128.shuffle<u16>(v0, v0, 1, 0, 3, 2, 5, 4, 7, 6);
    v2 = i32x4.add(v2, v3);
    v3 = v128.xor(v128.shuffle<u8>(v3, v3, 3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14), v2);
    v0 = i32x4.add(v0, v3);
    v3 = v128.xor(v128.or(i32x4.shl(v3, 7), i32x4.shr_u(v3, 25)), v0);
    v2 = i32x4.add(v2, v1);
    v1 = v128.xor(v128.or(i32x4.shl(v1, 13), i32x4.shr_u(v1, 19)), v2);
    v2 = v128.shuffle<u16>(v2, v2, 1, 0, 3, 2, 5, 4, 7, 6);
    v0 = v128.xor(v0, word);
  }
  return v128.xor(v1, v3);
}

// The bytes of a string's last word that belong to it, as masks: none, one, two or three.
// @ts-ignore: decorator
@inline
function tails(length: v128): v128 {
  const left = v128.and(length, i32x4.splat(3));
  const first = v128.and(i32x4.gt_s(left, i32x4.splat(0)), i32x4.splat(0xff));
  const second = v128.and(i32x4.gt_s(left, i32x4.splat(1)), i32x4.splat(0xff00));
  const third = v128.and(i32x4.gt_s(left, i32x4.splat(2)), i32x4.splat(0xff0000));
  return v128.or(v128.or(first, second), third);
}
