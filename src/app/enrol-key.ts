// A partner's first key: whoever presents the enrolment code, in a request signed by the key itself, registers it.

import type { PublicKey } from "../crypto/jwk.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import { OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { KeyRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { codeDigest, manifestKeys } from "./add-partner.ts";
import { appendEntry } from "./append-entry.ts";
import { type Caller, type Keeping, type Ports, settle } from "./ports.ts";

/**
 * Registers the key that a code and a signature by that very key vouch for. The code is used up.
 * Where the manifest names keys, it must be one of them.
 */
export function enrolKey(
  ports: Pick<Ports, "store" | "random" | "room"> & Keeping<KeyRow>,
  request: { readonly partner: PartnerId; readonly code: string; readonly key: PublicKey },
): Promise<Result<KeyRow, Problem>> {
  const { partner, code, key } = request;
  return settle(ports, { name: "enrol key", parties: [partner, OPERATOR] }, async (tx) => {
    const row = await tx.partners.find(partner);
    if ((await tx.keys.find(key.thumbprint)) !== null) return err(keyExists());
    if (row === null || row.leftAt !== null || !(await tx.enrolments.redeem(partner, codeDigest(code)))) {
      return err(problem("enrolment-code-invalid", "the code is not one that this partner may use now"));
    }
    const named = row.manifest === null ? [] : manifestKeys(row.manifest);
    if (named === null || (named.length > 0 && !named.some(({ thumbprint }) => thumbprint === key.thumbprint))) {
      return err(problem("key-unacceptable", "the manifest names other keys than this one"));
    }
    return registerIn(ports, tx, { partner, key, by: { partner, thumbprint: key.thumbprint } });
  });
}

/** Registers a key inside a transaction that has decided that it may be. */
export async function registerIn(
  ports: Pick<Ports, "random" | "room">,
  tx: Transaction,
  registered: {
    readonly partner: PartnerId;
    readonly key: PublicKey;
    readonly by: Caller;
  },
): Promise<Result<KeyRow, Problem>> {
  const { partner, key, by } = registered;
  if ((await tx.keys.find(key.thumbprint)) !== null) return err(keyExists());
  await tx.keys.register({ thumbprint: key.thumbprint, partner, jwk: canonicalJson(key.jwk) });
  const subject = { partner, keyThumbprint: key.thumbprint };
  await appendEntry(ports, tx, { act: "key-registered", actor: by, parties: [partner], subject, detail: {} });
  const row = await tx.keys.find(key.thumbprint);
  if (row === null) throw new Error("a registered key is not there");
  return ok(row);
}

function keyExists(): Problem {
  return problem("key-exists", "this key is or was registered; a key is registered once");
}
