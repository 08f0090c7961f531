// Whose key made a signature under a document: one that is registered for the caller's partner and not revoked.

import { parsePublicJwk } from "../crypto/jwk.ts";
import { type JwsEntry, readProtectedHeader, SIGNATURE_REFUSALS, verifySignature } from "../crypto/jws.ts";
import { utf8 } from "../domain/bytes.ts";
import { canonicalJson, type Json } from "../domain/canonical-json.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { Transaction } from "../ports/store.ts";
import type { Caller } from "./ports.ts";

/** A document with a signature that claims to be the caller's. */
export type Signed = {
  readonly caller: Pick<Caller, "partner">;
  readonly document: Json;
  readonly typ: string;
  readonly signature: JwsEntry;
};

/** The thumbprint of the key that signed, or a sentence that says why the signature does not count. */
export async function verifySigner(tx: Transaction, signed: Signed): Promise<Result<string, string>> {
  const { caller, document, typ, signature } = signed;
  const header = readProtectedHeader(signature.protected);
  if (!header.ok) return err(SIGNATURE_REFUSALS[header.error]);
  const row = await tx.keys.find(header.value.kid);
  if (row === null || row.partner !== caller.partner || row.revokedAt !== null)
    return err("`kid` does not name an active key of yours");
  const key = parsePublicJwk(JSON.parse(row.jwk));
  if (!key.ok) return err("the registered key can no longer be used");
  const payloadBytes = utf8(canonicalJson(document));
  const verdict = verifySignature({ key: key.value, payloadBytes, typ, entry: signature });
  return verdict.ok ? ok(row.thumbprint) : err(SIGNATURE_REFUSALS[verdict.error]);
}
