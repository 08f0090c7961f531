// Who of a version holds given tokens, with all that the room has of them: for people who are to be forgotten.

import type { DatasetSchema } from "../../domain/dataset/schema.ts";
import {
  DIGEST_WORDS,
  TOKEN_WORDS,
  type Tokeniser,
  type TokenName,
  tokenNameOf,
} from "../../domain/identifier/token-kernel.ts";
import { BUCKETS } from "../../domain/matching/token-table.ts";
import type { Holders, Matcher, NamedToken } from "../../ports/matcher.ts";
import { kindsOf } from "../../wire/list/columns.ts";
import type { Engine } from "./engine.ts";
import { sameRowsOf } from "./loaded.ts";
import { breath } from "./pace.ts";
import { tableFor } from "./pairings.ts";
import { recordsOf } from "./selection.ts";
import type { Stay } from "./shelf.ts";
import type { Version } from "./version.ts";

/** Makes the tokens of hashed identifiers, each by the tokeniser of its name. */
export function tokensBy(tokeniserOf: (name: TokenName) => Tokeniser): Matcher["tokensOf"] {
  return (hashed) =>
    hashed.map(({ name, digest }) => {
      const words = new Uint32Array(TOKEN_WORDS);
      const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
      const digests = Int32Array.from({ length: DIGEST_WORDS }, (_, word) => view.getInt32(word * 4, true));
      tokeniserOf(name)(digests, 1, words);
      return { name, token: textOf(words) };
    });
}

type Asked = { readonly version: Version; readonly schema: DatasetSchema };
type Asking = Asked & { readonly tokens: readonly NamedToken[] };

export async function holdersIn(engine: Engine, stay: Stay, asking: Asking): Promise<Holders> {
  const { version, tokens } = asking;
  const tables = await tablesOf(engine, stay, asking);
  const people = new Set<number>();
  for (const table of tables) {
    for (const { name, token } of tokens) {
      const place = name === table.name ? placeOf(table, wordsOf(token)) : -1;
      if (place >= 0) people.add(personAt(table, place));
    }
  }
  if (people.size === 0) return { people: 0, records: [], tokens: [] };
  const rows = await rowsOf(stay, version, people);
  const held: NamedToken[] = [];
  for (const table of tables) held.push(...(await tokensHeld(table, people)));
  return { people: people.size, records: [...new Set(await recordsOf(version, rows))], tokens: held };
}

/** The tokens of one name, in ascending order. */
type Table = {
  readonly name: TokenName;
  readonly starts: Uint32Array;
  readonly keys: Uint32Array;
  readonly rest: Uint32Array;
  /** Whose they are; null where each is that of the row in its own place. */
  readonly people: Uint32Array | null;
};

async function tablesOf(engine: Engine, stay: Stay, { version, schema }: Asked): Promise<Table[]> {
  const { buffer } = engine.arena.memory;
  const tables: Table[] = [];
  for (const kind of kindsOf(schema)) {
    const { keys, rest, people, starts, tokens } = await tableFor(engine, stay, { version, kind });
    tables.push({
      name: tokenNameOf(schema, kind),
      starts,
      keys: new Uint32Array(buffer, keys, tokens),
      rest: new Uint32Array(buffer, rest, tokens * 3),
      people: people === 0 ? null : new Uint32Array(buffer, people, tokens),
    });
  }
  return tables;
}

/** Every row of these people, ascending. */
async function rowsOf(stay: Stay, version: Version, people: ReadonlySet<number>): Promise<Uint32Array> {
  const { merged } = await sameRowsOf(stay, version);
  const rows = new Set(people);
  for (let at = 0; at < merged.length; at += 2) if (people.has(merged[at + 1] ?? -1)) rows.add(merged[at] ?? 0);
  return Uint32Array.from(rows).sort();
}

async function tokensHeld(table: Table, people: ReadonlySet<number>): Promise<NamedToken[]> {
  const { name, starts } = table;
  const held: NamedToken[] = [];
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    for (let place = starts[bucket] ?? 0; place < (starts[bucket + 1] ?? 0); place++)
      if (people.has(personAt(table, place))) held.push({ name, token: textOf(tokenAt(table, place)) });
    await breath();
  }
  return held;
}

function personAt({ people }: Table, place: number): number {
  return people === null ? place : (people[place] ?? 0);
}

function tokenAt({ keys, rest }: Table, place: number): Uint32Array {
  return Uint32Array.of(keys[place] ?? 0, ...rest.subarray(place * 3, place * 3 + 3));
}

/** Where a table has a token, or -1: a binary search in its bucket. */
function placeOf(table: Table, wanted: Uint32Array): number {
  const bucket = (wanted[0] ?? 0) >>> 24;
  let low = table.starts[bucket] ?? 0;
  let high = table.starts[bucket + 1] ?? 0;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = compare(tokenAt(table, middle), wanted);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return -1;
}

function compare(left: Uint32Array, right: Uint32Array): number {
  for (let word = 0; word < TOKEN_WORDS; word++) {
    const [ours = 0, theirs = 0] = [left[word], right[word]];
    if (ours !== theirs) return ours < theirs ? -1 : 1;
  }
  return 0;
}

function textOf(words: Uint32Array): string {
  return Array.from(words, (word) => word.toString(16).padStart(8, "0")).join("");
}

function wordsOf(token: string): Uint32Array {
  return Uint32Array.from({ length: TOKEN_WORDS }, (_, word) =>
    Number.parseInt(token.slice(word * 8, word * 8 + 8), 16),
  );
}
