// What others learnt of a partner's people: every answer that touched one of its lists, whoever got it, without the
// answer itself, which is its recipient's.

import type { Disclosed, DisclosureRow } from "../ports/disclosure.ts";
import type { LedgerLine, Page } from "../ports/rows.ts";
import type { Caller, Ports } from "./ports.ts";

/** Answers about the caller's lists, newest first, with what the newest debits took for each of them. */
export type Disclosures = {
  readonly rows: readonly DisclosureRow[];
  readonly page: Page;
  /** By release, what it took from the recipient's accounts of the caller's lists. */
  readonly paid: ReadonlyMap<string, readonly LedgerLine[]>;
};

/** A page of answers to others about the caller's lists. `after` of the page is the entry of the last one seen. */
export function listDisclosures(
  ports: Pick<Ports, "store">,
  request: { readonly caller: Caller; readonly filter: Disclosed; readonly page: Page },
): Promise<Disclosures> {
  const { caller, filter, page } = request;
  const { partner } = caller;
  return ports.store.read({ name: "list disclosures", parties: [partner] }, async (tx) => {
    const rows = await tx.releases.disclosed(partner, filter, page);
    const paid = await tx.ledger.debitsOf(
      partner,
      rows.map(({ id }) => id),
    );
    return { rows, page, paid: byRelease(paid) };
  });
}

function byRelease(debits: readonly LedgerLine[]): Map<string, LedgerLine[]> {
  const found = new Map<string, LedgerLine[]>();
  for (const debit of debits.filter(({ recipient }) => recipient !== "everyone"))
    found.set(debit.release, [...(found.get(debit.release) ?? []), debit]);
  return found;
}
