// Bytes that a seed determines, for attacks on made-up worlds alone: the same attack plays the same way each time. No
// answer about people ever draws from here.

import { blake3 } from "@noble/hashes/blake3.js";
import { utf8 } from "../bytes.ts";
import type { RandomBytes } from "../privacy/random.ts";

const BLOCK_BYTES = 4_096;

/** The output stream of BLAKE3 over the seed: the same for the same seed. At most 4 KiB a call. */
export function seededBytes(seed: string): RandomBytes {
  const stream = blake3.create({}).update(utf8(seed));
  let block = stream.xof(BLOCK_BYTES);
  let used = 0;
  return (count) => {
    if (count > BLOCK_BYTES) throw new RangeError("at most 4 KiB a call");
    if (used + count > BLOCK_BYTES) {
      block = stream.xof(BLOCK_BYTES);
      used = 0;
    }
    used += count;
    return block.subarray(used - count, used);
  };
}
