// A side of a match: a plane of 32-bit keys in ascending order, and a plane of the other 96 bits of each token, three
// words each. Tokens are unique and ascend; keys may repeat. Here is what is asked of single places of a side.

/** Below, at or above zero as the other 96 bits at `a` are before, equal to or after those at `b`. */
// @ts-ignore: decorator
@inline
export function compareRest(a: usize, b: usize): i32 {
  for (let word: usize = 0; word < 12; word += 4) {
    const x = load<u32>(a + word);
    const y = load<u32>(b + word);
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

/** The offset of the first of the keys from `from` to before `end` that is not below `key`, or `end`. */
export function lowerBound(from: usize, end: usize, key: u32): usize {
  let size = (end - from) >> 2;
  while (size > 0) {
    const half = size >> 1;
    const middle = from + (half << 2);
    if (load<u32>(middle) < key) {
      from = middle + 4;
      size -= half + 1;
    } else {
      size = half;
    }
  }
  return from;
}
