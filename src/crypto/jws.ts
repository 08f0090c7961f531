// One signature of a JSON Web Signature (RFC 7515), strictly: a protected header of exactly `alg`, `kid` and `typ`, the
// algorithm of the registered key, base64url in its one spelling. Contracts and receipts are both made of these.

import { fromBase64Url, toBase64Url, utf8 } from "../domain/bytes.ts";
import { canonicalJson, type Json, parseStrictJson } from "../domain/canonical-json.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { PublicKey, SigningKey } from "./jwk.ts";
import { SIGNATURE_BYTES, signBytes, verifyBytes } from "./signature.ts";

/** One signature as it stands in a document; both members are base64url. */
export type JwsEntry = { readonly protected: string; readonly signature: string };

/** What a protected header says. Nothing in it is believed before it is compared with the registered key. */
export type ProtectedHeader = { readonly alg: string; readonly kid: string; readonly typ: string };

/** Why a signature is refused, each with the sentence a person reads. */
export const SIGNATURE_REFUSALS = {
  "entry-malformed": "a signature is an object of exactly `protected` and `signature`, both texts",
  "header-not-base64url": "the protected header is not base64url without padding",
  "header-not-json": "the protected header is not one JSON object without duplicate names",
  "header-members": "the protected header must hold exactly `alg`, `kid` and `typ`, all texts",
  "typ-differs": "the signature is of another type of document",
  "kid-differs": "the signature names another key",
  "alg-differs": "the signature names another algorithm than the key's own",
  "signature-not-base64url": "the signature is not base64url without padding",
  "signature-length": "a signature has 64 bytes",
  "signature-invalid": "the signature does not verify over this payload",
} as const;

export type SignatureRefusal = keyof typeof SIGNATURE_REFUSALS;

/**
 * Signs a payload (RFC 7515 §5.1).
 * @param typ  the type of document, so that a signature under one kind is none under another
 */
export function signPayload(key: SigningKey, payloadBytes: Uint8Array, typ: string): JwsEntry {
  const { algorithm, thumbprint } = key.publicKey;
  const header = toBase64Url(utf8(canonicalJson({ alg: algorithm, kid: thumbprint, typ })));
  const signature = signBytes(key, signingInput(header, payloadBytes));
  return { protected: header, signature: toBase64Url(signature) };
}

/**
 * Decides one signature over a payload, against the registered key that it must be by.
 * @param expected.entry  as received; any other shape than a `JwsEntry` is refused
 */
export function verifySignature(expected: {
  readonly key: PublicKey;
  readonly payloadBytes: Uint8Array;
  readonly typ: string;
  readonly entry: unknown;
}): Result<void, SignatureRefusal> {
  const { key, payloadBytes, typ } = expected;
  const entry = readEntry(expected.entry);
  if (!entry.ok) return entry;
  const header = readProtectedHeader(entry.value.protected);
  if (!header.ok) return header;
  if (header.value.typ !== typ) return err("typ-differs");
  if (header.value.kid !== key.thumbprint) return err("kid-differs");
  if (header.value.alg !== key.algorithm) return err("alg-differs");
  const signature = fromBase64Url(entry.value.signature);
  if (!signature.ok) return err("signature-not-base64url");
  if (signature.value.length !== SIGNATURE_BYTES) return err("signature-length");
  return verifyBytes(key, signingInput(entry.value.protected, payloadBytes), signature.value)
    ? ok(undefined)
    : err("signature-invalid");
}

/** Takes a value for one signature when it has the two members and no others: an unprotected `header` is refused. */
export function readEntry(value: unknown): Result<JwsEntry, "entry-malformed"> {
  if (typeof value !== "object" || value === null || Object.keys(value).length !== 2) return err("entry-malformed");
  if (!("protected" in value && "signature" in value)) return err("entry-malformed");
  const { protected: header, signature } = value;
  if (typeof header !== "string" || typeof signature !== "string") return err("entry-malformed");
  return ok({ protected: header, signature });
}

/** Reads a protected header: `crit`, `b64`, `jku`, `jwk`, `x5u` and everything else beyond the three are refused. */
export function readProtectedHeader(encoded: string): Result<ProtectedHeader, SignatureRefusal> {
  const bytes = fromBase64Url(encoded);
  if (!bytes.ok) return err("header-not-base64url");
  const header = parseStrictJson(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.value));
  if (!header.ok || !isObject(header.value)) return err("header-not-json");
  const { alg, kid, typ } = header.value;
  const isExact = typeof alg === "string" && typeof kid === "string" && typeof typ === "string";
  return isExact && Object.keys(header.value).length === 3 ? ok({ alg, kid, typ }) : err("header-members");
}

/**
 * A receipt: compact serialisation (RFC 7515 §7.1) over the canonical form of a JSON value.
 */
export function signCompact(key: SigningKey, payload: Json, typ: string): string {
  const bytes = utf8(canonicalJson(payload));
  const entry = signPayload(key, bytes, typ);
  return `${entry.protected}.${toBase64Url(bytes)}.${entry.signature}`;
}

/** Decides a receipt and gives its payload. Its payload must be canonical, so that it has one spelling. */
export function verifyCompact(
  key: PublicKey,
  text: string,
  typ: string,
): Result<Json, SignatureRefusal | PayloadRefusal | "not-compact"> {
  const [header, payload, signature, ...rest] = text.split(".");
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) {
    return err("not-compact");
  }
  const read = readCanonicalPayload(payload);
  if (!read.ok) return read;
  const entry = { protected: header, signature };
  const verdict = verifySignature({ key, payloadBytes: read.value.bytes, typ, entry });
  return verdict.ok ? ok(read.value.json) : verdict;
}

/** Why a payload is refused before any signature is looked at. */
export type PayloadRefusal = "payload-not-base64url" | "payload-not-canonical";

/** A payload read strictly: its bytes, which signatures are over, and the JSON value that they spell. */
export type CanonicalPayload = { readonly bytes: Uint8Array; readonly json: Json };

/** Reads a payload that must be base64url of canonical JSON (RFC 8785): what is signed has one form. */
export function readCanonicalPayload(encoded: string): Result<CanonicalPayload, PayloadRefusal> {
  const bytes = fromBase64Url(encoded);
  if (!bytes.ok) return err("payload-not-base64url");
  const json = parseStrictJson(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.value));
  if (!json.ok || toBase64Url(utf8(canonicalJson(json.value))) !== encoded) return err("payload-not-canonical");
  return ok({ bytes: bytes.value, json: json.value });
}

function signingInput(header: string, payloadBytes: Uint8Array): Uint8Array {
  return utf8(`${header}.${toBase64Url(payloadBytes)}`);
}

function isObject(value: Json): value is { readonly [name: string]: Json | undefined } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
