// What one statement is asked about, as rows of a table. They come as JSON and not as arrays: of an array Postgres
// counts the elements before it plans, finds a plan for so few cheaper than the one that fits any number, and plans the
// same statement anew each time, which takes longer than to run it. Of a function's rows it counts none, and keeps the
// plan (PostgreSQL 18, PREPARE, notes on generic and custom plans).

import { type DatasetRef, nameIn, ownerOf } from "../domain/dataset/schema.ts";
import type { Statements } from "./pool.ts";

/** Texts, one a row, to be named `as asked (text)`. */
export function askedTexts(tx: Statements, texts: readonly string[]) {
  return tx`json_array_elements_text(${JSON.stringify(texts)}::text::json)`;
}

/** Datasets, one a row, as `asked.partner` and `asked.dataset`. */
export function askedDatasets(tx: Statements, datasets: readonly DatasetRef[]) {
  const rows = datasets.map((ref) => ({ partner: ownerOf(ref), dataset: nameIn(ref) }));
  return tx`json_to_recordset(${JSON.stringify(rows)}::text::json) as asked (partner text, dataset text)`;
}
