// One-to-one matching of two lists over the pairs of people who share an identifier: first identifier first, tokens in
// ascending order, nobody twice on either side. That keeps the sensitivity of a count at one a person, whatever the
// number of identifiers (`privacy.md`, traps).

/** People who share a token of one kind, pair by pair, in ascending order of the tokens. */
export type Pairs = { readonly left: Uint32Array; readonly right: Uint32Array };

/** A bit a person, 1 for whoever is in the room; null where everybody is. */
export type Present = { readonly people: number; readonly bits: Uint32Array | null };

export type Sides = { readonly left: Present; readonly right: Present };

export type Matching = {
  /** Matches by identifier, in the order of the crosswalks. */
  readonly counts: readonly number[];
  /** By identifier, pairs of people who share it and are not matched with each other. */
  readonly collisions: readonly number[];
  /** The person of the right list matched with each of the left, plus one; 0 for nobody. */
  readonly partners: Uint32Array;
};

/**
 * Matches two lists greedily. People who are not in the room do not exist. O(pairs + people) time, 4 bytes a person of
 * the left list and one of the right.
 * @param crosswalks one for each identifier, in the order in which they count
 */
export function matchOneToOne(crosswalks: readonly Pairs[], sides: Sides): Matching {
  const partners = new Uint32Array(sides.left.people);
  const taken = new Uint8Array(sides.right.people);
  const counts = crosswalks.map((pairs) => matchBy(pairs, sides, { partners, taken }));
  return { counts, collisions: crosswalks.map((pairs) => collisionsOf(pairs, sides, partners)), partners };
}

type Taken = { readonly partners: Uint32Array; readonly taken: Uint8Array };

function matchBy({ left, right }: Pairs, sides: Sides, { partners, taken }: Taken): number {
  let count = 0;
  for (let at = 0; at < left.length; at++) {
    const i = left[at] ?? 0;
    const j = right[at] ?? 0;
    if (partners[i] !== 0 || taken[j] === 1 || !isPresent(sides.left, i) || !isPresent(sides.right, j)) continue;
    partners[i] = j + 1;
    taken[j] = 1;
    count++;
  }
  return count;
}

function collisionsOf({ left, right }: Pairs, sides: Sides, partners: Uint32Array): number {
  let count = 0;
  for (let at = 0; at < left.length; at++) {
    const i = left[at] ?? 0;
    const j = right[at] ?? 0;
    if (partners[i] !== j + 1 && isPresent(sides.left, i) && isPresent(sides.right, j)) count++;
  }
  return count;
}

/** Whether a person is in the room. O(1) time. */
function isPresent({ bits }: Present, person: number): boolean {
  return bits === null || (((bits[person >>> 5] ?? 0) >>> (person & 31)) & 1) === 1;
}
