// The tables of the schema as its catalogue tells of them, in an order in which they can be filled: whatever a later
// migration adds is in the next backup without a word here.

import type { Statements } from "../pool.ts";
import type { Table } from "./format.ts";

/** The table of migrations is written by migrating. */
const MIGRATIONS = "migration";

/**
 * Every table with its columns, those that others refer to first.
 * @throws for what a backup would leave out: sequences, stored views, tables of other servers
 */
export async function tablesOf(tx: Statements): Promise<readonly Table[]> {
  const strange = await tx<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'concordat'::regnamespace and relkind not in ('r', 'p', 'i', 'I', 'v', 't', 'c')`;
  if (strange.length > 0) throw new Error(`a backup does not know how to take ${namesOf(strange)}`);
  const columns = await tx<{ table: string; column: string }[]>`
    select relname as table, attname as column
    from pg_class join pg_attribute on attrelid = pg_class.oid
    where relnamespace = 'concordat'::regnamespace and relkind in ('r', 'p') and not relispartition
      and relname <> ${MIGRATIONS} and attnum > 0 and not attisdropped and attgenerated = ''
    order by relname, attnum`;
  // What is checked at the end of the transaction bears any order.
  const references = await tx<{ from: string; to: string }[]>`
    select from_class.relname as from, to_class.relname as to
    from pg_constraint
      join pg_class as from_class on from_class.oid = conrelid join pg_class as to_class on to_class.oid = confrelid
    where contype = 'f' and not condeferrable and conrelid <> confrelid
      and from_class.relnamespace = 'concordat'::regnamespace`;
  const names = [...new Set(columns.map(({ table }) => table))];
  return inOrder(names, references).map((name) => ({
    name,
    columns: columns.filter(({ table }) => table === name).map(({ column }) => column),
  }));
}

type Reference = { readonly from: string; readonly to: string };

function inOrder(names: readonly string[], references: readonly Reference[]): readonly string[] {
  const ordered: string[] = [];
  while (ordered.length < names.length) {
    const next = names.filter(
      (name) => !ordered.includes(name) && references.every(({ from, to }) => from !== name || ordered.includes(to)),
    );
    if (next.length === 0) throw new Error("tables refer to each other in a circle");
    ordered.push(...next);
  }
  return ordered;
}

function namesOf(rows: readonly { readonly name: string }[]): string {
  return rows.map(({ name }) => `\`${name}\``).join(", ");
}

/** A name as a part of a statement. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
