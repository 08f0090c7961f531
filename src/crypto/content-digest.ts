// The Content-Digest field (RFC 9530 §2): which digests a body must have, and checking them while the body streams by.
// Accepted are sha-256 and sha-512; the others of the registry are refused as a body's only digest (RFC 9530 §5).

import { createHash, timingSafeEqual } from "node:crypto";
import { toBase64 } from "../domain/bytes.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { strictDictionary } from "./structured-field.ts";

type DigestName = "sha-256" | "sha-512";

/** The digests of a field that are checked; never empty. */
export type ContentDigest = readonly { readonly algorithm: DigestName; readonly digest: Uint8Array }[];

/** Checks a body as it arrives: `update` with every chunk in order, then `ok` once. */
export type DigestVerifier = { readonly update: (chunk: Uint8Array) => void; readonly ok: () => boolean };

/**
 * Reads a Content-Digest field. Every sha-256 and sha-512 in it will have to match; algorithms it does not know are
 * passed over (RFC 9530 §2), and a field with none that it knows is refused.
 */
export function parseContentDigest(field: string): Result<ContentDigest, Problem> {
  const dictionary = strictDictionary(field);
  if (!dictionary.ok)
    return err(malformed("`Content-Digest` is not one dictionary of byte sequences in canonical form"));
  const digests: { algorithm: DigestName; digest: Uint8Array }[] = [];
  for (const [algorithm, [value, parameters]] of dictionary.value) {
    if (!(value instanceof ArrayBuffer) || parameters.size > 0) {
      return err(malformed("a member of `Content-Digest` is not a plain byte sequence"));
    }
    if (!isAccepted(algorithm)) continue;
    const digest = new Uint8Array(value);
    if (digest.length !== DIGEST_BYTES[algorithm]) {
      return err(malformed(`the ${algorithm} in \`Content-Digest\` has ${digest.length} bytes`));
    }
    digests.push({ algorithm, digest });
  }
  return digests.length > 0 ? ok(digests) : err(malformed("`Content-Digest` has neither sha-256 nor sha-512"));
}

/** The Content-Digest field for a body: its SHA-256. */
export function contentDigest(body: Uint8Array): string {
  return `sha-256=:${toBase64(createHash("sha256").update(body).digest())}:`;
}

/** A fresh verifier for one body. O(n) time, constant memory. */
export function digestVerifier(expected: ContentDigest): DigestVerifier {
  const running = expected.map(({ algorithm, digest }) => ({ digest, hash: createHash(HASHES[algorithm]) }));
  return {
    update: (chunk) => {
      for (const { hash } of running) hash.update(chunk);
    },
    ok: () => running.every(({ digest, hash }) => timingSafeEqual(hash.digest(), digest)),
  };
}

const DIGEST_BYTES = { "sha-256": 32, "sha-512": 64 } as const;
const HASHES = { "sha-256": "sha256", "sha-512": "sha512" } as const;

function isAccepted(algorithm: string): algorithm is DigestName {
  return Object.hasOwn(DIGEST_BYTES, algorithm);
}

function malformed(detail: string): Problem {
  return problem("digest-missing", detail);
}
