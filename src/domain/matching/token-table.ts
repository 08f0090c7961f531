// The tokens of one identifier kind on one list, in the shape that every comparison reads: sorted, unique, cut into
// 256 buckets by their first byte, the first word apart from the other three because nearly every step needs it alone.

/** A 128-bit token is a key and three words of the rest at one place; words compare as the token's bytes do. */
export type TokenTable = {
  /** The first 32 bits, ascending. They may repeat where the other 96 differ. */
  readonly keys: Uint32Array;
  /** The other 96 bits, `REST_WORDS` words a token. */
  readonly rest: Uint32Array;
  /** The person who holds the token; null where that is the token's own place. */
  readonly people: Uint32Array | null;
  /** 1 where the token is the least of its person's; null when no person holds two. */
  readonly firsts: Uint8Array | null;
  /** Bucket b lies in `starts[b]`..`starts[b + 1]`. */
  readonly starts: Uint32Array;
};

export const BUCKETS = 256;
const REST_WORDS = 3;

/** The person who holds the token at a place. O(1) time. */
export function holderOf({ people }: TokenTable, place: number): number {
  return people === null ? place : (people[place] ?? 0);
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
