// The header of a list against its schema: where each column stands, or why the list cannot be read. Columns that the
// schema does not name are refused rather than dropped: what nobody asked for should not have been sent (GDPR art. 25).

import { columnsOf, type DatasetSchema, IDENTIFIER_KINDS, type IdentifierKind } from "../../domain/dataset/schema.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { ListFault } from "./fault.ts";

/** The identifier kinds that a schema names, in the fixed order in which they are stored. */
export function kindsOf(schema: DatasetSchema): readonly IdentifierKind[] {
  return IDENTIFIER_KINDS.filter((kind) => schema.identifiers[kind] !== undefined);
}

/** Checks a header against a schema; the columns stand wherever they like. */
export function checkHeader(
  names: readonly string[],
  schema: DatasetSchema,
  reads: "rows" | "references",
): Result<readonly string[], ListFault> {
  const wanted = columnsOf(schema);
  const needed = reads === "rows" ? wanted : [schema.record.column];
  const missing = needed.find((name) => !names.includes(name));
  if (missing !== undefined) {
    const says = `the column \`${missing}\` is not in the header, which has ${names.map(shownColumn).join(", ")}`;
    return err({ kind: "list-column-missing", says, line: 1 });
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return unreadable(`the column ${shownColumn(twice)} stands twice in the header`);
  const extra = names.find((name) => !wanted.includes(name));
  if (extra !== undefined) return unreadable(`the column ${shownColumn(extra)} is not in the schema: leave it out`);
  return ok(names);
}

function unreadable(says: string): Result<never, ListFault> {
  return err({ kind: "list-unreadable", says, line: 1 });
}

/**
 * A column's name for a message. A list without a header has a person's row where the names should be, and that is not
 * to be repeated.
 */
export function shownColumn(name: string): string {
  const isName = /^\p{L}[\p{L}\p{M}\p{N} _.:-]{0,60}$/u.test(name) && !/[0-9a-f]{16}/i.test(name);
  return isName ? `\`${name}\`` : "(a cell that is no column name)";
}
