// A partner's later keys: a registered key brings in another, which proves that somebody holds it, or ends one.
// A revoked key signs nothing new from then on; what it signed before stays verifiable.

import { KEY_PROOF_TYP } from "../crypto/document-types.ts";
import type { PublicKey } from "../crypto/jwk.ts";
import { verifyCompact } from "../crypto/jws.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import { OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { KeyRow } from "../ports/rows.ts";
import { appendEntry } from "./append-entry.ts";
import { registerIn } from "./enrol-key.ts";
import { type Caller, type Keeping, type Ports, settle } from "./ports.ts";

/** Registers a further key of the caller's. The proof is by the new key, the request by a registered one. */
export function addKey(
  ports: Pick<Ports, "store" | "random" | "room"> & Keeping<KeyRow>,
  request: { readonly caller: Caller; readonly key: PublicKey; readonly proof: string },
): Promise<Result<KeyRow, Problem>> {
  const { caller, key, proof } = request;
  return settle(ports, { name: "add key", parties: [caller.partner] }, async (tx) => {
    const claimed = verifyCompact(key, proof, KEY_PROOF_TYP);
    const expected = canonicalJson({ partner: caller.partner, thumbprint: key.thumbprint });
    if (!claimed.ok || canonicalJson(claimed.value) !== expected) {
      return err(problem("key-unacceptable", "the proof that the new key is held does not verify"));
    }
    return registerIn(ports, tx, { partner: caller.partner, key, by: caller });
  });
}

/** Revokes a key at once. A partner revokes its own, but not its last; the operator may revoke anyone's. */
export function revokeKey(
  ports: Pick<Ports, "store" | "random" | "room"> & Keeping<KeyRow>,
  request: { readonly caller: Caller; readonly partner: PartnerId; readonly thumbprint: string },
): Promise<Result<KeyRow, Problem>> {
  const { caller, partner, thumbprint } = request;
  return settle(ports, { name: "revoke key", parties: [caller.partner, partner] }, async (tx) => {
    const row = await tx.keys.find(thumbprint);
    const isAllowed = caller.partner === partner || caller.partner === OPERATOR;
    if (row === null || row.partner !== partner || !isAllowed) {
      return err(problem("not-found", "this partner has no such key"));
    }
    const active = (await tx.keys.ofPartner(partner)).filter((key) => key.revokedAt === null);
    if (active.length === 1 && row.revokedAt === null && caller.partner !== OPERATOR) {
      return err(problem("last-key", "this is the partner's last active key"));
    }
    if (row.revokedAt !== null) return ok(row);
    await tx.keys.revoke(thumbprint);
    const subject = { partner, keyThumbprint: thumbprint };
    await appendEntry(ports, tx, { act: "key-revoked", actor: caller, parties: [partner], subject, detail: {} });
    return ok({ ...row, revokedAt: tx.now });
  });
}
