// The privacy ledger: accounts by dataset and recipient, and the debits that fill them. The caller decides whether a
// debit fits; the account's check on its cap holds even where the caller is wrong.

import { ownerOf } from "../domain/dataset/schema.ts";
import type { UnixMillis } from "../domain/instant.ts";
import type { NewDebit, Spent, SpentAccount } from "../ports/ledger-store.ts";
import type { LedgerLine } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { TEXT_ARRAY } from "./arrays.ts";
import type { Statements } from "./pool.ts";

type Row = Omit<LedgerLine, "nanoRho"> & { readonly nanoRho: string };

export function ledger(tx: Statements): Transaction["ledger"] {
  return {
    spent: async (lineage, recipient, days) => (await spentOn(tx, [{ lineage, recipient, days }]))[0]?.spent ?? 0n,
    spentOn: (accounts) => spentOn(tx, accounts),
    debit: (debits) => debit(tx, debits),
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

async function spentOn(tx: Statements, accounts: readonly SpentAccount[]): Promise<readonly Spent[]> {
  const asked = accounts.map((account) => ({ partner: ownerOf(account.lineage), ...account }));
  const rows = await tx<{ spent: string; until: UnixMillis | null }[]>`
    select coalesce(case when days is null then account.spent else recent.spent end, 0)::text as spent,
      concordat.millis(recent.first_at + make_interval(days => days)) as until
    from rows from (
        json_to_recordset(${JSON.stringify(asked)}::text::json)
          as (partner text, lineage text, recipient text, days int))
      with ordinality as asked (partner, lineage, recipient, days, place)
    left join concordat.ledger_account account
      on days is null and account.partner = asked.partner and account.lineage = asked.lineage
        and account.recipient = asked.recipient
    left join lateral (
      select sum(nano_rho) as spent, min(debited_at) as first_at from concordat.ledger_debit debit
      where debit.partner = asked.partner and debit.lineage = asked.lineage and debit.recipient = asked.recipient
        and debited_at > now() - make_interval(days => days)) recent on days is not null
    order by place`;
  return rows.map(({ spent, until }) => ({ spent: BigInt(spent), until }));
}

// One statement for all of them, each numbered after those that its owner has.
async function debit(tx: Statements, debits: readonly NewDebit[]): Promise<void> {
  const asked = debits.map(({ lineage, recipient, nanoRho, cap, release }) => ({
    partner: ownerOf(lineage),
    ...{ lineage, recipient, release },
    amount: String(nanoRho),
    cap: cap === null ? null : String(cap),
  }));
  await tx`
    with asked as (
      select * from rows from (
          json_to_recordset(${JSON.stringify(asked)}::text::json)
            as (partner text, lineage text, recipient text, release text, amount numeric, cap numeric))
        with ordinality as asked (partner, lineage, recipient, release, amount, cap, place)),
    raised as (
      insert into concordat.ledger_account (partner, lineage, recipient, spent, cap)
      select partner, lineage, recipient, amount, cap from asked
      on conflict (partner, lineage, recipient) do update
      set spent = ledger_account.spent + excluded.spent, cap = excluded.cap)
    insert into concordat.ledger_debit (partner, number, lineage, recipient, nano_rho, release)
    select partner,
      (select coalesce(max(number), 0) from concordat.ledger_debit written where written.partner = asked.partner)
        + row_number() over (partition by partner order by place),
      lineage, recipient, amount, release
    from asked`;
}
