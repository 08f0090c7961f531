// The privacy ledger: accounts, and the debits that fill them.

import { type DatasetRef, ownerOf } from "../../domain/dataset/schema.ts";
import { DAY_MILLIS, unixMillis } from "../../domain/instant.ts";
import type { Spent, SpentAccount } from "../../ports/ledger-store.ts";
import type { LedgerLine } from "../../ports/rows.ts";
import type { Transaction } from "../../ports/store.ts";
import type { Immediate } from "./deferred.ts";
import type { Session } from "./session.ts";
import { byNumber, firstBroken, OWN, type Table } from "./table.ts";

type AccountRow = {
  readonly partner: string;
  readonly lineage: DatasetRef;
  readonly recipient: string;
  readonly spent: bigint;
  readonly cap: bigint | null;
};

const accountKey = (lineage: string, recipient: string): string => `${lineage} ${recipient}`;

const ACCOUNT: Table<AccountRow> = {
  name: "ledger_account",
  key: ({ lineage, recipient }) => accountKey(lineage, recipient),
  ...OWN,
  broken: ({ spent, cap }) =>
    firstBroken({ ledger_account_spent: spent >= 0n, ledger_account_within_cap: cap === null || spent <= cap }),
};

type DebitRow = { readonly partner: string; readonly line: LedgerLine };

const DEBIT: Table<DebitRow> = {
  name: "ledger_debit",
  key: ({ partner, line }) => `${partner} ${line.number}`,
  ...OWN,
  unique: { ledger_debit_of_release: ({ line }) => `${accountKey(line.lineage, line.recipient)} ${line.release}` },
  broken: ({ line }) => firstBroken({ ledger_debit_nano_rho: line.nanoRho >= 0n }),
};

export function ledger(db: Session): Immediate<Transaction["ledger"]> {
  const lines = (owner: string, isAsked: (line: LedgerLine) => boolean) =>
    db
      .rows(DEBIT, ({ partner, line }) => partner === owner && isAsked(line))
      .map(({ line }) => line)
      .sort(byNumber(({ number }) => number));
  const spentOn = ({ lineage, recipient, days }: SpentAccount): Spent => {
    if (days === null) return { spent: db.find(ACCOUNT, accountKey(lineage, recipient))?.spent ?? 0n, until: null };
    const period = days * DAY_MILLIS;
    const isMeant = (line: LedgerLine) =>
      line.lineage === lineage && line.recipient === recipient && line.at > db.now - period;
    const recent = lines(ownerOf(lineage), isMeant);
    const first = recent.length === 0 ? null : Math.min(...recent.map(({ at }) => at));
    const spent = recent.reduce((sum, { nanoRho }) => sum + nanoRho, 0n);
    return { spent, until: first === null ? null : unixMillis(first + period) };
  };
  return {
    spent: (lineage, recipient, days) => spentOn({ lineage, recipient, days }).spent,
    spentOn: (accounts) => accounts.map(spentOn),
    debit: (debits) => {
      for (const { lineage, recipient, nanoRho, release, cap } of debits) {
        const partner = ownerOf(lineage);
        const isIt = (row: AccountRow) => row.lineage === lineage && row.recipient === recipient;
        const raised = db.update(ACCOUNT, isIt, (row) => ({ ...row, spent: row.spent + nanoRho, cap }));
        if (raised.length === 0) db.insert(ACCOUNT, { partner, lineage, recipient, spent: nanoRho, cap });
        const number = 1 + lines(partner, () => true).length;
        db.insert(DEBIT, { partner, line: { number, lineage, recipient, nanoRho, release, at: db.now } });
      }
    },
    debitsOf: (owner, releases) => lines(owner, ({ release }) => releases.includes(release)),
    lines: (owner, { after, limit }) => lines(owner, ({ number }) => number > Number(after ?? 0)).slice(0, limit),
  };
}
