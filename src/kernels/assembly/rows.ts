// Rows of a CSV list: cut, decoded and put into the columns of a batch, as long as they are ordinary. Some rows at a time
// are cut, then decoded column by column, so that no row waits for the end of the one before and no cell asks what its
// column is. What is not ordinary is left to the caller, who knows why and what to say. `src/wire/list/ordinary-rows.ts`
// writes the plan that is read here. 64 bytes may be read behind the list, and 16 written behind every record reference.

import { base64In, hexIn, measureIn, NO_MEASURE, NOT_A_MEASURE } from "./list-cells";
import { endOf, hasRowEnd, isQuoted, separatorsFrom, startOf } from "./separators";
import { codeOf, masksOf, shiftOf, slotsOf, valuesOf } from "./values";

// Fields of a plan, in bytes from its beginning; its columns, in the order of the file, stand behind them.
const COLUMNS: usize = 0;
const SEPARATORS: usize = 4;
const MAXIMUM_RECORD_BYTES: usize = 8;
const ROWS: usize = 12;
const RECORD_BYTES_USED: usize = 16;
const RECORD_BYTES: usize = 20;
const RECORD_LENGTHS: usize = 24;
const CONSENTS: usize = 28;
const OF_NOTHING: usize = 32;
const BASE64: usize = 36;
const STOPPED: usize = 40;
const UNTIL: usize = 44;
const PLAN_BYTES: usize = 48;

// Fields of a column: its role, where its values go, and what its role needs.
const ROLE: usize = 0;
const TARGET: usize = 4;
const PRESENT: usize = 8;
const DICTIONARY: usize = 8;
const SCALE: usize = 8;
const BIT: usize = 12;
const COLUMN_BYTES: usize = 16;

const IDENTIFIER_HEX: u32 = 0;
const IDENTIFIER_BASE64: u32 = 1;
const RECORD: u32 = 2;
const ATTRIBUTE_OF_ONE_BYTE: u32 = 3;
const ATTRIBUTE_OF_TWO_BYTES: u32 = 4;
const CONSENT: u32 = 5;
const MEASURE: u32 = 6;

// Why reading stopped.
const FULL: u32 = 0;
const CUT: u32 = 1;
const NOT_ORDINARY: u32 = 2;

/** Bytes that are cut at a time: twice as many each time, so that little is in vain. A longer row is not ordinary. */
const FIRST_BYTES: usize = 1_024;
const MOST_BYTES: usize = 8_192;

/**
 * Reads rows from `at` up to `used` into the batch of a plan until it holds `UNTIL` rows, the bytes end or a row is not
 * ordinary; `STOPPED` says which. Answers where the first row that was not taken begins.
 */
export function readRows(plan: usize, at: usize, used: usize): usize {
  const until = load<u32>(plan, UNTIL);
  const columns = load<u32>(plan, COLUMNS);
  const separators = <usize>load<u32>(plan, SEPARATORS);
  let atOnce = FIRST_BYTES;
  for (let wanted = until - load<u32>(plan, ROWS); wanted > 0; wanted = until - load<u32>(plan, ROWS)) {
    // The separator before the first: of the row before, or where it would be.
    store<u32>(separators, <u32>(at - 1));
    const end = min(used, at + atOnce);
    const found = separatorsFrom(at, end, separators + 4);
    const whole = min(found / columns, wanted);
    const taken = takeRows(plan, whole);
    at = <usize>load<u32>(separators + (<usize>(taken * columns) << 2)) + 1;
    const isLong = atOnce == MOST_BYTES && end < used;
    if (taken < whole || (whole == 0 && (isLong || hasRowEnd(separators, found)))) {
      store<u32>(plan, NOT_ORDINARY, STOPPED);
      return at;
    }
    if (whole == 0 && end == used) {
      store<u32>(plan, CUT, STOPPED);
      return at;
    }
    atOnce = min(atOnce << 1, MOST_BYTES);
  }
  store<u32>(plan, FULL, STOPPED);
  return at;
}

