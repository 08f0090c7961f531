// Tokens against @noble/hashes and against the tokeniser of the identifiers, in every world.

import { blake3 } from "@noble/hashes/blake3.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyedTokeniser } from "../domain/identifier/token-kernel.ts";
import { KERNEL_WORLDS } from "../testing/kernel-worlds.ts";

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const edges = [0x00, 0xff, 0x80, 0x01, 0x7f].map((byte) => new Uint8Array(32).fill(byte));

describe.each(KERNEL_WORLDS)("%s", (_, open) => {
  const tokensOf = (digests: readonly Uint8Array[], key: Uint8Array): number[] => {
    const world = open();
    const tokens = world.room(digests.length * 16);
    const held = world.hold(Uint8Array.from(digests.flatMap((digest) => [...digest])));
    world.kernels.tokens({ digests: held, count: digests.length, key: world.hold(key), tokens });
    expect(world.isIntact()).toBe(true);
    return world.words(tokens, digests.length * 4);
  };

  test("tokens are the first 16 bytes of keyed BLAKE3, whatever the lanes hold", () => {
    fc.assert(
      fc.property(bytes32, fc.array(bytes32, { maxLength: 9, size: "max" }), (key, digests) => {
        expect(tokensOf(digests, key)).toEqual(digests.flatMap((digest) => referenceToken(digest, key)));
      }),
    );
  });

  test("tokens are right at the edges of the words", () => {
    for (const key of edges) {
      expect(tokensOf(edges, key)).toEqual(edges.flatMap((digest) => referenceToken(digest, key)));
    }
  });

  test("4097 tokens equal those of the identifiers' tokeniser", () => {
    const digests = Array.from({ length: 4097 }, (_, row) => blake3(Uint8Array.of(row, row >> 8)));
    const expected = new Uint32Array(digests.length * 4);
    const words = new Int32Array(Uint8Array.from(digests.flatMap((digest) => [...digest])).buffer);
    keyedTokeniser(new Uint8Array(32).fill(9))(words, digests.length, expected);
    expect(tokensOf(digests, new Uint8Array(32).fill(9))).toEqual([...expected]);
  });
});

function referenceToken(digest: Uint8Array, key: Uint8Array): number[] {
  const view = new DataView(blake3(digest, { key, dkLen: 16 }).buffer);
  return [0, 4, 8, 12].map((at) => view.getUint32(at));
}
