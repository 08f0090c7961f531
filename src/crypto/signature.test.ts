import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { sha512 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromBase64Url, fromHex, toBase64Url, toHex, utf8 } from "../domain/bytes.ts";
import { ED25519_EXAMPLE, ES256_EXAMPLE } from "../testing/vectors/rfc7515/examples.ts";
import {
  examplePublicKey,
  exampleSigningKey,
  RFC7515_P256,
  RFC8037_KEY,
} from "../testing/vectors/rfc7638/example-key.ts";
import { ED25519_CASES, ED25519_X, ES256_CASES, ES256_KEY } from "../testing/vectors/wycheproof/cases.ts";
import { itWithPublished } from "../testing/vectors/wycheproof/published-file.ts";
import {
  decodePoint,
  encodePoint,
  GENERATOR,
  littleEndian,
  ORDER,
  type Point,
  sumOfMultiples,
} from "./edwards25519.ts";
import { generateSigningKey, type PublicKey, parsePublicJwk, signingKeyFromJwk } from "./jwk.ts";
import { signBytes, verifyBytes } from "./signature.ts";
import * as inBrowser from "./verification-browser.ts";
import { verifyAside } from "./verify-aside.ts";

function taken(jwk: unknown): PublicKey {
  const key = parsePublicJwk(jwk);
  if (!key.ok) throw new Error(key.error);
  return key.value;
}

function bytes(hex: string): Uint8Array {
  const read = fromHex(hex);
  if (!read.ok) throw new Error("not hex");
  return read.value;
}

function fromUrl(text: string): Uint8Array {
  const read = fromBase64Url(text);
  if (!read.ok) throw new Error("not base64url");
  return read.value;
}

describe("signatures printed in standards", () => {
  it("makes the EdDSA signature of RFC 8037 appendix A.4 again, byte for byte", () => {
    const key = exampleSigningKey(RFC8037_KEY.jwk, RFC8037_KEY.d);
    expect(toBase64Url(signBytes(key, utf8(ED25519_EXAMPLE.signingInput)))).toBe(ED25519_EXAMPLE.signature);
  });

  it("verifies the ES256 signature of RFC 7515 §A.3", () => {
    const key = examplePublicKey(RFC7515_P256.jwk);
    expect(verifyBytes(key, utf8(ES256_EXAMPLE.signingInput), fromUrl(ES256_EXAMPLE.signature))).toBe(true);
    expect(verifyBytes(key, utf8(`${ES256_EXAMPLE.signingInput}.`), fromUrl(ES256_EXAMPLE.signature))).toBe(false);
  });

  it.each(ED25519_CASES)("gives Wycheproof's verdict on Ed25519 case $id", async ({ message, signature, isValid }) => {
    const key = taken({ kty: "OKP", crv: "Ed25519", x: ED25519_X });
    expect(verifyBytes(key, bytes(message), bytes(signature))).toBe(isValid);
    expect(verifyInBrowser(key, bytes(message), bytes(signature))).toBe(isValid);
    expect(await verifyAside(key, bytes(message), bytes(signature))).toBe(isValid);
  });

  it.each(ES256_CASES)("gives Wycheproof's verdict on ES256 case $id", async ({ message, signature, isValid }) => {
    const key = taken({ kty: "EC", crv: "P-256", ...ES256_KEY });
    expect(verifyBytes(key, bytes(message), bytes(signature))).toBe(isValid);
    expect(await verifyAside(key, bytes(message), bytes(signature))).toBe(isValid);
  });
});

type Group = {
  readonly publicKey: { readonly pk?: string; readonly uncompressed?: string };
  readonly tests: readonly { tcId: number; comment: string; msg: string; sig: string; result: string }[];
};
type Suite = { readonly numberOfTests: number; readonly testGroups: readonly Group[] };

function keyOf({ pk, uncompressed = "" }: Group["publicKey"]): PublicKey {
  if (pk !== undefined) return taken({ kty: "OKP", crv: "Ed25519", x: toBase64Url(bytes(pk)) });
  const point = bytes(uncompressed);
  return taken({ kty: "EC", crv: "P-256", x: toBase64Url(point.subarray(1, 33)), y: toBase64Url(point.subarray(33)) });
}

// What a browser's bundle answers, by the same rule of 64 bytes as `verifyBytes`.
function verifyInBrowser(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  return inBrowser.verifiesEd25519(inBrowser.verifierOf(key.jwk), message, signature);
}

describe("Wycheproof, every case", () => {
  for (const [file, count] of [
    ["ed25519_test", 62],
    ["ecdsa_secp256r1_sha256_p1363_test", 262],
  ] as const) {
    itWithPublished(`wycheproof/${file}.json`, `agrees with all ${count} verdicts of ${file}`, (suite: Suite) => {
      const verdicts = suite.testGroups.flatMap((group) => {
        const key = keyOf(group.publicKey);
        return group.tests.map((test) => {
          const isValid = verifyBytes(key, bytes(test.msg), bytes(test.sig));
          if (key.algorithm === "EdDSA")
            expect(verifyInBrowser(key, bytes(test.msg), bytes(test.sig)), `${test.tcId} in a browser`).toBe(isValid);
          return { test, isValid };
        });
      });
      const wrong = verdicts.filter(({ test, isValid }) => isValid !== (test.result === "valid"));
      expect(wrong.map(({ test }) => `${test.tcId} ${test.comment}`)).toEqual([]);
      expect(verdicts).toHaveLength(count);
    });
  }
});

