// Lists that a page needs whole, read page by page.

import { LIMITS } from "../domain/limits.ts";
import type { Page } from "../ports/rows.ts";

/** Pages that are read at most: two thousand rows are more than a person looks through. */
const PAGES = 20;

type Read<Row> = (page: Page) => Promise<{ readonly rows: readonly Row[] }>;

/** Every row of a paged list, in its order. */
export async function everyRow<Row>(read: Read<Row>, keyOf: (row: Row) => string): Promise<Row[]> {
  const found: Row[] = [];
  for (let page = 0, after: string | null = null; page < PAGES; page++) {
    const { rows } = await read({ after, limit: LIMITS.pageItems });
    found.push(...rows);
    const last = rows.at(-1);
    if (last === undefined || rows.length < LIMITS.pageItems) break;
    after = keyOf(last);
  }
  return found;
}
