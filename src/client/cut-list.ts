// A list cut into the parts in which it goes up: whole rows of RFC 4180, quoted line breaks respected, or whole lines
// of NDJSON. Where the cuts fall depends on the bytes alone, never on how they arrived, so that a resumed upload cuts
// as the first one did.

import { concatBytes } from "../domain/bytes.ts";
import { byteOrderMarkLength, type ListFormat, listFormatOf } from "../domain/dataset/list-format.ts";
import { LIMITS } from "../domain/limits.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";

/** Bytes of a part before it is packed: below the limit of a part even when packing gains nothing. */
export const CUT_BYTES = 6 * 1_048_576;

/**
 * Cuts a list: each part as long as fits into `cutBytes` and ending at the end of a row; the last ends where the list
 * does. Ends after a refusal, which only a row longer than `cutBytes` is given. Memory: two parts.
 */
export async function* cutList(
  chunks: AsyncIterable<Result<Uint8Array, Problem>>,
  cutBytes: number = CUT_BYTES,
): AsyncGenerator<Result<Uint8Array, Problem>> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let format: ListFormat | null = null;
  for await (const chunk of chunks) {
    if (!chunk.ok) return yield chunk;
    held.push(chunk.value);
    heldBytes += chunk.value.length;
    while (heldBytes > cutBytes) {
      const all = concatBytes(...held);
      const part = all.subarray(0, cutBytes);
      format ??= listFormatIn(part);
      const end = format === "ndjson" ? part.lastIndexOf(LINE_FEED) + 1 : lastRowEnd(part);
      if (end === 0) return yield err(endless());
      yield ok(all.subarray(0, end));
      held = [all.subarray(end)];
      heldBytes -= end;
    }
  }
  if (heldBytes > 0) yield ok(concatBytes(...held));
}

/** The format of a list, or of a part of one, that begins with these bytes. */
export function listFormatIn(bytes: Uint8Array): ListFormat {
  const mark = byteOrderMarkLength(bytes);
  return (mark === null ? null : listFormatOf(bytes.subarray(mark))) ?? "csv";
}

const LINE_FEED = 0x0a;
const QUOTE = 0x22;

// The bytes begin outside a quoted cell, so a line feed after an even number of quotes ends a row: a doubled quote
// inside a cell counts twice.
function lastRowEnd(bytes: Uint8Array): number {
  let end = 0;
  let at = 0;
  for (let quote = bytes.indexOf(QUOTE); quote >= 0; quote = bytes.indexOf(QUOTE, at)) {
    const feed = bytes.subarray(at, quote).lastIndexOf(LINE_FEED);
    if (feed >= 0) end = at + feed + 1;
    const close = bytes.indexOf(QUOTE, quote + 1);
    if (close < 0) return end;
    at = close + 1;
  }
  const feed = bytes.subarray(at).lastIndexOf(LINE_FEED);
  return feed >= 0 ? at + feed + 1 : end;
}

function endless(): Problem {
  const sentence = `a row is longer than ${LIMITS.rowBytes} bytes; is a quoted cell left open?`;
  return problem("list-unreadable", sentence, { reason: "row-too-long" });
}
