import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { calculateJwkThumbprint } from "jose";
import { describe, expect, it } from "vitest";
import { toBase64Url } from "../domain/bytes.ts";
import { RFC7515_P256, RFC8037_KEY, RFC9421_ED25519, RFC9421_P256 } from "../testing/vectors/rfc7638/example-key.ts";
import { itWithPublished } from "../testing/vectors/wycheproof/published-file.ts";
import {
  generateSigningKey,
  KEY_REFUSALS,
  parsePublicJwk,
  parseThumbprint,
  signingKeyFromJwk,
  thumbprintOf,
} from "./jwk.ts";

function freshEd25519() {
  const { kty, crv, x } = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
  return { kty, crv, x };
}

function freshP256() {
  const { kty, crv, x, y, d } = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
  return { publicJwk: { kty, crv, x, y }, d };
}

function littleEndian(value: bigint): string {
  const bytes = Uint8Array.from({ length: 32 }, (_, index) => Number((value >> BigInt(8 * index)) & 255n));
  return toBase64Url(bytes);
}

/** The point of P-256 with x = 0, and its x written as p: a second spelling that a lenient reader would take. */
const X_PLUS_P = "_____wAAAAEAAAAAAAAAAAAAAAD_______________8";
const Y_OF_ZERO = "ZkhceA4vg9ckM71dhKBrtlQcKvMdrocXKL-FahdPk_Q";

