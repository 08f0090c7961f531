// A hashed list of any size, the same bytes each time, made as it is read: no list of a gigabyte lies on disk. The
// digests are a key stream's bytes (AES-128 in counter mode), so no two people share one.

import { createCipheriv } from "node:crypto";

const HEADER = "ref,email,tier\n";
const BLOCK_ROWS = 1_024;
const DIGEST_BYTES = 32;
const ROW_BYTES = "R-00000000,,gold\n".length + 2 * DIGEST_BYTES;

/** How many rows, each a person of its own, a list of about so many bytes has. */
export function rowsIn(bytes: number): number {
  return Math.max(1, Math.floor((bytes - HEADER.length) / ROW_BYTES));
}

/** Bytes of the list of so many rows. */
export function largeListBytes(rows: number): number {
  return HEADER.length + rows * ROW_BYTES;
}

export async function* largeList(rows: number): AsyncGenerator<Uint8Array> {
  const digests = createCipheriv("aes-128-ctr", Buffer.alloc(16, 1), Buffer.alloc(16));
  const zeros = Buffer.alloc(BLOCK_ROWS * DIGEST_BYTES);
  yield Buffer.from(HEADER);
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    const hex = digests.update(zeros).toString("hex");
    let text = "";
    for (let row = from; row < Math.min(rows, from + BLOCK_ROWS); row++) {
      const at = (row - from) * 2 * DIGEST_BYTES;
      text += `R-${String(row).padStart(8, "0")},${hex.slice(at, at + 2 * DIGEST_BYTES)},gold\n`;
    }
    yield Buffer.from(text, "latin1");
  }
}
