// Small seeded integers for invented lists: a hash of three integers, and a stream of them. Fast and repeatable, not
// secret: nothing that protects anybody may use it.

/** A 32-bit word that depends on all three integers evenly (the finaliser of MurmurHash3, applied to each in turn). */
export function mixed(seed: number, one: number, other: number): number {
  return finished(finished(finished(seed ^ 0x9e3779b9) ^ one) + Math.imul(other, 0x85ebca6b));
}

/** An integer in 0..bound-1 from a 32-bit word. */
export function below(word: number, bound: number): number {
  return Math.floor((word / 0x1_0000_0000) * bound);
}

/** The member of a list, never empty, that a 32-bit word chooses. */
export function chosen<Value>(word: number, list: readonly Value[]): Value {
  const value = list[below(word, list.length)];
  if (value === undefined) throw new RangeError("nothing to choose from");
  return value;
}

/** A stream of 32-bit words that the seed decides (splitmix with a 32-bit state). */
export function wordsFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    return finished(state);
  };
}

function finished(word: number): number {
  const first = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return (second ^ (second >>> 16)) >>> 0;
}
