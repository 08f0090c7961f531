// For sides of very unlike sizes: each token of the small side is looked for in the large one, by steps that double
// from where the one before was found (galloping), then by halving. O(n log(m / n)).

import { compareRest } from "./side";

/** Writes the places of the tokens that both sides have, and answers how many there are. */
export function probe(
  keys: usize, rest: usize, count: u32, largeKeys: usize, largeRest: usize, largeCount: u32, to: usize, toLarge: usize,
): u32 {
  let found: u32 = 0;
  let low: u32 = 0;
  for (let place: u32 = 0; place < count; place++) {
    const key = load<u32>(keys + (<usize>place << 2));
    const bits = rest + <usize>place * 12;
    let step: u32 = 1;
    let high = low;
    while (high < largeCount && isBefore(largeKeys, largeRest, high, key, bits)) {
      low = high + 1;
      high = largeCount - high > step ? high + step : largeCount;
      step <<= 1;
    }
    while (low < high) {
      const middle = low + ((high - low) >> 1);
      if (isBefore(largeKeys, largeRest, middle, key, bits)) low = middle + 1;
      else high = middle;
    }
    if (low == largeCount) break;
    if (load<u32>(largeKeys + (<usize>low << 2)) != key || compareRest(largeRest + <usize>low * 12, bits) != 0) continue;
    store<u32>(to + (<usize>found << 2), place);
    store<u32>(toLarge + (<usize>found << 2), low);
    found++;
  }
  return found;
}

// @ts-ignore: decorator
@inline
function isBefore(keys: usize, rest: usize, place: u32, key: u32, bits: usize): bool {
  const other = load<u32>(keys + (<usize>place << 2));
  if (other != key) return other < key;
  return compareRest(rest + <usize>place * 12, bits) < 0;
}