/** Takes the first of so many rows into the batch, up to one that is not ordinary, and answers how many those are. */
function takeRows(plan: usize, count: u32): u32 {
  const columns = load<u32>(plan, COLUMNS);
  const row = load<u32>(plan, ROWS);
  const stride = <usize>columns << 2;
  memory.fill(<usize>load<u32>(plan, CONSENTS) + (<usize>row << 2), 0, <usize>count << 2);
  let cells = <usize>load<u32>(plan, SEPARATORS);
  const lastColumn = plan + PLAN_BYTES + (<usize>(columns - 1) * COLUMN_BYTES);
  let recordCells = cells;
  let isRecordLast = false;
  const isAlone = identifierColumns(plan) == 1;
  for (let column = plan + PLAN_BYTES; column <= lastColumn; column += COLUMN_BYTES, cells += 4) {
    const role = load<u32>(column, ROLE);
    if (role != RECORD) count = takeColumn(plan, column, row, cells, stride, column == lastColumn, isAlone, count);
    else {
      recordCells = cells;
      isRecordLast = column == lastColumn;
    }
  }
  if (!isAlone) count = rowsOfSomebody(plan, row, count);
  return takeRecords(plan, row, recordCells, stride, isRecordLast, count);
}

function takeColumn(
  plan: usize, column: usize, row: u32, cells: usize, stride: usize, isLast: bool, isAlone: bool, count: u32,
): u32 {
  const role = load<u32>(column, ROLE);
  const target = <usize>load<u32>(column, TARGET);
  const dictionary = <usize>load<u32>(column, DICTIONARY);
  if (role <= IDENTIFIER_BASE64) {
    const present = <usize>load<u32>(column, PRESENT) + row;
    return takeDigests(plan, role, cells, stride, isLast, target + (<usize>row << 5), present, isAlone, count);
  }
  if (role == ATTRIBUTE_OF_ONE_BYTE) {
    if (isLast) return takeCodes<u8>(dictionary, cells, stride, true, target + row, count);
    return takeCodes<u8>(dictionary, cells, stride, false, target + row, count);
  }
  if (role == ATTRIBUTE_OF_TWO_BYTES) {
    if (isLast) return takeCodes<u16>(dictionary, cells, stride, true, target + (<usize>row << 1), count);
    return takeCodes<u16>(dictionary, cells, stride, false, target + (<usize>row << 1), count);
  }
  if (role == CONSENT) {
    const consents = <usize>load<u32>(plan, CONSENTS) + (<usize>row << 2);
    return takeConsents(dictionary, cells, stride, isLast, consents, load<u32>(column, BIT), count);
  }
  if (role == MEASURE)
    return takeMeasures(cells, stride, isLast, target + (<usize>row << 2), load<u32>(column, SCALE), count);
  return passOver(cells, stride, isLast, count);
}

// Each of these goes through the cells of one column, up to one that is not ordinary, and answers how many it took.

function takeDigests(
  plan: usize, role: u32, cells: usize, stride: usize, isLast: bool, to: usize, present: usize, isAlone: bool,
  count: u32,
): u32 {
  const ofNothing = <usize>load<u32>(plan, OF_NOTHING);
  const base64 = <usize>load<u32>(plan, BASE64);
  const width: usize = role == IDENTIFIER_HEX ? 64 : 44;
  for (let at: u32 = 0; at < count; at++, cells += stride, to += 32) {
    const start = startOf(cells);
    const end = endOf(cells, start, isLast);
    if (end != start + width) {
      if (end != start || isAlone) return at;
      store<u8>(present + at, 0);
      continue;
    }
    if (role == IDENTIFIER_HEX) {
      if (!hexIn(start, to)) return at;
    } else if (!base64In(start, to, base64)) return at;
    if (mayBeOfNothing(load<u32>(to), ofNothing)) return at;
    store<u8>(present + at, 1);
  }
  return count;
}

// Two tables of bits: by the low half of a digest's first word, and by the high one.
@inline
function mayBeOfNothing(word: u32, tables: usize): bool {
  if (((<u32>load<u8>(tables + ((word & 0xffff) >> 3)) >> (word & 7)) & 1) == 0) return false;
  return ((<u32>load<u8>(tables + (word >> 19), 8_192) >> ((word >> 16) & 7)) & 1) != 0;
}

