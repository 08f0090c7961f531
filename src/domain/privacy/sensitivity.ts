// How much one person may change the figures of a question: what the noise is scaled to. README.md proves each number.

/** What an overlap releases: the lists compared, and how many figures count matched people by identifier. */
export type OverlapShape = { readonly lists: number; readonly identifierFigures: number };

/**
 * The L1 sensitivity of an overlap's figures to one person of one list.
 * Two lists (both sizes, matched pairs, matched pairs by identifier): 2, and 1 more for each figure by identifier.
 * Three or more (every size, every region, under one identifier): 3.
 * @throws RangeError for figures by identifier among three or more lists, where no bound is proved
 */
export function overlapSensitivity({ lists, identifierFigures }: OverlapShape): number {
  if (lists < 2) throw new RangeError("an overlap compares at least two lists");
  if (lists === 2) return 2 + identifierFigures;
  if (identifierFigures > 0) throw new RangeError("three or more lists are matched by one identifier");
  return 3;
}

/** How a table's people are matched, and whether everything told of them stands in one list. */
export type TableShape = { readonly lists: number; readonly identifiers: number; readonly isOneSided: boolean };

/**
 * How many people at the most come into or go out of a table when one person of one list does: the L1 sensitivity of
 * its counts, and of its sums in multiples of the largest clamped value.
 * One identifier, each person under its least token: 1. Two lists matched one to one by several identifiers: 2.
 * @throws RangeError for several identifiers with attributes of two lists or over three lists, where partners are
 * re-dealt and no bound holds
 */
export function tableSensitivity({ lists, identifiers, isOneSided }: TableShape): number {
  if (lists < 2) throw new RangeError("a table is of people whom two lists share, or more");
  if (identifiers === 1) return 1;
  if (lists > 2 || !isOneSided) throw new RangeError("such a table is matched by one identifier");
  return 2;
}

/** The L1 sensitivity of the segments of one list, among all its people and among those whom another list shares. */
export function affinitySensitivity(identifiers: number): number {
  return 1 + tableSensitivity({ lists: 2, identifiers, isOneSided: true });
}
