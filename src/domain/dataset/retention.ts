// How long a version of a list is kept: what its schema and its owner's policy state, whichever is less.

import { type Days, durationDays } from "../instant.ts";
import { LIMITS } from "../limits.ts";

/** Days from the sealing of a version to its end, and whether list or policy said so. */
export type Keeping = { readonly days: Days; readonly isStated: boolean };

/**
 * The lesser of what a list's schema and its owner's policy say, as ISO 8601 durations. Where neither says anything,
 * nobody may ask anything of the list either, as that takes a policy: it waits for one `unstatedRetention` at the most.
 */
export function keepingOf(stated: readonly (string | undefined)[]): Keeping {
  const said = stated.filter((one) => one !== undefined).map(daysOf);
  const [least] = said.sort((left, right) => left - right);
  return least === undefined
    ? { days: daysOf(LIMITS.unstatedRetention), isStated: false }
    : { days: least, isStated: true };
}

function daysOf(duration: string): Days {
  const days = durationDays(duration);
  if (!days.ok) throw new Error("a parsed document states a duration that is none");
  return days.value;
}
