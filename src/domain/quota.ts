// How much somebody may use in a time, as a meter that fills with use and drains at an even rate (the generic cell rate
// algorithm of ITU-T I.371, in its leaky-bucket form). Integers alone, so that nothing is lost or won by rounding.

/** So many units in a window: all of them at once, and then as they come back, evenly. */
export type Quota = {
  /** Requests, or bytes; 1 at the least. Units × window in milliseconds stay below 2^53. */
  readonly units: number;
  readonly windowSeconds: number;
};

/** What was used and has not drained yet. */
export type Debt = {
  /** Units × the milliseconds of the window. */
  readonly owed: number;
  /** The instant, in milliseconds, at which it was so. */
  readonly at: number;
};

/** Nothing is owed. */
export const NO_DEBT: Debt = { owed: 0, at: 0 };

/** What is left of a debt at an instant. A clock that was set back drains nothing, and goes on from where it is. */
export function drained(quota: Quota, { owed, at }: Debt, now: number): Debt {
  // A product past 2^53 is not exact, and larger than any debt.
  return { owed: Math.max(owed - Math.max(now - at, 0) * quota.units, 0), at: now };
}

/** The debt of as many units more. Requires a debt drained to now. */
export function charged(quota: Quota, { owed, at }: Debt, units: number): Debt {
  return { owed: owed + units * windowMillis(quota), at };
}

/** Units that may be used now. Requires a debt drained to now; 0 where more was charged than there was. */
export function unitsLeft(quota: Quota, { owed }: Debt): number {
  return Math.max(Math.floor((quota.units * windowMillis(quota) - owed) / windowMillis(quota)), 0);
}

/**
 * Milliseconds until as many units may be used; 0 when they may. Requires a debt drained to now. More units than a
 * quota has are had as soon as nothing is owed, so that nobody waits for ever.
 */
export function millisUntil(quota: Quota, { owed }: Debt, units: number): number {
  const most = Math.max((quota.units - units) * windowMillis(quota), 0);
  return Math.ceil(Math.max(owed - most, 0) / quota.units);
}

function windowMillis({ windowSeconds }: Quota): number {
  return windowSeconds * 1_000;
}
