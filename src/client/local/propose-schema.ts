// A first draft of a list's schema out of its file: which column is the reference, which are e-mails and phones, which
// have few enough values to choose people by. A person reads and mends it before it counts.

import { looksHashed } from "./doctor.ts";
import { ALIASES, bareName, cellsOf, isOfKind, type Sample } from "./recognise-columns.ts";

/** Columns by what they seem to hold; null where none seems to. */
export type SchemaDraft = {
  readonly record: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly attributes: readonly { readonly column: string; readonly values: readonly string[] }[];
};

/** The most values that a column may have in a sample and be proposed as an attribute. */
const FEW_VALUES = 24;
/** Rows that a sample must have before repeated values mean anything. */
const ENOUGH_ROWS = 20;
const MOSTLY = 0.8;

/** Drafts a schema. O(cells of the sample). */
export function proposeSchema(sample: Sample, country: string | undefined): SchemaDraft {
  const email = columnOf(sample, ALIASES.email, (cell) => isOfKind("email", cell, country));
  const phone = columnOf(sample, ALIASES.phone, (cell) => isOfKind("phone", cell, country));
  const others = sample.header.filter((name) => name !== "" && name !== email && name !== phone);
  const record = recordOf(sample, others);
  const attributes = others.filter((name) => name !== record).flatMap((column) => attributeIn(sample, column));
  return { record, email, phone, attributes };
}

function columnOf(sample: Sample, aliases: readonly string[], fits: (cell: string) => boolean): string | null {
  const share = (name: string) => {
    const cells = cellsOf(sample, name);
    return cells.length === 0 ? 0 : cells.filter(fits).length / cells.length;
  };
  const named = sample.header.find((name) => aliases.includes(bareName(name)));
  return named ?? sample.header.find((name) => share(name) >= MOSTLY) ?? null;
}

// What is named like one, or else the first column in which no two rows are alike.
function recordOf(sample: Sample, names: readonly string[]): string | null {
  const named = names.find((name) => ALIASES.record.some((alias) => alias === bareName(name)));
  const isUnique = (name: string) => {
    const cells = cellsOf(sample, name);
    return cells.length === sample.rows.length && new Set(cells).size === cells.length && !cells.some(looksHashed);
  };
  return named ?? names.find(isUnique) ?? null;
}

// A person's name or street is told apart from a group of people by how often it is met again.
function attributeIn(sample: Sample, column: string): SchemaDraft["attributes"] {
  const cells = cellsOf(sample, column);
  const values = [...new Set(cells)].sort();
  const isFew = values.length >= 2 && values.length <= FEW_VALUES && values.length * 5 <= cells.length;
  const isShort = values.every((value) => value.length <= 40);
  return sample.rows.length >= ENOUGH_ROWS && isFew && isShort ? [{ column, values }] : [];
}
