// Signed JWTs of the IAB Tech Lab Data Deletion Request Framework (RFC 7519, RFC 7515): a strict front, then jose. The
// algorithm is the one that was registered with the key, never the message's. RSA is taken here and nowhere else, since
// those who ask for deletions sign with what their own systems have; the room never signs with it.

import { compactVerify, errors, type JWK } from "jose";
import { fromBase64Url } from "../domain/bytes.ts";
import { type Json, parseStrictJson } from "../domain/canonical-json.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { KEY_REFUSALS, parsePublicJwk } from "./jwk.ts";
import { type ProtectedHeader, readProtectedHeader } from "./jws.ts";

/** The `typ` of these JWTs; nothing else that a room signs has it. */
export const JWT_TYP = "JWT";

/** A requester's key. `kid` is the requester's own name for it. */
export type RequesterKey = {
  readonly kid: string;
  readonly alg: "RS256" | "ES256" | "EdDSA";
  readonly jwk: JWK;
};

/** A JWT that is read and not believed yet. */
export type ReadJwt = { readonly text: string; readonly header: ProtectedHeader; readonly payload: Json };

/**
 * Takes in a requester's keys (RFC 7517): each public, with `kid` and `alg`, which the framework asks for, no two of
 * one name. Ed25519 and P-256 as the room's own are; RSA with a modulus of 2048 to 4096 bits and the exponent 65537.
 * @returns a sentence where one is refused, which repeats no part of a key
 */
export function parseRequesterKeys(
  keys: readonly Readonly<Record<string, unknown>>[],
): Result<readonly RequesterKey[], string> {
  const taken: RequesterKey[] = [];
  for (const members of keys) {
    const key = requesterKey(members);
    if (!key.ok) return key;
    if (taken.some(({ kid }) => kid === key.value.kid)) return err("two of the keys have the same `kid`");
    taken.push(key.value);
  }
  return ok(taken);
}

/** Reads a compact JWT: three parts in strict base64url, a header of exactly `alg`, `kid` and `typ`, strict JSON. */
export function readJwt(text: string): Result<ReadJwt, "not-a-jwt"> {
  const [header = "", payload = "", signature = "", ...rest] = text.split(".");
  const read = readProtectedHeader(header);
  const bytes = fromBase64Url(payload);
  if (rest.length > 0 || !read.ok || read.value.typ !== JWT_TYP || !bytes.ok || !fromBase64Url(signature).ok) {
    return err("not-a-jwt");
  }
  const json = parseStrictJson(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.value));
  return json.ok ? ok({ text, header: read.value, payload: json.value }) : err("not-a-jwt");
}

/** Decides the signature of a JWT against the keys of whoever it names as its issuer. About 0.2 ms. */
export async function verifyJwt(
  { text, header }: ReadJwt,
  keys: readonly RequesterKey[],
): Promise<Result<null, "key-unknown" | "algorithm" | "signature">> {
  const key = keys.find(({ kid }) => kid === header.kid);
  if (key === undefined) return err("key-unknown");
  if (key.alg !== header.alg) return err("algorithm");
  try {
    await compactVerify(text, { ...key.jwk, alg: key.alg }, { algorithms: [key.alg] });
    return ok(null);
  } catch (error) {
    if (error instanceof errors.JOSEError) return err("signature");
    throw error;
  }
}

function requesterKey(members: Readonly<Record<string, unknown>>): Result<RequesterKey, string> {
  const { kid, alg, kty } = members;
  if (typeof kid !== "string" || kid === "" || kid.length > 200)
    return err("each key needs a `kid` of 1 to 200 characters");
  if (alg !== "RS256" && alg !== "ES256" && alg !== "EdDSA")
    return err("each key needs an `alg`: RS256, ES256 or EdDSA");
  if (kty === "RSA") {
    const fault = rsaFault(members);
    if (fault !== null) return err(fault);
    return ok({ kid, alg, jwk: { kty, n: String(members["n"]), e: RSA_EXPONENT } });
  }
  const key = parsePublicJwk(members);
  return key.ok ? ok({ kid, alg, jwk: { ...key.value.jwk } }) : err(KEY_REFUSALS[key.error]);
}

const RSA_EXPONENT = "AQAB";
const RSA_MEMBERS = ["kty", "n", "e", "kid", "use", "alg", "key_ops"];

function rsaFault(members: Readonly<Record<string, unknown>>): string | null {
  const { n, e, alg, use } = members;
  const unknown = Object.keys(members).find((name) => !RSA_MEMBERS.includes(name));
  if (unknown !== undefined)
    return "an RSA key holds `n` and `e` beside its name and its use: send the public part alone";
  if (alg !== "RS256") return "an RSA key signs RS256 here";
  if (use !== undefined && use !== "sig") return "the key's `use` is not `sig`";
  const modulus = typeof n === "string" ? fromBase64Url(n) : null;
  const [first = 0, bytes] = modulus?.ok === true ? [modulus.value[0], modulus.value.length] : [0, 0];
  if (e !== RSA_EXPONENT || first < 128 || bytes < 256 || bytes > 512) {
    return "an RSA key has a modulus of 2048 to 4096 bits and the exponent 65537";
  }
  return null;
}
