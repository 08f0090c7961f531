// What is left of a budget over time, as steps: each debit takes its part, and gives it back a period later. Pure.

/** A debit: when, and how much in the ledger's unit. */
export type Debit = { readonly at: number; readonly nanoRho: bigint };

/** From an instant on, so much of the budget is left: 1 is all of it. */
export type Step = { readonly at: number; readonly left: number };

type Window = { readonly limit: bigint; readonly periodMillis: number; readonly now: number };

/**
 * Steps from one period before now to one after it, as it will be where nothing more is asked.
 * @param debits  in any order; those of more than a period before the first step count there until they have aged
 */
export function burnDown(debits: readonly Debit[], { limit, periodMillis, now }: Window): readonly Step[] {
  const [start, end] = [now - periodMillis, now + periodMillis];
  const changes = debits
    .flatMap(({ at, nanoRho }) => [
      { at, nanoRho },
      { at: at + periodMillis, nanoRho: -nanoRho },
    ])
    .sort((one, other) => one.at - other.at);
  let spent = 0n;
  const steps: Step[] = [];
  const note = (at: number) => steps.push({ at, left: share(limit - spent, limit) });
  for (const { at, nanoRho } of changes) {
    if (at > start && steps.length === 0) note(start);
    spent += nanoRho;
    if (at > start && at < end) note(at);
  }
  if (steps.length === 0) note(start);
  steps.push({ at: end, left: steps.at(-1)?.left ?? 1 });
  return steps;
}

/** A part of a whole, between 0 and 1. */
export function share(part: bigint, whole: bigint): number {
  if (part <= 0n || whole <= 0n) return 0;
  return part >= whole ? 1 : Number((part * 1_000_000n) / whole) / 1_000_000;
}
