// The alphabet of lists is UTF-8: whole lines are checked, and a cell becomes a string only where somebody wants one.

import { isUtf8 } from "node:buffer";

const LINE_FEED = 10;

type Cells = { readonly bytes: Uint8Array; readonly starts: Int32Array; readonly ends: Int32Array };

/** A cell of a row as a string. */
export function cellText({ bytes, starts, ends }: Cells, cell: number): string {
  const from = starts[cell] ?? 0;
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, (ends[cell] ?? 0) - from).toString("utf8");
}

// A line feed is never part of a longer UTF-8 sequence, so lines can be judged one by one.
export function utf8Fault(bytes: Uint8Array, fromLine: number): { says: string; line: number } | null {
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
