// Hashed lists of any size, the same bytes each time, made as they are read: no list of nine gigabytes lies on disk.
// The digest of a person is two blocks of a key stream (AES-128 in counter mode), so no two people share one, and a
// list that begins at a later person shares with another exactly the people that both have. Rows are of one width, so
// that making them costs little beside reading them.

import { createCipheriv } from "node:crypto";

const BLOCK_ROWS = 2_048;
const DIGEST_BYTES = 32;
const DIGEST_CHARACTERS = 2 * DIGEST_BYTES;
const RECORD_DIGITS = 9;
const BLOCKS_A_PERSON = DIGEST_BYTES / 16;
const REGIONS = 40;
const CATEGORIES = 400;

export const HEADER = "record,sha256hex,tier,region,category\n";

/** People from `first` on, as many as `count`; rows are numbered from 0. */
export type PeopleOf = { readonly first: number; readonly count: number };

/** Rows without a header, under the columns of the benchmark's schema, in blocks. */
export function* rowsOf({ first, count }: PeopleOf, from: number, to: number): Generator<Uint8Array> {
  const last = Math.min(count, to);
  const digests = keyStreamAt((first + from) * BLOCKS_A_PERSON);
  const zeros = Buffer.alloc(BLOCK_ROWS * DIGEST_BYTES);
  for (let row = from; row < last; row += BLOCK_ROWS) {
    const rows = Math.min(BLOCK_ROWS, last - row);
    const hex = Buffer.from(digests.update(zeros.subarray(0, rows * DIGEST_BYTES)).toString("hex"), "latin1");
    const block = Buffer.allocUnsafe(rows * ROW_BYTES);
    for (let place = 0; place < rows; place++) writeRow(block, { at: place * ROW_BYTES, row: row + place, hex, place });
    yield block;
  }
}

function keyStreamAt(block: number) {
  const counter = Buffer.alloc(16);
  counter.writeBigUInt64BE(BigInt(block), 8);
  return createCipheriv("aes-128-ctr", Buffer.alloc(16, 1), counter);
}

const COMMA = ",".charCodeAt(0);
const ZERO = "0".charCodeAt(0);
const ROW = Buffer.from(`c${"0".repeat(RECORD_DIGITS)},${"0".repeat(DIGEST_CHARACTERS)},tier0,region10,category100\n`);
const ROW_BYTES = ROW.length;
const AFTER_DIGEST = ROW.indexOf(COMMA) + 1 + DIGEST_CHARACTERS;
const TIER_END = AFTER_DIGEST + ",tier0".length;
const REGION_END = TIER_END + ",region10".length;

type OneRow = { readonly at: number; readonly row: number; readonly hex: Buffer; readonly place: number };

// HOT: once a row.
function writeRow(block: Buffer, { at, row, hex, place }: OneRow): void {
  ROW.copy(block, at);
  writeNumber(block, at + RECORD_DIGITS + 1, row);
  hex.copy(block, at + RECORD_DIGITS + 2, place * DIGEST_CHARACTERS, (place + 1) * DIGEST_CHARACTERS);
  writeNumber(block, at + TIER_END, row % 5);
  writeNumber(block, at + REGION_END, 10 + (row % REGIONS));
  writeNumber(block, at + ROW_BYTES - 1, 100 + (row % CATEGORIES));
}

/** Writes a number's digits before a place. */
function writeNumber(block: Buffer, end: number, number: number): void {
  for (let at = end - 1, left = number; left > 0; at--) {
    block[at] = ZERO + (left % 10);
    left = Math.floor(left / 10);
  }
}
