// Lists that a page needs whole, read page by page.

import { listVersions } from "../app/read-datasets.ts";
import { LIMITS } from "../domain/limits.ts";
import type { Page, VersionRow } from "../ports/rows.ts";
import type { Visit } from "./visit.ts";

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

/** The versions of one of the visitor's lists, newest first; none where there is no such list. */
export function everyVersion(
  { ports, caller }: Pick<Visit, "ports" | "caller">,
  dataset: string,
): Promise<VersionRow[]> {
  const read = async (page: Page) => {
    const versions = await listVersions(ports, { caller, dataset, page });
    return versions.ok ? versions.value : { rows: [] };
  };
  return everyRow(read, ({ id }) => id);
}
