// The privacy ledger of a partner's own lists, whole, with the limits that its policy in force sets: what each of the
// recipients has taken, when, and when that counts no more.

import type { Days, UnixMillis } from "../domain/instant.ts";
import { budgetOf, type LedgerLimits, ledgerLimits } from "../domain/policy/budget.ts";
import type { LedgerLine } from "../ports/rows.ts";
import type { Caller, Ports } from "./ports.ts";

/** Lines that are read at a time. */
const LINES = 1_000;

export type Ledger = {
  readonly now: UnixMillis;
  /** Every debit, the oldest first. */
  readonly lines: readonly LedgerLine[];
  /** By the policy in force; contracts may set less. Null without one. `periodDays` is that of one recipient. */
  readonly limits: (LedgerLimits & { readonly periodDays: Days }) | null;
};

/** Reads the whole ledger. One statement for each thousand answers about the caller's lists. */
export function readLedger(ports: Pick<Ports, "store">, { caller }: { readonly caller: Caller }): Promise<Ledger> {
  const { partner } = caller;
  return ports.store.read({ name: "read ledger", parties: [partner] }, async (tx) => {
    const lines: LedgerLine[] = [];
    for (let isMore = true; isMore; ) {
      const after = lines.at(-1)?.number;
      const page = await tx.ledger.lines(partner, { after: after === undefined ? null : String(after), limit: LINES });
      lines.push(...page);
      isMore = page.length === LINES;
    }
    const current = await tx.policies.current(partner);
    if (current === null) return { now: tx.now, lines, limits: null };
    const budget = budgetOf(current.policy.defaults.budget);
    return { now: tx.now, lines, limits: { ...ledgerLimits({ budget }), periodDays: budget.periodDays } };
  });
}
