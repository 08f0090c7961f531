// Questions over sealed versions: how many people lists share in every combination, what these are like, and whose
// records those are.

import type { IdentifierKind } from "../../domain/dataset/schema.ts";
import { type Member, regionsByBucket, standingTogether } from "../../domain/matching/regions.ts";
import { BUCKETS, holderOf, type TokenTable } from "../../domain/matching/token-table.ts";
import type { OverlapCounts } from "../../ports/matcher.ts";
import type { Engine } from "./engine.ts";
import type { LoadedTable } from "./loaded.ts";
import { countMatched, matchedPairs, presentOf, type Two } from "./matched.ts";
import { inSteps } from "./pace.ts";
import { tableFor } from "./pairings.ts";
import type { Party } from "./rooms.ts";
import type { Stay } from "./shelf.ts";

export async function overlapOfTwo(engine: Engine, stay: Stay, two: Two): Promise<OverlapCounts> {
  const { counts, collisions } = await countMatched(engine, stay, two);
  const matched = counts.reduce((sum, count) => sum + count, 0);
  const sizes = [two.left.room.size, two.right.room.size] as const;
  const regions = [0, sizes[0] - matched, sizes[1] - matched, matched];
  return { sizes, regions, byIdentifier: counts, collisions };
}

type Many = { readonly parties: readonly Party[]; readonly kind: IdentifierKind };

export async function overlapOfMany(engine: Engine, stay: Stay, many: Many): Promise<OverlapCounts> {
  const members = await membersOf(engine, stay, many);
  const regions = await inSteps(regionsByBucket(members), bucketsPerBreath(members));
  return { sizes: many.parties.map(({ room }) => room.size), regions, byIdentifier: [], collisions: [] };
}

/** The rows of people who are on all lists, a column for each list. */
export async function sharedRows(engine: Engine, stay: Stay, asked: SharedAsked): Promise<readonly SharedColumn[]> {
  const [left, right, ...others] = asked.parties;
  if (left === undefined || right === undefined) throw new Error("people are shared by two lists or more");
  if (others.length === 0) {
    const pairs = await matchedPairs(engine, stay, { left, right, identifiers: asked.identifiers });
    return [pairs.left, pairs.right].map((at) => ({ at, count: pairs.count }));
  }
  const [kind] = asked.identifiers;
  if (kind === undefined) throw new Error("nothing to compare by");
  return stay.own(async (take) => {
    const members = await membersOf(engine, stay, { parties: asked.parties, kind });
    const everybody = 2 ** members.length - 1;
    const columns = members.map((): number[] => []);
    const together = standingTogether(members, (mask, places) => {
      if (mask !== everybody) return;
      for (const [index, { table }] of members.entries()) columns[index]?.push(holderOf(table, places[index] ?? 0));
    });
    await inSteps(together, bucketsPerBreath(members));
    return columns.map((rows) => {
      const at = take(rows.length * 4);
      new Uint32Array(engine.arena.memory.buffer, at, rows.length).set(rows);
      return { at, count: rows.length };
    });
  });
}

export type SharedAsked = { readonly parties: readonly Party[]; readonly identifiers: readonly IdentifierKind[] };
export type SharedColumn = { readonly at: number; readonly count: number };

async function membersOf(engine: Engine, stay: Stay, { parties, kind }: Many): Promise<Member[]> {
  const members: Member[] = [];
  for (const party of parties) {
    const table = await tableFor(engine, stay, { version: party.version, kind });
    members.push({
      table: viewOf(engine.arena.memory.buffer, table),
      present: presentOf(engine, party),
      size: party.room.size,
    });
  }
  return members;
}

function viewOf(buffer: SharedArrayBuffer, table: LoadedTable): TokenTable {
  const { tokens, keys, rest, people, firsts, starts } = table;
  return {
    keys: new Uint32Array(buffer, keys, tokens),
    rest: new Uint32Array(buffer, rest, tokens * 3),
    people: people === 0 ? null : new Uint32Array(buffer, people, tokens),
    firsts: firsts === 0 ? null : new Uint8Array(buffer, firsts, tokens),
    starts,
  };
}

/** Tokens compared between two breaths: a few milliseconds. */
const TOKENS_PER_BREATH = 524_288;

function bucketsPerBreath(members: readonly Member[]): number {
  const tokens = members.reduce((sum, { table }) => sum + table.keys.length, 0);
  return Math.max(1, Math.floor((TOKENS_PER_BREATH * BUCKETS) / (tokens + 1)));
}
