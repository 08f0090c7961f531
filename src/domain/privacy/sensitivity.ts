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
