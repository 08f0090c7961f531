// Which sealed versions stand in the token tables. The tables hold nothing that the sealed files do not: what is not
// there, or not whole any more because a node lost its unlogged tables in a crash, is brought in again. A catalogue
// numbers versions; marks, which lie on the nodes of the rows they stand for, tell whether all of one is there.

import { IDENTIFIER_KINDS, type IdentifierKind } from "../../domain/dataset/schema.ts";
import type { ListVersion } from "../../ports/matcher.ts";
import type { InTurn } from "../../ports/servers.ts";
import type { SealedLists } from "../columnar/sealed-lists.ts";
import type { Stay } from "../columnar/shelf.ts";
import type { Version } from "../columnar/version.ts";
import { loadVersion } from "./loading.ts";
import { MARKS, TOKENS, VERSIONS, whole } from "./statement.ts";
import type { Statements, TokenDatabase } from "./token-database.ts";

/** A version in the tables, as one transaction sees it. */
export type Standing = {
  readonly number: number;
  /** Whether nobody of it holds two tokens of a kind. */
  isOneEach(kind: IdentifierKind): boolean;
};

export type Wanted = ListVersion & { readonly version: Version; readonly signal?: AbortSignal | undefined };

export type StandingVersions = {
  /** Numbers versions, each brought into the tables when it is not known to be there. */
  bringIn(stay: Stay, wanted: readonly Wanted[]): Promise<ReadonlyMap<string, number>>;
  /** How versions stand for a transaction; null for those that are not whole, which are forgotten. */
  inTables(
    tx: Statements,
    numbers: ReadonlyMap<string, number>,
    wanted: readonly Wanted[],
  ): Promise<ReadonlyMap<string, Standing> | null>;
  drop(segment: string): Promise<void>;
  /** Drops all but these. */
  keepOnly(segments: ReadonlySet<string>): Promise<void>;
};

export function standingVersions(lists: SealedLists, database: TokenDatabase, inTurn: InTurn): StandingVersions {
  const known = new Map<string, Promise<number>>();
  // Two servers that bring one in at once would each take the other's half for what a crash left.
  const bringInTurn = (wanted: Wanted & { readonly stay: Stay }) =>
    inTurn(`token tables of ${wanted.segment}`, () => bring(lists, database, wanted));
  const numbered = (stay: Stay, wanted: Wanted): Promise<number> => {
    const brought = known.get(wanted.segment) ?? bringInTurn({ ...wanted, stay });
    known.set(wanted.segment, brought);
    return brought;
  };
  return {
    bringIn: async (stay, wanted) => {
      const numbers = new Map<string, number>();
      for (const one of wanted) {
        const brought = numbered(stay, one);
        const [outcome] = await Promise.allSettled([brought]);
        if (outcome.status === "rejected" && known.get(one.segment) === brought) known.delete(one.segment);
        numbers.set(one.segment, await brought);
      }
      return numbers;
    },
    inTables: async (tx, numbers, wanted) => {
      const all = [...new Set(numbers.values())];
      const [named, marks] = await Promise.all([segmentsOf(tx, all), marksOf(tx, all)]);
      const standing = new Map<string, Standing>();
      for (const { segment, version } of wanted) {
        const number = numbers.get(segment) ?? -1;
        const own = marks.get(number);
        // Tables that were laid anew meanwhile number versions anew.
        if (named.get(number) === segment && isWhole(version, own)) standing.set(segment, standingOf(number, own));
        else known.delete(segment);
      }
      return wanted.every(({ segment }) => standing.has(segment)) ? standing : null;
    },
    drop: async (segment) => {
      await Promise.allSettled([known.get(segment)]);
      known.delete(segment);
      const number = await numberOf(database, segment);
      if (number !== null) await forget(database, [number]);
    },
    keepOnly: async (segments) => {
      const going = (await catalogue(database)).filter((one) => !segments.has(one.segment));
      for (const { segment } of going) known.delete(segment);
      const numbers = going.map(({ number }) => number);
      await forget(database, numbers);
    },
  };
}