describe("public keys", () => {
  it("takes the point of P-256 with x = 0", () => {
    expect(parsePublicJwk({ kty: "EC", crv: "P-256", x: "A".repeat(43), y: Y_OF_ZERO }).ok).toBe(true);
  });

  it("takes a fresh Ed25519 key and a fresh P-256 key, and names them as a second implementation does", async () => {
    for (const jwk of [freshEd25519(), freshP256().publicJwk]) {
      const key = parsePublicJwk(jwk);
      if (!key.ok) throw new Error(key.error);
      expect(key.value.jwk).toEqual(jwk);
      expect(key.value.algorithm).toBe(jwk.kty === "OKP" ? "EdDSA" : "ES256");
      expect(key.value.thumbprint).toBe(await calculateJwkThumbprint({ ...key.value.jwk }));
    }
  });

  it("computes the thumbprint of RFC 8037 appendix A.3", () => {
    expect(thumbprintOf(RFC8037_KEY.jwk)).toBe(RFC8037_KEY.thumbprint);
  });

  it("drops what is optional and keeps what is required", () => {
    const jwk = freshEd25519();
    const key = parsePublicJwk({ ...jwk, kid: "spring", use: "sig", alg: "EdDSA", key_ops: ["verify"] });
    expect(key.ok && key.value.jwk).toEqual(jwk);
  });

  it.each([RFC8037_KEY, RFC9421_ED25519, RFC9421_P256, RFC7515_P256])(
    "never takes a key printed in a standard",
    ({ jwk }) => {
      expect(parsePublicJwk(jwk)).toEqual({ ok: false, error: "example-key" });
    },
  );

  const x = freshEd25519().x ?? "";
  const ec = freshP256().publicJwk;
  it.each([
    ["nothing", null, "not-a-jwk"],
    ["a text", "{}", "not-a-jwk"],
    ["a list", [{ kty: "OKP" }], "not-a-jwk"],
    ["an object without kty", { crv: "Ed25519", x }, "not-a-jwk"],
    ["a symmetric key", { kty: "oct", k: x }, "symmetric-key"],
    ["a symmetric member on a public key", { kty: "OKP", crv: "Ed25519", x, k: x }, "symmetric-key"],
    ["a private member", { kty: "OKP", crv: "Ed25519", x, d: x }, "private-key"],
    ["RSA", { kty: "RSA", n: "AQAB", e: "AQAB" }, "rsa-key"],
    ["an unknown type", { kty: "AKP", pub: x }, "key-type-unknown"],
    ["X25519", { kty: "OKP", crv: "X25519", x }, "curve-not-registered"],
    ["Ed448", { kty: "OKP", crv: "Ed448", x }, "curve-not-registered"],
    ["secp256k1", { ...ec, crv: "secp256k1" }, "curve-not-registered"],
    ["the other type's curve", { kty: "EC", crv: "Ed25519", x }, "curve-not-registered"],
    ["an unknown member", { kty: "OKP", crv: "Ed25519", x, x5u: "https://a.example" }, "member-unknown"],
    ["y on an OKP key", { kty: "OKP", crv: "Ed25519", x, y: x }, "member-unknown"],
    ["use enc", { kty: "OKP", crv: "Ed25519", x, use: "enc" }, "purpose-not-signing"],
    ["key_ops sign", { kty: "OKP", crv: "Ed25519", x, key_ops: ["sign"] }, "purpose-not-signing"],
    ["key_ops verify and more", { kty: "OKP", crv: "Ed25519", x, key_ops: ["verify", "sign"] }, "purpose-not-signing"],
    ["kid that is no text", { kty: "OKP", crv: "Ed25519", x, kid: 7 }, "purpose-not-signing"],
    ["alg of the other curve", { kty: "OKP", crv: "Ed25519", x, alg: "ES256" }, "algorithm-differs"],
    ["alg none", { kty: "OKP", crv: "Ed25519", x, alg: "none" }, "algorithm-differs"],
    ["no x", { kty: "OKP", crv: "Ed25519" }, "coordinate-malformed"],
    ["padding", { kty: "OKP", crv: "Ed25519", x: `${x}=` }, "coordinate-malformed"],
    ["a short coordinate", { kty: "OKP", crv: "Ed25519", x: toBase64Url(new Uint8Array(31)) }, "coordinate-malformed"],
    ["a long coordinate", { kty: "OKP", crv: "Ed25519", x: toBase64Url(new Uint8Array(33)) }, "coordinate-malformed"],
    ["non-zero trailing bits", { kty: "OKP", crv: "Ed25519", x: `${"A".repeat(42)}B` }, "coordinate-malformed"],
    ["the standard alphabet", { kty: "OKP", crv: "Ed25519", x: `+${x.slice(1)}` }, "coordinate-malformed"],
    ["no y", { kty: "EC", crv: "P-256", x: ec.x }, "coordinate-malformed"],
    ["a point off P-256", { ...ec, y: ec.x }, "point-not-on-curve"],
    ["the origin on P-256", { ...ec, x: "A".repeat(43), y: "A".repeat(43) }, "point-not-on-curve"],
    [
      "a coordinate of P-256 beyond the field",
      { ...ec, x: toBase64Url(new Uint8Array(32).fill(255)) },
      "point-not-on-curve",
    ],
    ["a point of P-256 with p added to its x", { ...ec, x: X_PLUS_P, y: Y_OF_ZERO }, "point-not-on-curve"],
    ["a y of Ed25519 without an x", { kty: "OKP", crv: "Ed25519", x: littleEndian(2n) }, "point-not-on-curve"],
  ])("refuses %s", (_, jwk, reason) => {
    expect(parsePublicJwk(jwk)).toEqual({ ok: false, error: reason });
  });

  it("never echoes a key in a refusal", () => {
    for (const sentence of Object.values(KEY_REFUSALS)) expect(sentence).not.toContain(x);
  });

  it("takes only what it can spell again: any accepted text of x is the canonical one", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 43, maxLength: 43, unit: fc.constantFrom(..."AZaz09-_+/=") }), (text) => {
        const key = parsePublicJwk({ kty: "OKP", crv: "Ed25519", x: text });
        return !key.ok || key.value.jwk.x === text;
      }),
    );
  });
});

describe("points of Ed25519 that prove nothing", () => {
  const p = 2n ** 255n - 19n;
  const order8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd83d3d706a17c7n;
  const signBit = 2n ** 255n;
  it.each([
    ["the neutral point", 1n, "point-of-wrong-order"],
    ["order 2", p - 1n, "point-of-wrong-order"],
    ["order 4", 0n, "point-of-wrong-order"],
    ["order 4, negated", signBit, "point-of-wrong-order"],
    ["order 8", order8, "point-of-wrong-order"],
    ["order 8, negated", order8 + signBit, "point-of-wrong-order"],
    ["order 8, other y", p - order8, "point-of-wrong-order"],
    ["order 8, other y, negated", p - order8 + signBit, "point-of-wrong-order"],
    ["the neutral point with a sign", 1n + signBit, "point-not-on-curve"],
    ["the neutral point, y + p", 1n + p, "point-not-on-curve"],
    ["order 4, y + p", p, "point-not-on-curve"],
    ["order 2 with a sign", p - 1n + signBit, "point-not-on-curve"],
  ])("refuses %s", (_, y, reason) => {
    expect(parsePublicJwk({ kty: "OKP", crv: "Ed25519", x: littleEndian(y) })).toEqual({ ok: false, error: reason });
  });
});

