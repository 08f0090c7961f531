// Texts that are one prefix and a number. 16 bytes may be read before and behind the texts.

const MOST_DIGITS: u32 = 18;
const IS_PADDED: u32 = 256;
const IS_PLAIN: u32 = 512;

/**
 * Reads texts that lie one behind the other as the first `prefix` bytes of the first and a number of 1 to 18 digits:
 * its lower nine into a word at `low`, the others into one at `high`. Answers 0 where some text is none such; else the
 * digits of the longest number, with 256 where all texts are as long, and 512 where no number begins with a needless 0.
 */
export function readNumbers(
  texts: usize,
  lengths: usize,
  count: u32,
  prefix: u32,
  low: usize,
  high: usize,
): u32 {
  const first = <u32>load<u8>(lengths);
  let longest: u32 = 0;
  let isPadded = true;
  let isPlain = true;
  let text = texts;
  const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const ofPrefix = i8x16.lt_s(places, i8x16.splat(<i8>min<u32>(prefix, 16)));
  const start = v128.load(texts);
  for (let at: u32 = 0; at < count; at++) {
    const length = <u32>load<u8>(lengths + at);
    if (length <= prefix || length - prefix > MOST_DIGITS) return 0;
    if (v128.any_true(v128.and(v128.xor(v128.load(text), start), ofPrefix))) return 0;
    for (let byte: u32 = 16; byte < prefix; byte++) if (load<u8>(text + byte) != load<u8>(texts + byte)) return 0;
    const digits = length - prefix;
    // The last 16 digits, their values in the order of the text, what stands before them 0.
    const within = i8x16.ge_s(places, i8x16.splat(<i8>(16 - <i32>digits)));
    const values = v128.and(i8x16.sub(v128.load(text + length - 16), i8x16.splat(48)), within);
    if (v128.any_true(i8x16.gt_u(values, i8x16.splat(9)))) return 0;
    let number = numberOf(values);
    for (let more: u32 = 16; more < digits; more++) {
      const digit = <u32>load<u8>(text + length - more - 1) - 48;
      if (digit > 9) return 0;
      number += <u64>digit * (more == 16 ? 10000000000000000 : 100000000000000000);
    }
    const upper = digits > 9 ? number / 1000000000 : 0;
    store<u32>(low + (<usize>at << 2), <u32>(number - upper * 1000000000));
    store<u32>(high + (<usize>at << 2), <u32>upper);
    isPadded = isPadded && length == first;
    isPlain = isPlain && (digits == 1 || load<u8>(text + prefix) != 48);
    if (digits > longest) longest = digits;
    text += length;
  }
  return longest + (isPadded ? IS_PADDED : 0) + (isPlain ? IS_PLAIN : 0);
}

/**
 * Sets in a bitmap the bit of each of `count` numbers that is among the `width` from `from` on, and answers how many
 * found it set. All others set the bit behind the last, so that no number is guessed wrongly.
 */
export function markNumbers(numbers: usize, count: u32, from: u32, width: u32, bits: usize): u32 {
  let again: u32 = 0;
  const end = numbers + (<usize>count << 2);
  for (let at = numbers; at < end; at += 4) {
    const place = min<u32>(load<u32>(at) - from, width);
    const word = bits + ((place >> 5) << 2);
    const held = load<u32>(word);
    again += (held >> (place & 31)) & <u32>(place < width);
    store<u32>(word, held | (1 << (place & 31)));
  }
  return again;
}

/** The number of 16 decimal digits: pairs of them, then fours, then eights. */
@inline
function numberOf(digits: v128): u64 {
  const tens = i16x8.mul(v128.and(digits, i16x8.splat(255)), i16x8.splat(10));
  const pairs = i16x8.add(tens, i16x8.shr_u(digits, 8));
  const fours = i32x4.dot_i16x8_s(pairs, i16x8(100, 1, 100, 1, 100, 1, 100, 1));
  const first = <u64>i32x4.extract_lane(fours, 0) * 10000 + <u64>i32x4.extract_lane(fours, 1);
  const last = <u64>i32x4.extract_lane(fours, 2) * 10000 + <u64>i32x4.extract_lane(fours, 3);
  return first * 100000000 + last;
}
