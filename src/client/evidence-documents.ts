// The documents of an evidence file checked one by one: keys are what they are named, contracts and policies are signed
// by the keys of those whose they are.

import { CONTRACT_TYP, verifyEnvelope } from "../crypto/contract-jws.ts";
import { type PublicKey, parsePublicJwk } from "../crypto/jwk.ts";
import { contractId } from "../domain/contract/document.ts";
import type { Evidence, Part, PartOf } from "../domain/evidence/document.ts";
import { contractsIn, partsOf } from "../domain/evidence/reading.ts";
import { verifyPolicy } from "./verify-policy.ts";

/** What is wrong with a partner's keys, or null. */
export function faultOfKeys({ keys }: PartOf<"keys">): string | null {
  const isRight = keys.every(({ jwk }) => {
    const key = parsePublicJwk(jwk);
    return key.ok && key.value.thumbprint === jwk["kid"];
  });
  return isRight ? null : "a key cannot be used, or is named by another's thumbprint";
}

/** What is wrong with a contract's signatures, or null; that some of an offer are missing is nothing wrong. */
export function faultOfContract(part: PartOf<"contract">, parts: readonly Part[]): string | null {
  const contract = contractsIn([part]).get(part.id);
  if (contract === undefined) return "what is signed is not a contract of this product";
  if (contractId(contract) !== part.id) return "the contract is another than its name says";
  const signers = [...contract.members.map(({ partner }) => partner), ...part.leaving];
  const members = new Map(signers.map((partner) => [partner, keysOf(partner, parts)]));
  const signed = verifyEnvelope({ document: part.envelope, members, typ: CONTRACT_TYP });
  if (signed.ok) return null;
  const isOpen = part.state === "offered" || part.state === "refused";
  const refusal = signed.error.find(({ reason }) => !isOpen || reason !== "member-missing");
  return refusal === undefined ? null : `its signatures do not hold: ${refusal.reason.replaceAll("-", " ")}`;
}

/** What is wrong with a version of the policy of whom the evidence is for, or null. */
export function faultOfPolicy(part: PartOf<"policy">, { contents, parts }: Evidence): string | null {
  const [keys] = partsOf(parts, "keys").filter(({ partner }) => partner === contents.for);
  const jwks = keys === undefined ? [] : keys.keys.map(({ jwk }) => jwk);
  const verified = verifyPolicy(JSON.stringify(part.envelope), jwks);
  if (!verified.ok) return verified.error;
  const { document } = verified.value;
  const isOwn =
    typeof document === "object" &&
    document !== null &&
    "partner" in document &&
    document["partner"] === contents.for &&
    document["version"] === part.version;
  return isOwn ? null : "it is another policy than its name says";
}

function keysOf(partner: string, parts: readonly Part[]): readonly PublicKey[] {
  const found = partsOf(parts, "keys").filter((part) => part.partner === partner);
  return found.flatMap(({ keys }) =>
    keys.flatMap(({ jwk }) => {
      const key = parsePublicJwk(jwk);
      return key.ok ? [key.value] : [];
    }),
  );
}
