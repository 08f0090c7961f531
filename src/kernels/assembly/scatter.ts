// Scattering and gathering of what has no fixed width or no fixed place.

/** The place of a row that is left out. */
const NOWHERE: u32 = 0xffffffff;

/** `to[places[i]] = from[i]`, for elements of 1, 2, 4 or 12 bytes. */
export function scatter(from: usize, to: usize, places: usize, count: u32, width: u32): void {
  if (width == 4) scatter4(from, to, places, count);
  else if (width == 1) scatter1(from, to, places, count);
  else if (width == 2) scatter2(from, to, places, count);
  else scatter12(from, to, places, count);
}

function scatter1(from: usize, to: usize, places: usize, count: u32): void {
  for (let at: u32 = 0; at < count; at++) {
    const place = load<u32>(places + (<usize>at << 2));
    if (place != NOWHERE) store<u8>(to + place, load<u8>(from + at));
  }
}

function scatter2(from: usize, to: usize, places: usize, count: u32): void {
  for (let at: u32 = 0; at < count; at++) {
    const place = load<u32>(places + (<usize>at << 2));
    if (place != NOWHERE) store<u16>(to + (<usize>place << 1), load<u16>(from + (<usize>at << 1)));
  }
}

function scatter4(from: usize, to: usize, places: usize, count: u32): void {
  for (let at: u32 = 0; at < count; at++) {
    const place = load<u32>(places + (<usize>at << 2));
    if (place != NOWHERE) store<u32>(to + (<usize>place << 2), load<u32>(from + (<usize>at << 2)));
  }
}

function scatter12(from: usize, to: usize, places: usize, count: u32): void {
  for (let at: u32 = 0; at < count; at++) {
    const place = load<u32>(places + (<usize>at << 2));
    if (place == NOWHERE) continue;
    const source = from + <usize>at * 12;
    const target = to + <usize>place * 12;
    store<u64>(target, load<u64>(source));
    store<u32>(target, load<u32>(source, 8), 8);
  }
}

/** Texts that lie one behind the other, each to the byte that its place tells, counted from `first`. */
export function scatterTexts(
  from: usize,
  lengths: usize,
  to: usize,
  places: usize,
  first: u32,
  which: usize,
  count: u32,
): void {
  let source = from;
  for (let at: u32 = 0; at < count; at++) {
    const length = <u32>load<u8>(lengths + at);
    if (load<u32>(which + (<usize>at << 2)) != NOWHERE)
      copyText(to + (load<u32>(places + (<usize>at << 2)) - first), source, length);
    source += length;
  }
}

/** Texts in another order, one behind the other. `offsets` has room for a word a text. */
export function gatherTexts(
  to: usize,
  from: usize,
  lengths: usize,
  order: usize,
  count: u32,
  offsets: usize,
): void {
  let end: u32 = 0;
  for (let at: u32 = 0; at < count; at++) {
    store<u32>(offsets + (<usize>at << 2), end);
    end += <u32>load<u8>(lengths + at);
  }
  let target = to;
  for (let at: u32 = 0; at < count; at++) {
    const row = load<u32>(order + (<usize>at << 2));
    const length = <u32>load<u8>(lengths + row);
    copyText(target, from + load<u32>(offsets + (<usize>row << 2)), length);
    target += length;
  }
}

/** Copies exactly so many bytes: the two ends of a short text overlap rather than being told apart. */
@inline
function copyText(to: usize, from: usize, length: u32): void {
  if (length > 16) memory.copy(to, from, length);
  else if (length >= 8) {
    const tail = load<u64>(from + length - 8);
    store<u64>(to, load<u64>(from));
    store<u64>(to + length - 8, tail);
  } else if (length >= 4) {
    const tail = load<u32>(from + length - 4);
    store<u32>(to, load<u32>(from));
    store<u32>(to + length - 4, tail);
  } else {
    for (let byte: u32 = 0; byte < length; byte++) store<u8>(to + byte, load<u8>(from + byte));
  }
}

/** Tokens of four words, as a plane of their first words and a plane of the other three. */
export function splitTokens(tokens: usize, count: u32, keys: usize, rest: usize): void {
  for (let at: u32 = 0; at < count; at++) {
    const token = tokens + (<usize>at << 4);
    store<u32>(keys + (<usize>at << 2), load<u32>(token));
    store<u64>(rest, load<u64>(token, 4));
    store<u32>(rest, load<u32>(token, 12), 8);
    rest += 12;
  }
}

/**
 * Counts words and the bytes of their texts by their first byte: `rows` and `bytes` are tables of 256 words, to which is
 * added.
 */
