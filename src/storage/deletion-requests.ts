// Requesters of deletion whom partners trust, and the requests of theirs that wait for an erasure. A request is deleted
// with the erasure that it brought about.

import { canonicalJson } from "../domain/canonical-json.ts";
import { requesterSchema } from "../domain/subject/requester.ts";
import type { DeletionRow, RequesterRow } from "../ports/rights.ts";
import type { Transaction } from "../ports/store.ts";
import { TEXT_ARRAY } from "./arrays.ts";
import type { Statements } from "./pool.ts";

type Filed = Pick<RequesterRow, "partner" | "registeredAt" | "retiredAt"> & { readonly document: string };

export function requesters(tx: Statements): Transaction["requesters"] {
  const columns = tx`
    partner, document, concordat.millis(registered_at) as "registeredAt",
    concordat.millis(retired_at) as "retiredAt"`;
  return {
    find: async (partner, issuer) => {
      const [row] = await tx<Filed[]>`
        select ${columns} from concordat.deletion_requester where partner = ${partner} and issuer = ${issuer}`;
      return row === undefined ? null : opened(row);
    },
    list: async (partner) => {
      const rows = await tx<Filed[]>`
        select ${columns} from concordat.deletion_requester where partner = ${partner} order by issuer`;
      return rows.map(opened);
    },
    put: async (partner, requester) => {
      await tx`
        insert into concordat.deletion_requester (partner, issuer, document)
        values (${partner}, ${requester.issuer}, ${canonicalJson(requester)})
        on conflict (partner, issuer) do update
        set document = excluded.document, registered_at = now(), retired_at = null`;
    },
    retire: async (partner, issuer) => {
      await tx`
        update concordat.deletion_requester set retired_at = now()
        where partner = ${partner} and issuer = ${issuer} and retired_at is null`;
    },
  };
}

function opened({ document, ...row }: Filed): RequesterRow {
  return { ...row, ...requesterSchema.parse(JSON.parse(document)) };
}

export function deletionRequests(tx: Statements): Transaction["deletionRequests"] {
  return {
    add: async ({ partner, id, issuer, sealed }) => {
      await tx`
        insert into concordat.deletion_request (partner, id, issuer, sealed)
        values (${partner}, ${id}, ${issuer}, ${sealed})`;
    },
    count: async (partner) => {
      const [row] = await tx<{ count: number }[]>`
        select count(*)::int8 as count from concordat.deletion_request where partner = ${partner}`;
      return row?.count ?? 0;
    },
    waiting: async (limit) => {
      const rows = await tx<DeletionRow[]>`
        select partner, id, issuer, sealed from concordat.deletion_request order by received_at, id limit ${limit}`;
      return rows.map((row) => ({ ...row, sealed: new Uint8Array(row.sealed) }));
    },
    forget: async (partner, ids) => {
      const { count } = await tx`
        delete from concordat.deletion_request
        where partner = ${partner} and id = any (${tx.array([...ids], TEXT_ARRAY)})`;
      return count;
    },
    reseal: async ({ partner, id, sealed }) => {
      const { count } = await tx`
        update concordat.deletion_request set sealed = ${sealed} where partner = ${partner} and id = ${id}`;
      if (count !== 1) throw new Error("a request for deletion that is not there was sealed anew");
    },
  };
}
