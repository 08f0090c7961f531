// Who is matched with whom. Where one kind is asked by and nobody of either list holds two tokens of it, a shared token
// is a match, and each shard counts its own. Otherwise who is matched depends on tokens of other shards: then the pairs
// who share a token come here, packed and in the order of the tokens, and are matched one to one in that order.

import type { IdentifierKind } from "../../domain/dataset/schema.ts";
import { type Matching, matchOneToOne } from "../../domain/matching/one-to-one.ts";
import type { Coin } from "../../ports/matcher.ts";
import { throughRecords } from "../columnar/selection.ts";
import { type Asking, isAmong, type Room, type Two } from "./party.ts";
import { eachPacked, packedWords, peopleOf } from "./people.ts";
import { newValues, TOKENS, type Values, whole } from "./statement.ts";

/** Matches by identifier and pairs that were not counted. */
export type TwoCounts = { readonly counts: readonly number[]; readonly collisions: readonly number[] };

/** The one kind by which a shared token is a match of its two people, if there is one. */
export function plainKind({ left, right, identifiers }: Two): IdentifierKind | null {
  const [kind, ...others] = identifiers;
  if (kind === undefined) throw new Error("nothing to compare by");
  return others.length === 0 && left.standing.isOneEach(kind) && right.standing.isOneEach(kind) ? kind : null;
}

/** The text that finds the rows of two lists which share a token of a kind. */
export function rowsSharedBy(values: Values, { left, right }: Two, kind: IdentifierKind): string {
  return `${TOKENS} a join ${TOKENS} b using (shard, token)
    where ${isAmong(values, "a", { party: left, rows: { kind } })}
      and ${isAmong(values, "b", { party: right, rows: { kind } })}`;
}

/** How many people of two lists are matched, by identifier. */
export async function matchCounts(asking: Asking, two: Two): Promise<TwoCounts> {
  const kind = plainKind(two);
  if (kind === null) return matchedOf(await pairsOf(asking, two), two);
  return { counts: [await countShared(asking, two, kind)], collisions: [0] };
}

/** How many tokens of a kind the rooms of two lists share. */
export async function countShared({ tx }: Asking, two: Two, kind: IdentifierKind): Promise<number> {
  const values = newValues();
  const text = `select coalesce(sum(n), 0)::float8 as n from (
      select shard, count(*) as n from ${rowsSharedBy(values, two, kind)} group by shard) as parts`;
  const [found] = await tx.unsafe<{ n: number }[]>(text, values.all());
  return found?.n ?? 0;
}

/** The rows that speak for the people of the left list who are matched, ascending. */
async function matchedRows(asking: Asking, two: Two): Promise<Uint32Array> {
  const kind = plainKind(two);
  if (kind !== null) {
    const values = newValues();
    const text = `select shard, string_agg(int4send(a.person), ''::bytea) as packed
                  from ${rowsSharedBy(values, two, kind)} group by shard`;
    return (await packedWords(asking.tx, { text, values: values.all(), most: rowsOf(two) })).sort();
  }
  const { partners } = matchedOf(await pairsOf(asking, two), two);
  const rows = new Uint32Array(partners.length);
  let count = 0;
  for (let row = 0; row < partners.length; row++) if (partners[row] !== 0) rows[count++] = row;
  return rows.slice(0, count);
}

type Listing = { readonly two: Two; readonly coin?: Coin | undefined };

/** The rows that speak for the people of the left list who are listed, ascending. */
export async function listedPeople(asking: Asking, { two, coin }: Listing): Promise<Uint32Array> {
  const matched = await matchedRows(asking, two);
  if (coin === undefined) return matched;
  const listed: number[] = [];
  let next = 0;
  await throughRecords(two.left.version, await peopleOf(asking, two.left), (row, record) => {
    const isMatched = matched[next] === row;
    if (isMatched) next++;
    if (isMatched !== coin.turns(record)) listed.push(row);
  });
  return Uint32Array.from(listed);
}

