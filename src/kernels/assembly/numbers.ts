// Texts that are one prefix and a number.

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
  for (let at: u32 = 0; at < count; at++) {
    const length = <u32>load<u8>(lengths + at);
    if (length <= prefix || length - prefix > MOST_DIGITS) return 0;
    for (let byte: u32 = 0; byte < prefix; byte++) if (load<u8>(text + byte) != load<u8>(texts + byte)) return 0;
    const digits = length - prefix;
    let upper: u32 = 0;
    let lower: u32 = 0;
    for (let place = prefix; place < length; place++) {
      const digit = <u32>load<u8>(text + place) - 48;
      if (digit > 9) return 0;
      if (length - place > 9) upper = upper * 10 + digit;
      else lower = lower * 10 + digit;
    }
    store<u32>(low + (<usize>at << 2), lower);
    store<u32>(high + (<usize>at << 2), upper);
    isPadded = isPadded && length == first;
    isPlain = isPlain && (digits == 1 || load<u8>(text + prefix) != 48);
    if (digits > longest) longest = digits;
    text += length;
  }
  return longest + (isPadded ? IS_PADDED : 0) + (isPlain ? IS_PLAIN : 0);
}
