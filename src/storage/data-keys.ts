// The wrapped keys under which partners' lists are sealed. Written once: a second key would lose what lies under the
// first, so the primary key refuses it.

import type { Transaction } from "../ports/store.ts";
import type { Statements } from "./pool.ts";

export function dataKeys(tx: Statements): Transaction["dataKeys"] {
  return {
    find: async (partner) => {
      const [row] = await tx<{ wrapped: Uint8Array }[]>`
        select wrapped from concordat.data_key where partner = ${partner}`;
      return row === undefined ? null : new Uint8Array(row.wrapped);
    },
    put: async (partner, wrapped) => {
      await tx`insert into concordat.data_key (partner, wrapped) values (${partner}, ${wrapped})`;
    },
  };
}
