// Questions over sealed versions: how many people lists share in every combination, and who is on all of them.

import type { CrossTabQuery, OverlapCounts } from "../../ports/matcher.ts";
import type { Engine } from "./engine.ts";
import { areOnePerPerson, countMatched, matchedPairs, partyName, type Two } from "./matched.ts";
import { type Party, presentRows } from "./rooms.ts";
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

export type SharedAsked = Pick<CrossTabQuery, "identifiers" | "standing"> & { readonly parties: readonly Party[] };
export type SharedColumn = { readonly at: number; readonly count: number };

/** The rows of people who are on all lists, a column for each list; of one list, of everybody in the room. */
export async function sharedRows(engine: Engine, stay: Stay, asked: SharedAsked): Promise<readonly SharedColumn[]> {
  const { parties, identifiers } = asked;
  const [left, right, ...others] = parties;
  if (left === undefined) throw new Error("people are of one list or more");
  if (right === undefined) return [await everybodyIn(engine, stay, left)];
  const two = { left, right, identifiers };
  const [kind, ...further] = identifiers;
  if (kind === undefined) throw new Error("nothing to compare by");
  if (others.length === 0 && (asked.standing === undefined || (await areOnePerPerson(engine, stay, two)))) {
    const pairs = await matchedPairs(engine, stay, two);
    return [pairs.left, pairs.right].map((at) => ({ at, count: pairs.count }));
  }
  if (further.length > 0) throw new Error("people stand under a token of one identifier");
  const make = (take: Take) => everywhereOf(engine, stay, { parties, kind, take });
  const name = `everywhere ${kind} ${parties.map(partyName).join(" ")}`;
  const { count, columns } = await (engine.keepsPairings ? stay.hold(name, make) : stay.own(make));
  return columns.map((at) => ({ at, count }));
}

/** The rows that speak for people in the room. */
function everybodyIn(engine: Engine, stay: Stay, party: Party): Promise<SharedColumn> {
  return stay.own(async (take) => {
    const rows = await presentRows(engine, stay, party);
    const at = take(rows.length * 4);
    new Uint32Array(engine.arena.memory.buffer, at, rows.length).set(rows);
    return { at, count: rows.length };
  });
}
