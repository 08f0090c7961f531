// Bytes sealed at rest: AES-256-GCM under a random nonce that stands in front of the box, and keys for one purpose
// derived from a key. One form to write, one form to read.

import { randomBytes } from "node:crypto";
import { concatBytes, utf8 } from "../domain/bytes.ts";
import { err, type Result } from "../domain/result.ts";
import { decrypt, encrypt, NONCE_BYTES } from "./aes-gcm.ts";
import { hkdfSha256 } from "./hkdf.ts";

/**
 * Seals a plaintext: nonce ‖ ciphertext ‖ tag, 28 bytes longer than what goes in.
 * A random nonce of 96 bits keeps one key sound for 2³² boxes (SP 800-38D §8.3).
 * @param key  32 bytes, secret
 * @param associatedData  bound to the box and not stored in it: say what the box is, so that it cannot be moved
 */
export function seal(key: Uint8Array, plaintext: Uint8Array, associatedData: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  return concatBytes(nonce, encrypt({ key, nonce, associatedData }, plaintext));
}

/**
 * Opens a box of `seal`. A wrong key, wrong associated data, a changed or shortened box: all are `damaged` alike.
 * @param key  32 bytes, secret
 */
export function open(key: Uint8Array, box: Uint8Array, associatedData: Uint8Array): Result<Uint8Array, "damaged"> {
  const nonce = box.subarray(0, NONCE_BYTES);
  return nonce.length < NONCE_BYTES
    ? err("damaged")
    : decrypt({ key, nonce, associatedData }, box.subarray(NONCE_BYTES));
}

/**
 * A key for one purpose, derived from another: different labels give unrelated keys (HKDF-SHA-256, no salt).
 * @param key  32 bytes, secret
 * @param label  names the purpose and everything that the derived key is bound to, at most 1,024 bytes
 * @param length  bytes, at most 8,160
 */
export function derive(key: Uint8Array, label: string, length: number): Uint8Array {
  if (key.length !== 32) throw new RangeError(`a key to derive from has 32 bytes, not ${key.length}`);
  return hkdfSha256({ secret: key, salt: new Uint8Array(), context: utf8(label) }, length);
}
