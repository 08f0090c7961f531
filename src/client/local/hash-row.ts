// One raw row to one hashed row: identifiers become digests, attributes are trimmed, the rest stays as given. A row
// that cannot be used gives the reason; a row keeps its good identifier where the other is refused.

import { toBase64, toHex } from "../../domain/bytes.ts";
import { canonicalDigestOf, canonicalOf } from "../../domain/identifier/canonical.ts";
import { trimWhiteSpace } from "../../domain/identifier/white-space.ts";
import { LIMITS } from "../../domain/limits.ts";
import type { CsvRow } from "./csv-rows.ts";
import { type Doctor, looksHashed, observe, observeBlank } from "./doctor.ts";
import type { ListPlan, PlannedIdentifier } from "./list-plan.ts";
import type { RefusedPlace, RowRefusal } from "./refusals.ts";

/** What became of a row: its cells as written and what was left out of them, nothing to write, or a fault. */
export type HashedRow =
  | { readonly kind: "row"; readonly cells: readonly string[]; readonly dropped: readonly RefusedPlace[] }
  | { readonly kind: "blank" }
  | { readonly kind: "refused"; readonly place: RefusedPlace };

/** Hashes one row, telling the doctor about each identifier cell. About 4 µs for an e-mail, 12 µs for a phone. */
export function hashRow(plan: ListPlan, row: CsvRow, doctor: Doctor): HashedRow {
  if (row.cells.length === 1 && isBlank(row.cells[0]) && plan.width > 1) return { kind: "blank" };
  if (row.cells.length !== plan.width) return refused(row, "cell-count", plan.recordColumn);
  const cells = [...row.cells];
  const dropped: RefusedPlace[] = [];
  let accepted = 0;
  for (const identifier of plan.identifiers) {
    const hashed = hashCell(identifier, row.cells, doctor);
    cells[identifier.at] = hashed.text;
    if (hashed.text !== "") accepted++;
    if (hashed.refusal !== undefined) {
      dropped.push({ line: row.line, column: identifier.column, reason: hashed.refusal });
    }
  }
  const [first] = dropped;
  if (accepted === 0) return first === undefined ? { kind: "blank" } : { kind: "refused", place: first };
  const record = row.cells[plan.recordAt];
  if (record === undefined || isBlank(record)) return refused(row, "record-missing", plan.recordColumn);
  if (isTooLong(record)) return refused(row, "record-too-long", plan.recordColumn);
  for (const { at, column, values } of plan.attributes) {
    const value = trimWhiteSpace(row.cells[at] ?? "");
    if (value !== "" && !values.has(value)) return refused(row, "attribute-undeclared", column);
    cells[at] = value;
  }
  return { kind: "row", cells: plan.kept.map((at) => cells[at] ?? ""), dropped };
}

function refused(row: CsvRow, reason: RowRefusal, column: string): HashedRow {
  return { kind: "refused", place: { line: row.line, column, reason } };
}

type HashedCell = { readonly text: string; readonly refusal?: RowRefusal };

function hashCell(identifier: PlannedIdentifier, cells: readonly string[], doctor: Doctor): HashedCell {
  const raw = cells[identifier.at] ?? "";
  if (isBlank(raw)) {
    observeBlank(doctor, identifier.kind);
    return { text: "" };
  }
  const country = countryOf(identifier, cells);
  const canonical = canonicalOf(identifier.kind, raw, country);
  const digest = canonical.ok ? canonicalDigestOf(identifier.kind, canonical.value) : undefined;
  observe(doctor, identifier.kind, { raw, country, canonical, digest });
  if (digest !== undefined) return { text: identifier.encoding === "hex" ? toHex(digest) : toBase64(digest) };
  if (canonical.ok || looksHashed(raw)) return { text: "", refusal: "already-hashed" };
  return { text: "", refusal: canonical.error };
}

function countryOf({ country, countryAt }: PlannedIdentifier, cells: readonly string[]): string | undefined {
  const stated = countryAt === undefined ? "" : trimWhiteSpace(cells[countryAt] ?? "").toUpperCase();
  return stated === "" ? country : stated;
}

function isBlank(cell: string | undefined): boolean {
  return cell === undefined || cell === "" || trimWhiteSpace(cell) === "";
}

/** UTF-8 takes one to three bytes for each code unit, so most references are settled by their length. */
function isTooLong(record: string): boolean {
  if (record.length * 3 <= LIMITS.recordBytes) return false;
  return new TextEncoder().encode(record).length > LIMITS.recordBytes;
}
