// Dictionaries of declared values in memory: which code the bytes of a cell have. Open addressing with linear probing
// (Knuth, TAOCP vol. 3, §6.4, algorithm L); values are compared whole, the hash only says where to look.

// Fields of a dictionary, and of one value in it, whose first 16 bytes stand before them.
const SLOTS: usize = 0;
const SLOT_MASK: usize = 4;
const VALUES: usize = 8;
const COUNT: usize = 12;
const LENGTH: usize = 16;
const REST: usize = 20;
const VALUE_BITS: usize = 5;

/** Adds a value to a dictionary; its code is its number, from 1. Its bytes lie at `text` for good. */
export function declareValue(dictionary: usize, text: usize, length: usize): void {
  const code = load<u32>(dictionary, COUNT) + 1;
  store<u32>(dictionary, code, COUNT);
  const first = firstOf(v128.load(text), length);
  const value = <usize>load<u32>(dictionary, VALUES) + (<usize>code << VALUE_BITS);
  v128.store(value, first);
  store<u32>(value, <u32>length, LENGTH);
  store<u32>(value, <u32>(text + 16), REST);
  const slots = <usize>load<u32>(dictionary, SLOTS);
  const mask = load<u32>(dictionary, SLOT_MASK);
  let slot = hashOf(first, text, length) & mask;
  while (load<u16>(slots + (slot << 1)) != 0) slot = (slot + 1) & mask;
  store<u16>(slots + (slot << 1), code);
}

/** The code of a cell in a dictionary, 0 where it is none of its values; the whole cell is compared. */
@inline
export function codeOf(dictionary: usize, bytes: v128, start: usize, length: usize): u32 {
  const first = firstOf(bytes, length);
  const slots = <usize>load<u32>(dictionary, SLOTS);
  const values = <usize>load<u32>(dictionary, VALUES);
  const mask = load<u32>(dictionary, SLOT_MASK);
  let slot = hashOf(first, start, length) & mask;
  let code = <u32>load<u16>(slots + (slot << 1));
  while (code != 0) {
    const value = values + (<usize>code << VALUE_BITS);
    const isAlike = <usize>load<u32>(value, LENGTH) == length && !v128.any_true(v128.xor(first, v128.load(value)));
    if (isAlike && (length <= 16 || isRestAlike(start + 16, <usize>load<u32>(value, REST), length - 16))) break;
    slot = (slot + 1) & mask;
    code = <u32>load<u16>(slots + (slot << 1));
  }
  return code;
}

/** The bytes up to `length`, the rest zero. */
@inline
function firstOf(bytes: v128, length: usize): v128 {
  const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return v128.and(bytes, i8x16.lt_s(places, i8x16.splat(<i8>min<usize>(length, 16))));
}

@inline
function hashOf(first: v128, start: usize, length: usize): u32 {
  let hash = mixed(<u64>length, first);
  if (length > 16) hash = hashOfRest(hash, start + 16, length - 16);
  return <u32>(hash >> 32);
}

function hashOfRest(hash: u64, start: usize, length: usize): u64 {
  for (; length > 16; start += 16, length -= 16) hash = mixed(hash, v128.load(start));
  return mixed(hash, firstOf(v128.load(start), length));
}

// Multiplication carries only upward: what is in the high half is first folded into the low one.
@inline
function mixed(hash: u64, bytes: v128): u64 {
  const both = hash ^ i64x2.extract_lane(bytes, 0) ^ rotl<u64>(i64x2.extract_lane(bytes, 1), 27);
  return (both ^ (both >> 32)) * 0x9e3779b97f4a7c15;
}

function isRestAlike(left: usize, right: usize, length: usize): bool {
  let wrong = i64x2.splat(0);
  for (; length > 16; left += 16, right += 16, length -= 16) {
    wrong = v128.or(wrong, v128.xor(v128.load(left), v128.load(right)));
  }
  return !v128.any_true(v128.or(wrong, firstOf(v128.xor(v128.load(left), v128.load(right)), length)));
}
