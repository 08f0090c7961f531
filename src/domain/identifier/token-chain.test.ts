import { blake3 } from "@noble/hashes/blake3.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes, toHex, utf8 } from "../bytes.ts";
import { chainTokeniser, linkKey, linksSince, type RoomKeyChain, schemeOf, tokenAgain } from "./token-chain.ts";
import { DIGEST_WORDS, TOKEN_WORDS, tokeniser } from "./token-kernel.ts";

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 4, selector: toHex });
const names = fc.constantFrom("email" as const, "phone" as const, "external:crm" as const);

function chained([first = new Uint8Array(32), ...links]: readonly Uint8Array[]): RoomKeyChain {
  return [first, ...links];
}

function tokenOf(tokenise: ReturnType<typeof tokeniser>, digest: Uint8Array): string {
  const words = new Int32Array(DIGEST_WORDS);
  new Uint8Array(words.buffer).set(digest);
  const token = new Uint32Array(TOKEN_WORDS);
  tokenise(words, 1, token);
  return [...token].map((word) => word.toString(16).padStart(8, "0")).join("");
}

describe("tokens under a chain of room keys", () => {
  it("are keyed BLAKE3 of the tokens before, filled up with zeros, link by link", () => {
    fc.assert(
      fc.property(keys, names, key, (all, name, digest) => {
        const [first = digest, ...links] = all;
        let token = blake3(digest, { key: blake3(first, { context: utf8(`concordat token ${name} 1`) }), dkLen: 16 });
        for (const link of links) {
          const own = blake3(link, { context: utf8(`concordat token link ${name} 1`) });
          token = blake3(concatBytes(token, new Uint8Array(16)), { key: own, dkLen: 16 });
        }
        expect(tokenOf(chainTokeniser(chained(all), name), digest)).toBe(toHex(token));
      }),
    );
  });

  it("are the same whether a rotation comes before a digest or after its token", () => {
    fc.assert(
      fc.property(keys, names, key, fc.nat(3), (all, name, digest, cut) => {
        const chain = chained(all);
        const earlier = chained(all.slice(0, 1 + (cut % all.length)));
        const links = linksSince(chain, schemeOf(earlier)) ?? [];
        expect(links).toEqual(all.slice(earlier.length));
        const before = tokenOf(chainTokeniser(earlier, name), digest);
        expect(tokenAgain(before, name, links)).toBe(tokenOf(chainTokeniser(chain, name), digest));
      }),
    );
  });

  it("of one key are those of the room key alone, under the name that they always had", () => {
    fc.assert(
      fc.property(key, names, key, (only, name, digest) => {
        expect(tokenOf(chainTokeniser([only], name), digest)).toBe(tokenOf(tokeniser(only, name), digest));
        expect(schemeOf([only])).toBe("blake3-1:1");
      }),
    );
  });

  it("have a name for each chain that counts its keys, and no chain knows another's", () => {
    const [first, second, third] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));
    if (first === undefined || second === undefined || third === undefined) throw new Error("three keys");
    const chains: RoomKeyChain[] = [[first], [first, second], [first, third], [first, second, third]];
    const schemes = chains.map(schemeOf);
    expect(new Set(schemes).size).toBe(4);
    expect(schemes.map((scheme) => scheme.split(":")[1])).toEqual(["1", "2", "2", "3"]);
    expect(schemes.map((scheme) => linksSince([first, second, third], scheme))).toEqual([
      ...[[second, third], [third], null, []],
    ]);
    for (const scheme of schemes) for (const one of [second, third]) expect(scheme).not.toContain(toHex(one));
  });

  it("need links of 32 bytes, and never name external ids without a namespace", () => {
    expect(() => linkKey(new Uint8Array(31), "email")).toThrow("32 bytes");
    expect(() => linkKey(new Uint8Array(32), "external")).toThrow("namespace");
    expect(() => tokenAgain("00", "email", [new Uint8Array(32)])).toThrow("32 hex digits");
  });
});
