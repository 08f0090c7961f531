// Who may ask now. A partner is counted by its name and by the key or person that acts for it, and only once that was
// believed; whoever is not believed is counted by address, apart from every partner. What is left is told in the
// fields `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10).

import { type Caller, handOf } from "../app/ports.ts";
import { LIMITS } from "../domain/limits.ts";
import type { Problem } from "../domain/problem.ts";
import { millisUntil, type Quota, unitsLeft } from "../domain/quota.ts";
import { type Rates, tooMany } from "../domain/rates.ts";
import type { Clock } from "../ports/clock.ts";
import { type Meter, meter } from "./meters.ts";

/** What a reply tells of quotas. */
export type RateFields = { readonly "ratelimit-policy": string; readonly ratelimit: string };

/** Whether one may ask now, and what its reply tells. */
export type Admission = { readonly fields: RateFields; readonly refusal: Problem | null };

export type RateLimits = {
  /** Counts a request of somebody who was believed, with the bytes that it brings. */
  readonly ofCaller: (caller: Caller, bytes: number) => Admission;
  /** Counts a request of nobody in particular. */
  readonly ofStranger: (address: string) => Admission;
  /** Whether an address has nothing left. Counts nothing. */
  readonly isSpent: (address: string) => boolean;
  /** Counts a request for deletion. */
  readonly ofRequester: (address: string) => Admission;
};

/** The limits of a room that nobody has asked anything yet. */
export function rateLimits(clock: Clock, rates: Rates): RateLimits {
  const counted = (quota: Quota, mostNames: number) => meter({ clock, quota, mostNames });
  const partners = counted(rates.partner, LIMITS.partnersMetered);
  const hands = counted(rates.hand, LIMITS.partnersMetered);
  const bytes = counted(rates.bytes, LIMITS.partnersMetered);
  const strangers = counted(rates.stranger, LIMITS.strangersMetered);
  const requesters = counted(rates.deletion, LIMITS.strangersMetered);
  const one = (name: string, policy: Omit<Use, "name" | "units">) => admitted([{ ...policy, name, units: 1 }]);
  return {
    ofCaller: (caller, announced) =>
      admitted([
        { policy: "partner", unit: "requests", meter: partners, name: caller.partner, units: 1 },
        { policy: "hand", unit: "requests", meter: hands, name: handOf(caller), units: 1 },
        { policy: "bytes", unit: "content-bytes", meter: bytes, name: caller.partner, units: announced },
      ]),
    ofStranger: (address) => one(address, { policy: "stranger", unit: "requests", meter: strangers }),
    isSpent: (address) => millisUntil(strangers.quota, strangers.of(address), 1) > 0,
    ofRequester: (address) => one(address, { policy: "deletion", unit: "requests", meter: requesters }),
  };
}

type Use = {
  readonly policy: string;
  /** A quota unit of the draft's registry. */
  readonly unit: "requests" | "content-bytes";
  readonly meter: Meter;
  readonly name: string;
  readonly units: number;
};

// Whoever is refused by one quota is charged by none, so that asking too early costs nothing.
function admitted(uses: readonly Use[]): Admission {
  const waits = uses.map(({ meter: { quota, of }, name, units }) => millisUntil(quota, of(name), units));
  const wait = Math.max(...waits);
  if (wait === 0) for (const { meter, name, units } of uses) meter.charge(name, units);
  const fields = { "ratelimit-policy": policyField(uses), ratelimit: stateField(uses) };
  if (wait === 0) return { fields, refusal: null };
  const violated = uses.filter((_, index) => (waits[index] ?? 0) > 0).map(({ policy }) => policy);
  return { fields, refusal: tooMany(violated, Math.ceil(wait / 1_000)) };
}

// Lists of RFC 9651 whose members are texts of letters, with whole numbers and such texts for parameters: spelt as they
// are, since every reply has both.

function policyField(uses: readonly Use[]): string {
  const members = uses.map(
    ({ policy, unit, meter: { quota } }) => `"${policy}";q=${quota.units};qu="${unit}";w=${quota.windowSeconds}`,
  );
  return members.join(", ");
}

// `t` is when the whole quota is there again.
function stateField(uses: readonly Use[]): string {
  const members = uses.map(({ policy, meter: { quota, of }, name }) => {
    const debt = of(name);
    return `"${policy}";r=${unitsLeft(quota, debt)};t=${Math.ceil(millisUntil(quota, debt, quota.units) / 1_000)}`;
  });
  return members.join(", ");
}
