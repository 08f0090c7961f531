// The strict front of signed contracts (SEC-12): general JSON serialisation (RFC 7515 §7.2.1), in force only when
// exactly one signature of every member verifies on its own. A contract's identity is the digest of its payload, so
// nothing outside the payload may vary in a way that anyone could read as meaning.

import { equalBytes, toBase64Url } from "../domain/bytes.ts";
import type { Json } from "../domain/canonical-json.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { PublicKey, Thumbprint } from "./jwk.ts";
import {
  type JwsEntry,
  type PayloadRefusal,
  readCanonicalPayload,
  readEntry,
  readProtectedHeader,
  type SignatureRefusal,
  verifySignature,
} from "./jws.ts";

/** The `typ` of contract signatures. */
export const CONTRACT_TYP = "concordat-contract+jws";

/** A contract with its signatures, as it is exported and verified offline. */
export type Envelope = { readonly payload: string; readonly signatures: readonly JwsEntry[] };

/** A contract whose members have all signed. */
export type SignedContract = {
  readonly payload: Json;
  readonly payloadBytes: Uint8Array;
  /** By member name: the key that signed. */
  readonly signers: ReadonlyMap<string, Thumbprint>;
};

/** Why an envelope is not in force. `at` is the place of the signature in the list; `member` the one it concerns. */
export type EnvelopeRefusal =
  | { readonly reason: "envelope-malformed" | "payload-differs" | "key-of-two-members" | PayloadRefusal }
  | { readonly reason: "member-missing" | "member-doubled"; readonly member: string }
  | { readonly reason: SignatureRefusal | "key-unknown"; readonly at: number };

/** Puts signatures under a payload; the order of signatures carries no meaning. */
export function envelope(payloadBytes: Uint8Array, signatures: readonly JwsEntry[]): Envelope {
  return { payload: toBase64Url(payloadBytes), signatures };
}

/**
 * Decides whether every member has signed, exactly once, and nobody else.
 * @param expected.document  parsed by `parseStrictJson`, so without duplicate names
 * @param expected.members  the keys that count as each member's at the time in question; all of a list's keys are live
 * @param expected.payloadBytes  when given, the canonical bytes that the payload must be
 * @returns who signed with which key, or every reason why not
 */
export function verifyEnvelope(expected: {
  readonly document: unknown;
  readonly members: ReadonlyMap<string, readonly PublicKey[]>;
  readonly typ: string;
  readonly payloadBytes?: Uint8Array;
}): Result<SignedContract, readonly EnvelopeRefusal[]> {
  const document = readEnvelope(expected.document);
  if (document === null) return err([{ reason: "envelope-malformed" }]);
  const payload = readCanonicalPayload(document.payload);
  if (!payload.ok) return err([{ reason: payload.error }]);
  const { bytes, json } = payload.value;
  if (expected.payloadBytes !== undefined && !equalBytes(bytes, expected.payloadBytes)) {
    return err([{ reason: "payload-differs" }]);
  }
  const owners = ownersOfKeys(expected.members);
  if (owners === null) return err([{ reason: "key-of-two-members" }]);
  const verdicts = document.signatures.map((entry) => verifyEntry(entry, owners, { bytes, typ: expected.typ }));
  const refusals = [
    ...verdicts.flatMap((verdict, at) => (verdict.ok ? [] : [{ reason: verdict.error, at }])),
    ...refusalsOfMembership(verdicts, [...expected.members.keys()]),
  ];
  const signed = verdicts.flatMap((verdict) => (verdict.ok ? [verdict.value] : []));
  if (refusals.length > 0) return err(refusals);
  return ok({
    payload: json,
    payloadBytes: bytes,
    signers: new Map(signed.map(({ member, key }) => [member, key.thumbprint])),
  });
}

type Owned = { readonly member: string; readonly key: PublicKey };
type Verdict = Result<Owned, SignatureRefusal | "key-unknown">;

/** Takes a value for an envelope when it has the two members and no others; null for any other shape. */
export function readEnvelope(document: unknown): { payload: string; signatures: readonly unknown[] } | null {
  if (typeof document !== "object" || document === null || Object.keys(document).length !== 2) return null;
  if (!("payload" in document && "signatures" in document)) return null;
  const { payload, signatures } = document;
  return typeof payload === "string" && Array.isArray(signatures) ? { payload, signatures } : null;
}

/** Keys by thumbprint, or null when a key is two members': one signature would then speak for both. */
function ownersOfKeys(members: ReadonlyMap<string, readonly PublicKey[]>): ReadonlyMap<string, Owned> | null {
  const owners = new Map<string, Owned>();
  for (const [member, keys] of members) {
    for (const key of keys) {
      if ((owners.get(key.thumbprint)?.member ?? member) !== member) return null;
      owners.set(key.thumbprint, { member, key });
    }
  }
  return owners;
}

function verifyEntry(
  value: unknown,
  owners: ReadonlyMap<string, Owned>,
  signed: { readonly bytes: Uint8Array; readonly typ: string },
): Verdict {
  const entry = readEntry(value);
  if (!entry.ok) return entry;
  const header = readProtectedHeader(entry.value.protected);
  if (!header.ok) return header;
  const owned = owners.get(header.value.kid);
  if (owned === undefined) return err("key-unknown");
  const verdict = verifySignature({
    key: owned.key,
    payloadBytes: signed.bytes,
    typ: signed.typ,
    entry: entry.value,
  });
  return verdict.ok ? ok(owned) : verdict;
}

function refusalsOfMembership(verdicts: readonly Verdict[], members: readonly string[]): EnvelopeRefusal[] {
  const signers = verdicts.flatMap((verdict) => (verdict.ok ? [verdict.value.member] : []));
  return members.flatMap((member): EnvelopeRefusal[] => {
    const count = signers.filter((signer) => signer === member).length;
    if (count === 1) return [];
    return [{ reason: count === 0 ? "member-missing" : "member-doubled", member }];
  });
}
