// Digest cells: 64 hex digits of either case, four characters at a time, or 44 characters of strict base64 by table
// (RFC 4648 §4), decoded straight into the words of a batch. No string of a digest is ever made.

/** Decodes the cell `from`..`to` into 8 words at `at`; answers whether it was a digest in this encoding. */
export type DigestReader = (view: DataView, cell: { from: number; to: number }, into: Words) => boolean;

/** Where the words of a digest go. */
export type Words = { readonly words: Int32Array; at: number };

export const DIGEST_CHARACTERS = { hex: 64, base64: 44 } as const;

export const DIGEST_READERS: { readonly [encoding in "hex" | "base64"]: DigestReader } = {
  hex: readHex,
  base64: readBase64,
};

/** By character code; -1 for what is none of the alphabet. */
export const BASE64_VALUES = table("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

// A character outside the alphabet has a negative value, which survives every OR.
function table(alphabet: string): Int32Array {
  const values = new Int32Array(256).fill(-1);
  for (const [value, character] of [...alphabet].entries()) values[character.charCodeAt(0)] = value;
  return values;
}

// The four characters of a word lie in its four bytes, which no sum here carries over.
const EVERY_BYTE = 0x01010101;

function readHex(view: DataView, { from, to }: { from: number; to: number }, { words, at }: Words): boolean {
  if (to - from !== DIGEST_CHARACTERS.hex) return false;
  let wrong = 0;
  for (let word = at, place = from; place < to; word++, place += 8) {
    const first = view.getInt32(place, true);
    const second = view.getInt32(place + 4, true);
    const left = digitsOf(first);
    const right = digitsOf(second);
    wrong |= misspelling(first, left) | misspelling(second, right);
    words[word] = joined(left) | (joined(right) << 16);
  }
  return wrong === 0;
}

/** The values of four hex digits; of other characters something up to 24. */
function digitsOf(text: number): number {
  return (text & (15 * EVERY_BYTE)) + 9 * ((text >>> 6) & EVERY_BYTE);
}

/** Zero when four characters are the digits that were read from them, in either case. */
function misspelling(text: number, digits: number): number {
  const letters = ((digits + 6 * EVERY_BYTE) >>> 4) & EVERY_BYTE;
  const spelt = digits + 0x30 * EVERY_BYTE + 0x27 * letters;
  return ((text | (letters << 5)) ^ spelt) | (digits & 0xf0f0f0f0);
}

/** Two bytes of four digits, the first digit the high one of the first byte. */
function joined(digits: number): number {
  const pairs = (digits << 4) | (digits >>> 8);
  return (pairs & 255) | ((pairs >>> 8) & 0xff00);
}

function readBase64(view: DataView, { from, to }: { from: number; to: number }, into: Words): boolean {
  if (to - from !== DIGEST_CHARACTERS.base64 || view.getUint8(to - 1) !== 61) return false;
  const { words, at } = into;
  words.fill(0, at, at + 8);
  let seen = 0;
  let held = 0;
  let bits = 0;
  let byte = 0;
  for (let place = from; place < to - 1; place++) {
    const value = BASE64_VALUES[view.getUint8(place)] ?? -1;
    seen |= value;
    held = ((held << 6) | (value & 63)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    const word = at + (byte >> 2);
    words[word] = (words[word] ?? 0) | (((held >> bits) & 255) << ((byte & 3) * 8));
    byte++;
  }
  const hasLooseBits = (held & ((1 << bits) - 1)) !== 0;
  return seen >= 0 && !hasLooseBits;
}
