// The bytes of a part: gzip (RFC 1952) known by its first two bytes and inflated under a bound, small pieces gathered
// into blocks so that a client that sends one byte at a time costs no more than another.

import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { LIMITS } from "../../domain/limits.ts";
import type { ListFault } from "./fault.ts";

/** Bytes gathered before they are read; a row is at most as long. */
const BLOCK_BYTES = 65_536;

/**
 * Gives the bytes of a part to `take`, block by block, until it refuses or nothing is left.
 * @throws whatever the body throws: a connection that breaks is no fault of the list
 */
export async function readBlocks(body: AsyncIterable<Uint8Array>, take: Take): Promise<ListFault | null> {
  const pieces = body[Symbol.asyncIterator]();
  try {
    const head = await atLeast(pieces, 2);
    const isGzip = head[0] === 0x1f && head[1] === 0x8b;
    return isGzip ? await inflate(whole(head, pieces), take) : await gather(head, pieces, take);
  } finally {
    await pieces.return?.();
  }
}

async function atLeast(pieces: AsyncIterator<Uint8Array>, wanted: number): Promise<Uint8Array> {
  const held: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < wanted) {
    const next = await pieces.next();
    if (next.done === true) break;
    held.push(next.value);
    bytes += next.value.length;
  }
  return joined(held);
}

const NOTHING = new Uint8Array(0);

async function* whole(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  yield* { [Symbol.asyncIterator]: () => rest };
}

type Take = (block: Uint8Array) => Promise<ListFault | null>;

async function gather(head: Uint8Array, pieces: AsyncIterator<Uint8Array>, take: Take): Promise<ListFault | null> {
  let held = head.length > 0 ? [head] : [];
  let bytes = head.length;
  for (;;) {
    if (bytes >= BLOCK_BYTES) {
      const refusal = await take(joined(held));
      if (refusal !== null) return refusal;
      held = [];
      bytes = 0;
    }
    const next = await pieces.next();
    if (next.done === true) return bytes > 0 ? take(joined(held)) : null;
    held.push(next.value);
    bytes += next.value.length;
  }
}

function joined(held: readonly Uint8Array[]): Uint8Array {
  const [first] = held;
  return held.length === 1 && first !== undefined ? first : Buffer.concat(held);
}

async function inflate(pieces: AsyncIterable<Uint8Array>, take: Take): Promise<ListFault | null> {
  const arrived = { bytes: 0 };
  const source = Readable.from(counted(pieces, arrived), { objectMode: false });
  const gunzip = createGunzip({ chunkSize: BLOCK_BYTES });
  source.on("error", (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  let bytes = 0;
  const bounded = async (block: Uint8Array) => {
    bytes += block.length;
    return bytes > LIMITS.inflatedPartBytes ? TOO_LARGE : take(block);
  };
  try {
    const fault = await gather(NOTHING, gunzip[Symbol.asyncIterator](), bounded);
    // Behind zeros, which some tools pad with, the decompressor takes whatever comes for padding as well.
    return fault ?? (gunzip.bytesWritten < arrived.bytes ? BEHIND_THE_END : null);
  } catch (error) {
    if (isGzipFault(error)) return { kind: "list-unreadable", says: `the gzip stream is damaged: ${error.message}` };
    throw error;
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

async function* counted(pieces: AsyncIterable<Uint8Array>, arrived: { bytes: number }): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    arrived.bytes += piece.length;
    yield piece;
  }
}

const BEHIND_THE_END: ListFault = {
  kind: "list-unreadable",
  says: "bytes stand behind the end of the gzip stream: send the stream alone",
};

const TOO_LARGE: ListFault = {
  kind: "body-too-large",
  says: `the part grows beyond ${LIMITS.inflatedPartBytes} bytes when it is unpacked: send smaller parts`,
};

function isGzipFault(error: unknown): error is Error {
  return error instanceof Error && "code" in error && typeof error.code === "string" && error.code.startsWith("Z_");
}
