// NDJSON over bytes: one JSON object a line (RFC 8259), its members the cells of a row, under the names of the list's
// columns. Rows come out as those of `csv.ts` do, in the order of the columns: texts without their escapes, numbers,
// true and false as they are spelt, null and what is left out as empty cells. Input arrives in blocks of any size.

import { isUtf8 } from "node:buffer";
import { shownColumn } from "./columns.ts";
import { CELLS_KEPT, type CsvFault, type CsvRow, type CsvScanner } from "./csv.ts";
import { type Dictionary, dictionary } from "./dictionary.ts";
import { readJsonNumber, readJsonText, type Text } from "./json-text.ts";
import { WORD_SLACK } from "./words.ts";
import { viewOf } from "./workspace.ts";

type Options = {
  readonly maximumRowBytes: number;
  /** The columns in the order in which the cells of a row come out. */
  readonly columns: readonly string[];
  readonly onRow: (row: CsvRow) => boolean;
};

type Scan = Options & {
  readonly row: CsvRow;
  readonly columnOf: Dictionary;
  /** By column, the line on which it was last seen. */
  readonly seen: Float64Array;
  readonly text: Text;
  /** What has come of the next line: bytes of its own. */
  held: Uint8Array;
  line: number;
};

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const TAB = 9;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_LIST = 91;
const OPEN = 123;
const CLOSE = 125;

/**
 * A scanner of one part. What is no object, a column that is unknown or stands twice, a value that is an object or a
 * list, bad escapes, bad UTF-8 and rows longer than the maximum are faults, which end the reading. Blank lines are
 * passed over. Memory: a row and a block.
 */
export function ndjsonScanner(options: Options): CsvScanner {
  const nothing = new Uint8Array(0);
  const scan: Scan = {
    ...options,
    row: {
      bytes: nothing,
      view: viewOf(nothing),
      starts: new Int32Array(CELLS_KEPT),
      ends: new Int32Array(CELLS_KEPT),
      count: options.columns.length,
      line: 1,
      isLeaped: false,
    },
    columnOf: dictionary(options.columns),
    seen: new Float64Array(options.columns.length),
    text: { bytes: nothing, from: 0, to: 0, fault: "" },
    held: nothing,
    line: 1,
  };
  return {
    expect: () => undefined,
    push: (block) => readLines(scan, block),
    // The last line ends as the others do.
    end: () => (scan.held.length === 0 ? null : readLines(scan, Uint8Array.of(LINE_FEED))),
    line: () => scan.line,
  };
}

/** Reads the lines that a block makes whole, and holds the rest. */
function readLines(scan: Scan, block: Uint8Array): CsvFault | null {
  const { held, row, text } = scan;
  const used = held.length + block.length;
  // Texts lose their escapes where they lie, and cells are read in words: the bytes are nobody else's.
  const bytes = new Uint8Array(used + WORD_SLACK);
  bytes.set(held);
  bytes.set(block, held.length);
  const end = bytes.lastIndexOf(LINE_FEED, used - 1) + 1;
  const whole = bytes.subarray(0, end);
  const isSound = isUtf8(whole);
  row.bytes = bytes;
  row.view = viewOf(bytes);
  text.bytes = bytes;
  for (let at = 0; at < end; scan.line++) {
    const feed = whole.indexOf(LINE_FEED, at);
    if (feed - at > scan.maximumRowBytes) return tooLong(scan);
    if (!isSound && !isUtf8(whole.subarray(at, feed))) return { says: "the text is not UTF-8", line: scan.line };
    const says = readLine(scan, at);
    if (says !== null) return { says, line: scan.line };
    at = feed + 1;
  }
  scan.held = bytes.slice(end, used);
  return scan.held.length > scan.maximumRowBytes ? tooLong(scan) : null;
}

/** Reads the line that begins at `start`; answers what is wrong with it. No reading passes over a line feed. */
function readLine(scan: Scan, start: number): string | null {
  const { row } = scan;
  const { bytes } = row;
  let at = afterBlanks(bytes, start);
  if (bytes[at] === LINE_FEED) return null;
  if (bytes[at] !== OPEN) return 'a line is no JSON object, such as `{"column":"value"}`';
  row.starts.fill(0, 0, row.count);
  row.ends.fill(0, 0, row.count);
  at = afterBlanks(bytes, at + 1);
  if (bytes[at] === CLOSE) at++;
  else {
    for (let isMore = true; isMore; at = isMore ? afterBlanks(bytes, at + 1) : at + 1) {
      at = readMember(scan, at);
      if (at < 0) return scan.text.fault;
      isMore = bytes[at] === COMMA;
      if (!isMore && bytes[at] !== CLOSE) return NOT_JSON;
    }
  }
  if (bytes[afterBlanks(bytes, at)] !== LINE_FEED) return "something stands behind the object of a line";
  row.line = scan.line;
  scan.onRow(row);
  return null;
}

const NOT_JSON = "a line is not JSON (RFC 8259)";

/** Reads a name, a colon and a value; answers where the next comma or brace stands, or -1 for a fault. */
function readMember(scan: Scan, at: number): number {
  const { row, seen, text } = scan;
  const { bytes } = row;
  if (bytes[at] !== QUOTE) return faulty(scan, NOT_JSON);
  const named = readJsonText(text, at + 1);
  if (named < 0) return named;
  const column = scan.columnOf(row.view, text.from, text.to) - 1;
  if (column < 0) {
    const name = bytes.subarray(text.from, text.to);
    return faulty(scan, `the column ${shownColumn(Buffer.from(name).toString())} is not in the schema: leave it out`);
  }
  if (seen[column] === scan.line) return faulty(scan, `the column ${columnAt(scan, column)} stands twice in a line`);
  seen[column] = scan.line;
  const colon = afterBlanks(bytes, named);
  if (bytes[colon] !== COLON) return faulty(scan, NOT_JSON);
  const end = readValue(scan, afterBlanks(bytes, colon + 1), column);
  if (end < 0) return end;
  row.starts[column] = text.from;
  row.ends[column] = text.to;
  return afterBlanks(bytes, end);
}

/** Reads a value into the bounds of its text; answers where it ends, or -1. */
function readValue(scan: Scan, at: number, column: number): number {
  const { text } = scan;
  const { bytes } = scan.row;
  const first = bytes[at];
  if (first === QUOTE) return readJsonText(text, at + 1);
  if (first === OPEN || first === OPEN_LIST) {
    const says = `the column ${columnAt(scan, column)} holds an object or a list, where one value may stand`;
    return faulty(scan, says);
  }
  const word = WORDS.find((one) => one.every((byte, index) => bytes[at + index] === byte));
  const end = word === undefined ? readJsonNumber(bytes, at) : at + word.length;
  if (end < 0) return faulty(scan, NOT_JSON);
  text.from = word === NULL ? end : at;
  text.to = end;
  return end;
}

const NULL = Buffer.from("null");
const WORDS = [NULL, Buffer.from("true"), Buffer.from("false")];

function afterBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  for (; bytes[at] === SPACE || bytes[at] === TAB || bytes[at] === CARRIAGE_RETURN; at++);
  return at;
}

function columnAt({ columns }: Scan, column: number): string {
  return `\`${columns[column]}\``;
}

function faulty({ text }: Scan, says: string): number {
  text.fault = says;
  return -1;
}

function tooLong({ maximumRowBytes, line }: Scan): CsvFault {
  return { says: `a row is longer than ${maximumRowBytes} bytes`, line };
}
