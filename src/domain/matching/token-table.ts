// The tokens of one identifier kind on one list, in the shape that every comparison reads: sorted, unique, cut into
// 256 buckets by their first byte, the first word apart from the other three because nearly every step needs it alone.

/** A 128-bit token is a key and three words of the rest at one place; words compare as the token's bytes do. */
export type TokenTable = {
  /** The first 32 bits, ascending. They may repeat where the other 96 differ. */
  readonly keys: Uint32Array;
  /** The other 96 bits, `REST_WORDS` words a token. */
  readonly rest: Uint32Array;
  /** The person who holds the token: one only, since sharing a token makes one person of two. */
  readonly people: Uint32Array;
  /** 1 where the token is the first of its person in the file; empty when no person holds two. */
  readonly firsts: Uint8Array;
  /** Places whose key equals the key before them, ascending. */
  readonly repeats: Uint32Array;
  /** Bucket b lies in `starts[b]`..`starts[b + 1]`. */
  readonly starts: Uint32Array;
};

export const BUCKETS = 256;
export const REST_WORDS = 3;

/** The table of a list that has no token of a kind. */
export function emptyTable(): TokenTable {
  const none = new Uint32Array(0);
  const starts = new Uint32Array(BUCKETS + 1);
  return {
    keys: none,
    rest: none,
    people: none,
    firsts: new Uint8Array(0),
    repeats: none,
    starts,
  };
}

/** The places of an ascending plane whose key equals the key before them. O(n) time. */
export function repeatsOf(keys: Uint32Array): Uint32Array {
  let count = 0;
  for (let place = 1; place < keys.length; place++) count += +(keys[place] === keys[place - 1]);
  const repeats = new Uint32Array(count);
  let at = 0;
  for (let place = 1; at < count; place++) if (keys[place] === keys[place - 1]) repeats[at++] = place;
  return repeats;
}

/** The first place in `from`..`to` of an ascending plane whose value is at least `key`; `to` when there is none. */
export function lowerBound(keys: Uint32Array, key: number, [from, to]: readonly [number, number]): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? 0) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether no person of the table holds two of its tokens. */
export function isOnePerPerson(table: TokenTable): boolean {
  return table.firsts.length === 0;
}

/** Orders the token at `i` of one table against the token at `j` of another: negative, zero or positive. */
export function compareTokens(left: TokenTable, i: number, [right, j]: readonly [TokenTable, number]): number {
  const a = i * REST_WORDS;
  const b = j * REST_WORDS;
  return (
    (left.keys[i] ?? 0) - (right.keys[j] ?? 0) ||
    (left.rest[a] ?? 0) - (right.rest[b] ?? 0) ||
    (left.rest[a + 1] ?? 0) - (right.rest[b + 1] ?? 0) ||
    (left.rest[a + 2] ?? 0) - (right.rest[b + 2] ?? 0)
  );
}
