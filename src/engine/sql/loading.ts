// A sealed version into token tables: a row for each token, with whose it is and what that person says. Buckets go in
// groups, each in a transaction of its own that also marks its buckets as there; a version is whole when all of them
// are marked. Rows are packed into one value of bytes that the database takes apart, since COPY may hang in the driver.

import { IDENTIFIER_KINDS, type IdentifierKind } from "../../domain/dataset/schema.ts";
import { BUCKETS } from "../../domain/matching/token-table.ts";
import type { Engine } from "../columnar/engine.ts";
import type { LoadedTable } from "../columnar/loaded.ts";
import { tableFor } from "../columnar/pairings.ts";
import type { Stay } from "../columnar/shelf.ts";
import { inTurns } from "../columnar/turns.ts";
import type { Version } from "../columnar/version.ts";
import { type Packer, packerOf } from "./packing.ts";
import { MARKS, TOKENS, whole } from "./statement.ts";
import type { Statements, TokenDatabase } from "./token-database.ts";

export type Loading = {
  readonly engine: Engine;
  readonly stay: Stay;
  readonly version: Version;
  readonly dataKey: Uint8Array;
  /** Under which number its rows stand. */
  readonly number: number;
  readonly database: TokenDatabase;
  readonly signal?: AbortSignal | undefined;
};

/** Rows of one statement, and of one transaction at the least while there are more. */
const STATEMENT_ROWS = 16_384;
const GROUP_ROWS = 65_536;

/** Transactions at once. */
const LANES = 4;

/** A kind of identifier as tables number it. */
export function kindNumber(kind: IdentifierKind): number {
  return IDENTIFIER_KINDS.indexOf(kind);
}

/** Puts every token of a version into the tables. Memory: one kind's tokens and all columns, in the arena. */
export async function loadVersion(loading: Loading): Promise<void> {
  const packer = await packerOf(loading);
  for (const { kind } of loading.version.manifest.tables) {
    const table = await tableFor(loading.engine, loading.stay, { version: loading.version, kind });
    packer.turnTo(table);
    await inTurns(groupsOf(table), LANES, (group) => {
      loading.signal?.throwIfAborted();
      return loading.database.writing((tx) => loadGroup(tx, loading, { table, kind, group, packer }));
    });
  }
}

type Group = { readonly first: number; readonly end: number };

/** Buckets that go together: one at the least, and as many as make a group. */
function groupsOf({ starts }: LoadedTable): Group[] {
  const groups: Group[] = [];
  for (let first = 0, end = 1; first < BUCKETS; first = end++) {
    while (end < BUCKETS && (starts[end] ?? 0) - (starts[first] ?? 0) < GROUP_ROWS) end++;
    if ((starts[end] ?? 0) > (starts[first] ?? 0)) groups.push({ first, end });
  }
  return groups;
}

type Going = {
  readonly table: LoadedTable;
  readonly kind: IdentifierKind;
  readonly group: Group;
  readonly packer: Packer;
};

async function loadGroup(tx: Statements, { number }: Loading, { table, kind, group, packer }: Going): Promise<void> {
  const { starts } = table;
  const names = `${whole(number)}, ${whole(kindNumber(kind))}`;
  const end = starts[group.end] ?? 0;
  for (let from = starts[group.first] ?? 0; from < end; from += STATEMENT_ROWS) {
    const rows = Math.min(STATEMENT_ROWS, end - from);
    await tx.unsafe(insertion(names, { rows, saidBytes: packer.saidBytes }), [packer.pack(from, rows)]);
  }
  const marks: string[] = [];
  for (let bucket = group.first; bucket < group.end; bucket++) {
    const [from, to] = [starts[bucket] ?? 0, starts[bucket + 1] ?? 0];
    if (to > from) marks.push(`(${bucket}, ${names}, ${packer.furtherIn(from, to)})`);
  }
  if (marks.length > 0) await tx.unsafe(`insert into ${MARKS} (shard, version, kind, further) values ${marks.join()}`);
}

function insertion(names: string, { rows, saidBytes }: { readonly rows: number; readonly saidBytes: number }): string {
  const width = 25 + saidBytes;
  const word = (at: number) =>
    [0, 1, 2, 3].map((byte) => `get_byte(p, o + ${at + byte}) << ${24 - 8 * byte}`).join(" | ");
  const words = [16, 20].map((at) => `(${word(at).replaceAll(/(get_byte\([^)]*\) << \d+)/g, "($1)")})`).join(", ");
  return `insert into ${TOKENS} (shard, version, kind, token, person, consents, is_least, is_speaking, said)
    select get_byte(p, o), ${names}, encode(substring(p from o + 1 for 16), 'hex')::uuid, ${words},
           get_byte(p, o + 24) & 1 = 1, get_byte(p, o + 24) & 2 = 2, substring(p from o + 26 for ${saidBytes})
    from (select $1::bytea as p) as packed, generate_series(0, ${(rows - 1) * width}, ${width}) as o`;
}
