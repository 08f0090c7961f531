// One transaction of the store in memory: a snapshot of all tables, what it changed of them, and what it looked at.
// Nothing of it is seen elsewhere before it commits; a table that it read and that another changed meanwhile is a
// conflict, so that whatever commits could have run alone.

import { serialize } from "node:v8";
import type { UnixMillis } from "../../domain/instant.ts";
import { OPERATOR } from "../../domain/partner/manifest.ts";
import type { Act } from "../../ports/store.ts";
import type { Parties, Reference, Table } from "./table.ts";

type Rows = ReadonlyMap<string, unknown>;

/** Every table by its name, each with its rows by their keys. */
export type State = ReadonlyMap<string, Rows>;

export type Session = {
  readonly now: UnixMillis;
  readonly parties: Parties;
  readonly actForAlso: (parties: readonly string[]) => void;
  /** The row of a key, if the parties see it. */
  readonly find: <Row>(table: Table<Row>, key: string) => Row | null;
  /** The rows that the parties see and that are asked for, in the order in which they came. */
  readonly rows: <Row>(table: Table<Row>, isAsked?: (row: Row) => boolean) => Row[];
  readonly insert: <Row>(table: Table<Row>, row: Row) => void;
  /** Changes rows that the parties see; answers them as they are now. */
  readonly update: <Row>(table: Table<Row>, isAsked: (row: Row) => boolean, change: (row: Row) => Row) => Row[];
  /** Deletes rows that the parties see; answers them. */
  readonly remove: <Row>(table: Table<Row>, isAsked: (row: Row) => boolean) => Row[];
  /** Whether a row would be refused because another has one of its names. */
  readonly isTaken: <Row>(table: Table<Row>, row: Row) => boolean;
  /** Fails unless the transaction acts for every partner: what is hidden must not pass for absent. */
  readonly assertActsForEverybody: () => void;
  /** Bytes that all tables take when they are written one behind the other. */
  readonly size: () => number;
  /** Tables that were looked at or changed, and the changed ones. */
  readonly touched: ReadonlySet<string>;
  readonly changed: ReadonlyMap<string, Rows>;
  /** Fails where a row refers to one that is not there at the end. */
  readonly checkDeferred: () => void;
};

type Opening = { readonly act: Pick<Act, "parties">; readonly now: UnixMillis; readonly isReadOnly: boolean };

/** Opens a transaction on a snapshot. */
export function openSession(snapshot: State, { act, now, isReadOnly }: Opening): Session {
  const parties = new Set<string>(act.parties);
  const view: View = { snapshot, parties, isReadOnly, touched: new Set(), changed: new Map(), deferred: [] };
  return {
    now,
    parties,
    actForAlso: (more) => {
      for (const partner of more) parties.add(partner);
    },
    find: (table, key) => {
      const row = held(view, table).get(key);
      return row !== undefined && table.sees(row, parties) ? row : null;
    },
    rows: (table, isAsked) => seen(view, table, isAsked),
    insert: (table, row) => {
      const own = opened(view, table);
      check(view, table, row);
      const index = clash(view, table, row);
      if (index !== null) throw new Error(`duplicate key value violates unique constraint \`${index}\``);
      own.set(table.key(row), row);
    },
    update: (table, isAsked, change) => {
      const before = seen(view, table, isAsked);
      const own = opened(view, table);
      return before.map((row) => {
        const after = change(row);
        check(view, table, after);
        own.set(table.key(row), after);
        return after;
      });
    },
    remove: (table, isAsked) => {
      const gone = seen(view, table, isAsked);
      const own = opened(view, table);
      for (const row of gone) own.delete(table.key(row));
      return gone;
    },
    isTaken: (table, row) => clash(view, table, row) !== null,
    assertActsForEverybody: () => {
      const isPartial = [...named(view, "partner").keys()].some((id) => id !== OPERATOR && !parties.has(id));
      if (parties.size === 0 || isPartial) throw new Error("this act needs to act for every partner of the room");
    },
    size: () => serialize([...snapshot.keys()].map((name) => named(view, name))).byteLength,
    touched: view.touched,
    changed: view.changed,
    checkDeferred: () => checkDeferred(view),
  };
}

type View = {
  readonly snapshot: State;
  readonly parties: Parties;
  readonly isReadOnly: boolean;
  readonly touched: Set<string>;
  readonly changed: Map<string, Map<string, unknown>>;
  readonly deferred: Reference[];
};

function named({ touched, changed, snapshot }: View, name: string): Rows {
  touched.add(name);
  return changed.get(name) ?? snapshot.get(name) ?? NOTHING;
}

const NOTHING: Rows = new Map();

function held<Row>(view: View, table: Table<Row>): ReadonlyMap<string, Row> {
  // SAFETY: whatever lies under a table's name was written there through that table.
  return named(view, table.name) as ReadonlyMap<string, Row>;
}

function opened<Row>(view: View, { name }: Table<Row>): Map<string, unknown> {
  if (view.isReadOnly) throw new Error(`cannot write \`${name}\` in a read-only transaction`);
  const own = view.changed.get(name) ?? new Map(named(view, name));
  view.changed.set(name, own);
  return own;
}

function has(view: View, [table, key]: Reference): boolean {
  return named(view, table).has(key);
}

function seen<Row>(view: View, table: Table<Row>, isAsked: (row: Row) => boolean = () => true): Row[] {
  const rows: Row[] = [];
  for (const row of held(view, table).values()) if (isAsked(row) && table.sees(row, view.parties)) rows.push(row);
  return rows;
}

function check<Row>(view: View, table: Table<Row>, row: Row): void {
  if (!table.mayWrite(row, view.parties))
    throw new Error(`new row violates row-level security policy for table \`${table.name}\``);
  const broken = table.broken?.(row) ?? null;
  if (broken !== null) throw new Error(`new row for \`${table.name}\` violates check constraint \`${broken}\``);
  const missing = table.refersTo?.(row).find((reference) => !has(view, reference));
  if (missing !== undefined) throw new Error(`a row of \`${table.name}\` refers to no row of \`${missing[0]}\``);
  view.deferred.push(...(table.defers?.(row) ?? []));
}

function checkDeferred(view: View): void {
  const missing = view.deferred.find((reference) => !has(view, reference));
  if (missing !== undefined) throw new Error(`a row refers to no row of \`${missing[0]}\` at the end`);
}

function clash<Row>(view: View, table: Table<Row>, row: Row): string | null {
  const rows = held(view, table);
  if (rows.has(table.key(row))) return `${table.name}_pkey`;
  for (const [index, nameOf] of Object.entries(table.unique ?? {})) {
    const own = nameOf(row);
    if (own === null) continue;
    for (const other of rows.values()) if (nameOf(other) === own) return index;
  }
  return null;
}
