// The books of a model room: what stands in each account, and when answers were given. Time goes on in them, so what is
// within a period is always the end of a page.

import { DAY_MILLIS, type Days, type UnixMillis } from "../instant.ts";

/** Amounts or mere instants, in the order in which they were written. */
export type Page = { readonly at: UnixMillis[]; readonly sums: bigint[] };

/** The page of a name, new and empty if nothing was written yet. */
export function accountPage(books: Map<string, Page>, name: string): Page {
  const page = books.get(name);
  if (page !== undefined) return page;
  const fresh: Page = { at: [], sums: [0n] };
  books.set(name, fresh);
  return fresh;
}

/** Adds a line. Requires an instant that is not before the last. */
export function write({ at, sums }: Page, now: UnixMillis, amount: bigint): void {
  at.push(now);
  sums.push(sumUpTo(sums, sums.length - 1) + amount);
}

/** What the lines of the last `days` come to; all of them when null. O(log lines). */
export function spentWithin({ at, sums }: Page, now: UnixMillis, days: Days | null): bigint {
  const first = days === null ? 0 : firstAfter(at, now - days * DAY_MILLIS);
  return sumUpTo(sums, at.length) - sumUpTo(sums, first);
}

/** When the lines of the last `days` were written, on whichever page, newest first. */
export function instantsWithin(pages: readonly Page[], now: UnixMillis, days: Days): readonly UnixMillis[] {
  const recent = pages.flatMap(({ at }) => at.slice(firstAfter(at, now - days * DAY_MILLIS)));
  return recent.sort((left, right) => right - left);
}

function firstAfter(at: readonly UnixMillis[], since: number): number {
  let [low, high] = [0, at.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((at[middle] ?? Number.NaN) > since) high = middle;
    else low = middle + 1;
  }
  return low;
}

function sumUpTo(sums: readonly bigint[], lines: number): bigint {
  const sum = sums[lines];
  if (sum === undefined) throw new Error("a page has a sum before each of its lines");
  return sum;
}
