// Questions over sealed versions: how many people lists share in every combination, and who is on all of them.

import type { IdentifierKind } from "../../domain/dataset/schema.ts";
import type { OverlapCounts } from "../../ports/matcher.ts";
import type { Engine } from "./engine.ts";
import { countMatched, matchedPairs, partyName, type Two } from "./matched.ts";
import type { Party } from "./rooms.ts";
import type { Stay, Take } from "./shelf.ts";
import { everywhereOf, type Many, regionsOf } from "./together.ts";

export async function overlapOfTwo(engine: Engine, stay: Stay, two: Two): Promise<OverlapCounts> {
  const { counts, collisions } = await countMatched(engine, stay, two);
  const matched = counts.reduce((sum, count) => sum + count, 0);
  const sizes = [two.left.room.size, two.right.room.size] as const;
  const regions = [0, sizes[0] - matched, sizes[1] - matched, matched];
  return { sizes, regions, byIdentifier: counts, collisions };
}

export async function overlapOfMany(engine: Engine, stay: Stay, many: Many): Promise<OverlapCounts> {
  const sizes = many.parties.map(({ room }) => room.size);
  return { sizes, regions: await regionsOf(engine, stay, many), byIdentifier: [], collisions: [] };
}

export type SharedAsked = { readonly parties: readonly Party[]; readonly identifiers: readonly IdentifierKind[] };
export type SharedColumn = { readonly at: number; readonly count: number };

/** The rows of people who are on all lists, a column for each list. */
export async function sharedRows(engine: Engine, stay: Stay, asked: SharedAsked): Promise<readonly SharedColumn[]> {
  const { parties, identifiers } = asked;
  const [left, right, ...others] = parties;
  if (left === undefined || right === undefined) throw new Error("people are shared by two lists or more");
  if (others.length === 0) {
    const pairs = await matchedPairs(engine, stay, { left, right, identifiers });
    return [pairs.left, pairs.right].map((at) => ({ at, count: pairs.count }));
  }
  const [kind] = identifiers;
  if (kind === undefined) throw new Error("nothing to compare by");
  const make = (take: Take) => everywhereOf(engine, stay, { parties, kind, take });
  const name = `everywhere ${kind} ${parties.map(partyName).join(" ")}`;
  const { count, columns } = await (engine.keepsPairings ? stay.hold(name, make) : stay.own(make));
  return columns.map((at) => ({ at, count }));
}
