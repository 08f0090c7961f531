// CSV over bytes (RFC 4180): rows come out as offsets into the bytes they lie in, so that a cell becomes a string only
// where somebody wants one. The ordinary row takes one pass, four bytes at a time; a row that holds a quote takes a
// slower reading that copies. A quote inside a cell that does not begin with one is an ordinary character, as common
// practice has it. Input arrives in blocks of any size.

import { utf8Fault } from "./utf8.ts";
import { cellEnd, WORD_SLACK } from "./words.ts";
import { appendBlock, viewOf, type Workspace, workspace } from "./workspace.ts";

/** One row. Valid until the callback returns. */
export type CsvRow = {
  bytes: Uint8Array;
  /** The same bytes. `WORD_SLACK` more may be read behind every cell, so that cells may be read in words. */
  view: DataView;
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
  /** The line on which the next row begins, from 1. */
  line(): number;
};

/** How far rows were read ahead of the scanner: where the next one begins, and how many there were. */
export type Ahead = {
  at: number;
  rows: number;
  /** Whether the next row goes on behind the bytes that are there. */
  isCut: boolean;
};

export type CsvOptions = {
  readonly maximumRowBytes: number;
  readonly skipsByteOrderMark: boolean;
  readonly onRow: (row: CsvRow) => boolean;
  /** Takes rows from `at` on before they are cut, as many as it knows how to read; the scanner cuts the next one. */
  readonly readAhead?: (ahead: Ahead) => void;
  /** Where bytes wait; room for `spaceFor` a row of the maximum. */
  readonly space?: Workspace;
};

/** Bytes that are read at a time: they stay in the second-level cache from the copy to the check of their UTF-8. */
const PIECE_BYTES = 262_144;

/** Bytes that a scanner must have room for: a row that goes on, and a piece. */
export function spaceFor(maximumRowBytes: number): number {
  return maximumRowBytes + PIECE_BYTES;
}

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
export function csvScanner(options: CsvOptions): CsvScanner {
  const unquoted = new Uint8Array(options.maximumRowBytes + WORD_SLACK);
  const scan: Scan = {
    ...options,
    row: {
      bytes: unquoted,
      view: viewOf(unquoted),
      starts: new Int32Array(CELLS_KEPT),
      ends: new Int32Array(CELLS_KEPT),
      count: 0,
      line: 1,
      isLeaped: false,
    },
    widths: new Int32Array(CELLS_KEPT),
    unquoted: { bytes: unquoted, view: viewOf(unquoted) },
    line: 1,
    nextLine: 1,
    fault: null,
    isLast: false,
    mayLeap: true,
    mayHaveMark: options.skipsByteOrderMark,
    ahead: { at: 0, rows: 0, isCut: false },
  };
  const space = options.space ?? workspace(spaceFor(options.maximumRowBytes));
  return {
    expect: (widths) => scan.widths.set(widths),
    push: (block) => {
      for (let at = 0; at < block.length && scan.fault === null; at += PIECE_BYTES)
        advance(scan, space, block.length > PIECE_BYTES ? block.subarray(at, at + PIECE_BYTES) : block);
      return scan.fault;
    },
    end: () => {
      scan.isLast = true;
      if (scan.fault === null) advance(scan, space, new Uint8Array(0));
      return scan.fault;
    },
    line: () => scan.line,
  };
}

function advance(scan: Scan, space: Workspace, block: Uint8Array): void {
  appendBlock(space, block);
  if (scan.mayHaveMark) {
    if (space.used - space.from < 3 && !scan.isLast) return;
    scan.mayHaveMark = false;
    if (beginsWithMark(space)) space.from += 3;
  }
  const { from } = space;
  const fromLine = scan.line;
  space.from = scanRows(scan, space);
  scan.fault ??= utf8Fault(space.bytes.subarray(from, space.from), fromLine);
  if (space.used - space.from > scan.maximumRowBytes) scan.fault ??= tooLong(scan);
}

