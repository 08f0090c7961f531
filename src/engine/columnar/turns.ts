// Whose turn it is: pieces of work in their order, so many under way at once.

/** Small pieces that a thread does before it asks for more: telling it costs as much as one. */
const AT_ONCE = 8;
/** How many turns of one item a taper ends in, about. */
const LAST_TURNS = 8;

/** Some at a time. */
export function* handfuls<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let from = 0; from < items.length; from += AT_ONCE) yield items.slice(from, from + AT_ONCE);
}

/** Some at a time, fewer towards the end, so that nobody has much left to do when the others are done. */
export function* tapering<Item>(items: readonly Item[], most: number): Generator<readonly Item[]> {
  for (let from = 0, some = 0; from < items.length; from += some) {
    some = Math.min(most, Math.ceil((items.length - from) / LAST_TURNS));
    yield items.slice(from, from + some);
  }
}

/** Does all of them, so many at once, begun in their order; waits for those under way before it fails. */
export async function inTurns<Item>(
  items: Iterable<Item>,
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let isFailed = false;
  const take = async () => {
    for (let next = queue.next(); next.done !== true && !isFailed; next = queue.next()) {
      try {
        await work(next.value);
      } catch (error) {
        isFailed = true;
        throw error;
      }
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: width }, take));
  const failed = outcomes.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** Works that are under way while others are added; the first failure is kept until somebody asks. */
export function sideBySide() {
  const underWay = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | null = null;
  return {
    /** Adds a work, and waits until fewer than so many are under way. */
    add: async (work: Promise<void>, width: number): Promise<void> => {
      const settled: Promise<void> = work
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => underWay.delete(settled));
      underWay.add(settled);
      while (underWay.size >= width) await Promise.race(underWay);
    },
    settled: async (): Promise<void> => {
      await Promise.all(underWay);
    },
    hasFailed: () => failure !== null,
    /** Fails as the first work failed that did. */
    check: () => {
      if (failure !== null) throw failure.error;
    },
  };
}
