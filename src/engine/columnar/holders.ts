// Who of a version holds given tokens, with all that the room has of them: for people who are to be forgotten, or left
// out.

import { type DatasetSchema, IDENTIFIER_KINDS } from "../../domain/dataset/schema.ts";
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
import { sameRowsOf, type TableName } from "./loaded.ts";
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
  const { version, schema, tokens } = asking;
  const tables: Table[] = [];
  for (const kind of kindsOf(schema))
    tables.push({ ...(await placesOf(engine, stay, { version, kind })), name: tokenNameOf(schema, kind) });
  const people = new Set(
    tables.flatMap((table) =>
      peopleIn(
        table,
        tokens.filter(({ name }) => name === table.name),
      ),
    ),
  );
  if (people.size === 0) return { people: 0, records: [], tokens: [] };
  const rows = await rowsOfPeople(stay, version, people);
  const held: NamedToken[] = [];
  for (const table of tables) held.push(...(await tokensHeld(table, people)));
  return { people: people.size, records: [...new Set(await recordsOf(version, rows))], tokens: held };
}

/**
 * The rows that speak for people of a version who hold any of these tokens. External ids of another namespace than the
 * list's own have another key, and are nobody's here. Costs a search for each token.
 */
export async function rowsHolding(
  engine: Engine,
  stay: Stay,
  { version, tokens }: Pick<Asking, "version" | "tokens">,
): Promise<readonly number[]> {
  const rows: number[] = [];
  for (const kind of IDENTIFIER_KINDS) {
    const named = tokens.filter(({ name }) => name === kind || (kind === "external" && name.startsWith("external:")));
    const places = named.length === 0 ? null : await placesOf(engine, stay, { version, kind });
    if (places !== null) for (const row of peopleIn(places, named)) rows.push(row);
  }
  return rows;
}

/** Tokens of one kind, in ascending order. */
type Places = {
  readonly starts: Uint32Array;
  readonly keys: Uint32Array;
  readonly rest: Uint32Array;
  /** Whose they are; null where each is that of the row in its own place. */
  readonly people: Uint32Array | null;
};
type Table = Places & { readonly name: TokenName };

async function placesOf(engine: Engine, stay: Stay, name: TableName): Promise<Places> {
  const { buffer } = engine.arena.memory;
  const { keys, rest, people, starts, tokens } = await tableFor(engine, stay, name);
  return {
    starts,
    keys: new Uint32Array(buffer, keys, tokens),
    rest: new Uint32Array(buffer, rest, tokens * 3),
    people: people === 0 ? null : new Uint32Array(buffer, people, tokens),
  };
}

function peopleIn(places: Places, tokens: readonly NamedToken[]): number[] {
  return tokens.flatMap(({ token }) => {
    const place = placeOf(places, wordsOf(token));
    return place < 0 ? [] : [personAt(places, place)];
  });
}

/** Every row of these people, ascending. */
export async function rowsOfPeople(stay: Stay, version: Version, people: ReadonlySet<number>): Promise<Uint32Array> {
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

function personAt({ people }: Places, place: number): number {
  return people === null ? place : (people[place] ?? 0);
}

function tokenAt({ keys, rest }: Places, place: number): Uint32Array {
  return Uint32Array.of(keys[place] ?? 0, ...rest.subarray(place * 3, place * 3 + 3));
}

/** Where a table has a token, or -1: a binary search in its bucket. */
function placeOf(table: Places, wanted: Uint32Array): number {
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