type Scan = CsvOptions & {
  readonly row: CsvRow;
  readonly widths: Int32Array;
  readonly unquoted: { readonly bytes: Uint8Array; readonly view: DataView };
  line: number;
  /** The line on which the row after this one begins. */
  nextLine: number;
  fault: CsvFault | null;
  isLast: boolean;
  /** Whether cells of an expected width may be passed over in this reading of the row. */
  mayLeap: boolean;
  mayHaveMark: boolean;
  readonly ahead: Ahead;
};

function beginsWithMark({ bytes, from, used }: Workspace): boolean {
  return used - from >= 3 && bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf;
}

/** Reads whole rows and answers where they end. */
function scanRows(scan: Scan, space: Workspace): number {
  let at = space.from;
  while (at < space.used) {
    if (scan.readAhead !== undefined) {
      at = readAhead(scan, scan.readAhead, at);
      if (at === space.used || (scan.ahead.isCut && !scan.isLast)) return at;
    }
    const next = readRow(scan, space, at);
    if (next === INCOMPLETE || next === FAULTY) return at;
    at = next;
  }
  return at;
}

function readAhead(scan: Scan, read: (ahead: Ahead) => void, at: number): number {
  const { ahead } = scan;
  ahead.at = at;
  ahead.rows = 0;
  ahead.isCut = false;
  read(ahead);
  scan.line += ahead.rows;
  return ahead.at;
}

function readRow(scan: Scan, space: Workspace, at: number): number {
  const { row } = scan;
  for (scan.mayLeap = true; ; scan.mayLeap = false) {
    const next = plainRow(scan, space, at);
    if (next === REREAD) continue;
    if (next === INCOMPLETE || next === FAULTY) return next;
    if (row.count > 0 && !scan.onRow(row) && row.isLeaped) continue;
    scan.line = scan.nextLine;
    return next;
  }
}

// HOT: every byte of a list passes through this loop; cell bounds and position stay in registers.
function plainRow(scan: Scan, space: Workspace, at: number): number {
  const { row, widths, isLast, mayLeap } = scan;
  const { starts, ends } = row;
  const { bytes, view, used } = space;
  let isLeaped = false;
  let cell = 0;
  let start = at;
  let place = at;
  for (; ; cell++, start = place + 1) {
    const width = mayLeap ? (widths[cell] ?? 0) : 0;
    const isLeap = width > 0 && start + width < used && isSeparator(bytes[start + width]);
    if (start < used && bytes[start] === QUOTE && !isLeap) return isLeaped ? REREAD : quotedRow(scan, space, at);
    isLeaped ||= isLeap;
    place = cellEnd(view, isLeap ? start + width : start, used);
    starts[cell] = start;
    ends[cell] = place;
    if (place === used || bytes[place] === LINE_FEED) break;
  }
  // A leap may have passed the end of the row.
  if (place === used && !isLast) return isLeaped ? REREAD : INCOMPLETE;
  if (place - at > scan.maximumRowBytes) return isLeaped ? REREAD : faultyAs(scan, tooLong(scan));
  const end = place > start && bytes[place - 1] === CARRIAGE_RETURN ? place - 1 : place;
  ends[cell] = end;
  row.bytes = bytes;
  row.view = view;
  row.count = end > at ? cell + 1 : 0;
  row.isLeaped = isLeaped;
  row.line = scan.line;
  scan.nextLine = scan.line + 1;
  return Math.min(place + 1, used);
}

function isSeparator(byte: number | undefined): boolean {
  return byte === COMMA || byte === LINE_FEED || byte === CARRIAGE_RETURN;
}

// HOT: one state machine over a row with quotes; its states are the positions in the loop.
function quotedRow(scan: Scan, space: Workspace, at: number): number {
  const { row, isLast } = scan;
  const bytes = space.bytes.subarray(0, space.used);
  const unquoted = scan.unquoted.bytes;
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
  row.view = scan.unquoted.view;
  row.count = cell;
  row.isLeaped = false;
  row.line = scan.line;
  scan.nextLine = line + 1;
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
