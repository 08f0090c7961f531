// People of one list, and whom of it another reaches: as rows that speak for them, packed in words by each shard.

import { type Asking, isAmong, type Party, type Two } from "./party.ts";
import { newValues, TOKENS } from "./statement.ts";
import type { Statements } from "./token-database.ts";

/** People of a list up to which all shards are fetched at once, and how many shards at a time of a larger one. */
const FEW_PEOPLE = 1_000_000;
const SHARDS_AT_ONCE = 8;

/** How many people of a list are in the room. */
export async function sizeOf({ tx }: Asking, party: Party): Promise<number> {
  const { room, version } = party;
  if (room?.consents === 0 && room.clauses.length === 0 && room.people === null) return version.manifest.people;
  const values = newValues();
  const text = `select coalesce(sum(n), 0)::float8 as n from (
      select a.shard, count(*) as n from ${TOKENS} a where ${isAmong(values, "a", { party, rows: "one each" })}
      group by a.shard) as parts`;
  const [found] = await tx.unsafe<{ n: number }[]>(text, values.all());
  return found?.n ?? 0;
}

/** The rows that speak for people in the room, ascending. */
export async function peopleOf({ tx }: Asking, party: Party): Promise<Uint32Array> {
  const values = newValues();
  const text = `select a.shard, string_agg(int4send(a.person), ''::bytea) as packed from ${TOKENS} a
    where ${isAmong(values, "a", { party, rows: "one each" })} group by a.shard`;
  return (await packedWords(tx, { text, values: values.all(), most: party.version.manifest.rows })).sort();
}

/** The rows that speak for people of the left list who share a token with somebody of the right one. */
export async function reachedPeople({ tx }: Asking, { left, right, identifiers }: Two): Promise<Uint32Array> {
  const found: number[] = [];
  for (const kind of identifiers) {
    const values = newValues();
    const text = `select a.shard, string_agg(int4send(a.person), ''::bytea) as packed
      from ${TOKENS} a join ${TOKENS} b using (shard, token)
      where ${isAmong(values, "a", { party: left, rows: { kind } })}
        and ${isAmong(values, "b", { party: right, rows: { kind } })} group by a.shard`;
    const packing = { text, values: values.all(), most: left.version.manifest.rows };
    for (const row of await packedWords(tx, packing)) found.push(row);
  }
  return Uint32Array.from(found);
}

/** Words that a statement packed, shard by shard in any order. */
export async function packedWords(tx: Statements, packing: Packing): Promise<Uint32Array> {
  const parts: Buffer[] = [];
  await eachPacked(tx, packing, (packed) => void parts.push(packed));
  return wordsOf(Buffer.concat(parts));
}

type Packing = {
  readonly text: string;
  readonly values: readonly Uint8Array[];
  /** At most so many people are packed, about. */
  readonly most: number;
};

/** Hands over what each shard packed, as the database sends it. Memory: some shards at a time. */
export async function eachPacked(
  tx: Statements,
  { text, values, most }: Packing,
  take: (packed: Buffer) => void,
): Promise<void> {
  const rows = tx.unsafe<{ packed: Buffer }[]>(text, [...values]);
  if (most > FEW_PEOPLE)
    for await (const some of rows.cursor(SHARDS_AT_ONCE)) for (const { packed } of some) take(packed);
  else for (const { packed } of await rows) take(packed);
}

function wordsOf(bytes: Buffer): Uint32Array {
  const words = new Uint32Array(bytes.length >>> 2);
  for (let at = 0; at < words.length; at++) words[at] = bytes.readUInt32BE(at * 4);
  return words;
}