@inline
function takeCodes<Code>(dictionary: usize, cells: usize, stride: usize, isLast: bool, to: usize, count: u32): u32 {
  const slots = slotsOf(dictionary);
  const shift = shiftOf(dictionary);
  const values = valuesOf(dictionary);
  const masks = masksOf(dictionary);
  const first = to;
  const last = to + <usize>count * sizeof<Code>();
  for (; to < last; cells += stride, to += sizeof<Code>()) {
    const start = startOf(cells);
    const end = endOf(cells, start, isLast);
    const length = end - start;
    let code: u32 = 0;
    if (length != 0) {
      if (<i32>length < 0) break;
      code = codeOf(slots, shift, values, masks, start, length);
      if (code == 0) break;
    }
    store<Code>(to, <Code>code);
  }
  return <u32>((to - first) / sizeof<Code>());
}

function takeConsents(
  dictionary: usize, cells: usize, stride: usize, isLast: bool, to: usize, bit: u32, count: u32,
): u32 {
  const slots = slotsOf(dictionary);
  const shift = shiftOf(dictionary);
  const values = valuesOf(dictionary);
  const masks = masksOf(dictionary);
  for (let at: u32 = 0; at < count; at++, cells += stride, to += 4) {
    const start = startOf(cells);
    const end = endOf(cells, start, isLast);
    if (end < start || isQuoted(start)) return at;
    const code = end == start ? 0 : codeOf(slots, shift, values, masks, start, end - start);
    store<u32>(to, load<u32>(to) | (<u32>(code > 0) << bit));
  }
  return count;
}

function takeMeasures(cells: usize, stride: usize, isLast: bool, to: usize, scale: u32, count: u32): u32 {
  for (let at: u32 = 0; at < count; at++, cells += stride, to += 4) {
    const start = startOf(cells);
    const end = endOf(cells, start, isLast);
    if (end < start) return at;
    const measure = end == start ? <i64>NO_MEASURE : measureIn(start, end, scale);
    if (measure == NOT_A_MEASURE) return at;
    store<i32>(to, <i32>measure);
  }
  return count;
}

function passOver(cells: usize, stride: usize, isLast: bool, count: u32): u32 {
  for (let at: u32 = 0; at < count; at++, cells += stride) {
    const start = startOf(cells);
    if (endOf(cells, start, isLast) < start || isQuoted(start)) return at;
  }
  return count;
}

/** Rows up to one that has no identifier. */
function rowsOfSomebody(plan: usize, row: u32, count: u32): u32 {
  const end = columnsEnd(plan);
  for (let at: u32 = 0; at < count; at++) {
    let identifiers: u32 = 0;
    for (let column = plan + PLAN_BYTES; column < end; column += COLUMN_BYTES) {
      if (load<u32>(column, ROLE) <= IDENTIFIER_BASE64)
        identifiers |= <u32>load<u8>(<usize>load<u32>(column, PRESENT) + row + at);
    }
    if (identifiers == 0) return at;
  }
  return count;
}

function identifierColumns(plan: usize): u32 {
  let count: u32 = 0;
  const end = columnsEnd(plan);
  for (let column = plan + PLAN_BYTES; column < end; column += COLUMN_BYTES) {
    count += <u32>(load<u32>(column, ROLE) <= IDENTIFIER_BASE64);
  }
  return count;
}

function columnsEnd(plan: usize): usize {
  return plan + PLAN_BYTES + <usize>load<u32>(plan, COLUMNS) * COLUMN_BYTES;
}

// The last column that is taken: where the next reference goes follows from those that are taken for good.
function takeRecords(plan: usize, row: u32, cells: usize, stride: usize, isLast: bool, count: u32): u32 {
  const maximumBytes = <usize>load<u32>(plan, MAXIMUM_RECORD_BYTES);
  const lengths = <usize>load<u32>(plan, RECORD_LENGTHS) + row;
  const from = <usize>load<u32>(plan, RECORD_BYTES);
  let to = from + <usize>load<u32>(plan, RECORD_BYTES_USED);
  let at: u32 = 0;
  for (; at < count; at++, cells += stride) {
    const start = startOf(cells);
    const end = endOf(cells, start, isLast);
    const length = end - start;
    // A length below zero is beyond every maximum as well.
    if (length - 1 >= maximumBytes) break;
    if (isQuoted(start)) break;
    v128.store(to, v128.load(start));
    for (let byte: usize = 16; byte < length; byte += 16) v128.store(to + byte, v128.load(start + byte));
    store<u8>(lengths + at, <u8>length);
    to += length;
  }
  store<u32>(plan, row + at, ROWS);
  store<u32>(plan, <u32>(to - from), RECORD_BYTES_USED);
  return at;
}
