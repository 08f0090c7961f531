// Keys that sign: strict intake of public JSON Web Keys (RFC 7517, RFC 8037), their thumbprints (RFC 7638), and making
// and reading a private key of one's own. Ed25519 and ECDSA on P-256 are the registered algorithms; there is no third.

import { createPrivateKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Brand } from "../domain/brand.ts";
import { fromBase64Url, toBase64Url, utf8 } from "../domain/bytes.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { ed25519PointFault, p256PointFault } from "./curve-points.ts";
import { EXAMPLE_KEYS } from "./example-keys.ts";
import { type Verifier, verifierOf } from "./verification.ts";

/** The name of a key: SHA-256 over its required members in canonical form, base64url, 43 characters (RFC 7638 §3). */
export type Thumbprint = Brand<string, "Thumbprint">;

/** Names of JWS algorithms (RFC 7518 §3.4, RFC 8037 §3.1). A key has exactly one. */
export type Algorithm = "EdDSA" | "ES256";

/** The required members of a public key, and nothing else. */
export type PublicJwk =
  | { readonly kty: "OKP"; readonly crv: "Ed25519"; readonly x: string }
  | { readonly kty: "EC"; readonly crv: "P-256"; readonly x: string; readonly y: string };

/** A key that may verify. `verifier` is the form that does, made once. */
export type PublicKey = {
  readonly thumbprint: Thumbprint;
  readonly algorithm: Algorithm;
  readonly jwk: PublicJwk;
  readonly verifier: Verifier;
};

/** A key that may sign. `signer` is secret: it never leaves the process that read it. */
export type SigningKey = { readonly publicKey: PublicKey; readonly signer: KeyObject };

/** A private key as it is written to a file of mode 0600. Only its owner may see it. */
export type PrivateJwk = PublicJwk & { readonly d: string };

/** Why a key is not taken, each with the sentence a person reads. None of them repeats any part of the key. */
export const KEY_REFUSALS = {
  "not-a-jwk": "the key is not a JSON Web Key: an object with `kty`",
  "symmetric-key": "the key is symmetric: whoever verifies with it could sign with it",
  "private-key": "the key holds its private part: send the public one, and replace this key, since it has been sent",
  "rsa-key": "RSA is not a registered algorithm: bring an Ed25519 or a P-256 key",
  "key-type-unknown": "the key's `kty` is neither `OKP` nor `EC`",
  "curve-not-registered": "the key's `crv` is neither `Ed25519` nor `P-256`",
  "member-unknown": "the key has members beyond kty, crv, x, y, kid, use, alg and key_ops",
  "purpose-not-signing":
    "the key's `use` is not `sig`, its `key_ops` is not `verify` alone, or its `kid` is not a text",
  "algorithm-differs": "the key's `alg` does not fit its curve: Ed25519 signs EdDSA, P-256 signs ES256",
  "coordinate-malformed": "a coordinate is not 32 bytes in base64url without padding",
  "point-not-on-curve": "the coordinates are not those of a point of the curve",
  "point-of-wrong-order": "the point lies outside the group of prime order: signatures under it prove nothing",
  "example-key": "the key is printed in a standard, so its private part is public",
  "private-part-missing": "the key has no private part to sign with",
  "private-part-differs": "the private part does not belong to the public one",
} as const;

export type KeyRefusal = keyof typeof KEY_REFUSALS;

/**
 * Takes in a public key. Refuses whatever is not exactly a public Ed25519 or P-256 signing key in its one spelling,
 * points that make signatures meaningless, and keys printed in standards. About 3 ms.
 * @see RFC 7517 §4, RFC 8037 §2, RFC 7518 §6.2.1
 */
export function parsePublicJwk(value: unknown): Result<PublicKey, KeyRefusal> {
  const members = membersOf(value);
  if (members === null) return err("not-a-jwk");
  const refusal = refusalOfKind(members) ?? refusalOfPurpose(members);
  if (refusal !== null) return err(refusal);
  const jwk = readPoint(members);
  if (!jwk.ok) return jwk;
  const thumbprint = thumbprintOf(jwk.value);
  if (EXAMPLE_KEYS.has(thumbprint)) return err("example-key");
  const verifier = verifierOf(jwk.value);
  return ok({ thumbprint, algorithm: ALGORITHMS[jwk.value.crv], jwk: jwk.value, verifier });
}

/** Reads a thumbprint: 32 bytes in strict base64url. */
export function parseThumbprint(text: string): Result<Thumbprint, "not-a-thumbprint"> {
  const bytes = fromBase64Url(text);
  if (!bytes.ok || bytes.value.length !== 32) return err("not-a-thumbprint");
  // SAFETY: checked above to be the one spelling of 32 bytes.
  return ok(text as Thumbprint);
}

/** The thumbprint of a public key (RFC 7638 §3): its canonical JSON is the form that the standard hashes. */
export function thumbprintOf(jwk: PublicJwk): Thumbprint {
  // SAFETY: base64url of a SHA-256 digest.
  return toBase64Url(sha256(utf8(canonicalJson(jwk)))) as Thumbprint;
}

