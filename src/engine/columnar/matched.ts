// Who is matched with whom, for one question over two lists: pair by pair, as rows that speak for people in the room.

import type { IdentifierKind } from "../../domain/dataset/schema.ts";
import { type Matching, matchOneToOne, type Present } from "../../domain/matching/one-to-one.ts";
import type { Engine } from "./engine.ts";
import { type Crosswalk, crosswalkOf, sharedTokensOf, tableFor } from "./pairings.ts";
import { bitmapWords, type Party } from "./rooms.ts";
import type { Stay, Take } from "./shelf.ts";

export type Two = {
  readonly left: Party;
  readonly right: Party;
  readonly identifiers: readonly IdentifierKind[];
};

/** Matches by identifier and pairs that were not counted. */
export type TwoCounts = { readonly counts: readonly number[]; readonly collisions: readonly number[] };

/** How many people of two lists are matched, by identifier. */
export async function countMatched(engine: Engine, stay: Stay, two: Two): Promise<TwoCounts> {
  const [only] = two.identifiers;
  if (only === undefined) throw new Error("nothing to compare by");
  if (!(await areOnePerPerson(engine, stay, two))) return matchingOf(engine, stay, two);
  const { left, right } = two;
  const pair = { left: left.version, right: right.version, kind: only };
  const isEverybodyIn = left.room.bits === 0 && right.room.bits === 0;
  const count = isEverybodyIn ? await sharedTokensOf(engine, stay, pair) : await countPresent(engine, stay, two);
  return { counts: [count], collisions: [0] };
}

/** The pairs of rows of two lists that are matched, in the arena. */
export async function matchedPairs(engine: Engine, stay: Stay, two: Two): Promise<Crosswalk> {
  const [only] = two.identifiers;
  if (only === undefined) throw new Error("nothing to compare by");
  const isEverybodyIn = two.left.room.bits === 0 && two.right.room.bits === 0;
  if (isEverybodyIn && (await areOnePerPerson(engine, stay, two)))
    return crosswalkOf(engine, stay, { left: two.left.version, right: two.right.version, kind: only });
  const name = `matched ${two.identifiers.join()} ${partyName(two.left)} ${partyName(two.right)}`;
  return stay.hold(name, async (take) => {
    const { partners } = await matchingOf(engine, stay, two);
    return pairsOf(engine.arena.memory.buffer, partners, take);
  });
}

export function partyName({ version, roomName }: Party): string {
  return `${version.name} ${roomName}`;
}

/** Whether no person of either list holds two tokens of the only kind that they are compared by. */
export async function areOnePerPerson(engine: Engine, stay: Stay, { left, right, identifiers }: Two): Promise<boolean> {
  const [kind, ...others] = identifiers;
  if (kind === undefined) throw new Error("nothing to compare by");
  if (others.length > 0) return false;
  const ours = await tableFor(engine, stay, { version: left.version, kind });
  const theirs = await tableFor(engine, stay, { version: right.version, kind });
  return ours.firsts === 0 && theirs.firsts === 0;
}

/** Who is matched with whom, one to one. */
export async function matchingOf(engine: Engine, stay: Stay, { left, right, identifiers }: Two): Promise<Matching> {
  const { buffer } = engine.arena.memory;
  const crosswalks: { left: Uint32Array; right: Uint32Array }[] = [];
  for (const kind of identifiers) {
    const pairs = await crosswalkOf(engine, stay, { left: left.version, right: right.version, kind });
    crosswalks.push(viewOf(buffer, pairs));
  }
  return matchOneToOne(crosswalks, { left: presentOf(engine, left), right: presentOf(engine, right) });
}

function viewOf(buffer: SharedArrayBuffer, { count, left, right }: Crosswalk) {
  return { left: new Uint32Array(buffer, left, count), right: new Uint32Array(buffer, right, count) };
}

export function presentOf({ arena }: Engine, { version, room }: Party): Present {
  const { rows } = version.manifest;
  const bits = room.bits === 0 ? null : new Uint32Array(arena.memory.buffer, room.bits, bitmapWords(rows) * 4);
  return { people: rows, bits };
}

function pairsOf(buffer: SharedArrayBuffer, partners: Uint32Array, take: Take): Crosswalk {
  const count = partners.reduce((sum, partner) => sum + +(partner !== 0), 0);
  const pairs = { count, left: take(count * 4), right: take(count * 4) };
  const { left, right } = viewOf(buffer, pairs);
  for (let person = 0, at = 0; person < partners.length; person++) {
    const partner = partners[person] ?? 0;
    if (partner === 0) continue;
    left[at] = person;
    right[at++] = partner - 1;
  }
  return pairs;
}

/** Counts pairs whose two people are in the room, where nobody holds two tokens: a bit a pair for each side, kept. */
async function countPresent(engine: Engine, stay: Stay, { left, right, identifiers }: Two): Promise<number> {
  const [kind] = identifiers;
  if (kind === undefined) throw new Error("nothing to compare by");
  const pairs = await crosswalkOf(engine, stay, { left: left.version, right: right.version, kind });
  const words = bitmapWords(pairs.count);
  const bitsOf = (party: Party, other: Party, people: number) =>
    party.room.bits === 0
      ? Promise.resolve(0)
      : stay.hold(`pairs ${kind} ${partyName(party)} with ${other.version.name}`, async (take) => {
          const to = take(words * 16);
          await engine.callInStretches(pairs.count, "bitsAt", ({ from, count }) => [
            { places: people + from * 4, count, bits: party.room.bits, to: to + from / 8 },
          ]);
          return to;
        });
  const ours = await bitsOf(left, right, pairs.left);
  const theirs = await bitsOf(right, left, pairs.right);
  return engine.here(0, ({ kernels }) => {
    if (ours === 0) return kernels.countBits(theirs, words);
    return theirs === 0 ? kernels.countBits(ours, words) : kernels.bitsInBoth(ours, theirs, words);
  });
}
