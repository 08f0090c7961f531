// Sealed frames: a long secret in pieces, each under AES-256-GCM (NIST SP 800-38D), so that memory stays bounded and
// nothing is believed before its tag is checked. The key of a file comes from the data key by HKDF-SHA-256 (RFC 5869)
// with a random salt, so that a counter serves as nonce. The nonce also says whether a frame is the last: frames can
// be neither swapped nor cut off (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015).

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/** Bytes at the start of a sealed file: its salt. */
export const SALT_BYTES = 32;

/** Bytes of an authentication tag, behind each frame. */
export const TAG_BYTES = 16;

/** What opens and seals the frames of one file. Secret; plain bytes, so that a thread can be given it. */
export type FileKey = { readonly key: Uint8Array; readonly label: string };

/** Where a frame belongs: no two frames of a file have the same number, and the last says that it is. */
export type FramePlace = { readonly number: number; readonly isLast: boolean };

/** A fresh salt: a file's key is its own, even under one data key. */
export function newSalt(): Uint8Array {
  return new Uint8Array(randomBytes(SALT_BYTES));
}

/**
 * The key of a file.
 * @param dataKey  32 bytes, secret
 * @param label  what the file is and where it belongs; only the same label opens it
 */
export function fileKeyOf(dataKey: Uint8Array, salt: Uint8Array, label: string): FileKey {
  if (dataKey.length !== 32) throw new Error("a data key has 32 bytes");
  return { key: new Uint8Array(hkdfSync("sha256", dataKey, salt, `concordat sealed file 2 ${label}`, 32)), label };
}

/** Bytes that are sealed or opened at a time: memory for so few is used again, where much is taken fresh each time. */
export const CHUNK_BYTES = 131_072;

/** Seals one frame a chunk at a time, the tag last. Each chunk is the reader's, who gives its memory back. */
export function* sealInChunks(file: FileKey, place: FramePlace, pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  const cipher = createCipheriv("aes-256-gcm", file.key, nonceOf(place));
  cipher.setAAD(associated(file, place));
  for (const piece of pieces) {
    for (const chunk of chunksOf(piece)) yield cipher.update(chunk);
  }
  cipher.final();
  yield cipher.getAuthTag();
}

/**
 * Opens a frame a chunk at a time. What was handed over before counts only once this returns.
 * @param take  is given each chunk, its own to give back
 * @throws when the frame is not what was sealed under this key at this place
 */
export function openInChunks(
  file: FileKey,
  place: FramePlace,
  { sealed, take }: { readonly sealed: Uint8Array; readonly take: (chunk: Uint8Array) => void },
): void {
  if (sealed.length < TAG_BYTES) throw new Error("a sealed frame is cut short");
  const decipher = createDecipheriv("aes-256-gcm", file.key, nonceOf(place));
  decipher.setAAD(associated(file, place));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  for (const chunk of chunksOf(sealed.subarray(0, sealed.length - TAG_BYTES))) take(decipher.update(chunk));
  decipher.final();
}

function* chunksOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

/** Seals the pieces of one frame, the tag behind them. */
export function sealFrame(file: FileKey, place: FramePlace, pieces: readonly Uint8Array[]): Uint8Array[] {
  return [...sealInChunks(file, place, pieces)];
}

/**
 * Opens a frame, its tag behind it, into memory that it fills.
 * @throws when it is not what was sealed under this key at this place
 */
export function openFrame(file: FileKey, place: FramePlace, sealed: Uint8Array): Uint8Array {
  const plain = new Uint8Array(Math.max(0, sealed.length - TAG_BYTES));
  let at = 0;
  const take = (chunk: Uint8Array) => {
    plain.set(chunk, at);
    at += chunk.length;
  };
  openInChunks(file, place, { sealed, take });
  return plain;
}

function nonceOf({ number, isLast }: FramePlace): Uint8Array {
  const nonce = new Uint8Array(12);
  nonce[0] = isLast ? 1 : 0;
  new DataView(nonce.buffer).setUint32(8, number);
  return nonce;
}

function associated({ label }: FileKey, { number }: FramePlace): Uint8Array {
  return Buffer.from(`${label} frame ${number}`, "utf8");
}
