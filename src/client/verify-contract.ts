// What anyone can check of a contract without the room: that each of its members has signed it, against their keys.

import { CONTRACT_TYP, type EnvelopeRefusal, verifyEnvelope } from "../crypto/contract-jws.ts";
import { KEY_REFUSALS, type PublicKey, parsePublicJwk, type Thumbprint } from "../crypto/jwk.ts";
import { SIGNATURE_REFUSALS } from "../crypto/jws.ts";
import { canonicalDigest, parseStrictJson } from "../domain/canonical-json.ts";
import { type Contract, contractSchema } from "../domain/contract/document.ts";
import { err, ok, type Result } from "../domain/result.ts";

/** A contract that all its members have signed, and by which keys. */
export type VerifiedContract = {
  readonly id: string;
  readonly contract: Contract;
  readonly signers: ReadonlyMap<string, Thumbprint>;
};

/**
 * Verifies a signed contract: one signature of every member that the contract itself names, and no others.
 * @param text  the RFC 7515 General JSON Serialization, as the room gives it
 * @param keysByMember  each member's public JWKs, revoked ones too, from a place that the reader trusts
 */
export function verifyContract(
  text: string,
  keysByMember: ReadonlyMap<string, readonly unknown[]>,
): Result<VerifiedContract, string> {
  const document = parseStrictJson(text);
  if (!document.ok) return err("the file is not strict JSON");
  const members = parsedKeys(keysByMember);
  if (!members.ok) return members;
  const signed = verifyEnvelope({ document: document.value, members: members.value, typ: CONTRACT_TYP });
  if (!signed.ok) return err(signed.error.map(refusalInWords).join("; "));
  const contract = contractSchema.safeParse(signed.value.payload);
  if (!contract.success) return err("what is signed is not a contract of this product");
  const named = new Set<string>(contract.data.members.map(({ partner }) => partner));
  const unkeyed = [...named].filter((member) => !members.value.has(member));
  if (unkeyed.length > 0) return err(`the contract has the member \`${unkeyed[0]}\`, whose keys were not given`);
  const stranger = [...members.value.keys()].find((member) => !named.has(member));
  if (stranger !== undefined) return err(`\`${stranger}\` signed and is not a member of the contract`);
  const id = canonicalDigest(signed.value.payload);
  return ok({ id, contract: contract.data, signers: signed.value.signers });
}

function parsedKeys(
  keysByMember: ReadonlyMap<string, readonly unknown[]>,
): Result<ReadonlyMap<string, readonly PublicKey[]>, string> {
  const members = new Map<string, readonly PublicKey[]>();
  for (const [member, jwks] of keysByMember) {
    const keys: PublicKey[] = [];
    for (const jwk of jwks) {
      const key = parsePublicJwk(jwk);
      if (!key.ok) return err(`a key of \`${member}\` cannot be used: ${KEY_REFUSALS[key.error]}`);
      keys.push(key.value);
    }
    members.set(member, keys);
  }
  return ok(members);
}

function refusalInWords(refusal: EnvelopeRefusal): string {
  if ("member" in refusal) {
    const says = refusal.reason === "member-missing" ? "has no valid signature here" : "has signed more than once";
    return `\`${refusal.member}\` ${says}`;
  }
  if ("at" in refusal) return `signature ${refusal.at + 1}: ${signatureInWords(refusal.reason)}`;
  return ENVELOPE_REFUSALS[refusal.reason];
}

type Signatures = keyof typeof SIGNATURE_REFUSALS | "key-unknown";

function signatureInWords(reason: Signatures): string {
  return reason === "key-unknown" ? "its key is none of the members' keys given" : SIGNATURE_REFUSALS[reason];
}

const ENVELOPE_REFUSALS = {
  "envelope-malformed": "the file is not a signed contract: an object of exactly `payload` and `signatures`",
  "payload-differs": "the contract that is signed is another one",
  "key-of-two-members": "one key is given for two members",
  "payload-not-base64url": "the payload is not base64url",
  "payload-not-canonical": "the payload is not canonical JSON (RFC 8785)",
} as const;
