// Cosignatures (C2SP tlog-cosignature, `cosignature/v1`, Ed25519): a witness's line on a checkpoint of a log that is
// not its own. It states that, as of a time, this was the largest consistent tree of the log that the witness had seen.

import { concatBytes, utf8 } from "../domain/bytes.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { signBytes, verifyBytes } from "./signature.ts";
import {
  isOf,
  type NoteRefusal,
  type NoteSigner,
  parseTypedKey,
  readNote,
  type SignatureLine,
  signatureLine,
  typedKey,
  type VerifierKey,
} from "./signed-note.ts";

/** A cosignature that verifies. */
export type Cosignature = {
  readonly key: VerifierKey;
  /** When the witness signed, by its own clock: seconds since the Unix epoch. */
  readonly atSeconds: number;
  /** The line as it stands in the note, without its line break. */
  readonly line: string;
};

/** The text form of a witness's key: a verifier key of type 0x04, so that it opens no plain signature. */
export function cosignerKey(name: string, publicKey: Uint8Array): string {
  return typedKey(name, COSIGNATURE, publicKey);
}

/** Reads the text form of a witness's key. */
export function parseCosignerKey(text: string): Result<VerifierKey, "not-a-verifier-key"> {
  return parseTypedKey(text, COSIGNATURE);
}

/**
 * Signs a checkpoint as a witness.
 * @param text  the note's text with its last line break, extension lines and all
 * @param atSeconds  now, in whole seconds
 * @returns the line, which ends in a line break and goes behind the note's others
 */
export function cosign(text: string, signer: NoteSigner, atSeconds: number): string {
  const time = new Uint8Array(TIME_BYTES);
  new DataView(time.buffer).setBigUint64(0, BigInt(atSeconds));
  return signatureLine(signer, COSIGNATURE, concatBytes(time, signBytes(signer.key, message(text, atSeconds))));
}

/**
 * The cosignatures by known witnesses on a note, in its order; lines of others are passed over. One of a known witness
 * that does not verify spoils the whole, as for every signature of a known key (C2SP signed-note).
 */
export function verifyCosignatures(
  note: Uint8Array,
  known: readonly VerifierKey[],
): Result<{ readonly text: string; readonly cosignatures: readonly Cosignature[] }, NoteRefusal> {
  const parts = readNote(note);
  if (!parts.ok) return parts;
  const cosignatures: Cosignature[] = [];
  for (const signature of parts.value.signatures) {
    for (const key of known.filter((one) => isOf(signature, one))) {
      const atSeconds = signedAt(signature);
      if (atSeconds === null) return err("signature-of-known-key-invalid");
      const isGood = verifyBytes(key.key, message(parts.value.text, atSeconds), signature.bytes.subarray(TIME_BYTES));
      if (!isGood) return err("signature-of-known-key-invalid");
      cosignatures.push({ key, atSeconds, line: signature.line });
    }
  }
  return ok({ text: parts.value.text, cosignatures });
}

const COSIGNATURE = 0x04;
const TIME_BYTES = 8;

function message(text: string, atSeconds: number): Uint8Array {
  return utf8(`cosignature/v1\ntime ${atSeconds}\n${text}`);
}

// The structure is `u64 timestamp; opaque signature[64]`; times past 2^53 seconds are nobody's clock.
function signedAt({ bytes }: SignatureLine): number | null {
  if (bytes.length < TIME_BYTES) return null;
  const time = new DataView(bytes.buffer, bytes.byteOffset, TIME_BYTES).getBigUint64(0);
  return time <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(time) : null;
}
