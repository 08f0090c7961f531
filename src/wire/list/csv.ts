// CSV over bytes (RFC 4180): rows come out as offsets into the bytes they lie in, so that a cell becomes a string only
// where somebody wants one. The ordinary row takes one pass without a branch per quote; a row that holds a quote
// goes through a slower reading that copies. A quote inside a cell that does not begin with one
// is an ordinary character, as common practice has it. Input arrives in blocks of any size.

import { isUtf8 } from "node:buffer";

/** One row. Valid until the callback returns. */
export type CsvRow = {
  bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Cells of the row; offsets are kept for the first `CELLS_KEPT`. */
  count: number;
  /** The line on which the row begins, from 1. */
  line: number;
  /** Whether a cell was passed over unread because of its expected width. */
  isLeaped: boolean;
};

export type CsvFault = { readonly says: string; readonly line: number };

export type CsvScanner = {
  /**
   * Widths that cells of a column ordinarily have, 0 for none: such a cell is passed over in one leap when a separator
   * stands behind it. The row callback answers false when a leaped cell was no such cell, and the row is read again.
   */
  expect(widths: Int32Array): void;
  push(block: Uint8Array): CsvFault | null;
  /** Ends the part: what is left is its last row. */
  end(): CsvFault | null;
};

type Options = {
  readonly maximumRowBytes: number;
  readonly skipsByteOrderMark: boolean;
  readonly onRow: (row: CsvRow) => boolean;
};

/** A schema has fewer columns; a longer row is known by its count. */
export const CELLS_KEPT = 512;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;
const COMMA = 44;
const INCOMPLETE = -1;
const FAULTY = -2;
const REREAD = -3;

/** A scanner of one part. Rows longer than the maximum, bad quoting and bad UTF-8 are faults, which end the reading. */
export function csvScanner(options: Options): CsvScanner {
  const scan: Scan = {
    ...options,
    row: {
      bytes: new Uint8Array(0),
      starts: new Int32Array(CELLS_KEPT),
      ends: new Int32Array(CELLS_KEPT),
      count: 0,
      line: 1,
      isLeaped: false,
    },
    widths: new Int32Array(CELLS_KEPT),
    unquoted: new Uint8Array(options.maximumRowBytes),
    line: 1,
    fault: null,
    isLast: false,
    mayLeap: true,
  };
  const space: Workspace = { bytes: new Uint8Array(2 * options.maximumRowBytes), used: 0 };
  let mayHaveMark = options.skipsByteOrderMark;
  const advance = (block: Uint8Array, isLast: boolean): CsvFault | null => {
    append(space, block);
    if (mayHaveMark) {
      if (space.used < 3 && !isLast) return null;
      mayHaveMark = false;
      const [first, second, third] = space.bytes;
      if (space.used >= 3 && first === 0xef && second === 0xbb && third === 0xbf) forget(space, 3);
    }
    const fromLine = scan.line;
    const bytes = space.bytes.subarray(0, space.used);
    const read = scanRows(scan, bytes, isLast);
    const fault = scan.fault ?? utf8Fault(bytes.subarray(0, read), fromLine);
    forget(space, read);
    return fault ?? (space.used > options.maximumRowBytes ? tooLong(scan) : null);
  };
  return {
    expect: (widths) => scan.widths.set(widths),
    push: (block) => advance(block, false),
    end: () => advance(new Uint8Array(0), true),
  };
}

/** Bytes that wait to be read, copied so that whoever gave them may use theirs again. */
type Workspace = { bytes: Uint8Array; used: number };

function append(space: Workspace, block: Uint8Array): void {
  const needed = space.used + block.length;
  if (needed > space.bytes.length) {
    const larger = new Uint8Array(needed * 2);
    larger.set(space.bytes.subarray(0, space.used));
    space.bytes = larger;
  }
  space.bytes.set(block, space.used);
  space.used = needed;
}

function forget(space: Workspace, count: number): void {
  space.bytes.copyWithin(0, count, space.used);
  space.used -= count;
}

type Scan = Options & {
  readonly row: CsvRow;
  readonly widths: Int32Array;
  readonly unquoted: Uint8Array;
  line: number;
  fault: CsvFault | null;
  isLast: boolean;
  /** Whether cells of an expected width may be passed over in this reading of the row. */
  mayLeap: boolean;
};

/** Reads whole rows and answers how far they reach. */
function scanRows(scan: Scan, bytes: Uint8Array, isLast: boolean): number {
  let at = 0;
  scan.isLast = isLast;
  while (at < bytes.length) {
    scan.mayLeap = true;
    let next = plainRow(scan, bytes, at);
    if (next === REREAD) {
      scan.mayLeap = false;
      next = plainRow(scan, bytes, at);
    }
    if (next === INCOMPLETE || next === FAULTY) return at;
    at = next;
  }
  return at;
}

