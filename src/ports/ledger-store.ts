// The privacy ledger as the store keeps it.

import type { DatasetRef } from "../domain/dataset/schema.ts";
import type { UnixMillis } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { LedgerLine, Page, Recipient } from "./rows.ts";

/** An account of the ledger, within the last `days`, or for ever when null. */
export type SpentAccount = {
  readonly lineage: DatasetRef;
  readonly recipient: Recipient;
  readonly days: number | null;
};

/** What was spent, and when the first of it leaves the days that were asked for; null where none does. */
export type Spent = { readonly spent: bigint; readonly until: UnixMillis | null };

/** A debit to be written. `cap`: the most that its account may hold for ever; null where a period alone is limited. */
export type NewDebit = Omit<LedgerLine, "number" | "at"> & { readonly cap: bigint | null };

export type LedgerStore = {
  readonly ledger: {
    /** Spent on one recipient within the last `days`, or for ever when null. */
    readonly spent: (lineage: DatasetRef, recipient: Recipient, days: number | null) => Promise<bigint>;
    /** The same of several accounts, in their order, each with how long it stands. */
    readonly spentOn: (accounts: readonly SpentAccount[]) => Promise<readonly Spent[]>;
    /** Writes debits of different accounts, in order, and raises these. The table refuses an account above its cap. */
    readonly debit: (debits: readonly NewDebit[]) => Promise<void>;
    /** What these releases took from the owner's lists, the oldest first. */
    readonly debitsOf: (owner: PartnerId, releases: readonly string[]) => Promise<readonly LedgerLine[]>;
    readonly lines: (owner: PartnerId, page: Page) => Promise<readonly LedgerLine[]>;
  };
};