export function tally(words: usize, lengths: usize, count: u32, rows: usize, bytes: usize): void {
  for (let at: u32 = 0; at < count; at++) {
    const plane = (<usize>load<u32>(words + (<usize>at << 2)) >> 24) << 2;
    store<u32>(rows + plane, load<u32>(rows + plane) + 1);
    store<u32>(bytes + plane, load<u32>(bytes + plane) + <u32>load<u8>(lengths + at));
  }
}

/** Deals out places by the first bytes of words: `rows` and `bytes` are the next row and byte of each, and go on. */
export function deal(
  words: usize,
  lengths: usize,
  count: u32,
  rows: usize,
  bytes: usize,
  rowPlaces: usize,
  bytePlaces: usize,
): void {
  for (let at: u32 = 0; at < count; at++) {
    const plane = (<usize>load<u32>(words + (<usize>at << 2)) >> 24) << 2;
    const row = load<u32>(rows + plane);
    const byte = load<u32>(bytes + plane);
    store<u32>(rowPlaces + (<usize>at << 2), row);
    store<u32>(bytePlaces + (<usize>at << 2), byte);
    store<u32>(rows + plane, row + 1);
    store<u32>(bytes + plane, byte + <u32>load<u8>(lengths + at));
  }
}

/** Places counted from `first`, those outside of the next `most` nowhere. `to` may be `places`. */
export function narrow(places: usize, count: u32, first: u32, most: u32, to: usize): void {
  for (let at: u32 = 0; at < count; at++) {
    const place = load<u32>(places + (<usize>at << 2)) - first;
    store<u32>(to + (<usize>at << 2), select<u32>(place, NOWHERE, place < most));
  }
}

/** Where each text begins, and behind the last where it ends: `count + 1` words at `offsets`. */
export function addUp(lengths: usize, count: u32, offsets: usize): void {
  let end: u32 = 0;
  for (let at: u32 = 0; at < count; at++) {
    store<u32>(offsets + (<usize>at << 2), end);
    end += <u32>load<u8>(lengths + at);
  }
  store<u32>(offsets + (<usize>count << 2), end);
}

/**
 * Orders the places of words by their first byte, equal ones as they stand, and writes where in that order each byte's
 * words end: a word a place at `order`, 256 words at `ends`.
 */
export function group(words: usize, count: u32, order: usize, ends: usize): void {
  memory.fill(ends, 0, 1024);
  for (let at: u32 = 0; at < count; at++) {
    const byte = ends + ((<usize>load<u32>(words + (<usize>at << 2)) >> 24) << 2);
    store<u32>(byte, load<u32>(byte) + 1);
  }
  let start: u32 = 0;
  for (let byte: usize = 0; byte < 1024; byte += 4) {
    const counted = load<u32>(ends + byte);
    store<u32>(ends + byte, start);
    start += counted;
  }
  for (let at: u32 = 0; at < count; at++) {
    const byte = ends + ((<usize>load<u32>(words + (<usize>at << 2)) >> 24) << 2);
    const place = load<u32>(byte);
    store<u32>(order + (<usize>place << 2), at);
    store<u32>(byte, place + 1);
  }
}

/**
 * Copies the elements of each byte's words, which `order` and `ends` tell, in one run to the place that 256 words at
 * `starts` tell for the byte, counted from `first`; where that is not among the next `most`, they are left out.
 */
export function spread(
  from: usize, to: usize, order: usize, ends: usize, starts: usize, first: u32, most: u32, width: u32,
): void {
  let at = order;
  for (let byte: usize = 0; byte < 1024; byte += 4) {
    const end = order + (<usize>load<u32>(ends + byte) << 2);
    const place = load<u32>(starts + byte) - first;
    if (place < most) copyRun(from, to + <usize>place * width, at, end, width);
    at = end;
  }
}

@inline
function copyRun(from: usize, to: usize, order: usize, end: usize, width: u32): void {
  if (width == 4) {
    for (let at = order; at < end; at += 4, to += 4) store<u32>(to, load<u32>(from + (<usize>load<u32>(at) << 2)));
  } else if (width == 1) {
    for (let at = order; at < end; at += 4, to += 1) store<u8>(to, load<u8>(from + load<u32>(at)));
  } else if (width == 2) {
    for (let at = order; at < end; at += 4, to += 2) store<u16>(to, load<u16>(from + (<usize>load<u32>(at) << 1)));
  } else {
    for (let at = order; at < end; at += 4, to += 12) {
      const element = from + <usize>load<u32>(at) * 12;
      store<u64>(to, load<u64>(element));
      store<u32>(to, load<u32>(element, 8), 8);
    }
  }
}
