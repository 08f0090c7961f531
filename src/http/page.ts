// Pages of lists: what was asked for, and where the next page begins.

import { LIMITS } from "../domain/limits.ts";
import type { Page } from "../ports/rows.ts";

/** The page that a query asks for. */
export function pageOf(query: { readonly after?: string | undefined; readonly limit?: number | undefined }): Page {
  return { after: query.after ?? null, limit: query.limit ?? LIMITS.pageItems };
}

/** Where the next page begins; null when this one was not full. */
export function nextOf<Row>(rows: readonly Row[], page: Page, keyOf: (row: Row) => string): string | null {
  const last = rows.at(-1);
  return last === undefined || rows.length < page.limit ? null : keyOf(last);
}
