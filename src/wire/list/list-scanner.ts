// The scanner of a part, CSV or NDJSON, chosen once the part's first bytes have told which it is.

import { concatBytes } from "../../domain/bytes.ts";
import { byteOrderMarkLength, listFormatOf } from "../../domain/dataset/list-format.ts";
import { type CsvFault, type CsvOptions, type CsvScanner, csvScanner } from "./csv.ts";
import { ndjsonScanner } from "./ndjson.ts";

type Options = CsvOptions & {
  /** The order in which the cells of an NDJSON row come out. */
  readonly columns: readonly string[];
  /** Told before the first row of NDJSON, which has no header. */
  readonly onNdjson: (columns: readonly string[]) => void;
};

const NOTHING = new Uint8Array(0);

/** A scanner that waits with the first bytes, a row's length at the most, until they tell CSV from NDJSON. */
export function listScanner(options: Options): CsvScanner {
  let head: Uint8Array = NOTHING;
  const expected: Int32Array[] = [];
  let chosen: CsvScanner | null = null;
  const push = (block: Uint8Array, isLast: boolean): CsvFault | null => {
    if (chosen !== null) return chosen.push(block);
    head = head.length > 0 ? concatBytes(head, block) : block;
    const begun = beginning(options, head, isLast);
    if (begun === null) {
      // Whoever gave the bytes may use theirs again.
      head = head.slice();
      return null;
    }
    head = NOTHING;
    chosen = begun.scanner;
    for (const widths of expected) chosen.expect(widths);
    return chosen.push(begun.bytes);
  };
  return {
    expect: (widths) => (chosen === null ? void expected.push(widths) : chosen.expect(widths)),
    push: (block) => push(block, false),
    end: () => push(NOTHING, true) ?? chosen?.end() ?? null,
    line: () => chosen?.line() ?? 1,
  };
}

type Beginning = { readonly scanner: CsvScanner; readonly bytes: Uint8Array };

/** The scanner for a part that begins with these bytes, and what it is to be given of them; null: more are needed. */
function beginning(options: Options, bytes: Uint8Array, isLast: boolean): Beginning | null {
  const mark = options.skipsByteOrderMark ? byteOrderMarkLength(bytes) : 0;
  const format = mark === null ? null : listFormatOf(bytes.subarray(mark));
  if (format === null && !isLast && bytes.length <= options.maximumRowBytes) return null;
  if (mark === null || format !== "ndjson") return { scanner: csvScanner(options), bytes };
  options.onNdjson(options.columns);
  return { scanner: ndjsonScanner(options), bytes: bytes.subarray(mark) };
}
