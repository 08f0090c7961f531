// What two versions have in common by one kind of identifier: how many tokens, or whose they are. Whom two lists share
// does not depend on who asks, so what is kept is kept for either order.

import type { IdentifierKind } from "../../domain/dataset/schema.ts";
import { BUCKETS } from "../../domain/matching/token-table.ts";
import { bucketTurns, throughBuckets } from "./bucket-turns.ts";
import type { Engine } from "./engine.ts";
import { type LoadedTable, type TableName, tableOf } from "./loaded.ts";
import { matchingScratchBytes, mostPairs, pairsIn, type TableAt } from "./matching.ts";
import type { Stay, Take } from "./shelf.ts";
import { sumOf } from "./sums.ts";
import type { Version } from "./version.ts";

/** People who share a token, pair by pair in ascending order of the tokens: a word each at `left` and at `right`. */
export type Crosswalk = { readonly count: number; readonly left: number; readonly right: number };

export type Pair = { readonly left: Version; readonly right: Version; readonly kind: IdentifierKind };

const EMPTY: LoadedTable = {
  tokens: 0,
  keys: 0,
  rest: 0,
  people: 0,
  firsts: 0,
  starts: new Uint32Array(BUCKETS + 1),
};

/** The table of a kind; an empty one for a list that does not have it. */
export async function tableFor(engine: Engine, stay: Stay, name: TableName): Promise<LoadedTable> {
  return (await tableOf(engine, stay, name)) ?? EMPTY;
}

async function tablesOf(
  engine: Engine,
  stay: Stay,
  { left, right, kind }: Pair,
): Promise<readonly [LoadedTable, LoadedTable]> {
  const first = await tableFor(engine, stay, { version: left, kind });
  return [first, await tableFor(engine, stay, { version: right, kind })];
}

/** How many tokens two versions share: all that a question about everybody needs, where nobody holds two. */
export async function sharedTokensOf(engine: Engine, stay: Stay, { left, right, kind }: Pair): Promise<number> {
  const [a, b] = left.name <= right.name ? [left, right] : [right, left];
  const count = async () => {
    const tables = await tablesOf(engine, stay, { left: a, right: b, kind });
    return sumOf(await match(engine, tables, null));
  };
  return engine.keepsPairings ? stay.hold(`shared ${kind} ${a.name} ${b.name}`, count) : count();
}

/** Who shares a token of a kind with whom. */
export async function crosswalkOf(engine: Engine, stay: Stay, { left, right, kind }: Pair): Promise<Crosswalk> {
  const [a, b] = left.name <= right.name ? [left, right] : [right, left];
  const make = async (take: Take): Promise<Crosswalk> => {
    const tables = await tablesOf(engine, stay, { left: a, right: b, kind });
    const starts = pairStarts(...tables);
    const most = starts[BUCKETS] ?? 0;
    const room = { left: take(most * 4), right: take(most * 4), starts };
    const counts = await match(engine, tables, room);
    const columns = [room.left, room.right];
    const count = closeUp(engine.arena.memory.buffer, { columns, starts, counts, take });
    return { count, left: room.left, right: room.right };
  };
  const name = `crosswalk ${kind} ${a.name} ${b.name}`;
  const made = await (engine.keepsPairings ? stay.hold(name, make) : stay.own(make));
  return a === left ? made : { count: made.count, left: made.right, right: made.left };
}

/** Words behind each bucket's pairs that a kernel may write before it knows better. */
const PAIR_SLACK = 16;

function pairStarts(left: TableAt, right: TableAt): Uint32Array {
  const starts = new Uint32Array(BUCKETS + 1);
  for (let bucket = 0; bucket < BUCKETS; bucket++)
    starts[bucket + 1] = (starts[bucket] ?? 0) + pairsIn(left, right, bucket) + PAIR_SLACK;
  return starts;
}

type PairRoom = { readonly left: number; readonly right: number; readonly starts: Uint32Array };

async function match(
  engine: Engine,
  [left, right]: readonly [LoadedTable, LoadedTable],
  pairs: PairRoom | null,
): Promise<Int32Array> {
  const counts = new Int32Array(new SharedArrayBuffer(BUCKETS * 4));
  const turns = bucketTurns();
  const most = mostPairs(left, right);
  const tokens = left.tokens + right.tokens;
  const job = engine.crew.begin(
    "match",
    { left, right, turns, counts, pairs, most },
    { scratchBytes: matchingScratchBytes(most), isLarge: tokens >= engine.largeTokens },
  );
  await throughBuckets(job, turns, tokens);
  return counts;
}

/** Columns of words in which each bucket has its own room, of which it used so many. */
type Columns = {
  readonly columns: readonly number[];
  readonly starts: Uint32Array;
  readonly counts: Int32Array;
  readonly take: Take;
};

/** Moves what the buckets have together, gives back the room behind it, and answers how many words a column has. */
export function closeUp(buffer: SharedArrayBuffer, { columns, starts, counts, take }: Columns): number {
  let count = 0;
  const planes = columns.map((at) => new Uint32Array(buffer, at, starts[BUCKETS] ?? 0));
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const from = starts[bucket] ?? 0;
    const to = from + (counts[bucket] ?? 0);
    for (const plane of planes) plane.copyWithin(count, from, to);
    count += to - from;
  }
  for (const at of columns) take.shorten(at, count * 4);
  return count;
}
