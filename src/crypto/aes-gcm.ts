// AES-256-GCM (NIST SP 800-38D) in the one size that this product writes: keys of 256 bits, nonces of 96, tags of 128.
// A pure function of its inputs; whoever calls it answers for the nonce.

import { createCipheriv, createDecipheriv } from "node:crypto";
import { concatBytes } from "../domain/bytes.ts";
import { err, ok, type Result } from "../domain/result.ts";

export const NONCE_BYTES = 12;
const KEY_BYTES = 32;
const TAG_BYTES = 16;

/** What a box is sealed under. `associatedData` is bound to the box and not stored in it. */
export type Sealing = { readonly key: Uint8Array; readonly nonce: Uint8Array; readonly associatedData: Uint8Array };

/**
 * Seals a plaintext: ciphertext ‖ tag. A nonce must never be used twice under one key: two boxes would show the
 * difference of their plaintexts and let anyone forge.
 * @throws RangeError for a key or nonce of another size, which is a bug of the caller
 */
export function encrypt(sealing: Sealing, plaintext: Uint8Array): Uint8Array {
  requireSizes(sealing);
  const cipher = createCipheriv("aes-256-gcm", sealing.key, sealing.nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(sealing.associatedData);
  return concatBytes(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
}

/**
 * Opens ciphertext ‖ tag. Nothing of the plaintext is given out before the tag is checked.
 * @throws RangeError for a key or nonce of another size, which is a bug of the caller
 */
export function decrypt(sealing: Sealing, sealed: Uint8Array): Result<Uint8Array, "damaged"> {
  requireSizes(sealing);
  if (sealed.length < TAG_BYTES) return err("damaged");
  const decipher = createDecipheriv("aes-256-gcm", sealing.key, sealing.nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(sealing.associatedData);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const plaintext = decipher.update(sealed.subarray(0, -TAG_BYTES));
  try {
    return ok(concatBytes(plaintext, decipher.final()));
  } catch (error) {
    // With every size checked above, a tag that does not fit is the only thing that node:crypto throws for.
    if (error instanceof Error) return err("damaged");
    throw error;
  }
}

function requireSizes({ key, nonce }: Sealing): void {
  if (key.length !== KEY_BYTES) throw new RangeError(`a key of AES-256-GCM has 32 bytes, not ${key.length}`);
  if (nonce.length !== NONCE_BYTES) throw new RangeError(`a nonce of AES-256-GCM has 12 bytes, not ${nonce.length}`);
}
