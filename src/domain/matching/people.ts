// Which rows are one person: rows joined by a shared token of one kind or a shared record reference, and by any chain
// of these. A disjoint-set forest (Cormen et al., Introduction to Algorithms, §19.3) whose roots are first rows.

/** INVARIANT: a row's parent is the row itself or one before it. */
export type Forest = { readonly parents: Uint32Array };

/** Every row a person of its own. O(rows) time, 4 bytes a row. */
export function forest(rows: number): Forest {
  const parents = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) parents[row] = row;
  return { parents };
}

/** Makes the people of two rows one, whose first row is the smaller of their first rows. */
export function join({ parents }: Forest, left: number, right: number): void {
  const a = firstRow(parents, left);
  const b = firstRow(parents, right);
  if (a < b) parents[b] = a;
  else if (b < a) parents[a] = b;
}

/** The first row of a row's person. Halves the path as it goes. */
function firstRow(parents: Uint32Array, row: number): number {
  let at = row;
  for (;;) {
    const parent = parents[at] ?? 0;
    if (parent === at) return at;
    const above = parents[parent] ?? 0;
    parents[at] = above;
    at = above;
  }
}

/**
 * Turns the forest into the person of each row: people are numbered in the order of their first rows.
 * O(rows) time, in place: the forest is used up.
 */
export function numberPeople({ parents }: Forest): { readonly personOf: Uint32Array; readonly people: number } {
  let people = 0;
  for (let row = 0; row < parents.length; row++) {
    const parent = parents[row] ?? 0;
    parents[row] = parent === row ? people++ : (parents[parent] ?? 0);
  }
  return { personOf: parents, people };
}
