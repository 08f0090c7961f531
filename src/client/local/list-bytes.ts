// The bytes of a raw list as they come: plain, or gzip (RFC 1952) unpacked on the way. Runs in Node and in a browser.

import { concatBytes } from "../../domain/bytes.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";

/** What the reader has seen of the file's own form so far. */
export type FileForm = { bytes: number; isGzip: boolean; hasByteOrderMark: boolean };

/** Bytes that suffice to tell gzip and UTF-16 from a plain list. */
export const SNIFF_BYTES = 4;

/**
 * The list's bytes, unpacked. Ends after the first problem. Counts the bytes as sent into `form`.
 * @throws whatever the source throws: a disk that fails is not a fault of the list
 */
export async function* listBytes(
  source: AsyncIterable<Uint8Array>,
  form: FileForm,
): AsyncGenerator<Result<Uint8Array, Problem>> {
  const chunks = counted(source, form)[Symbol.asyncIterator]();
  try {
    const head = await firstBytes(chunks);
    form.isGzip = head[0] === 0x1f && head[1] === 0x8b;
    if (form.isGzip) yield* unpacked(rejoined(head, chunks));
    else for await (const chunk of rejoined(head, chunks)) yield ok(chunk);
  } finally {
    await chunks.return?.(undefined);
  }
}

async function* counted(source: AsyncIterable<Uint8Array>, form: FileForm): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    form.bytes += chunk.length;
    yield chunk;
  }
}

async function firstBytes(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < SNIFF_BYTES) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = concatBytes(head, next.value);
  }
  return head;
}

async function* rejoined(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/**
 * Feeds the unpacker on one side and reads it on the other, so that memory stays at a few chunks. A damaged file
 * makes a read fail; a source that fails makes the feeding fail, and that error is thrown on.
 */
async function* unpacked(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Result<Uint8Array, Problem>> {
  const { readable, writable } = new DecompressionStream("gzip");
  const reader = readable.getReader();
  const feeding = feed(packed, writable.getWriter());
  let isOver = false;
  try {
    while (!isOver) {
      const read = await settled(reader.read());
      if (!read.ok) {
        isOver = true;
        yield err(damaged(await causeOf(feeding, read.error)));
      } else if (read.value.done) isOver = true;
      else yield ok(read.value.value);
    }
  } finally {
    if (!isOver) await reader.cancel();
  }
}

// A source that failed shows as a stream that broke: its own error is the cause, and goes on.
async function causeOf(feeding: Promise<Fed>, broken: unknown): Promise<unknown> {
  const fed = await feeding;
  if (fed.kind === "source-failed") throw fed.error;
  return broken;
}

type Fed = { readonly kind: "fed" } | { readonly kind: "source-failed"; readonly error: unknown };

async function feed(packed: AsyncIterable<Uint8Array>, writer: WritableStreamDefaultWriter): Promise<Fed> {
  const chunks = packed[Symbol.asyncIterator]();
  for (;;) {
    const next = await settled(chunks.next());
    if (!next.ok) {
      await writer.abort(next.error);
      return { kind: "source-failed", error: next.error };
    }
    const isLast = next.value.done === true;
    const written = await settled(isLast ? writer.close() : writer.write(next.value.value));
    if (isLast || !written.ok) return { kind: "fed" };
  }
}

function settled<Value>(promise: Promise<Value>): Promise<Result<Value, unknown>> {
  return promise.then(ok, err);
}

function damaged(error: unknown): Problem {
  const because = error instanceof Error ? error.message : "the stream broke off";
  return problem("list-unreadable", `the gzip file cannot be unpacked: ${because}`, { reason: "gzip-damaged" });
}
