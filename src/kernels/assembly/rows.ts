// Rows of a CSV list: cut, decoded and put into the columns of a batch, as long as they are ordinary. What is not
// ordinary is left to the caller, who knows why and what to say. `src/wire/list/ordinary-rows.ts` writes the plan that
// is read here. 16 bytes may be read behind every cell, and written behind every record reference.

import { base64In, hexIn, measureIn, NO_MEASURE, NOT_A_MEASURE } from "./list-cells";
import { codeOf } from "./values";

// Fields of a plan, in bytes from its beginning; its columns, in the order of the file, stand behind them.
const COLUMNS: usize = 0;
const MAXIMUM_ROW_BYTES: usize = 4;
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

const LINE_FEED: u32 = 10;
const CARRIAGE_RETURN: u32 = 13;
const QUOTE: u32 = 34;
const COMMA: u32 = 44;

/**
 * Reads rows from `at` up to `used` into the batch of a plan until it holds `UNTIL` rows, the bytes end or a row is not
 * ordinary; `STOPPED` says which. Answers where the first row that was not taken begins.
 */
export function readRows(plan: usize, at: usize, used: usize): usize {
  const until = load<u32>(plan, UNTIL);
  const firstColumn = plan + PLAN_BYTES;
  const lastColumn = firstColumn + ((<usize>load<u32>(plan, COLUMNS) - 1) * COLUMN_BYTES);
  const maximumRowBytes = <usize>load<u32>(plan, MAXIMUM_ROW_BYTES);
  const maximumRecordBytes = <usize>load<u32>(plan, MAXIMUM_RECORD_BYTES);
  const recordLengths = <usize>load<u32>(plan, RECORD_LENGTHS);
  const consentsOf = <usize>load<u32>(plan, CONSENTS);
  let rows = load<u32>(plan, ROWS);
  let recordTo = <usize>load<u32>(plan, RECORD_BYTES) + <usize>load<u32>(plan, RECORD_BYTES_USED);
  let stopped = FULL;
  while (rows < until) {
    let start = at;
    let end = at;
    let consents: u32 = 0;
    let identifiers: u32 = 0;
    let recordFrom: usize = 0;
    let recordBytes: usize = 0;
    stopped = NOT_ORDINARY;
    let column = firstColumn;
    for (; ; column += COLUMN_BYTES) {
      const role = load<u32>(column, ROLE);
      if (role <= IDENTIFIER_BASE64) {
        end = identifierEnd(column, start, used);
        if (end != 0 && digestIn(plan, column, start, rows)) {
          identifiers++;
          store<u8>(<usize>load<u32>(column, PRESENT) + rows, 1);
          if (isSeparatorWrong(end, column == lastColumn)) break;
          if (column == lastColumn) {
            stopped = FULL;
            break;
          }
          start = end + 1;
          continue;
        }
      }
      const first = v128.load(start);
      if (<u32>i8x16.extract_lane_u(first, 0) == QUOTE) break;
      end = start + separatorIn(first);
      if (end == start + 16) end = separatorFrom(end, used);
      if (end >= used) {
        stopped = CUT;
        break;
      }
      const isLast = column == lastColumn;
      if (isSeparatorWrong(end, isLast)) break;
      let length = end - start;
      if (isLast && length > 0 && <u32>load<u8>(end - 1) == CARRIAGE_RETURN) length--;
      if (role == RECORD) {
        if (length == 0 || length > maximumRecordBytes) break;
        recordFrom = start;
        recordBytes = length;
      } else if (role == ATTRIBUTE_OF_ONE_BYTE || role == ATTRIBUTE_OF_TWO_BYTES) {
        const code = length == 0 ? 0 : codeOf(<usize>load<u32>(column, DICTIONARY), first, start, length);
        if (code == 0 && length > 0) break;
        const target = <usize>load<u32>(column, TARGET);
        if (role == ATTRIBUTE_OF_ONE_BYTE) store<u8>(target + rows, code);
        else store<u16>(target + (rows << 1), code);
      } else if (role <= IDENTIFIER_BASE64) {
        if (length > 0) break;
        store<u8>(<usize>load<u32>(column, PRESENT) + rows, 0);
      } else if (role == CONSENT) {
        const code = length == 0 ? 0 : codeOf(<usize>load<u32>(column, DICTIONARY), first, start, length);
        consents |= <u32>(code > 0) << load<u32>(column, BIT);
      } else if (role == MEASURE) {
        const measure = length == 0 ? <i64>NO_MEASURE : measureIn(start, start + length, load<u32>(column, SCALE));
        if (measure == NOT_A_MEASURE) break;
        store<i32>(<usize>load<u32>(column, TARGET) + (rows << 2), <i32>measure);
      }
      if (isLast) {
        stopped = FULL;
        break;
      }
      start = end + 1;
    }
    if (stopped != FULL) break;
    if (identifiers == 0 || end - at > maximumRowBytes) {
      stopped = NOT_ORDINARY;
      break;
    }
    for (let byte: usize = 0; byte < recordBytes; byte += 16) v128.store(recordTo + byte, v128.load(recordFrom + byte));
    recordTo += recordBytes;
    store<u8>(recordLengths + rows, <u8>recordBytes);
    store<u32>(consentsOf + (rows << 2), consents);
    rows++;
    at = end + 1;
  }
  store<u32>(plan, rows, ROWS);
  store<u32>(plan, <u32>(recordTo - <usize>load<u32>(plan, RECORD_BYTES)), RECORD_BYTES_USED);
  store<u32>(plan, stopped, STOPPED);
  return at;
}

// Behind every cell but the last stands a comma, and behind that a line feed.
@inline
function isSeparatorWrong(end: usize, isLast: bool): bool {
  return (<u32>load<u8>(end) == COMMA) == isLast;
}

/** How far off the first comma or line feed in 16 bytes is; 16 where there is none. */
@inline
function separatorIn(bytes: v128): usize {
  const found = v128.or(i8x16.eq(bytes, i8x16.splat(<i8>COMMA)), i8x16.eq(bytes, i8x16.splat(<i8>LINE_FEED)));
  return <usize>ctz<u32>(<u32>i8x16.bitmask(found) | 0x10000);
}

function separatorFrom(place: usize, used: usize): usize {
  for (; place < used; place += 16) {
    const off = separatorIn(v128.load(place));
    if (off < 16) return place + off;
  }
  return used;
}

/** Where the separator behind an identifier of the column's width stands; 0 where there is none. */
@inline
function identifierEnd(column: usize, start: usize, used: usize): usize {
  const end = start + (load<u32>(column, ROLE) == IDENTIFIER_HEX ? 64 : 44);
  if (end >= used) return 0;
  const byte = <u32>load<u8>(end);
  if (byte == COMMA || byte == LINE_FEED) return end;
  return byte == CARRIAGE_RETURN && end + 1 < used && <u32>load<u8>(end + 1) == LINE_FEED ? end + 1 : 0;
}

/** Decodes a digest into its column; answers whether it is one that stands for somebody. */
@inline
function digestIn(plan: usize, column: usize, start: usize, row: u32): bool {
  const to = <usize>load<u32>(column, TARGET) + (row << 5);
  const isDigest =
    load<u32>(column, ROLE) == IDENTIFIER_HEX ? hexIn(start, to) : base64In(start, to, load<u32>(plan, BASE64));
  const word = load<u32>(to);
  const marks = <u32>load<u8>(<usize>load<u32>(plan, OF_NOTHING) + ((word & 0xffff) >> 3));
  return isDigest && ((marks >> (word & 7)) & 1) == 0;
}
