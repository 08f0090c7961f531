// Signed notes (C2SP signed-note): a text, a blank line, and a line for each signature. The log's checkpoints are
// notes; witnesses add lines of their own kind (`cosignature.ts`). Ed25519 alone; what the text says is not this file's
// matter.

import { sha256 } from "@noble/hashes/sha2.js";
import {
  concatBytes,
  equalBytes,
  fromBase64,
  fromBase64Url,
  fromHex,
  toBase64,
  toBase64Url,
  toHex,
  utf8,
} from "../domain/bytes.ts";
import { LIMITS } from "../domain/limits.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { type PublicKey, parsePublicJwk, type SigningKey } from "./jwk.ts";
import { signBytes, verifyBytes } from "./signature.ts";

/** A key that a reader of notes knows: its name is as much a part of it as its bytes. */
export type VerifierKey = { readonly name: string; readonly id: Uint8Array; readonly key: PublicKey };

/** A key that signs notes under a name. */
export type NoteSigner = { readonly name: string; readonly key: SigningKey };

/** A note that at least one known key has signed. */
export type VerifiedNote = { readonly text: string; readonly signedBy: readonly VerifierKey[] };

export type NoteRefusal =
  | "note-malformed"
  | "too-many-signatures"
  | "signature-of-known-key-invalid"
  | "no-known-signature";

/**
 * Reads the text form of a verifier key: `name+hash+base64`, the hash being the first four bytes of
 * SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key) in hex, the base64 that of 0x01 ‖ public key.
 */
export function parseVerifierKey(text: string): Result<VerifierKey, "not-a-verifier-key"> {
  return parseTypedKey(text, ED25519);
}

/** Reads a verifier key of one signature type, which stands in place of 0x01 in its hash and before its bytes. */
export function parseTypedKey(text: string, wanted: number): Result<VerifierKey, "not-a-verifier-key"> {
  const { name = "", hash = "", encoded = "" } = VERIFIER_KEY.exec(text)?.groups ?? {};
  const [id, bytes] = [fromHex(hash), fromBase64(encoded)];
  if (!isKeyName(name) || !id.ok || !bytes.ok) return NOT_A_KEY;
  const [type, publicKey] = [bytes.value[0], bytes.value.subarray(1)];
  if (type !== wanted || !equalBytes(id.value, keyId(name, wanted, publicKey))) return NOT_A_KEY;
  const key = parsePublicJwk({ kty: "OKP", crv: "Ed25519", x: toBase64Url(publicKey) });
  return key.ok ? ok({ name, id: id.value, key: key.value }) : NOT_A_KEY;
}

/**
 * The text form of a verifier key.
 * @param publicKey  32 bytes
 * @throws RangeError for a name that is empty or has blanks or a plus sign, which the format has no room for
 */
export function verifierKey(name: string, publicKey: Uint8Array): string {
  return typedKey(name, ED25519, publicKey);
}

/** The text form of a verifier key of one signature type. @throws RangeError as `verifierKey` does */
export function typedKey(name: string, type: number, publicKey: Uint8Array): string {
  requireKeyName(name);
  const encoded = toBase64(concatBytes(Uint8Array.of(type), publicKey));
  return `${name}+${toHex(keyId(name, type, publicKey))}+${encoded}`;
}

/**
 * Signs a text as a note.
 * @param text  ends in a line break and has no other control characters
 * @param signers  one signature line each, in this order
 * @throws RangeError for a text or a name that no reader would take: a bug of the caller
 */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  if (!isNoteText(text)) throw new RangeError("a note's text ends in a line break and has no control characters");
  const lines = signers.map((signer) => signatureLine(signer, ED25519, signBytes(signer.key, utf8(text))));
  return `${text}\n${lines.join("")}`;
}

/** A signature line, which ends in a line break. @param bytes  the signature as its type has it */
export function signatureLine({ name, key }: NoteSigner, type: number, bytes: Uint8Array): string {
  requireKeyName(name);
  const id = keyId(name, type, rawPublicKey(key.publicKey));
  return `${MARK}${name} ${toBase64(concatBytes(id, bytes))}\n`;
}

/**
 * Opens a note. Lines of unknown keys are passed over; a line of a known key that does not verify spoils the whole
 * note; without any line of a known key there is nothing to believe.
 * @param note  the bytes as received, so that malformed UTF-8 is seen
 */