describe("private keys", () => {
  it("makes a key that reads back as itself", () => {
    const { privateJwk, key } = generateSigningKey();
    const again = signingKeyFromJwk(JSON.parse(JSON.stringify(privateJwk)));
    expect(again.ok && again.value.publicKey.thumbprint).toBe(key.publicKey.thumbprint);
    expect(parsePublicJwk(key.publicKey.jwk).ok).toBe(true);
    expect(Object.keys(privateJwk).sort()).toEqual(["crv", "d", "kty", "x"]);
  });

  it("reads a P-256 key", () => {
    const { publicJwk, d } = freshP256();
    expect(signingKeyFromJwk({ ...publicJwk, d }).ok).toBe(true);
  });

  it("refuses a private part of another key, on both curves", () => {
    const [left, right] = [generateSigningKey().privateJwk, generateSigningKey().privateJwk];
    expect(signingKeyFromJwk({ ...left, d: right.d })).toEqual({ ok: false, error: "private-part-differs" });
    const [one, other] = [freshP256(), freshP256()];
    expect(signingKeyFromJwk({ ...one.publicJwk, d: other.d })).toEqual({ ok: false, error: "private-part-differs" });
  });

  it.each([
    ["zero", new Uint8Array(32)],
    ["beyond the order", new Uint8Array(32).fill(255)],
  ])("refuses a P-256 private part of %s", (_, d) => {
    const refused = signingKeyFromJwk({ ...freshP256().publicJwk, d: toBase64Url(d) });
    expect(refused).toEqual({ ok: false, error: "private-part-differs" });
  });

  it("refuses a public key, an example key and a malformed private part", () => {
    const { privateJwk } = generateSigningKey();
    const { d, ...publicJwk } = privateJwk;
    expect(signingKeyFromJwk(publicJwk)).toEqual({ ok: false, error: "private-part-missing" });
    expect(signingKeyFromJwk({ ...publicJwk, d: `${d}=` })).toEqual({ ok: false, error: "coordinate-malformed" });
    expect(signingKeyFromJwk({ ...RFC8037_KEY.jwk, d: RFC8037_KEY.d })).toEqual({ ok: false, error: "example-key" });
    expect(signingKeyFromJwk("key")).toEqual({ ok: false, error: "not-a-jwk" });
  });
});

describe("thumbprints", () => {
  it("reads the one spelling of 32 bytes and nothing else", () => {
    expect(parseThumbprint(RFC8037_KEY.thumbprint)).toEqual({ ok: true, value: RFC8037_KEY.thumbprint });
    for (const text of ["", "spring", `${RFC8037_KEY.thumbprint}=`, `${"A".repeat(42)}B`, "A".repeat(44)]) {
      expect(parseThumbprint(text)).toEqual({ ok: false, error: "not-a-thumbprint" });
    }
  });
});

describe("published keys, RFC 7520 §3", () => {
  for (const [file, reason] of [
    ["3_1.ec_public_key", "curve-not-registered"],
    ["3_2.ec_private_key", "private-key"],
    ["3_3.rsa_public_key", "rsa-key"],
    ["3_4.rsa_private_key", "private-key"],
    ["3_5.symmetric_key_mac_computation", "symmetric-key"],
    ["3_6.symmetric_key_encryption", "symmetric-key"],
  ]) {
    itWithPublished(`jose/jwk/${file}.json`, `refuses ${file}: ${reason}`, (jwk: unknown) => {
      expect(parsePublicJwk(jwk)).toEqual({ ok: false, error: reason });
    });
  }
});
