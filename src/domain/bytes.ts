// Spellings of bytes: hex, base64 and base64url, each strict and each printed one way only.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes, concatBytes as joined, utf8ToBytes } from "@noble/hashes/utils.js";
import { err, ok, type Result } from "./result.ts";

const STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Bytes one after the other. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return joined(...parts);
}

/** SHA-256 over the UTF-8 bytes of a text, in lowercase hex. */
export function textDigest(text: string): string {
  return toHex(sha256(utf8(text)));
}

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return utf8ToBytes(text);
}

/** Lowercase hex of bytes. */
export function toHex(bytes: Uint8Array): string {
  return bytesToHex(bytes);
}

/** Bytes of a lowercase hex text of even length; any other spelling is refused. */
export function fromHex(text: string): Result<Uint8Array, "not-hex"> {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return err("not-hex");
  return ok(hexToBytes(text));
}

/** Base64 with padding (RFC 4648 §4). */
export function toBase64(bytes: Uint8Array): string {
  const body = encode(bytes, STANDARD);
  return body + "=".repeat((4 - (body.length % 4)) % 4);
}

/** Base64url without padding (RFC 4648 §5, as RFC 7515 uses it). */
export function toBase64Url(bytes: Uint8Array): string {
  return encode(bytes, URL_SAFE);
}

/** Bytes of a padded base64 text. Refuses white space, missing padding and non-zero trailing bits. */
export function fromBase64(text: string): Result<Uint8Array, "not-base64"> {
  const bytes = decode(text.replace(/={1,2}$/, ""), STANDARD);
  return bytes !== null && toBase64(bytes) === text ? ok(bytes) : err("not-base64");
}

/** Bytes of an unpadded base64url text. Refuses padding, the standard alphabet and non-zero trailing bits. */
export function fromBase64Url(text: string): Result<Uint8Array, "not-base64url"> {
  const bytes = decode(text, URL_SAFE);
  return bytes !== null && toBase64Url(bytes) === text ? ok(bytes) : err("not-base64url");
}

/** Whether two byte strings are equal. The time taken depends on their lengths alone. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (const [index, byte] of left.entries()) difference |= byte ^ (right[index] ?? 0);
  return difference === 0;
}

function encode(bytes: Uint8Array, alphabet: string): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += alphabet.charAt(group >> 18) + alphabet.charAt((group >> 12) & 63);
    text += alphabet.charAt((group >> 6) & 63) + alphabet.charAt(group & 63);
  }
  return text.slice(0, Math.ceil((bytes.length * 4) / 3));
}

function decode(text: string, alphabet: string): Uint8Array | null {
  const bytes = new Uint8Array(Math.floor((text.length * 6) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const character of text) {
    const value = alphabet.indexOf(character);
    if (value < 0) return null;
    held = (held << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 255;
      held &= (1 << bits) - 1;
    }
  }
  return bytes;
}
