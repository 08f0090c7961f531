import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DIGEST_READERS } from "./digest.ts";
import { viewOf } from "./workspace.ts";

const digests = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe("a hex digest", () => {
  it("is read in either case, wherever it begins", () => {
    fc.assert(
      fc.property(digests, fc.nat(7), fc.boolean(), (digest, from, isUpper) => {
        const text = Buffer.from(digest).toString("hex");
        expect(read(" ".repeat(from) + (isUpper ? text.toUpperCase() : text), from)).toEqual([true, digest]);
      }),
    );
  });

  it("has no other character in it, at any place", () => {
    for (let place = 0; place < 64; place++) {
      for (let byte = 0; byte < 256; byte++) {
        const text = Buffer.alloc(64, "a");
        text[place] = byte;
        expect([place, byte, read(text, 0)[0]]).toEqual([place, byte, /[0-9a-fA-F]/.test(String.fromCharCode(byte))]);
      }
    }
  });
});

function read(cell: string | Uint8Array, from: number): [boolean, Uint8Array] {
  const words = new Int32Array(8);
  const isDigest = DIGEST_READERS.hex(viewOf(Buffer.from(cell)), { from, to: cell.length }, { words, at: 0 });
  return [isDigest, new Uint8Array(words.buffer)];
}
