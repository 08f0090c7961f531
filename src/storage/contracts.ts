// Contracts with the signatures and events from which their state is derived.
// One statement gathers a whole file.

import { canonicalJson } from "../domain/canonical-json.ts";
import type { ContractFile } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { TEXT_ARRAY } from "./arrays.ts";
import type { DocumentReaders } from "./documents.ts";
import type { Statements } from "./pool.ts";

type Row = Omit<ContractFile, "contract"> & { readonly document: string };

export function contracts(tx: Statements, read: DocumentReaders): Transaction["contracts"] {
  return {
    find: async (id) => {
      const [row] = await tx<Row[]>`${file(tx)} where id = ${id}`;
      return row === undefined ? null : toFile(row, read);
    },
    list: async ({ after, limit }) => {
      const rows = await tx<Row[]>`
        ${file(tx)}
        where ${after}::text is null
          or (offered_at, id) < (select last.offered_at, last.id from concordat.contract last where last.id = ${after})
        order by offered_at desc, id desc limit ${limit}`;
      return rows.map((row) => toFile(row, read));
    },
    offer: async ({ id, contract, leaving, offeredBy }) => {
      const members = contract.members.map((member) => member.partner);
      await tx`
        insert into concordat.contract (id, document, members, leaving, previous, offered_by)
        values (${id}, ${canonicalJson(contract)}, ${texts(tx, members)}, ${texts(tx, leaving)}, ${contract.previous},
          ${offeredBy})`;
    },
    sign: async (id, signature) => {
      const { count } = await tx`
        insert into concordat.contract_signature (contract, partner, members, thumbprint, protected, signature)
        select id, ${signature.partner}, members || leaving, ${signature.thumbprint}, ${signature.protected},
          ${signature.signature}
        from concordat.contract where id = ${id}`;
      assertSeen(count);
    },
    note: async (id, { kind, partner }) => {
      const { count } = await tx`
        insert into concordat.contract_event (contract, number, kind, partner, members)
        select id, (
            select coalesce(max(number), 0) + 1 from concordat.contract_event event where event.contract = contract.id),
          ${kind}, ${partner}, members || leaving
        from concordat.contract where id = ${id}`;
      assertSeen(count);
    },
  };
}

// A later version succeeds this one when everybody concerned has signed it: its members, and the members of this one
// that it leaves out. So the answer is the same for each of them, whoever the transaction acts for. One that was ended
// before its first day never takes this one's place.
function file(tx: Statements) {
  return tx`
    select id, document, leaving, offered_by as "offeredBy", concordat.millis(offered_at) as "offeredAt",
      (select coalesce(json_agg(json_build_object(
          'partner', partner, 'thumbprint', thumbprint, 'protected', protected, 'signature', signature,
          'at', concordat.millis(signed_at)) order by signed_at, partner), '[]')
        from concordat.contract_signature where contract = contract.id) as signatures,
      (select coalesce(json_agg(json_build_object(
          'kind', kind, 'partner', partner, 'at', concordat.millis(noted_at)) order by number), '[]')
        from concordat.contract_event where contract = contract.id) as events,
      (select json_build_object('id', later.id, 'from', first_day)
        from concordat.contract later, json_extract_path_text(later.document::json, 'validity', 'from') as first_day
        where later.previous = contract.id and (later.members || later.leaving) @> contract.members
          and (later.members || later.leaving) <@ array(
            select partner from concordat.contract_signature signed where signed.contract = later.id)
          and not exists (
            select from concordat.contract_event ended
            where ended.contract = later.id and ended.kind in ('refused', 'terminated')
              and ended.noted_at < (first_day || 'T00:00:00Z')::timestamptz)
        order by later.offered_at, later.id limit 1) as successor
    from concordat.contract`;
}

function texts(tx: Statements, values: readonly string[]) {
  return tx`${tx.array([...values], TEXT_ARRAY)}`;
}

function assertSeen(count: number): void {
  if (count !== 1) throw new Error("a contract is signed or changed that its transaction cannot see");
}

// The id is the digest of what was signed, so a document edited in its row has another.
function toFile({ document: text, ...row }: Row, read: DocumentReaders): ContractFile {
  const { document: contract, digest } = read.contract(text);
  if (digest !== row.id) throw new Error("a contract's row was edited: its document has another digest");
  return { ...row, contract };
}
