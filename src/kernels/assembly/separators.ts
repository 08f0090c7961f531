// Where the cells of a CSV list end: every comma and line feed, sixty-four bytes at a look.

const LINE_FEED: u32 = 10;
const CARRIAGE_RETURN: u32 = 13;
const QUOTE: u32 = 34;
const COMMA: u32 = 44;

/** Words that are written at a time; those past the last separator mean nothing. */
const AT_ONCE: usize = 5;

/**
 * Writes where separators stand from `at` up to `end`, a word each at `to`, and answers how many there are. 64 bytes may
 * be read behind the bytes, and 5 words written behind the last.
 */
export function separatorsFrom(at: usize, end: usize, to: usize): u32 {
  let next = to;
  for (; at < end; at += 64) {
    let mask = separatorsIn(at) | (separatorsIn(at + 16) << 16) | (separatorsIn(at + 32) << 32) | (separatorsIn(at + 48) << 48);
    if (end - at < 64) mask &= (<u64>1 << (end - at)) - 1;
    const behind = next + (<usize>popcnt<u64>(mask) << 2);
    do {
      store<u32>(next, <u32>(at + <usize>ctz<u64>(mask)));
      mask &= mask - 1;
      store<u32>(next, <u32>(at + <usize>ctz<u64>(mask)), 4);
      mask &= mask - 1;
      store<u32>(next, <u32>(at + <usize>ctz<u64>(mask)), 8);
      mask &= mask - 1;
      store<u32>(next, <u32>(at + <usize>ctz<u64>(mask)), 12);
      mask &= mask - 1;
      store<u32>(next, <u32>(at + <usize>ctz<u64>(mask)), 16);
      mask &= mask - 1;
      next += AT_ONCE << 2;
    } while (mask != 0);
    next = behind;
  }
  return <u32>((next - to) >> 2);
}

@inline
function separatorsIn(at: usize): u64 {
  const bytes = v128.load(at);
  const found = v128.or(i8x16.eq(bytes, i8x16.splat(<i8>COMMA)), i8x16.eq(bytes, i8x16.splat(<i8>LINE_FEED)));
  return <u64>(<u32>i8x16.bitmask(found));
}

/** Whether a row that has not all of its cells ends all the same; one that goes on does not. */
export function hasRowEnd(separators: usize, found: u32): bool {
  for (let at: u32 = 0; at < found; at++) {
    if (<u32>load<u8>(<usize>load<u32>(separators + (<usize>at << 2), 4)) == LINE_FEED) return true;
  }
  return false;
}

// Of a cell, by where the separators lie before and behind it.

@inline
export function startOf(cells: usize): usize {
  return <usize>load<u32>(cells) + 1;
}

/** Where a cell ends; right before its start where another separator than should stands behind it. */
@inline
export function endOf(cells: usize, start: usize, isLast: bool): usize {
  const end = <usize>load<u32>(cells, 4);
  if (!isLast) return select<usize>(end, start - 1, <u32>load<u8>(end) == COMMA);
  if (<u32>load<u8>(end) != LINE_FEED) return start - 1;
  return end > start && <u32>load<u8>(end - 1) == CARRIAGE_RETURN ? end - 1 : end;
}

@inline
export function isQuoted(start: usize): bool {
  return <u32>load<u8>(start) == QUOTE;
}
