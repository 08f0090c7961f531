// Counts who is inside. What queues is told by this rather than by what failed: Postgres may find a conflict where none
// was, as when a transaction of another database stays open long (its documentation, section 13.2.3).

export type Turnstile = {
  /** Does `work`, counted as inside until it ends in any way. */
  readonly pass: <T>(work: () => Promise<T>) => Promise<T>;
  /** The most that were inside at once. */
  readonly most: () => number;
};

export function turnstile(): Turnstile {
  let inside = 0;
  let most = 0;
  async function pass<T>(work: () => Promise<T>): Promise<T> {
    inside += 1;
    most = Math.max(most, inside);
    try {
      return await work();
    } finally {
      inside -= 1;
    }
  }
  return { pass, most: () => most };
}
