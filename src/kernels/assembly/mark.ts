// Which rows of a column have one of the codes allowed: a bitmap. Few codes are looked up in registers, and of many few
// that are allowed are compared, sixteen rows at a time; many that are allowed are looked up in memory, row by row.

/** Codes up to which four vectors of sixteen hold what is allowed. */
const CODES_IN_REGISTERS: u32 = 64;
/** Codes allowed up to which each is compared. */
const CODES_COMPARED: u32 = 4;

/**
 * Sets bit i of a bitmap where the byte of row i's code is 1, of `values` bytes. The bitmap is written whole, in words
 * of 128 bits; bits past the last row are zero.
 */
export function markBits(codes: usize, width: u32, count: u32, allowed: usize, values: u32, bits: usize): void {
  memory.fill(bits, 0, <usize>((count + 127) >> 7) << 4);
  const sixteens = count & ~15;
  if (values <= CODES_IN_REGISTERS) {
    markByRegisters(codes, width, sixteens, allowed, values, bits);
  } else if (allowedOf(allowed, values) <= CODES_COMPARED) {
    markByComparing(codes, width, sixteens, allowed, values, bits);
  } else if (width == 1) {
    for (let row: u32 = 0; row < sixteens; row += 8) store<u8>(bits + (row >> 3), eight<u8>(codes + row, allowed));
  } else {
    for (let row: u32 = 0; row < sixteens; row += 8) {
      store<u8>(bits + (row >> 3), eight<u16>(codes + (<usize>row << 1), allowed));
    }
  }
  for (let row = sixteens; row < count; row++) {
    const code = width == 1 ? <usize>load<u8>(codes + row) : <usize>load<u16>(codes + (<usize>row << 1));
    const at = bits + (row >> 3);
    store<u8>(at, load<u8>(at) | (<u32>(load<u8>(allowed + code) == 1) << (row & 7)));
  }
}

function markByRegisters(codes: usize, width: u32, rows: u32, allowed: usize, values: u32, bits: usize): void {
  const one = i8x16.splat(1);
  const t0 = sixteenOf(allowed, values, 0), t1 = sixteenOf(allowed, values, 16);
  const t2 = sixteenOf(allowed, values, 32), t3 = sixteenOf(allowed, values, 48);
  for (let row: u32 = 0; row < rows; row += 16) {
    const code = width == 1 ? v128.load(codes + row) : narrowed(codes + (<usize>row << 1));
    let is = i8x16.swizzle(t0, code);
    if (values > 16) is = v128.or(is, i8x16.swizzle(t1, i8x16.sub(code, i8x16.splat(16))));
    if (values > 32) {
      is = v128.or(is, i8x16.swizzle(t2, i8x16.sub(code, i8x16.splat(32))));
      is = v128.or(is, i8x16.swizzle(t3, i8x16.sub(code, i8x16.splat(48))));
    }
    store<u16>(bits + (row >> 3), <u16>i8x16.bitmask(i8x16.eq(is, one)));
  }
}

/** How many codes are allowed. */
function allowedOf(allowed: usize, values: u32): u32 {
  let count: u32 = 0;
  for (let code: u32 = 0; code < values; code++) count += <u32>(load<u8>(allowed + code) == 1);
  return count;
}

/** The code that is allowed as the so manieth, from 0; the last one again where there are fewer. One is at least. */
function codeAllowed(allowed: usize, values: u32, which: u32): u32 {
  let found: u32 = 0;
  let last: u32 = 0;
  for (let code: u32 = 0; code < values && found <= which; code++) {
    if (load<u8>(allowed + code) != 1) continue;
    last = code;
    found++;
  }
  return last;
}

function markByComparing(codes: usize, width: u32, rows: u32, allowed: usize, values: u32, bits: usize): void {
  const count = allowedOf(allowed, values);
  if (count == 0) return;
  const a = codeAllowed(allowed, values, 0), b = codeAllowed(allowed, values, 1);
  const c = codeAllowed(allowed, values, 2), d = codeAllowed(allowed, values, 3);
  if (width == 1) {
    const a8 = i8x16.splat(<i8>a), b8 = i8x16.splat(<i8>b), c8 = i8x16.splat(<i8>c), d8 = i8x16.splat(<i8>d);
    for (let row: u32 = 0; row < rows; row += 16) {
      const code = v128.load(codes + row);
      let is = v128.or(i8x16.eq(code, a8), i8x16.eq(code, b8));
      if (count > 2) is = v128.or(is, v128.or(i8x16.eq(code, c8), i8x16.eq(code, d8)));
      store<u16>(bits + (row >> 3), <u16>i8x16.bitmask(is));
    }
    return;
  }
  const a16 = i16x8.splat(<i16>a), b16 = i16x8.splat(<i16>b), c16 = i16x8.splat(<i16>c), d16 = i16x8.splat(<i16>d);
  for (let row: u32 = 0; row < rows; row += 16) {
    const first = v128.load(codes + (<usize>row << 1)), second = v128.load(codes + (<usize>row << 1), 16);
    let is = v128.or(i16x8.eq(first, a16), i16x8.eq(first, b16));
    let are = v128.or(i16x8.eq(second, a16), i16x8.eq(second, b16));
    if (count > 2) {
      is = v128.or(is, v128.or(i16x8.eq(first, c16), i16x8.eq(first, d16)));
      are = v128.or(are, v128.or(i16x8.eq(second, c16), i16x8.eq(second, d16)));
    }
    store<u16>(bits + (row >> 3), <u16>i8x16.bitmask(i8x16.narrow_i16x8_s(is, are)));
  }
}

// @ts-ignore: decorator
@inline
function narrowed(codes: usize): v128 {
  return i8x16.narrow_i16x8_u(v128.load(codes), v128.load(codes, 16));
}

// Sixteen of the bytes, or none where they all lie past the last.
function sixteenOf(allowed: usize, values: u32, from: u32): v128 {
  return from < values ? v128.load(allowed + from) : i8x16.splat(0);
}

// @ts-ignore: decorator
@inline
function eight<T>(codes: usize, allowed: usize): u32 {
  let bits: u32 = 0;
  for (let place: usize = 0; place < 8; place++) {
    bits |= <u32>(load<u8>(allowed + <usize>load<T>(codes + place * sizeof<T>())) == 1) << <u32>place;
  }
  return bits;
}
