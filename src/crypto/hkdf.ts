// HKDF with SHA-256 (RFC 5869): keys from a key.

import { hkdfSync } from "node:crypto";

const MOST_BYTES = 255 * 32;

/** The three inputs of RFC 5869 §2: input keying material, salt, and what the derived key is bound to (`info`). */
export type Derivation = { readonly secret: Uint8Array; readonly salt: Uint8Array; readonly context: Uint8Array };

/**
 * Extracts and expands.
 * @param length  bytes to derive
 * @throws RangeError for none, or for more than 255 blocks, which RFC 5869 §2.3 forbids
 */
export function hkdfSha256(input: Derivation, length: number): Uint8Array {
  if (length < 1 || length > MOST_BYTES) throw new RangeError(`HKDF gives 1 to 8,160 bytes, not ${length}`);
  return new Uint8Array(hkdfSync("sha256", input.secret, input.salt, input.context, length));
}