/**
 * Makes a fresh Ed25519 key from the operating system's random source.
 * @returns the key and its private JWK, which is secret and shown to its owner alone
 */
export function generateSigningKey(): { readonly privateJwk: PrivateJwk; readonly key: SigningKey } {
  const { privateKey } = generateKeyPairSync("ed25519");
  const { x, d } = privateKey.export({ format: "jwk" });
  const privateJwk = { kty: "OKP", crv: "Ed25519", x: String(x), d: String(d) } as const;
  const key = signingKeyFromJwk(privateJwk);
  if (!key.ok) throw new Error(`a fresh key is refused: ${key.error}`);
  return { privateJwk, key: key.value };
}

/**
 * Reads a private JWK: a public key that `parsePublicJwk` takes, with `d` beside it and belonging to it.
 * Members that name other operations than verifying are refused, as on the public key.
 */
export function signingKeyFromJwk(value: unknown): Result<SigningKey, KeyRefusal> {
  const members = membersOf(value);
  if (members === null) return err("not-a-jwk");
  const { d, ...rest } = Object.fromEntries(members);
  const publicKey = parsePublicJwk(rest);
  if (!publicKey.ok) return publicKey;
  if (d === undefined) return err("private-part-missing");
  const secret = coordinate(d);
  if (secret === null) return err("coordinate-malformed");
  const key = { ...publicKey.value.jwk, d: toBase64Url(secret) };
  const signer = createPrivateKey({ key, format: "jwk" });
  return isPair(publicKey.value, signer) ? ok({ publicKey: publicKey.value, signer }) : err("private-part-differs");
}

/** The private JWK of a key, as `signingKeyFromJwk` reads it. Secret. */
export function privateJwkOf({ publicKey, signer }: SigningKey): PrivateJwk {
  const { d } = signer.export({ format: "jwk" });
  if (d === undefined) throw new Error("a signing key has no private part");
  return { ...publicKey.jwk, d };
}

const ALGORITHMS = { Ed25519: "EdDSA", "P-256": "ES256" } as const;
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth"];
const COMMON_MEMBERS = ["kty", "crv", "x", "kid", "use", "alg", "key_ops"];

type Members = ReadonlyMap<string, unknown>;

function membersOf(value: unknown): Members | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const members = new Map<string, unknown>(Object.entries(value));
  return typeof members.get("kty") === "string" ? members : null;
}

function refusalOfKind(members: Members): KeyRefusal | null {
  const [kty, crv] = [members.get("kty"), members.get("crv")];
  if (kty === "oct" || members.has("k")) return "symmetric-key";
  if (PRIVATE_MEMBERS.some((name) => members.has(name))) return "private-key";
  if (kty === "RSA") return "rsa-key";
  if (kty !== "OKP" && kty !== "EC") return "key-type-unknown";
  return crv === (kty === "OKP" ? "Ed25519" : "P-256") ? null : "curve-not-registered";
}

function refusalOfPurpose(members: Members): KeyRefusal | null {
  const known = members.get("kty") === "EC" ? [...COMMON_MEMBERS, "y"] : COMMON_MEMBERS;
  if ([...members.keys()].some((name) => !known.includes(name))) return "member-unknown";
  if (members.has("kid") && typeof members.get("kid") !== "string") return "purpose-not-signing";
  if (members.has("use") && members.get("use") !== "sig") return "purpose-not-signing";
  if (members.has("key_ops") && !isVerifyAlone(members.get("key_ops"))) return "purpose-not-signing";
  const algorithm = members.get("kty") === "OKP" ? "EdDSA" : "ES256";
  return members.has("alg") && members.get("alg") !== algorithm ? "algorithm-differs" : null;
}

function isVerifyAlone(operations: unknown): boolean {
  return Array.isArray(operations) && operations.length === 1 && operations[0] === "verify";
}

function readPoint(members: Members): Result<PublicJwk, KeyRefusal> {
  const x = coordinate(members.get("x"));
  if (x === null) return err("coordinate-malformed");
  if (members.get("kty") === "OKP") {
    const fault = ed25519PointFault(x);
    return fault === null ? ok({ kty: "OKP", crv: "Ed25519", x: toBase64Url(x) }) : err(fault);
  }
  const y = coordinate(members.get("y"));
  if (y === null) return err("coordinate-malformed");
  const fault = p256PointFault(x, y);
  if (fault !== null) return err(fault);
  return ok({ kty: "EC", crv: "P-256", x: toBase64Url(x), y: toBase64Url(y) });
}

function coordinate(value: unknown): Uint8Array | null {
  if (typeof value !== "string" || value.length !== 43) return null;
  const bytes = fromBase64Url(value);
  return bytes.ok ? bytes.value : null;
}

/** Whether a signature by the one verifies under the other: node:crypto itself takes any `d` beside any point. */
function isPair(publicKey: PublicKey, signer: KeyObject): boolean {
  const digest = publicKey.algorithm === "ES256" ? "sha256" : null;
  const probe = utf8("concordat key pair");
  return verify(digest, probe, publicKey.verifier, sign(digest, probe, signer));
}
