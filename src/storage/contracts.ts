// Contracts with the signatures and events from which their state is derived.
// One statement gathers a whole file.

import { canonicalJson } from "../domain/canonical-json.ts";
import type { Contract } from "../domain/contract/document.ts";
import type { ContractFile } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
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
    offer: async ({ id, contract, offeredBy }) => {
      await tx`
        insert into concordat.contract (id, document, members, previous, offered_by)
        values (${id}, ${canonicalJson(contract)}, ${members(tx, contract)}, ${contract.previous}, ${offeredBy})`;
    },
    sign: async (contract, id, signature) => {
      await tx`
        insert into concordat.contract_signature (contract, partner, members, thumbprint, protected, signature)
        values (${id}, ${signature.partner}, ${members(tx, contract)}, ${signature.thumbprint},
          ${signature.protected}, ${signature.signature})`;
    },
    note: async (contract, id, { kind, partner }) => {
      await tx`
        insert into concordat.contract_event (contract, number, kind, partner, members)
        select ${id}, coalesce(max(number), 0) + 1, ${kind}, ${partner}, ${members(tx, contract)}
        from concordat.contract_event where contract = ${id}`;
    },
  };
}

// A later version replaces this one when all members of this one are members of it, and all of its members have
// signed. So the answer is the same for each of them, whoever the transaction acts for.
function file(tx: Statements) {
  return tx`
    select id, document, offered_by as "offeredBy", concordat.millis(offered_at) as "offeredAt",
      (select coalesce(json_agg(json_build_object(
          'partner', partner, 'thumbprint', thumbprint, 'protected', protected, 'signature', signature,
          'at', concordat.millis(signed_at)) order by signed_at, partner), '[]')
        from concordat.contract_signature where contract = contract.id) as signatures,
      (select coalesce(json_agg(json_build_object(
          'kind', kind, 'partner', partner, 'at', concordat.millis(noted_at)) order by number), '[]')
        from concordat.contract_event where contract = contract.id) as events,
      (select later.id from concordat.contract later
        where later.previous = contract.id and later.members @> contract.members
          and later.members <@ array(
            select partner from concordat.contract_signature signed where signed.contract = later.id)
        order by later.offered_at, later.id limit 1) as "replacedBy"
    from concordat.contract`;
}

function members(tx: Statements, contract: Contract) {
  return tx`${tx.array(
    contract.members.map((member) => member.partner),
    25,
  )}::text[]`;
}

// The id is the digest of what was signed, so a document edited in its row has another.
function toFile({ document: text, ...row }: Row, read: DocumentReaders): ContractFile {
  const { document: contract, digest } = read.contract(text);
  if (digest !== row.id) throw new Error("a contract's row was edited: its document has another digest");
  return { ...row, contract };
}
