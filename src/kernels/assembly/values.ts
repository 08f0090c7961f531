// Dictionaries of declared values in memory: which code the bytes of a cell have. Open addressing with linear probing
// (Knuth, TAOCP vol. 3, §6.4, algorithm L); values are compared whole, the hash only says where to look. Of a cell of up
// to 16 bytes, as most are, two words are hashed and compared.

// Fields of a dictionary, and of one value in it, whose first 16 bytes stand before them.
const SLOTS: usize = 0;
/** How far a hash is shifted to be a slot. */
const SHIFT: usize = 4;
const VALUES: usize = 8;
const COUNT: usize = 12;
const MASKS: usize = 16;
const LENGTH: usize = 16;
const REST: usize = 20;
const VALUE_BITS: usize = 5;
const QUOTE: u32 = 34;
/** Two words a length: all bits of so many bytes. */
const MASK_BITS: usize = 4;

/** Adds a value to a dictionary; its code is its number, from 1. Its bytes lie at `text` for good. */
export function declareValue(dictionary: usize, text: usize, length: usize): void {
  const code = load<u32>(dictionary, COUNT) + 1;
  store<u32>(dictionary, code, COUNT);
  // A cell that begins with a quote is another text than its bytes, and is not to be found by them.
  if (<u32>load<u8>(text) == QUOTE) return;
  const masks = <usize>load<u32>(dictionary, MASKS) + (min<usize>(length, 16) << MASK_BITS);
  const first = load<u64>(text) & load<u64>(masks);
  const second = load<u64>(text, 8) & load<u64>(masks, 8);
  const value = <usize>load<u32>(dictionary, VALUES) + (<usize>code << VALUE_BITS);
  store<u64>(value, first);
  store<u64>(value, second, 8);
  store<u32>(value, <u32>length, LENGTH);
  store<u32>(value, <u32>(text + 16), REST);
  const slots = <usize>load<u32>(dictionary, SLOTS);
  const shift = <u64>load<u32>(dictionary, SHIFT);
  let slot = <usize>(hashOf(first, second, text, length) >> shift);
  while (load<u16>(slots + (slot << 1)) != 0) slot = (slot + 1) & lastSlot(shift);
  store<u16>(slots + (slot << 1), code);
}

/** What a look into a dictionary needs of it, read once for many looks. */
export function slotsOf(dictionary: usize): usize {
  return <usize>load<u32>(dictionary, SLOTS);
}
export function shiftOf(dictionary: usize): u64 {
  return <u64>load<u32>(dictionary, SHIFT);
}
export function valuesOf(dictionary: usize): usize {
  return <usize>load<u32>(dictionary, VALUES);
}
export function masksOf(dictionary: usize): usize {
  return <usize>load<u32>(dictionary, MASKS);
}

/** The code of a cell that is not empty in a dictionary, 0 where it is none of its values; the whole cell is compared. */
@inline
export function codeOf(slots: usize, shift: u64, values: usize, masks: usize, start: usize, length: usize): u32 {
  if (length > 16) return probe(slots, shift, values, load<u64>(start), load<u64>(start, 8), start, length);
  const mask = masks + (length << MASK_BITS);
  const first = load<u64>(start) & load<u64>(mask);
  const second = load<u64>(start, 8) & load<u64>(mask, 8);
  const slot = <usize>(mixed(0, first, second) >> shift);
  const code = <u32>load<u16>(slots + (slot << 1));
  const value = values + (<usize>code << VALUE_BITS);
  const wrong = (first ^ load<u64>(value)) | (second ^ load<u64>(value, 8)) | (<u64>length ^ <u64>load<u32>(value, LENGTH));
  if (wrong == 0) return code;
  // Nothing lies under code 0, whose length is 0.
  if (code == 0) return 0;
  return probe(slots, shift, values, first, second, start, length);
}

function probe(slots: usize, shift: u64, values: usize, first: u64, second: u64, start: usize, length: usize): u32 {
  let slot = <usize>(hashOf(first, second, start, length) >> shift);
  let code = <u32>load<u16>(slots + (slot << 1));
  while (code != 0) {
    const value = values + (<usize>code << VALUE_BITS);
    const isAlike =
      <usize>load<u32>(value, LENGTH) == length && first == load<u64>(value) && second == load<u64>(value, 8);
    if (isAlike && (length <= 16 || isRestAlike(start + 16, <usize>load<u32>(value, REST), length - 16))) break;
    slot = (slot + 1) & lastSlot(shift);
    code = <u32>load<u16>(slots + (slot << 1));
  }
  return code;
}

@inline
function lastSlot(shift: u64): usize {
  return (1 << (64 - <usize>shift)) - 1;
}

/** Its highest bits depend on all others. */
function hashOf(first: u64, second: u64, start: usize, length: usize): u64 {
  let hash = mixed(0, first, second);
  if (length <= 16) return hash;
  for (start += 16, length -= 16; length > 16; start += 16, length -= 16) {
    hash = mixed(hash, load<u64>(start), load<u64>(start, 8));
  }
  const last = firstOf(v128.load(start), length);
  return mixed(hash, i64x2.extract_lane(last, 0), i64x2.extract_lane(last, 1));
}

// Multiplication carries only upward: what stands high moves down before the next one.
@inline
function mixed(hash: u64, first: u64, second: u64): u64 {
  return (rotl<u64>(hash, 32) ^ first ^ rotl<u64>(second, 27)) * 0x9e3779b97f4a7c15;
}

/** The bytes up to `length`, the rest zero. */
@inline
function firstOf(bytes: v128, length: usize): v128 {
  const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return v128.and(bytes, i8x16.lt_s(places, i8x16.splat(<i8>min<usize>(length, 16))));
}

function isRestAlike(left: usize, right: usize, length: usize): bool {
  let wrong = i64x2.splat(0);
  for (; length > 16; left += 16, right += 16, length -= 16) {
    wrong = v128.or(wrong, v128.xor(v128.load(left), v128.load(right)));
  }
  return !v128.any_true(v128.or(wrong, firstOf(v128.xor(v128.load(left), v128.load(right)), length)));
}
