// Who comes next where several wait: each party in turn, and of one party whoever came first. However much one of them
// brings, another waits for one piece of each of the others and no more.

/** Items that wait, each for the party that brought it. */
export type FairQueue<Item> = {
  /** Adds an item behind the others of its party. */
  readonly add: (party: string, item: Item) => void;
  /**
   * Takes out the first item of the party whose turn it is, of those that may go; null where none may.
   * O(parties that wait).
   */
  readonly next: (mayGo: (party: string) => boolean) => Item | null;
  /** Takes out an item whose wait is over. False when it was not there. */
  readonly remove: (party: string, item: Item) => boolean;
  /** Takes out everything. */
  readonly drain: () => readonly Item[];
  /** How many wait. */
  readonly size: () => number;
};

/** An empty queue. */
export function fairQueue<Item>(): FairQueue<Item> {
  // A Map is in the order of insertion: a party that had its turn goes to the end.
  const waiting = new Map<string, Item[]>();
  const put = (party: string, items: Item[]) => {
    waiting.delete(party);
    if (items.length > 0) waiting.set(party, items);
  };
  return {
    add: (party, item) => {
      const items = waiting.get(party);
      if (items === undefined) waiting.set(party, [item]);
      else items.push(item);
    },
    next: (mayGo) => {
      for (const [party, items] of waiting) {
        if (!mayGo(party)) continue;
        const [first] = items.splice(0, 1);
        put(party, items);
        if (first !== undefined) return first;
      }
      return null;
    },
    remove: (party, item) => {
      const items = waiting.get(party);
      const place = items?.indexOf(item) ?? -1;
      if (items === undefined || place < 0) return false;
      items.splice(place, 1);
      if (items.length === 0) waiting.delete(party);
      return true;
    },
    drain: () => {
      const all = [...waiting.values()].flat();
      waiting.clear();
      return all;
    },
    size: () => [...waiting.values()].reduce((sum, items) => sum + items.length, 0),
  };
}
