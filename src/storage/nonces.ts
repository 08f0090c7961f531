// Nonces of signed requests: the first claim of one wins (RFC 9421 §7.2.2), also against claims at the same moment,
// because the primary key decides.

import type { UnixMillis } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { Admission, Presented } from "../ports/admission.ts";
import type { Transaction } from "../ports/store.ts";
import type { Statements } from "./pool.ts";

export function nonces(tx: Statements): Transaction["nonces"] {
  return {
    claim: async (partner, nonce, seconds) => {
      const { count } = await tx`
        insert into concordat.nonce (partner, nonce, expires_at)
        values (${partner}, ${nonce}, now() + make_interval(secs => ${seconds}))
        on conflict (partner, nonce) do update set expires_at = excluded.expires_at
        where nonce.expires_at <= now()`;
      return count === 1;
    },
    purge: async () => {
      await tx`delete from concordat.nonce where expires_at <= now()`;
    },
  };
}

type AdmissionRow = {
  readonly partner: PartnerId | null;
  readonly revokedAt: UnixMillis | null;
  readonly isNew: boolean;
  readonly now: UnixMillis;
};

/** How a signed request comes in, as one statement by itself, which acts for the partner. */
export async function admit(sql: Statements, presented: Presented): Promise<Admission> {
  const { thumbprint, partner, nonce, seconds } = presented;
  const [row] = await sql<AdmissionRow[]>`
    select key_of as partner, revoked as "revokedAt", was_new as "isNew", at as now
    from concordat.admit(${thumbprint}, ${partner}, ${nonce}, ${seconds})`;
  if (row === undefined) throw new Error("nothing is said of a request's nonce");
  const { isNew, now } = row;
  return { key: row.partner === null ? null : { partner: row.partner, revokedAt: row.revokedAt }, isNew, now };
}