/** Brings a version into the tables, unless all of it is there. What cannot be brought in whole leaves nothing. */
async function bring(
  { engine }: SealedLists,
  database: TokenDatabase,
  { segment, ...wanted }: Wanted & { readonly stay: Stay },
): Promise<number> {
  const begun = await begin(database, segment);
  if (!begun.isNew) {
    const marks = await database.reading((tx) => marksOf(tx, [begun.number]));
    if (isWhole(wanted.version, marks.get(begun.number))) return begun.number;
    await forget(database, [begun.number]);
  }
  const { number } = begun.isNew ? begun : await begin(database, segment);
  let isWithin = false;
  try {
    await loadVersion({ engine, ...wanted, number, database });
    isWithin = true;
    return number;
  } finally {
    if (!isWithin) await forget(database, [number]);
  }
}

/** By kind: buckets that are there, and tokens that are not the least of their person's. */
type Marks = ReadonlyMap<number, { readonly buckets: number; readonly further: number }>;

function isWhole({ manifest }: Version, marks: Marks | undefined): boolean {
  return manifest.tables.every(({ kind, bucketTokens }) => {
    const filled = bucketTokens.filter((tokens) => tokens > 0).length;
    return (marks?.get(IDENTIFIER_KINDS.indexOf(kind))?.buckets ?? 0) === filled;
  });
}

function standingOf(number: number, marks: Marks | undefined): Standing {
  return { number, isOneEach: (kind) => (marks?.get(IDENTIFIER_KINDS.indexOf(kind))?.further ?? 0) === 0 };
}

async function marksOf(tx: Statements, numbers: readonly number[]): Promise<Map<number, Marks>> {
  const all = new Map<number, Map<number, { buckets: number; further: number }>>();
  if (numbers.length === 0) return all;
  const found = await tx.unsafe<{ version: number; kind: number; buckets: number; further: number }[]>(
    `select version, kind, sum(buckets)::int as buckets, sum(further)::float8 as further
     from (select shard, version, kind, count(*) as buckets, sum(further) as further from ${MARKS}
           where version in (${numbers.map(whole).join()}) group by shard, version, kind) as parts
     group by version, kind`,
  );
  for (const { version, kind, buckets, further } of found) {
    const own = all.get(version) ?? new Map<number, { buckets: number; further: number }>();
    all.set(version, own.set(kind, { buckets, further }));
  }
  return all;
}

async function segmentsOf(tx: Statements, numbers: readonly number[]): Promise<ReadonlyMap<number, string>> {
  if (numbers.length === 0) return new Map();
  const list = numbers.map(whole).join();
  const text = `select segment, version as number from ${VERSIONS} where version in (${list})`;
  return new Map((await tx.unsafe<Numbered[]>(text)).map(({ segment, number }) => [number, segment]));
}

type Numbered = { readonly segment: string; readonly number: number };

async function catalogue(database: TokenDatabase): Promise<readonly Numbered[]> {
  return database.reading(async (tx) => [
    ...(await tx.unsafe<Numbered[]>(`select segment, version as number from ${VERSIONS}`)),
  ]);
}

async function numberOf(database: TokenDatabase, segment: string): Promise<number | null> {
  return database.reading(async (tx) => {
    const text = `select version as number from ${VERSIONS} where segment = $1`;
    const [found] = await tx.unsafe<{ number: number }[]>(text, [segment]);
    return found?.number ?? null;
  });
}

/** The number of a version, a new one where it has none. */
async function begin(database: TokenDatabase, segment: string): Promise<{ number: number; isNew: boolean }> {
  const made = await database.writing(async (tx) => {
    const text = `insert into ${VERSIONS} (segment) values ($1) on conflict do nothing returning version as number`;
    const [own] = await tx.unsafe<{ number: number }[]>(text, [segment]);
    return own?.number ?? null;
  });
  const number = made ?? (await numberOf(database, segment));
  if (number === null) throw new Error("the catalogue numbers no version");
  return { number, isNew: made !== null };
}

// Marks go first: whatever breaks off behind that leaves rows that count for nothing and a number that finds them.
async function forget(database: TokenDatabase, numbers: readonly number[]): Promise<void> {
  if (numbers.length === 0) return;
  const list = numbers.map(whole).join();
  await database.writing((tx) => tx.unsafe(`delete from ${MARKS} where version in (${list})`));
  await database.writing((tx) => tx.unsafe(`delete from ${TOKENS} where version in (${list})`));
  await database.writing((tx) => tx.unsafe(`delete from ${VERSIONS} where version in (${list})`));
}
