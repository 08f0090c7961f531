// Reading what one was given, and what one's own lists have spent on others.

import { type DatasetRef, datasetRef } from "../domain/dataset/schema.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { LedgerLine, Page, Recipient, ReleaseRow } from "../ports/rows.ts";
import type { Caller, Ports } from "./ports.ts";
import { everyPartner } from "./read-partners.ts";

/** A page of the caller's releases, newest first. */
export async function listReleases(
  ports: Pick<Ports, "store">,
  request: { readonly caller: Caller; readonly page: Page },
): Promise<{ readonly rows: readonly ReleaseRow[]; readonly page: Page }> {
  const { partner } = request.caller;
  const act = { name: "list releases", parties: [partner] };
  return { rows: await ports.store.read(act, (tx) => tx.releases.list(partner, request.page)), page: request.page };
}

/** One of the caller's releases. Others' are not found. */
export async function readRelease(
  ports: Pick<Ports, "store">,
  request: { readonly caller: Caller; readonly id: string },
): Promise<Result<ReleaseRow, Problem>> {
  const { partner } = request.caller;
  const row = await ports.store.read({ name: "read release", parties: [partner] }, (tx) =>
    tx.releases.find(request.id),
  );
  return row?.recipient === partner ? ok(row) : err(problem("not-found", "you have no such release"));
}

/** One account of the caller's lists: what it has taken for ever. */
export type AccountTotal = { readonly lineage: DatasetRef; readonly recipient: Recipient; readonly nanoRho: bigint };

/** What answers about the caller's lists have taken: a page of debits, and every account's total. */
export type BudgetView = {
  readonly lines: readonly LedgerLine[];
  readonly page: Page;
  readonly totals: readonly AccountTotal[];
};

/** Reads the ledger of the caller's own lists. */
export function readBudget(
  ports: Pick<Ports, "store">,
  request: { readonly caller: Caller; readonly page: Page },
): Promise<BudgetView> {
  const { partner } = request.caller;
  return ports.store.read({ name: "read budget", parties: [partner] }, async (tx) => {
    const lines = await tx.ledger.lines(partner, request.page);
    const totals: AccountTotal[] = [];
    // A page of lines may leave recipients out, and the totals may not.
    const recipients: readonly Recipient[] = ["everyone", ...(await everyPartner(tx))];
    for (const { name } of await tx.datasets.list(partner)) {
      const lineage = datasetRef(partner, name);
      for (const recipient of recipients) {
        totals.push({ lineage, recipient, nanoRho: await tx.ledger.spent(lineage, recipient, null) });
      }
    }
    return { lines, page: request.page, totals: totals.filter(({ nanoRho }) => nanoRho > 0n) };
  });
}
