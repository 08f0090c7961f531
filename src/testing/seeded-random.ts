// Random bytes that a seed determines, for tests alone: the key stream of AES-128 in counter mode (NIST SP 800-38A,
// §6.5) under a key made from the seed. It stands for a true source in statistical tests; the product has no seed.

import { createCipheriv, createHash } from "node:crypto";

const BLOCK_BYTES = 65_536;
const ZEROS = new Uint8Array(BLOCK_BYTES);

/** A source of bytes that gives the same stream for the same seed. At most 64 KiB a call. */
export function seededRandom(seed: string): (count: number) => Uint8Array {
  const key = createHash("sha256").update(seed).digest().subarray(0, 16);
  const cipher = createCipheriv("aes-128-ctr", key, new Uint8Array(16));
  let block = cipher.update(ZEROS);
  let used = 0;
  return (count) => {
    if (count > BLOCK_BYTES) throw new RangeError("at most 64 KiB a call");
    if (used + count > BLOCK_BYTES) {
      block = cipher.update(ZEROS);
      used = 0;
    }
    used += count;
    return block.subarray(used - count, used);
  };
}
