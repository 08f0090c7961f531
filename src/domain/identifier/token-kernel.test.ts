import { blake3 } from "@noble/hashes/blake3.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHex, utf8 } from "../bytes.ts";
import { datasetSchemaSchema } from "../dataset/schema.ts";
import { DIGEST_WORDS, keyedTokeniser, TOKEN_WORDS, tokeniser, tokenNameOf } from "./token-kernel.ts";

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const edges = [0x00, 0xff, 0x80, 0x01].map((byte) => new Uint8Array(32).fill(byte));

describe("the batch kernel", () => {
  it("gives the first 16 bytes of keyed BLAKE3, as another implementation does", () => {
    fc.assert(
      fc.property(bytes32, fc.array(bytes32, { minLength: 1, maxLength: 9 }), (key, digests) => {
        expect(tokensOf(keyedTokeniser(key), digests)).toEqual(digests.map((digest) => sliceOf(digest, key)));
      }),
    );
  });

  it("does so at the edges of the words", () => {
    for (const key of edges) {
      expect(tokensOf(keyedTokeniser(key), edges)).toEqual(edges.map((digest) => sliceOf(digest, key)));
    }
  });

  it("reads a key that lies anywhere in memory", () => {
    const memory = Uint8Array.from({ length: 40 }, (_, index) => index);
    const key = memory.subarray(3, 35);
    expect(tokensOf(keyedTokeniser(key), edges)).toEqual(edges.map((digest) => sliceOf(digest, key.slice())));
  });
});

describe("tokens of a room", () => {
  it("are made under a key derived for each identifier kind", () => {
    fc.assert(
      fc.property(bytes32, bytes32, (roomKey, digest) => {
        const key = blake3(roomKey, { context: utf8("concordat token email 1") });
        expect(tokensOf(tokeniser(roomKey, "email"), [digest])).toEqual([sliceOf(digest, key)]);
      }),
    );
  });

  it("of one digest have nothing in common between kinds, or between rooms", () => {
    const digest = new Uint8Array(32).fill(5);
    const rooms = [new Uint8Array(32), new Uint8Array(32).fill(1)];
    const tokens = rooms.flatMap((room) => [
      ...tokensOf(tokeniser(room, "email"), [digest]),
      ...tokensOf(tokeniser(room, "phone"), [digest]),
    ]);
    expect(new Set(tokens).size).toBe(4);
  });

  it("have keys of their own for each kind, and for external ids for each namespace", () => {
    const hashed = { profile: "concordat-1", encoding: "hex" };
    const schema = datasetSchemaSchema.parse({
      concordat: "dataset/1",
      dataset: "customers",
      record: { column: "id" },
      identifiers: {
        maid: { column: "maid", ...hashed },
        external: { column: "loyalty", namespace: "loyalty-card", ...hashed },
      },
      attributes: {},
      consents: {},
      rejects: "0",
    });
    expect(tokenNameOf(schema, "maid")).toBe("maid");
    expect(tokenNameOf(schema, "external")).toBe("external:loyalty-card");
    const roomKey = new Uint8Array(32).fill(9);
    const digest = new Uint8Array(32).fill(5);
    const key = blake3(roomKey, { context: utf8("concordat token external:loyalty-card 1") });
    expect(tokensOf(tokeniser(roomKey, tokenNameOf(schema, "external")), [digest])).toEqual([sliceOf(digest, key)]);
    const names = ["email", "phone", "maid", "name+postcode", "external:loyalty-card", "external:crm"] as const;
    expect(new Set(names.flatMap((name) => tokensOf(tokeniser(roomKey, name), [digest]))).size).toBe(names.length);
  });

  it("are never made of external ids without a namespace", () => {
    expect(() => tokeniser(new Uint8Array(32), "external")).toThrow("namespace");
  });

  it("need a room key of 32 bytes", () => {
    expect(() => tokeniser(new Uint8Array(31), "email")).toThrow("32 bytes");
  });
});

function tokensOf(tokenise: ReturnType<typeof tokeniser>, digests: readonly Uint8Array[]): string[] {
  const words = new Int32Array(digests.length * DIGEST_WORDS);
  for (const [row, digest] of digests.entries()) new Uint8Array(words.buffer).set(digest, row * 32);
  const tokens = new Uint32Array(digests.length * TOKEN_WORDS);
  tokenise(words, digests.length, tokens);
  return digests.map((_, row) =>
    [...tokens.subarray(row * 4, row * 4 + 4)].map((word) => word.toString(16).padStart(8, "0")).join(""),
  );
}

function sliceOf(digest: Uint8Array, key: Uint8Array): string {
  return toHex(blake3(digest, { key, dkLen: 16 }));
}
