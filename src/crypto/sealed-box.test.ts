import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes, fromHex, toHex, utf8 } from "../domain/bytes.ts";
import { AES_GCM_CASES, HKDF_CASE } from "../testing/vectors/wycheproof/cases.ts";
import { itWithPublished } from "../testing/vectors/wycheproof/published-file.ts";
import { encrypt } from "./aes-gcm.ts";
import { hkdfSha256 } from "./hkdf.ts";
import { derive, open, seal } from "./sealed-box.ts";

function bytes(hex: string): Uint8Array {
  const read = fromHex(hex);
  if (!read.ok) throw new Error("not hex");
  return read.value;
}

const KEY = new Uint8Array(32).fill(7);
const LABEL = utf8("segment 1");

describe("a sealed box", () => {
  it("opens to what was sealed", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array(),
        fc.uint8Array(),
        (key, text, ad) => {
          const box = seal(key, text, ad);
          const opened = open(key, box, ad);
          return box.length === text.length + 28 && opened.ok && toHex(opened.value) === toHex(text);
        },
      ),
    );
  });

  it("never looks the same twice", () => {
    expect(toHex(seal(KEY, LABEL, LABEL))).not.toBe(toHex(seal(KEY, LABEL, LABEL)));
  });

  it("is damaged when any bit of it is changed", () => {
    const box = seal(KEY, utf8("a plaintext"), LABEL);
    for (let bit = 0; bit < box.length * 8; bit++) {
      const changed = box.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      expect(open(KEY, changed, LABEL)).toEqual({ ok: false, error: "damaged" });
    }
  });

  it("is damaged when it is shortened, lengthened, moved or opened with another key", () => {
    const box = seal(KEY, utf8("a plaintext"), LABEL);
    for (let length = 0; length < box.length; length++) {
      expect(open(KEY, box.subarray(0, length), LABEL)).toEqual({ ok: false, error: "damaged" });
    }
    expect(open(KEY, concatBytes(box, Uint8Array.of(0)), LABEL).ok).toBe(false);
    expect(open(KEY, box, utf8("segment 2")).ok).toBe(false);
    expect(open(new Uint8Array(32), box, LABEL).ok).toBe(false);
  });

  it.each([0, 16, 24, 31, 33])("takes no key of %i bytes", (length) => {
    expect(() => seal(new Uint8Array(length), LABEL, LABEL)).toThrow(RangeError);
    expect(() => open(new Uint8Array(length), seal(KEY, LABEL, LABEL), LABEL)).toThrow(RangeError);
  });

  it.each(AES_GCM_CASES)("gives Wycheproof's verdict on AES-GCM case $id", (test) => {
    const nonce = bytes(test.nonce);
    const opened = open(bytes(test.key), concatBytes(nonce, bytes(test.sealed)), bytes(test.associated));
    expect(opened.ok).toBe(test.isValid);
    const box = encrypt({ key: bytes(test.key), nonce, associatedData: bytes(test.associated) }, bytes(test.message));
    expect(toHex(box) === test.sealed).toBe(test.isValid);
  });

  type Aead = {
    readonly testGroups: readonly {
      readonly keySize: number;
      readonly ivSize: number;
      readonly tagSize: number;
      readonly tests: readonly { [member in "key" | "iv" | "aad" | "msg" | "ct" | "tag" | "result"]: string }[];
    }[];
  };
  itWithPublished(
    "wycheproof/aes_gcm_test.json",
    "agrees with every Wycheproof case of its parameters",
    (suite: Aead) => {
      const isOurs = (group: Aead["testGroups"][number]) =>
        group.keySize === 256 && group.ivSize === 96 && group.tagSize === 128;
      const ours = suite.testGroups.filter(isOurs).flatMap(({ tests }) => tests);
      const others = suite.testGroups.filter((group) => !isOurs(group)).flatMap(({ tests }) => tests);
      for (const test of ours) {
        const sealing = { key: bytes(test.key), nonce: bytes(test.iv), associatedData: bytes(test.aad) };
        const opened = open(
          sealing.key,
          concatBytes(sealing.nonce, bytes(test.ct), bytes(test.tag)),
          sealing.associatedData,
        );
        expect(opened.ok ? toHex(opened.value) : opened.error).toBe(test.result === "valid" ? test.msg : "damaged");
        const isSame = toHex(encrypt(sealing, bytes(test.msg))) === test.ct + test.tag;
        expect(isSame).toBe(test.result === "valid");
      }
      for (const test of others) {
        const sealing = { key: bytes(test.key), nonce: bytes(test.iv), associatedData: bytes(test.aad) };
        expect(() => encrypt(sealing, bytes(test.msg))).toThrow(RangeError);
      }
      console.info(
        `AES-GCM: ${ours.length} cases of our parameters agree, ${others.length} of other parameters are refused`,
      );
      expect([ours.length, others.length]).toEqual([66, 250]);
    },
  );
});

describe("derived keys", () => {
  it("gives the output of RFC 5869 appendix A.1", () => {
    const { secret, salt, context, length, derived } = HKDF_CASE;
    const input = { secret: bytes(secret), salt: bytes(salt), context: bytes(context) };
    expect(toHex(hkdfSha256(input, length))).toBe(derived);
  });

  it("gives unrelated keys for different labels and a prefix for a shorter length", () => {
    expect(toHex(derive(KEY, "a", 32))).not.toBe(toHex(derive(KEY, "b", 32)));
    expect(toHex(derive(KEY, "a", 64)).startsWith(toHex(derive(KEY, "a", 32)))).toBe(true);
    expect(toHex(derive(KEY, "a", 42))).toBe(
      toHex(hkdfSha256({ secret: KEY, salt: new Uint8Array(32), context: utf8("a") }, 42)),
    );
  });

  it("refuses a key of another size and more than 255 blocks", () => {
    expect(() => derive(new Uint8Array(16), "a", 32)).toThrow(RangeError);
    expect(() => derive(KEY, "a", 8_161)).toThrow(RangeError);
    expect(() => derive(KEY, "a", 0)).toThrow(RangeError);
    expect(derive(KEY, "a", 8_160)).toHaveLength(8_160);
  });

  type Hkdf = {
    readonly testGroups: readonly {
      readonly tests: readonly { ikm: string; salt: string; info: string; size: number; okm: string; result: string }[];
    }[];
  };
  itWithPublished("wycheproof/hkdf_sha256_test.json", "agrees with all 86 Wycheproof cases", (suite: Hkdf) => {
    const tests = suite.testGroups.flatMap((group) => group.tests);
    for (const test of tests) {
      const input = { secret: bytes(test.ikm), salt: bytes(test.salt), context: bytes(test.info) };
      if (test.result === "valid") expect(toHex(hkdfSha256(input, test.size))).toBe(test.okm);
      else expect(() => hkdfSha256(input, test.size)).toThrow(RangeError);
    }
    expect(tests).toHaveLength(86);
  });
});
