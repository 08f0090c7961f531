// The privacy ledger: accounts by dataset and recipient, and the debits that fill them. The caller decides whether a
// debit fits; the account's check on its cap holds even where the caller is wrong.

import { type DatasetRef, ownerOf } from "../domain/dataset/schema.ts";
import type { LedgerLine, Recipient } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { TEXT_ARRAY } from "./arrays.ts";
import type { Statements } from "./pool.ts";

type Row = Omit<LedgerLine, "nanoRho"> & { readonly nanoRho: string };

export function ledger(tx: Statements): Transaction["ledger"] {
  return {
    spent: async (lineage, recipient, days) => {
      const [row] = await tx<{ spent: string }[]>`select ${spent(tx, { lineage, recipient, days })}::text as spent`;
      return BigInt(row?.spent ?? 0);
    },
    debit: (line, cap) => debit(tx, line, cap),
    debitsOf: async (owner, releases) => {
      const rows = await tx<Row[]>`
        select number, lineage, recipient, nano_rho as "nanoRho", release, concordat.millis(debited_at) as at
        from concordat.ledger_debit
        where partner = ${owner} and release = any (${tx.array([...releases], TEXT_ARRAY)}) order by number`;
      return rows.map((row) => ({ ...row, nanoRho: BigInt(row.nanoRho) }));
    },
    lines: async (owner, { after, limit }) => {
      const rows = await tx<Row[]>`
        select number, lineage, recipient, nano_rho as "nanoRho", release, concordat.millis(debited_at) as at
        from concordat.ledger_debit
        where partner = ${owner} and number > ${after ?? "0"}
        order by number limit ${limit}`;
      return rows.map((row) => ({ ...row, nanoRho: BigInt(row.nanoRho) }));
    },
  };
}

type Account = { readonly lineage: DatasetRef; readonly recipient: Recipient; readonly days: number | null };

function spent(tx: Statements, { lineage, recipient, days }: Account) {
  const account = tx`partner = ${ownerOf(lineage)} and lineage = ${lineage} and recipient = ${recipient}`;
  if (days === null) return tx`coalesce((select spent from concordat.ledger_account where ${account}), 0)`;
  return tx`(
    select coalesce(sum(nano_rho), 0) from concordat.ledger_debit
    where ${account} and debited_at > now() - make_interval(days => ${days}))`;
}

async function debit(tx: Statements, line: Omit<LedgerLine, "at" | "number">, cap: bigint | null): Promise<void> {
  const { lineage, recipient, nanoRho, release } = line;
  const owner = ownerOf(lineage);
  const raised = tx`
    insert into concordat.ledger_account (partner, lineage, recipient, spent, cap)
    values (${owner}, ${lineage}, ${recipient}, ${String(nanoRho)}, ${cap === null ? null : String(cap)})
    on conflict (partner, lineage, recipient) do update
    set spent = ledger_account.spent + excluded.spent, cap = excluded.cap`;
  const written = tx`
    insert into concordat.ledger_debit (partner, number, lineage, recipient, nano_rho, release)
    select ${owner}, coalesce(max(number), 0) + 1, ${lineage}, ${recipient}, ${String(nanoRho)}, ${release}
    from concordat.ledger_debit where partner = ${owner}`;
  await Promise.all([raised, written]);
}
