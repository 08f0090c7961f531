// Tables of cells: a row's cell is the sum of its codes, each times its column's multiplier. Codes have one byte or two,
// and are read as two of which one may be masked out, so that no row branches on its columns' widths.

/** Sub-tables of counters, so that two neighbouring rows of one cell do not wait for each other's counter. */
const TABLES: u32 = 4;
/** Cells beyond which sub-tables would leave the first cache; and rows a cell from which they pay. */
const MOST_CELLS: u32 = 2048;
const ROWS_A_CELL: u32 = 8;

/** Adds to `cells`, 32 bits each, how many of the rows fall in each. A column of width 0 is none. */
export function countCells(
  codes0: usize, width0: u32, times0: u32, codes1: usize, width1: u32, times1: u32, codes2: usize, width2: u32, times2: u32,
  count: u32, cells: usize, size: u32, scratch: usize,
): void {
  if (size > MOST_CELLS || count < size * ROWS_A_CELL) {
    for (let row: u32 = 0; row < count; row++) {
      const cell =
        codeAt(codes0, width0, row) * times0 + codeAt(codes1, width1, row) * times1 + codeAt(codes2, width2, row) * times2;
      const at = cells + (<usize>cell << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
    return;
  }
  const table = <usize>size << 2;
  memory.fill(scratch, 0, table * TABLES);
  const eights = count & ~7;
  const t0 = i16x8.splat(<i16>times0), t1 = i16x8.splat(<i16>times1), t2 = i16x8.splat(<i16>times2);
  for (let row: u32 = 0; row < eights; row += 8) {
    let cell = i16x8.mul(eightCodes(codes0, width0, row), t0);
    if (width1 != 0) cell = i16x8.add(cell, i16x8.mul(eightCodes(codes1, width1, row), t1));
    if (width2 != 0) cell = i16x8.add(cell, i16x8.mul(eightCodes(codes2, width2, row), t2));
    const first = <u64>i64x2.extract_lane(cell, 0);
    const second = <u64>i64x2.extract_lane(cell, 1);
    countFour(first, scratch, table);
    countFour(second, scratch, table);
  }
  for (let row = eights; row < count; row++) {
    const cell =
      codeAt(codes0, width0, row) * times0 + codeAt(codes1, width1, row) * times1 + codeAt(codes2, width2, row) * times2;
    const at = scratch + (<usize>cell << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  for (let at: usize = 0; at < table; at += 4) {
    const from = scratch + at;
    const pair = load<u32>(from) + load<u32>(from + table);
    const other = load<u32>(from + table * 2) + load<u32>(from + table * 3);
    store<u32>(cells + at, load<u32>(cells + at) + pair + other);
  }
}

/**
 * Adds each row's value, held between `least` and `most`, to the 64-bit sum of its cell, and one to the 32-bit number
 * of those that have a value. The smallest 32-bit number stands for none.
 */
export function sumCells(
  codes0: usize, width0: u32, times0: u32, codes1: usize, width1: u32, times1: u32, codes2: usize, width2: u32, times2: u32,
  count: u32, values: usize, least: i32, most: i32, sums: usize, holders: usize,
): void {
  const none = i32x4.splat(i32.MIN_VALUE), lower = i32x4.splat(least), upper = i32x4.splat(most);
  const t0 = i32x4.splat(times0), t1 = i32x4.splat(times1), t2 = i32x4.splat(times2);
  const fours = count & ~3;
  for (let row: u32 = 0; row < fours; row += 4) {
    let cell = i32x4.mul(fourCodes(codes0, width0, row), t0);
    if (width1 != 0) cell = i32x4.add(cell, i32x4.mul(fourCodes(codes1, width1, row), t1));
    if (width2 != 0) cell = i32x4.add(cell, i32x4.mul(fourCodes(codes2, width2, row), t2));
    const value = v128.load(values + (<usize>row << 2));
    const has = i32x4.ne(value, none);
    const held = v128.and(i32x4.min_s(i32x4.max_s(value, lower), upper), has);
    addTo(i32x4.extract_lane(cell, 0), i32x4.extract_lane(held, 0), i32x4.extract_lane(has, 0), sums, holders);
    addTo(i32x4.extract_lane(cell, 1), i32x4.extract_lane(held, 1), i32x4.extract_lane(has, 1), sums, holders);
    addTo(i32x4.extract_lane(cell, 2), i32x4.extract_lane(held, 2), i32x4.extract_lane(has, 2), sums, holders);
    addTo(i32x4.extract_lane(cell, 3), i32x4.extract_lane(held, 3), i32x4.extract_lane(has, 3), sums, holders);
  }
  for (let row = fours; row < count; row++) {
    const value = load<i32>(values + (<usize>row << 2));
    const has = value == i32.MIN_VALUE ? 0 : -1;
    const cell =
      codeAt(codes0, width0, row) * times0 + codeAt(codes1, width1, row) * times1 + codeAt(codes2, width2, row) * times2;
    addTo(cell, min(max(value, least), most) & has, has, sums, holders);
  }
}

// `has` is 0, or -1 where there is a value.
// @ts-ignore: decorator
@inline
function addTo(cell: i32, value: i32, has: i32, sums: usize, holders: usize): void {
  const sum = sums + (<usize>cell << 3);
  const held = holders + (<usize>cell << 2);
  store<i64>(sum, load<i64>(sum) + <i64>value);
  store<i32>(held, load<i32>(held) - has);
}

// @ts-ignore: decorator
@inline
function fourCodes(codes: usize, width: u32, row: u32): v128 {
  return i32x4.extend_low_i16x8_u(
    width == 1
      ? i16x8.extend_low_i8x16_u(v128.load32_zero(codes + <usize>row))
      : v128.load64_zero(codes + (<usize>row << 1)),
  );
}

// @ts-ignore: decorator
@inline
function codeAt(codes: usize, width: u32, row: u32): u32 {
  return <u32>load<u16>(codes + <usize>row * width) & (width == 2 ? 0xffff : 0xff);
}

// @ts-ignore: decorator
@inline
function eightCodes(codes: usize, width: u32, row: u32): v128 {
  return width == 1 ? v128.load8x8_u(codes + <usize>row) : v128.load(codes + (<usize>row << 1));
}

// @ts-ignore: decorator
@inline
function countFour(cells: u64, scratch: usize, table: usize): void {
  const a = scratch + (<usize>(cells & 0xffff) << 2);
  store<u32>(a, load<u32>(a) + 1);
  const b = scratch + table + (<usize>(cells >> 16 & 0xffff) << 2);
  store<u32>(b, load<u32>(b) + 1);
  const c = scratch + table * 2 + (<usize>(cells >> 32 & 0xffff) << 2);
  store<u32>(c, load<u32>(c) + 1);
  const d = scratch + table * 3 + (<usize>(cells >> 48) << 2);
  store<u32>(d, load<u32>(d) + 1);
}
