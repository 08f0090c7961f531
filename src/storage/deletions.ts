// What was deleted with contracts that were terminated, and where in the log the certificate of it stands.

import type { DeletionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import type { Statements } from "./pool.ts";

export function deletions(tx: Statements): Transaction["deletions"] {
  return {
    add: async ({ contract, deleted }) => {
      const { count } = await tx`
        insert into concordat.contract_deletion (contract, members, deleted)
        select id, members, ${deleted} from concordat.contract where id = ${contract}`;
      if (count !== 1) throw new Error("a deletion names a contract that its transaction cannot see");
    },
    uncertified: async () => [
      ...(await tx<DeletionRow[]>`
        select contract, deleted from concordat.contract_deletion where entry is null order by deleted_at, contract`),
    ],
    certify: async (contract, entry) => {
      const { count } = await tx`
        update concordat.contract_deletion set entry = ${entry} where contract = ${contract} and entry is null`;
      return count === 1;
    },
  };
}
