// Who is asking: the key that signed, looked up afresh for every request so that a revocation holds at once, the time
// of the signature by the database's clock, which nonces are kept by, and the nonce spent in the same transaction, by
// whichever instance, before or after whatever restart.

import type { Ports } from "../app/ports.ts";
import { readSignature, refusalOfTimes, type SignatureInput, verifyRequestAside } from "../crypto/http-signature.ts";
import { type PublicKey, parsePublicJwk } from "../crypto/jwk.ts";
import type { SignableRequest } from "../crypto/signature-base.ts";
import { LIMITS } from "../domain/limits.ts";
import { OPERATOR, type PartnerId, partnerIdSchema } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { Transaction } from "../ports/store.ts";
import type { Signer } from "./route.ts";

/** Keys by thumbprint, parsed once, and whose they are: a thumbprint never stands for another key or partner. */
export type KnownKeys = Map<string, KnownKey>;
type KnownKey = { readonly partner: PartnerId; readonly key: PublicKey };

const NONCE_SECONDS = LIMITS.signatureLifeSeconds + 2 * LIMITS.clockToleranceSeconds;

type Asked = { readonly request: SignableRequest; readonly known: KnownKeys; readonly requestId: string };

/** Accepts a request signed by a registered, unrevoked key. One message to the store and back. */
export async function authenticate(ports: Pick<Ports, "store">, asked: Asked): Promise<Result<Signer, Problem>> {
  const input = readSignature(asked.request.headers);
  if (!input.ok) return input;
  const seen = await knownKey(ports, input.value.keyid, asked.known);
  if (seen === null) return err(unknownKey());
  const { partner, key } = seen;
  const verdict = await verifyRequestAside({ key, input: input.value, request: asked.request });
  if (!verdict.ok) return verdict;
  const { keyid: thumbprint, nonce } = input.value;
  // A nonce is spent by whoever holds the key, be it revoked, or the time over, and by nobody else.
  const admission = await ports.store.admit({ thumbprint, partner, nonce, seconds: NONCE_SECONDS });
  const late = refusalNow(admission, input.value);
  if (late !== null) return err(late);
  const standing = admission.key;
  if (standing === null || standing.revokedAt !== null || standing.partner !== partner) return err(unknownKey());
  const caller = { partner, thumbprint, requestId: asked.requestId };
  return admission.isNew ? ok({ caller, presented: null }) : err(replayed());
}

/** Accepts a request signed by the very key that its body presents: proof of possession, not yet of permission. */
export async function authenticatePresented(
  ports: Pick<Ports, "store">,
  asked: Omit<Asked, "known"> & { readonly jwk: unknown; readonly partner: string | undefined },
): Promise<Result<Signer, Problem>> {
  const input = readSignature(asked.request.headers);
  if (!input.ok) return input;
  const key = parsePublicJwk(asked.jwk);
  const partner = partnerIdSchema.safeParse(asked.partner);
  if (!key.ok || !partner.success || key.value.thumbprint !== input.value.keyid) return err(unknownKey());
  const verdict = await verifyRequestAside({ key: key.value, input: input.value, request: asked.request });
  if (!verdict.ok) return verdict;
  const act = { name: "authenticate", parties: [OPERATOR] };
  const caller = { partner: partner.data, thumbprint: key.value.thumbprint, requestId: asked.requestId };
  return ports.store.note(act, async (tx) => {
    const late = refusalNow(tx, input.value);
    if (late !== null) return err(late);
    const isNew = await tx.nonces.claim(OPERATOR, input.value.nonce, NONCE_SECONDS);
    return isNew ? ok({ caller, presented: key.value }) : err(replayed());
  });
}

function refusalNow({ now }: Pick<Transaction, "now">, input: SignatureInput): Problem | null {
  return refusalOfTimes(input, Math.floor(now / 1_000));
}

// Says whose row of the directory to ask for, not that the key still signs: that is read afresh.
async function knownKey(ports: Pick<Ports, "store">, thumbprint: string, known: KnownKeys): Promise<KnownKey | null> {
  const seen = known.get(thumbprint);
  if (seen !== undefined) return seen;
  const act = { name: "find key", parties: [OPERATOR] };
  const row = await ports.store.read(act, (tx) => tx.keys.find(thumbprint));
  if (row === null) return null;
  const key = parsePublicJwk(JSON.parse(row.jwk));
  if (!key.ok) throw new Error(`a registered key is refused: ${key.error}`);
  if (known.size >= LIMITS.knownKeys) known.clear();
  const found = { partner: row.partner, key: key.value };
  known.set(thumbprint, found);
  return found;
}

function unknownKey(): Problem {
  return problem("key-unknown", "`keyid` is not the thumbprint of a key that may sign here");
}

function replayed(): Problem {
  return problem("signature-replayed", "this nonce was accepted before");
}
