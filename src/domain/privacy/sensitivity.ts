// How much one person may change the figures of a question: what the noise is scaled to. README.md proves each number.

/**
 * How far figures of one part lie apart between neighbours, at the most: summed (L1), which Laplace noise is scaled to,
 * and squared and summed (L2²), which Gaussian noise is. The square, because it is whole where L2 is not.
 */
export type Sensitivity = { readonly l1: number; readonly l2Squared: bigint };

/** What an overlap releases: the lists compared, and how many figures count matched people by identifier. */
export type OverlapShape = { readonly lists: number; readonly identifierFigures: number };

/**
 * The sensitivity of an overlap's figures to one person of one list: each figure changes by one at the most, so L2² is
 * L1, the number of those that do.
 * Two lists (both sizes, matched pairs, matched pairs by identifier): 2, and 1 more for each figure by identifier.
 * Three or more (every size, every region, under one identifier): 3.
 * @throws RangeError for figures by identifier among three or more lists, where no bound is proved
 */
export function overlapSensitivity({ lists, identifierFigures }: OverlapShape): Sensitivity {
  if (lists < 2) throw new RangeError("an overlap compares at least two lists");
  if (lists === 2) return byOneEach(2 + identifierFigures);
  if (identifierFigures > 0) throw new RangeError("three or more lists are matched by one identifier");
  return byOneEach(3);
}

/** How a table's people are matched, and whether everything told of them stands in one list. */
export type TableShape = { readonly lists: number; readonly identifiers: number; readonly isOneSided: boolean };

/** What each person's value is kept within before it is added up, in units of a sum. */
export type Bounds = { readonly minimum: number; readonly maximum: number };

/**
 * The sensitivity of a table's counts: how many people at the most come into it or go out of it when one person of one
 * list does, each in a cell of its own.
 * One identifier, each person under its least token: 1. Two lists matched one to one by several identifiers: 2, of whom
 * at most one comes and one goes.
 * @throws RangeError for several identifiers with attributes of two lists or over three lists, where partners are
 * re-dealt and no bound holds
 */
export function tableSensitivity({ lists, identifiers, isOneSided }: TableShape): Sensitivity {
  if (lists < 2) throw new RangeError("a table is of people whom two lists share, or more");
  if (identifiers === 1) return byOneEach(1);
  if (lists > 2 || !isOneSided) throw new RangeError("such a table is matched by one identifier");
  return byOneEach(2);
}

/**
 * The sensitivity of a table's sums, given that of its counts: people who come or go bring a value within the bounds.
 * One who comes where another goes may change one sum by the whole width of the bounds, which squared is more than two
 * values in two cells when the bounds lie on both sides of nought.
 */
export function sumSensitivity(counts: Sensitivity, { minimum, maximum }: Bounds): Sensitivity {
  const largest = Math.max(Math.abs(minimum), Math.abs(maximum));
  const apart = counts.l2Squared * BigInt(largest) ** 2n;
  const together = counts.l1 > 1 ? BigInt(maximum - minimum) ** 2n : 0n;
  return { l1: counts.l1 * largest, l2Squared: apart > together ? apart : together };
}

/** The sensitivity of the segments of one list, among all its people and among those whom another list shares. */
export function affinitySensitivity(identifiers: number): Sensitivity {
  return byOneEach(1 + tableSensitivity({ lists: 2, identifiers, isOneSided: true }).l1);
}

/** The size of a list changes by one with one person, and so does it after the coin of a deniable list. */
export const LIST_SENSITIVITY: Sensitivity = byOneEach(1);

// So many figures of which each changes by one at the most.
function byOneEach(figures: number): Sensitivity {
  return { l1: figures, l2Squared: BigInt(figures) };
}
