// Who of a list is in the room for one question: those who gave every consent asked for and satisfy every clause.
// Decided before anything is matched, so that whoever is left out does not exist for the question.

/** A mask of 1 and 0 a person, or null where everybody is in the room. */
export type Room = { readonly people: number; readonly size: number; readonly mask: Uint8Array | null };

export type Conditions = {
  /** Bits a person, or null for a list whose schema has no consents. */
  readonly consents: Uint8Array | Uint16Array | Uint32Array | null;
  /** The bits that must be set; null when a consent is asked for that the list does not know. */
  readonly needed: number | null;
  /** Codes a person and, by code, 1 for those asked for. An attribute that the list does not know lets nobody in. */
  readonly clauses: readonly ({ readonly codes: Uint8Array | Uint16Array; readonly allowed: Uint8Array } | null)[];
};

/** Decides who is in the room. O(people) time for each condition, one byte a person. */
export function roomOf(people: number, { consents, needed, clauses }: Conditions): Room {
  if (needed === 0 && clauses.length === 0) return { people, size: people, mask: null };
  const mask = new Uint8Array(people);
  if (needed === null || clauses.includes(null)) return { people, size: 0, mask };
  mask.fill(1);
  if (needed !== 0) keepConsenting(mask, consents, needed);
  for (const clause of clauses) if (clause !== null) keepAllowed(mask, clause.codes, clause.allowed);
  return { people, size: sumOf(mask), mask };
}

/** Whether a person is in the room. O(1) time. */
export function isInRoom(room: Room, person: number): boolean {
  return room.mask === null || room.mask[person] === 1;
}

function keepConsenting(mask: Uint8Array, consents: Conditions["consents"], needed: number): void {
  if (consents === null) {
    mask.fill(0);
    return;
  }
  for (let person = 0; person < mask.length; person++) {
    if (((consents[person] ?? 0) & needed) !== needed) mask[person] = 0;
  }
}

function keepAllowed(mask: Uint8Array, codes: Uint8Array | Uint16Array, allowed: Uint8Array): void {
  for (let person = 0; person < mask.length; person++) {
    mask[person] = (mask[person] ?? 0) & (allowed[codes[person] ?? 0] ?? 0);
  }
}

function sumOf(mask: Uint8Array): number {
  let sum = 0;
  for (let person = 0; person < mask.length; person++) sum += mask[person] ?? 0;
  return sum;
}
