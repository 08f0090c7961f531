// A stream of bytes that follows from a key and a name: HMAC-SHA-256 in counter mode, as in NIST SP 800-108. Whoever
// does not know the key cannot tell it from random bytes.

import { createHmac } from "node:crypto";

const BLOCK_BYTES = 32;

/**
 * Bytes for one name, the same at all times. Each call gives the next ones.
 * @param key  32 bytes, secret
 */
export function keyedBytes(key: Uint8Array, name: string): (count: number) => Uint8Array {
  let block = new Uint8Array(0);
  let used = BLOCK_BYTES;
  let counter = 0;
  return (count) => {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at++) {
      if (used >= BLOCK_BYTES) {
        block = new Uint8Array(createHmac("sha256", key).update(`${counter} ${name}`).digest());
        counter += 1;
        used = 0;
      }
      bytes[at] = block[used] ?? 0;
      used += 1;
    }
    return bytes;
  };
}
