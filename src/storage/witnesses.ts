// Witnesses that partners registered, and their cosignatures of published checkpoints. A directory: whoever reads a
// checkpoint may see who vouches for it, and compare keys with what the partners say.

import type { CosignatureRow, WitnessFile, WitnessRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import type { Statements } from "./pool.ts";

export function witnesses(tx: Statements): Transaction["witnesses"] {
  const columns = tx`
    thumbprint, partner, name, key,
    concordat.millis(registered_at) as "registeredAt", concordat.millis(retired_at) as "retiredAt"`;
  return {
    find: async (thumbprint) => {
      const [row] = await tx<WitnessRow[]>`
        select ${columns} from concordat.log_witness where thumbprint = ${thumbprint}`;
      return row ?? null;
    },
    list: async () => [
      ...(await tx<WitnessFile[]>`
        select ${columns}, (
          select json_build_object('size', size, 'signedAt', concordat.millis(signed_at))
          from concordat.log_cosignature where witness = thumbprint order by size desc limit 1) as last
        from concordat.log_witness order by partner, registered_at, thumbprint`),
    ],
    register: async ({ thumbprint, partner, name, key }) => {
      const { count } = await tx`
        insert into concordat.log_witness (thumbprint, partner, name, key)
        values (${thumbprint}, ${partner}, ${name}, ${key}) on conflict do nothing`;
      return count === 1;
    },
    retire: async (thumbprint) => {
      await tx`
        update concordat.log_witness set retired_at = now() where thumbprint = ${thumbprint} and retired_at is null`;
    },
    cosign: async ({ size, witness, partner, line, signedAt }) => {
      await tx`
        insert into concordat.log_cosignature (size, witness, partner, line, signed_at)
        values (${size}, ${witness}, ${partner}, ${line}, concordat.instant(${signedAt}))
        on conflict (size, witness) do nothing`;
    },
    cosignedFrom: async (from, count) => {
      const [row] = await tx<{ size: number }[]>`
        select size from concordat.log_cosignature where size >= ${from}
        group by size having count(*) >= ${count} order by size limit 1`;
      return row?.size ?? null;
    },
    cosignatures: async (size, limit) => [
      ...(await tx<CosignatureRow[]>`
        select size, witness, partner, line, concordat.millis(signed_at) as "signedAt"
        from concordat.log_cosignature where size = ${size} order by partner, witness limit ${limit}`),
    ],
  };
}