/** A bit for each row of the left list: 1 for people who are matched with somebody in a narrower room of the right. */
export async function stillThere(asking: Asking, two: Two, narrower: Room | null): Promise<Uint8Array> {
  const bits = new Uint8Array((two.left.version.manifest.rows >>> 3) + 1);
  if (narrower === null) return bits;
  const consents = whole(narrower.consents);
  const extra = {
    text: `case when b.consents & ${consents} = ${consents} then '\\x01'::bytea else '\\x00' end`,
    bytes: 1,
  };
  const pairs = await pairsOf(asking, two, extra);
  eachMatch(pairs, matchedOf(pairs, two), (row, beside) => {
    if (beside[0] === 1) bits[row >>> 3] = (bits[row >>> 3] ?? 0) | (1 << (row & 7));
  });
  return bits;
}

/** Pairs who share a token of one kind, in the order of the tokens, with bytes beside each. */
export type SharedPairs = {
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  readonly beside: Uint8Array;
  readonly bytes: number;
};

/** What goes beside a pair: an expression over `a` and `b`, and the bytes of its value. */
type Beside = { readonly text: string; readonly bytes: number };

/** The pairs by each kind. Memory: 8 bytes a pair and what goes beside it. */
export async function pairsOf({ tx }: Asking, two: Two, beside?: Beside): Promise<SharedPairs[]> {
  const all: SharedPairs[] = [];
  for (const kind of two.identifiers) {
    const values = newValues();
    const pair = `int4send(a.person) || int4send(b.person)${beside === undefined ? "" : ` || ${beside.text}`}`;
    const text = `select packed from (
        select shard, string_agg(${pair}, ''::bytea order by token) as packed
        from ${rowsSharedBy(values, two, kind)} group by shard) as parts order by shard`;
    const parts: Buffer[] = [];
    await eachPacked(tx, { text, values: values.all(), most: rowsOf(two) }, (packed) => void parts.push(packed));
    all.push(unpacked(parts, beside?.bytes ?? 0));
  }
  return all;
}

/** Rows of the smaller list: no more pairs share a token of one kind than it has tokens. */
function rowsOf({ left, right }: Two): number {
  return Math.min(left.version.manifest.rows, right.version.manifest.rows);
}

function unpacked(parts: readonly Buffer[], bytes: number): SharedPairs {
  const width = 8 + bytes;
  const count = parts.reduce((sum, { length }) => sum + length, 0) / width;
  const pairs = {
    left: new Uint32Array(count),
    right: new Uint32Array(count),
    beside: new Uint8Array(count * bytes),
    bytes,
  };
  let to = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += width, to++) {
      pairs.left[to] = part.readUInt32BE(at);
      pairs.right[to] = part.readUInt32BE(at + 4);
      if (bytes > 0) pairs.beside.set(part.subarray(at + 8, at + width), to * bytes);
    }
  }
  return pairs;
}

/** Matches pairs one to one. Whoever is not in the room is in no pair. */
export function matchedOf(pairs: readonly SharedPairs[], { left, right }: Two): Matching {
  const everybody = ({ version }: Two["left"]) => ({ people: version.manifest.rows, bits: null });
  return matchOneToOne(pairs, { left: everybody(left), right: everybody(right) });
}

/** Visits each match once, with what goes beside it. */
export function eachMatch(
  pairs: readonly SharedPairs[],
  { partners }: Matching,
  visit: (row: number, beside: Uint8Array) => void,
): void {
  const open = partners.slice();
  for (const { left, right, beside, bytes } of pairs) {
    for (let at = 0; at < left.length; at++) {
      const row = left[at] ?? 0;
      if (open[row] !== (right[at] ?? 0) + 1) continue;
      open[row] = 0;
      visit(row, beside.subarray(at * bytes, (at + 1) * bytes));
    }
  }
}