describe("signing and verifying", () => {
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
  const es256 = signingKeyFromJwk({ kty: ec.kty, crv: ec.crv, x: ec.x, y: ec.y, d: ec.d });
  if (!es256.ok) throw new Error(es256.error);

  it.each([
    ["Ed25519", generateSigningKey().key],
    ["ES256", es256.value],
  ])("verifies what it signed with %s, and nothing near it", (_, key) => {
    const message = utf8("the terms");
    const signature = signBytes(key, message);
    expect(signature).toHaveLength(64);
    expect(verifyBytes(key.publicKey, message, signature)).toBe(true);
    for (let bit = 0; bit < 512; bit++) {
      const damaged = signature.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      expect(verifyBytes(key.publicKey, message, damaged), `bit ${bit} of ${toHex(signature)}`).toBe(false);
    }
    expect(verifyBytes(key.publicKey, utf8("the term"), signature)).toBe(false);
    expect(verifyBytes(generateSigningKey().key.publicKey, message, signature)).toBe(false);
  });
});

describe("a browser's verifier", () => {
  // A key whose scalar is known, as no `SigningKey` shows it (RFC 8032 §5.1.5).
  const scalarOf = (seed: Uint8Array) => {
    const half = sha512(seed).slice(0, 32);
    half[0] = (half[0] ?? 0) & 248;
    half[31] = ((half[31] ?? 0) & 127) | 64;
    return littleEndian(half);
  };
  const timesGenerator = (scalar: bigint) => sumOfMultiples([scalar, GENERATOR], [0n, GENERATOR]);
  const keyOfScalar = (scalar: bigint) =>
    taken({ kty: "OKP", crv: "Ed25519", x: toBase64Url(encodePoint(timesGenerator(scalar))) });
  const scalarBytes = (scalar: bigint) =>
    Uint8Array.from({ length: 32 }, (_, at) => Number((scalar >> BigInt(8 * at)) & 255n));

  it("gives node:crypto's verdict on what was signed, on each bit of it changed, and on another text", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(511), (message, bit) => {
        const { key } = generateSigningKey();
        const signature = signBytes(key, message);
        const damaged = signature.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        const verdicts = [signature, damaged].map((one) => verifyInBrowser(key.publicKey, message, one));
        expect(verdicts).toEqual([true, false]);
        expect(verifyInBrowser(key.publicKey, Uint8Array.of(...message, 0), signature)).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  it("makes of a scalar the public key that node:crypto makes of its seed", () => {
    // RFC 8410 §7: an Ed25519 private key in PKCS #8 is its seed behind these bytes.
    const opening = bytes("302e020100300506032b657004220420");
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (seed) => {
        const key = createPrivateKey({ key: Buffer.concat([opening, seed]), format: "der", type: "pkcs8" });
        expect(keyOfScalar(scalarOf(seed)).jwk.x).toBe(key.export({ format: "jwk" }).x);
      }),
      { numRuns: 20 },
    );
  });

  // What a room could sign to please a browser and nobody else: with the cofactor it verifies (RFC 8032 §5.1.7 lets
  // verifiers choose), without it not, and OpenSSL's verifier has none.
  it("refuses a signature whose R is not of prime order, as node:crypto does", () => {
    const torsion = decodePoint(bytes("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"));
    if (torsion === null) throw new Error("not a point");
    const [secret, nonce, message] = [scalarOf(utf8("a room's seed")), 1_234_567n, utf8("two histories\n")];
    const key = keyOfScalar(secret);
    const signedWith = (point: Point) => {
      const left = encodePoint(point);
      const challenge = littleEndian(sha512(Buffer.concat([left, fromUrl(key.jwk.x), message]))) % ORDER;
      return Buffer.concat([left, scalarBytes((nonce + challenge * secret) % ORDER)]);
    };
    const sound = signedWith(timesGenerator(nonce));
    expect([verifyBytes(key, message, sound), verifyInBrowser(key, message, sound)]).toEqual([true, true]);
    const mixed = signedWith(sumOfMultiples([nonce, GENERATOR], [1n, torsion]));
    expect([verifyBytes(key, message, mixed), verifyInBrowser(key, message, mixed)]).toEqual([false, false]);
  });

  it("refuses S with the group's order added to it, which would be a second signature", () => {
    const { key } = generateSigningKey();
    const signature = signBytes(key, utf8("once"));
    const again = Uint8Array.of(
      ...signature.subarray(0, 32),
      ...scalarBytes(littleEndian(signature.subarray(32)) + ORDER),
    );
    expect([
      verifyBytes(key.publicKey, utf8("once"), again),
      verifyInBrowser(key.publicKey, utf8("once"), again),
    ]).toEqual([false, false]);
  });

  it("takes no key of another curve, which no log has, and answers for none", () => {
    const key = taken({ kty: "EC", crv: "P-256", ...ES256_KEY });
    expect(() => inBrowser.verifierOf(key.jwk)).toThrow(RangeError);
    expect(() => inBrowser.verifiesP256()).toThrow(RangeError);
  });
});