export function verifyNote(note: Uint8Array, known: readonly VerifierKey[]): Result<VerifiedNote, NoteRefusal> {
  const parts = readNote(note);
  if (!parts.ok) return parts;
  const { text, signatures } = parts.value;
  const message = utf8(text);
  const signedBy = new Set<VerifierKey>();
  for (const signature of signatures) {
    for (const key of known.filter((one) => isOf(signature, one))) {
      if (!verifyBytes(key.key, message, signature.bytes)) return err("signature-of-known-key-invalid");
      signedBy.add(key);
    }
  }
  return signedBy.size > 0 ? ok({ text, signedBy: [...signedBy] }) : err("no-known-signature");
}

/** A signature line as it stands in a note; nothing of it is verified. */
export type SignatureLine = {
  readonly name: string;
  readonly id: Uint8Array;
  readonly bytes: Uint8Array;
  /** The line itself, without its line break. */
  readonly line: string;
};

/** Takes a note apart: its text with its last line break, and its lines. Verifies nothing. */
export function readNote(
  note: Uint8Array,
): Result<{ readonly text: string; readonly signatures: readonly SignatureLine[] }, NoteRefusal> {
  const parts = splitNote(note);
  if (parts === null) return err("note-malformed");
  if (parts.lines.length > LIMITS.noteSignatures) return err("too-many-signatures");
  const signatures = parts.lines.map(readLine).filter((line) => line !== null);
  return signatures.length === parts.lines.length ? ok({ text: parts.text, signatures }) : err("note-malformed");
}

/** Whether a line claims to be a key's: by name and by the four bytes of its hash. */
export function isOf(signature: SignatureLine, key: VerifierKey): boolean {
  return key.name === signature.name && equalBytes(key.id, signature.id);
}

const ED25519 = 0x01;
const ID_BYTES = 4;
const MARK = "\u2014 ";
// Base64 has plus signs of its own, so the third part is all of the rest.
const VERIFIER_KEY = /^(?<name>[^+]+)\+(?<hash>[0-9a-f]{8})\+(?<encoded>.+)$/;
const NOT_A_KEY = err("not-a-verifier-key" as const);

function keyId(name: string, type: number, publicKey: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8(`${name}\n`), Uint8Array.of(type), publicKey)).subarray(0, ID_BYTES);
}

/** The 32 bytes of an Ed25519 key, as verifier keys carry them. */
export function rawPublicKey(key: PublicKey): Uint8Array {
  const bytes = fromBase64Url(key.jwk.x);
  if (key.algorithm !== "EdDSA" || !bytes.ok) throw new RangeError("only an Ed25519 key signs notes");
  return bytes.value;
}

function requireKeyName(name: string): void {
  if (!isKeyName(name)) throw new RangeError("a key name is not empty and has no blanks and no plus sign");
}

function isKeyName(name: string): boolean {
  return name.isWellFormed() && /^[^\s\u0085+]+$/.test(name) && !hasControls(name);
}

/** Whether a text has control characters below U+0020 other than line breaks, which C2SP signed-note forbids. */
function hasControls(text: string): boolean {
  return Array.from(text).some((character) => character < " " && character !== "\n");
}

function isNoteText(text: string): boolean {
  return text.isWellFormed() && text.endsWith("\n") && !hasControls(text);
}

/** The text with its last line break, and the signature lines: the last blank line parts them. */
function splitNote(note: Uint8Array): { readonly text: string; readonly lines: readonly string[] } | null {
  const whole = new TextDecoder("utf-8", { ignoreBOM: true }).decode(note);
  // What is no UTF-8 is decoded as other characters, and so is not what was decoded.
  if (!equalBytes(utf8(whole), note)) return null;
  const end = whole.lastIndexOf("\n\n");
  const [text, signatures] = [whole.slice(0, end + 1), whole.slice(end + 2)];
  if (end < 0 || !isNoteText(whole)) return null;
  return { text, lines: signatures.slice(0, -1).split("\n") };
}

function readLine(line: string): SignatureLine | null {
  const [name, encoded, ...rest] = line.startsWith(MARK) ? line.slice(MARK.length).split(" ") : [];
  if (name === undefined || encoded === undefined || rest.length > 0 || !isKeyName(name)) return null;
  const bytes = fromBase64(encoded);
  if (!bytes.ok || bytes.value.length <= ID_BYTES) return null;
  return { name, id: bytes.value.subarray(0, ID_BYTES), bytes: bytes.value.subarray(ID_BYTES), line };
}
