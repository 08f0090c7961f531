// What each of many has used of one quota, in memory: a restart forgives it, and gives nobody more than twice its due.

import { LIMITS } from "../domain/limits.ts";
import { charged, type Debt, drained, NO_DEBT, type Quota } from "../domain/quota.ts";
import type { Clock } from "../ports/clock.ts";

/** A quota, and what each has used of it. */
export type Meter = {
  readonly quota: Quota;
  /** What one owes now. */
  readonly of: (name: string) => Debt;
  readonly charge: (name: string, units: number) => void;
  /** How many names are kept. */
  readonly size: () => number;
};

type Metered = { readonly clock: Clock; readonly quota: Quota; readonly mostNames: number };

/** A meter on which nobody owes anything. Those beyond so many names that owe something share one name. */
export function meter({ clock, quota, mostNames }: Metered): Meter {
  const debts = new Map<string, Debt>();
  const of = (name: string) => drained(quota, debts.get(name) ?? NO_DEBT, clock());
  const forgetPaid = () => {
    for (const name of debts.keys()) if (of(name).owed === 0) debts.delete(name);
  };
  const kept = (name: string): string => {
    if (debts.has(name) || debts.size < mostNames) return name;
    // A sweep goes through all names, so it is seldom.
    if (isTimeToSweep()) forgetPaid();
    return debts.size < mostNames ? name : THE_REST;
  };
  let sweptAt = 0;
  const isTimeToSweep = () => {
    const now = clock();
    if (Math.abs(now - sweptAt) < LIMITS.meterSweepMillis) return false;
    sweptAt = now;
    return true;
  };
  return {
    quota,
    of: (name) => of(kept(name)),
    charge: (name, units) => {
      const under = kept(name);
      debts.set(under, charged(quota, of(under), units));
    },
    size: () => debts.size,
  };
}

const THE_REST = "the rest";
