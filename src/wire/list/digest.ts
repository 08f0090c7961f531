// Digest cells: 64 hex digits of either case, or 44 characters of strict base64 (RFC 4648 §4), decoded by table
// straight into the words of a batch. No string of a digest is ever made.

/** Decodes the cell `from`..`to` into 8 words at `at`; answers whether it was a digest in this encoding. */
export type DigestReader = (bytes: Uint8Array, cell: { from: number; to: number }, into: Words) => boolean;

/** Where the words of a digest go. */
export type Words = { readonly words: Int32Array; at: number };

export const DIGEST_CHARACTERS = { hex: 64, base64: 44 } as const;

export const DIGEST_READERS: { readonly [encoding in "hex" | "base64"]: DigestReader } = {
  hex: readHex,
  base64: readBase64,
};

const HEX = table("0123456789abcdef");
for (let digit = 10; digit < 16; digit++) HEX["A".charCodeAt(0) + digit - 10] = digit;
const BASE64 = table("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

// A character outside the alphabet has a negative value, which survives every OR.
function table(alphabet: string): Int32Array {
  const values = new Int32Array(256).fill(-1);
  for (const [value, character] of [...alphabet].entries()) values[character.charCodeAt(0)] = value;
  return values;
}

function readHex(bytes: Uint8Array, { from, to }: { from: number; to: number }, into: Words): boolean {
  if (to - from !== DIGEST_CHARACTERS.hex) return false;
  const { words, at } = into;
  let seen = 0;
  for (let word = 0, place = from; word < 8; word++, place += 8) {
    const a = HEX[bytes[place] ?? 0] ?? -1;
    const b = HEX[bytes[place + 1] ?? 0] ?? -1;
    const c = HEX[bytes[place + 2] ?? 0] ?? -1;
    const d = HEX[bytes[place + 3] ?? 0] ?? -1;
    const e = HEX[bytes[place + 4] ?? 0] ?? -1;
    const f = HEX[bytes[place + 5] ?? 0] ?? -1;
    const g = HEX[bytes[place + 6] ?? 0] ?? -1;
    const h = HEX[bytes[place + 7] ?? 0] ?? -1;
    seen |= a | b | c | d | e | f | g | h;
    words[at + word] = (a << 4) | b | (c << 12) | (d << 8) | (e << 20) | (f << 16) | (g << 28) | (h << 24);
  }
  return seen >= 0;
}

function readBase64(bytes: Uint8Array, { from, to }: { from: number; to: number }, into: Words): boolean {
  if (to - from !== DIGEST_CHARACTERS.base64 || bytes[to - 1] !== 61) return false;
  const { words, at } = into;
  words.fill(0, at, at + 8);
  let seen = 0;
  let held = 0;
  let bits = 0;
  let byte = 0;
  for (let place = from; place < to - 1; place++) {
    const value = BASE64[bytes[place] ?? 0] ?? -1;
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