// HOT: every byte of a list passes through this loop; cell bounds and position stay in registers.
function plainRow(scan: Scan, bytes: Uint8Array, at: number): number {
  const { row, widths, isLast, mayLeap } = scan;
  const { starts, ends } = row;
  const length = bytes.length;
  let isLeaped = false;
  let cell = 0;
  let start = at;
  let place = at;
  const first = widths[0] ?? 0;
  if (mayLeap && first > 0 && isSeparator(bytes[place + first])) {
    place += first;
    isLeaped = true;
  }
  for (; place < length; place++) {
    const byte = bytes[place] ?? 0;
    if (byte > COMMA) continue;
    if (byte === COMMA) {
      starts[cell] = start;
      ends[cell] = place;
      cell++;
      start = place + 1;
      const width = widths[cell] ?? 0;
      if (mayLeap && width > 0 && isSeparator(bytes[start + width])) {
        place += width;
        isLeaped = true;
      }
    } else if (byte === LINE_FEED) {
      break;
    } else if (byte === QUOTE && place === start) {
      return isLeaped ? REREAD : quotedRow(scan, bytes, at);
    }
  }
  if (place >= length && !isLast) return INCOMPLETE;
  const next = place + 1;
  if (place - at > scan.maximumRowBytes) return faultyAs(scan, tooLong(scan));
  if (place > start && bytes[place - 1] === CARRIAGE_RETURN) place--;
  starts[cell] = start;
  ends[cell] = place;
  row.bytes = bytes;
  row.count = cell + 1;
  row.isLeaped = isLeaped;
  row.line = scan.line;
  if (place > at && !scan.onRow(row)) return REREAD;
  scan.line++;
  return Math.min(next, length);
}

function isSeparator(byte: number | undefined): boolean {
  return byte === COMMA || byte === LINE_FEED || byte === CARRIAGE_RETURN;
}

// HOT: one state machine over a row with quotes; its states are the positions in the loop.
function quotedRow(scan: Scan, bytes: Uint8Array, at: number): number {
  const { row, unquoted, isLast } = scan;
  let line = scan.line;
  let place = at;
  let written = 0;
  let cell = 0;
  for (;;) {
    row.starts[cell] = written;
    if (bytes[place] === QUOTE) {
      const opened = line;
      for (place++; ; place++) {
        if (place >= bytes.length)
          return isLast ? faulty(scan, "a quote is opened and never closed", opened) : INCOMPLETE;
        const byte = bytes[place] ?? 0;
        if (byte === QUOTE) {
          if (place + 1 >= bytes.length && !isLast) return INCOMPLETE;
          if (bytes[place + 1] !== QUOTE) break;
          place++;
        } else if (byte === LINE_FEED) line++;
        unquoted[written++] = byte;
      }
      place++;
      if (bytes[place] === CARRIAGE_RETURN) {
        if (place + 1 >= bytes.length && !isLast) return INCOMPLETE;
        if (place + 1 >= bytes.length || bytes[place + 1] === LINE_FEED) place++;
      }
      const byte = bytes[place];
      if (byte !== undefined && byte !== COMMA && byte !== LINE_FEED)
        return faulty(scan, "something stands between a closing quote and the end of its cell", line);
    } else {
      for (; place < bytes.length && bytes[place] !== COMMA && bytes[place] !== LINE_FEED; place++) {
        unquoted[written++] = bytes[place] ?? 0;
      }
      if (place >= bytes.length && !isLast) return INCOMPLETE;
      const isEnd = place >= bytes.length || bytes[place] === LINE_FEED;
      if (isEnd && bytes[place - 1] === CARRIAGE_RETURN && written > (row.starts[cell] ?? 0)) written--;
    }
    row.ends[cell++] = written;
    if (place >= bytes.length || bytes[place] === LINE_FEED) break;
    place++;
  }
  if (place >= bytes.length && !isLast) return INCOMPLETE;
  if (place - at > scan.maximumRowBytes) return faultyAs(scan, tooLong(scan));
  row.bytes = unquoted;
  row.count = cell;
  row.isLeaped = false;
  row.line = scan.line;
  scan.onRow(row);
  scan.line = line + 1;
  return Math.min(place + 1, bytes.length);
}

function faulty(scan: Scan, says: string, line: number): number {
  return faultyAs(scan, { says, line });
}

function faultyAs(scan: Scan, fault: CsvFault): number {
  scan.fault = fault;
  return FAULTY;
}

function tooLong(scan: Scan): CsvFault {
  return {
    says: `a row is longer than ${scan.maximumRowBytes} bytes; a quote may have been left open`,
    line: scan.line,
  };
}

// A line feed is never part of a longer UTF-8 sequence, so lines can be judged one by one.
function utf8Fault(bytes: Uint8Array, fromLine: number): CsvFault | null {
  if (isUtf8(bytes)) return null;
  let line = fromLine;
  let start = 0;
  while (start < bytes.length) {
    const feed = bytes.indexOf(LINE_FEED, start);
    const end = feed < 0 ? bytes.length : feed + 1;
    if (!isUtf8(bytes.subarray(start, end))) break;
    line++;
    start = end;
  }
  return { says: "the text is not UTF-8", line };
}
