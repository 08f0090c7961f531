// Who stands under which tokens together: a mask of 16 bits a token, in which each list has a bit.

/**
 * Writes a mask for each of `count` tokens: that of their list where the token is the least of its person's (`firsts`,
 * a byte a token) and the person has its bit, and none elsewhere. `people` holds a word a token; where it is 0, the
 * people are numbered from `first`. Where `firsts` or `bits` is 0, every token or person will do.
 */
export function stand(
  people: usize, first: u32, firsts: usize, bits: usize, count: u32, mask: u32, masks: usize,
): void {
  if (people == 0 && firsts == 0) {
    standInOrder(first, bits, count, mask, masks);
    return;
  }
  for (let at: u32 = 0; at < count; at++) {
    const person = people == 0 ? first + at : load<u32>(people + (<usize>at << 2));
    const isFirst: u32 = firsts == 0 ? 1 : load<u8>(firsts + <usize>at);
    const isIn = bits == 0 ? 1 : bitAt(bits, person);
    store<u16>(masks + (<usize>at << 1), <u16>((0 - (isFirst & isIn)) & mask));
  }
}

// Eight tokens at a time, whose people are neighbours in the bitmap.
function standInOrder(first: u32, bits: usize, count: u32, mask: u32, masks: usize): void {
  const all = i16x8.splat(<i16>mask);
  const eights = count & ~7;
  for (let at: u32 = 0; at < eights; at += 8) {
    const person = first + at;
    const eight = bits == 0 ? 0xff : <u32>load<u16>(bits + (<usize>person >> 3)) >> (person & 7);
    const isIn = i16x8.ne(v128.and(i16x8.splat(<i16>eight), i16x8(1, 2, 4, 8, 16, 32, 64, 128)), i16x8.splat(0));
    v128.store(masks + (<usize>at << 1), v128.and(isIn, all));
  }
  for (let at = eights; at < count; at++) {
    const isIn = bits == 0 ? 1 : bitAt(bits, first + at);
    store<u16>(masks + (<usize>at << 1), <u16>((0 - isIn) & mask));
  }
}

// @ts-ignore: decorator
@inline
function bitAt(bits: usize, person: u32): u32 {
  return <u32>load<u8>(bits + (<usize>person >> 3)) >> (person & 7) & 1;
}

/**
 * Joins the masks of tokens that two lists share, pair by pair: where both are there, each takes on the other list's
 * bit. `bitL` and `bitR` are the numbers of the lists' bits.
 */
export function meet(
  left: usize, right: usize, count: u32, masksL: usize, bitL: u32, masksR: usize, bitR: u32,
): void {
  for (let pair: usize = 0, end = <usize>count << 2; pair < end; pair += 4) {
    const l = masksL + (<usize>load<u32>(left + pair) << 1);
    const r = masksR + (<usize>load<u32>(right + pair) << 1);
    const ours = <u32>load<u16>(l), theirs = <u32>load<u16>(r);
    const both = ours >> bitL & theirs >> bitR & 1;
    store<u16>(l, <u16>(ours | both << bitR));
    store<u16>(r, <u16>(theirs | both << bitL));
  }
}
