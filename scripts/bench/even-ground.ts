// What one contender leaves behind is not to be the next one's wait: before each turn the system's write buffers are
// emptied, and memory that somebody gave back is touched by a process that then ends. The host of a virtual machine
// takes back pages that nobody uses, and gives them out again one by one, which costs whoever comes next.

import { execFile } from "node:child_process";
import { freemem } from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);

const PIECE_BYTES = 2 ** 26;
/** What the contenders together take for a row, about. */
const BYTES_A_ROW = 600;

/** Prepares a turn in which lists of so many rows are taken in. */
export async function evenGround(rows: number): Promise<void> {
  await run("sync");
  const pieces = Math.ceil(Math.min(rows * BYTES_A_ROW, freemem() / 2) / PIECE_BYTES);
  const touch = `Array.from({ length: ${pieces} }, () => new Uint8Array(${PIECE_BYTES}).fill(1))`;
  await run(process.execPath, ["-e", touch]);
}
