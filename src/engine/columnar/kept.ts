// What is kept in memory between questions: the least recently used goes first when the budget is passed. Sealed
// versions never change, so nothing kept is ever stale.

export type Kept<Value> = {
  /** The value under a key, made when it is not kept. Two who ask at once wait for the same making. */
  get(key: string, make: () => Promise<Value>): Promise<Value>;
  /** Forgets every value whose key is refused. */
  retain(isWanted: (key: string) => boolean): void;
};

export function keptWithin<Value>(budgetBytes: number, bytesOf: (value: Value) => number): Kept<Value> {
  const entries = new Map<string, { readonly value: Promise<Value>; bytes: number }>();
  let total = 0;
  const drop = (key: string) => {
    total -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  };
  return {
    get: async (key, make) => {
      const known = entries.get(key);
      if (known !== undefined) {
        entries.delete(key);
        entries.set(key, known);
        return known.value;
      }
      const entry = { value: make(), bytes: 0 };
      entries.set(key, entry);
      try {
        const value = await entry.value;
        if (entries.get(key) !== entry) return value;
        entry.bytes = bytesOf(value);
        total += entry.bytes;
        for (const oldest of entries.keys()) {
          if (total <= budgetBytes) break;
          drop(oldest);
        }
        return value;
      } catch (error) {
        if (entries.get(key) === entry) drop(key);
        throw error;
      }
    },
    retain: (isWanted) => {
      for (const key of [...entries.keys()]) if (!isWanted(key)) drop(key);
    },
  };
}
