// The privacy filter: spend or refuse, decided from the ledger and the price of the question alone, before the data is
// looked at. It stays valid for questions chosen in the light of earlier answers (Rogers, Roth, Ullman, Vadhan 2016).

import { err, ok, type Result } from "../result.ts";
import { type NanoRho, nanoRho } from "./epsilon.ts";

/** One account of the ledger: a lineage towards one recipient, or towards everybody. */
export type Account = { readonly spent: NanoRho; readonly limit: NanoRho };

/** What a refused question would have needed, and what is left. */
export type Shortfall = { readonly needed: NanoRho; readonly left: NanoRho };

/**
 * What the account has spent once the question is paid, or why it cannot be. Spent never passes the limit.
 * @throws RangeError for a cost of zero: every new release costs something
 */
export function spendOrRefuse(account: Account, cost: NanoRho): Result<NanoRho, Shortfall> {
  requireCost(cost);
  const left = leftIn(account);
  return cost <= left ? ok(nanoRho(account.spent + cost)) : err({ needed: cost, left });
}

/** What is left to spend. An account over its limit, since the limit was lowered by amendment, has nothing left. */
export function leftIn(account: Account): NanoRho {
  return nanoRho(account.spent < account.limit ? account.limit - account.spent : 0n);
}

/** How many more questions of this cost the account can pay. */
export function questionsLeft(account: Account, cost: NanoRho): bigint {
  requireCost(cost);
  return leftIn(account) / cost;
}

function requireCost(cost: NanoRho): void {
  if (cost === 0n) throw new RangeError("a release that costs nothing is a bug");
}
