// Nonces of signed requests: the first claim of one wins (RFC 9421 §7.2.2), also against claims at the same moment,
// because the primary key decides.

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
