// Partners' public keys. Found by thumbprint before anybody knows who signs, hence a directory like the partners.

import type { KeyRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import type { Statements } from "./pool.ts";

export function keys(tx: Statements): Transaction["keys"] {
  const columns = tx`
    thumbprint, partner, jwk,
    concordat.millis(registered_at) as "registeredAt", concordat.millis(revoked_at) as "revokedAt"`;
  return {
    find: async (thumbprint) => {
      const [row] = await tx<KeyRow[]>`select ${columns} from concordat.partner_key where thumbprint = ${thumbprint}`;
      return row ?? null;
    },
    ofPartner: async (partner) => [
      ...(await tx<KeyRow[]>`
        select ${columns} from concordat.partner_key where partner = ${partner} order by registered_at, thumbprint`),
    ],
    register: async ({ thumbprint, partner, jwk }) => {
      await tx`insert into concordat.partner_key (thumbprint, partner, jwk) values (${thumbprint}, ${partner}, ${jwk})`;
    },
    revoke: async (thumbprint) => {
      await tx`
        update concordat.partner_key set revoked_at = now() where thumbprint = ${thumbprint} and revoked_at is null`;
    },
  };
}
