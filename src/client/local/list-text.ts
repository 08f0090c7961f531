// The text of a list in blocks of whole lines: UTF-8 alone (RFC 3629), with or without a byte-order mark. A line feed
// is never part of a longer UTF-8 sequence, so cutting there keeps every character whole.

import { concatBytes } from "../../domain/bytes.ts";
import { LIMITS } from "../../domain/limits.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { type FileForm, listBytes, SNIFF_BYTES } from "./list-bytes.ts";

const LINE_FEED = 0x0a;
const REPLACEMENT = "\ufffd";
/** Decodes whole blocks only, so it carries nothing from one call to the next. */
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/** Text blocks that each end in a line feed, except the last. Ends after the first problem. */
export async function* listText(
  source: AsyncIterable<Uint8Array>,
  form: FileForm,
): AsyncGenerator<Result<string, Problem>> {
  const chunks = afterMark(listBytes(source, form), form);
  let held: Uint8Array = new Uint8Array(0);
  let line = 1;
  for await (const chunk of chunks) {
    if (!chunk.ok) return yield chunk;
    const bytes = held.length === 0 ? chunk.value : concatBytes(held, chunk.value);
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    held = bytes.subarray(end);
    if (held.length > LIMITS.rowBytes) return yield err(tooLong());
    if (end === 0) continue;
    const text = decoded(bytes.subarray(0, end), line);
    yield text;
    if (!text.ok) return;
    line += lineFeeds(bytes, end);
  }
  if (held.length > 0) yield decoded(held, line);
}

async function* afterMark(
  chunks: AsyncIterable<Result<Uint8Array, Problem>>,
  form: FileForm,
): AsyncGenerator<Result<Uint8Array, Problem>> {
  let head: Uint8Array | null = new Uint8Array(0);
  for await (const chunk of chunks) {
    if (head === null || !chunk.ok) {
      yield chunk;
      continue;
    }
    head = concatBytes(head, chunk.value);
    if (head.length < SNIFF_BYTES) continue;
    yield withoutMark(head, form);
    head = null;
  }
  if (head !== null) yield withoutMark(head, form);
}

function withoutMark(head: Uint8Array, form: FileForm): Result<Uint8Array, Problem> {
  const [first, second, third] = head;
  const isMarked16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const isUnmarked16 = head.length > 1 && (first === 0) !== (second === 0);
  if (isMarked16 || isUnmarked16) {
    const sentence = "the file is UTF-16; save it as UTF-8 (in a spreadsheet: `CSV UTF-8`) and try again";
    return err(problem("list-unreadable", sentence, { reason: "utf-16" }));
  }
  form.hasByteOrderMark = first === 0xef && second === 0xbb && third === 0xbf;
  return ok(form.hasByteOrderMark ? head.subarray(3) : head);
}

/** Refuses bytes that are not UTF-8: the decoder writes U+FFFD for them, beyond those the list itself may hold. */
function decoded(bytes: Uint8Array, line: number): Result<string, Problem> {
  const text = DECODER.decode(bytes);
  if (!text.includes(REPLACEMENT) || text.split(REPLACEMENT).length - 1 === replacementsIn(bytes)) return ok(text);
  const at = line + badLineOffset(bytes);
  const sentence = `line ${at} is not UTF-8; save the file as UTF-8 and try again`;
  return err(problem("list-unreadable", sentence, { reason: "not-utf-8", line: at }));
}

function badLineOffset(bytes: Uint8Array): number {
  let start = 0;
  for (let offset = 0; ; offset++) {
    const feed = bytes.indexOf(LINE_FEED, start);
    const one = bytes.subarray(start, feed < 0 ? bytes.length : feed);
    if (feed < 0 || DECODER.decode(one).split(REPLACEMENT).length - 1 !== replacementsIn(one)) return offset;
    start = feed + 1;
  }
}

function replacementsIn(bytes: Uint8Array): number {
  let found = 0;
  for (let at = bytes.indexOf(0xef); at >= 0; at = bytes.indexOf(0xef, at + 1)) {
    if (bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd) found++;
  }
  return found;
}

function lineFeeds(bytes: Uint8Array, end: number): number {
  let found = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0 && at < end; at = bytes.indexOf(LINE_FEED, at + 1)) found++;
  return found;
}

function tooLong(): Problem {
  const sentence = `a line is longer than ${LIMITS.rowBytes} bytes; is the file a CSV list with a row on each line?`;
  return problem("list-unreadable", sentence, { reason: "row-too-long" });
}
