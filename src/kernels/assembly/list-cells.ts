// Cells of a list by what they hold: digests in hex and base64 (RFC 4648 §4), decimal numbers.

/** What stands where a row has no measure. */
export const NO_MEASURE: i32 = i32.MIN_VALUE;
export const NOT_A_MEASURE: i64 = i64.MAX_VALUE;

/** Decodes 64 hex digits of either case; answers whether they were. */
@inline
export function hexIn(start: usize, to: usize): bool {
  const first = hexDigits(v128.load(start));
  const second = hexDigits(v128.load(start, 16));
  const third = hexDigits(v128.load(start, 32));
  const fourth = hexDigits(v128.load(start, 48));
  v128.store(to, i8x16.narrow_i16x8_u(pairsOf(first), pairsOf(second)));
  v128.store(to, i8x16.narrow_i16x8_u(pairsOf(third), pairsOf(fourth)), 16);
  const all = v128.or(v128.or(first, second), v128.or(third, fourth));
  return !v128.any_true(v128.and(all, i8x16.splat(<i8>0xf0)));
}

/**
 * The value of each hex digit, more than 15 for any other byte: the lesser of what it is as a numeral and as a letter,
 * either of which is large where it is none. Saturation keeps what lies beyond from wrapping around into the range.
 */
@inline
function hexDigits(text: v128): v128 {
  const numeral = i8x16.sub(i8x16.sub_sat_u(i8x16.add(text, i8x16.splat(<i8>0xc6)), i8x16.splat(6)), i8x16.splat(<i8>0xf0));
  const letter = i8x16.add_sat_u(i8x16.sub(v128.and(text, i8x16.splat(<i8>0xdf)), i8x16.splat(65)), i8x16.splat(10));
  return i8x16.min_u(numeral, letter);
}

/** Eight pairs of digits as bytes, in words of two. */
@inline
function pairsOf(digits: v128): v128 {
  return v128.and(v128.or(i16x8.shl(digits, 4), i16x8.shr_u(digits, 8)), i16x8.splat(255));
}

/** Decodes 44 characters by a table in which a character outside the alphabet has 255; answers whether they were. */
export function base64In(start: usize, to: usize, table: usize): bool {
  if (load<u8>(start, 43) != 61) return false;
  let seen: u32 = 0;
  for (let group: usize = 0; group < 10; group++, start += 4, to += 3) {
    const a = <u32>load<u8>(table + load<u8>(start));
    const b = <u32>load<u8>(table + load<u8>(start, 1));
    const c = <u32>load<u8>(table + load<u8>(start, 2));
    const d = <u32>load<u8>(table + load<u8>(start, 3));
    seen |= a | b | c | d;
    store<u32>(to, bswap<u32>((a << 26) | (b << 20) | (c << 14) | (d << 8)));
  }
  // 43 characters carry two bits more than 32 bytes.
  const a = <u32>load<u8>(table + load<u8>(start));
  const b = <u32>load<u8>(table + load<u8>(start, 1));
  const c = <u32>load<u8>(table + load<u8>(start, 2));
  store<u16>(to, bswap<u16>(<u16>((a << 10) | (b << 4) | (c >> 2))));
  return (seen | a | b | c) < 64 && (c & 3) == 0;
}

/** A decimal number in units of its last place: `[-]digits[.digits]`, below 2^31 either side of zero. */
export function measureIn(start: usize, to: usize, scale: u32): i64 {
  if (to - start > 18) return NOT_A_MEASURE;
  const isNegative = load<u8>(start) == 45;
  const whole = isNegative ? start + 1 : start;
  let place = whole;
  let value: i64 = 0;
  for (; place < to && isDecimal(place); place++) value = value * 10 + <i64>(<u32>load<u8>(place) - 48);
  if (place == whole) return NOT_A_MEASURE;
  let places: u32 = 0;
  if (place < to) {
    if (load<u8>(place) != 46 || place + 1 == to) return NOT_A_MEASURE;
    for (place++; place < to && isDecimal(place); place++, places++) {
      value = value * 10 + <i64>(<u32>load<u8>(place) - 48);
    }
  }
  if (place < to || places > scale) return NOT_A_MEASURE;
  for (; places < scale && value <= <i64>i32.MAX_VALUE; places++) value *= 10;
  if (value > <i64>i32.MAX_VALUE) return NOT_A_MEASURE;
  return isNegative ? -value : value;
}

@inline
function isDecimal(place: usize): bool {
  return <u32>load<u8>(place) - 48 < 10;
}
