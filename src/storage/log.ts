// The audit log's rows: entries, hashes of the tree and the head. What they mean is `domain/audit`'s business; here is
// made sure that an entry follows the last one and that nothing written is written again.

import { concatBytes, toHex } from "../domain/bytes.ts";
import type { UnixMillis } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { KeptHandOver } from "../ports/key-ring.ts";
import type { LogNews } from "../ports/log-store.ts";
import type { EntryRow, LogHead, LogNode, PublishedRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { NUMBER_ARRAY, TEXT_ARRAY } from "./arrays.ts";
import type { Statements } from "./pool.ts";

const HASH_BYTES = 32;

type Addition = Parameters<Transaction["log"]["append"]>[0];

export function log(tx: Statements): Transaction["log"] {
  return {
    head: () => head(tx),
    size: () => size(tx),
    append: async (addition) => {
      const { head: next } = addition;
      const published = next.published === next.size ? [publish(tx, next)] : [];
      await Promise.all([append(tx, addition), ...published]);
    },
    entries: async (from, limit) => [
      ...(await tx<EntryRow[]>`
        select index, entry from concordat.log_entry where index >= ${from} order by index limit ${limit}`),
    ],
    entriesBefore: async (before, limit) => [
      ...(await tx<EntryRow[]>`
        select index, entry from concordat.log_entry where index < ${before} order by index desc limit ${limit}`),
    ],
    // Canonical JSON has the act first.
    last: async (act) => {
      const [row] = await tx<EntryRow[]>`
        select index, entry from concordat.log_entry where starts_with(entry, ${`{"act":"${act}",`})
        order by index desc limit 1`;
      return row ?? null;
    },
    nodes: (places) => nodes(tx, places),
    appendedAt: async (index) => {
      const [row] = await tx<{ at: UnixMillis }[]>`
        select concordat.millis(appended_at) as at from concordat.log_entry where index = ${index}`;
      return row?.at ?? null;
    },
    handOver: async ({ entry, signer, note }) => {
      await tx`insert into concordat.log_hand_over (entry, signer, note) values (${entry}, ${signer}, ${note})`;
    },
    handOvers: async () => {
      return tx<KeptHandOver[]>`
        select note,
          coalesce((select checkpoint from concordat.log_checkpoint where size = entry + 1), '') as checkpoint
        from concordat.log_hand_over order by entry`;
    },
    publish: (published) => publish(tx, published),
    published: async (size) => {
      const [row] = await tx<PublishedRow[]>`
        select size, checkpoint, concordat.millis(published_at) as "publishedAt"
        from concordat.log_checkpoint where size >= ${size} order by size limit 1`;
      return row ?? null;
    },
  };
}

async function head(tx: Statements): Promise<LogHead> {
  const [row] = await tx<(Omit<LogHead, "frontier"> & { frontier: Uint8Array })[]>`
    select size, frontier, checkpoint,
      (select coalesce(max(size), 0) from concordat.log_checkpoint) as published,
      (select signer from concordat.log_hand_over order by entry desc limit 1) as signer
    from concordat.log_head`;
  if (row === undefined) throw new Error("the log has no head for a transaction that acts for nobody");
  return { ...row, frontier: unpacked(row.frontier) };
}

async function size(tx: Statements): Promise<number> {
  const [row] = await tx<Pick<LogHead, "size">[]>`select size from concordat.log_head`;
  if (row === undefined) throw new Error("the log has no head for a transaction that acts for nobody");
  return row.size;
}

/**
 * What the log has for parties since it had `from` entries, as one statement by itself. Entries are looked up by
 * their indexes: with a lower bound alone Postgres 18 went through all entries of a party instead, which took 8 ms of
 * 200,000, where this takes 0.1 to 0.2.
 */
export async function logSince(sql: Statements, parties: readonly PartnerId[], from: number): Promise<DatedNews> {
  const [news] = await sql<DatedNews[]>`
    select size, is_ours as "isOurs", at as now from concordat.log_since(
      ${sql.array([...parties], TEXT_ARRAY)}, ${from}::int8, ${LIMITS.entriesLookedThrough}::int8)`;
  if (news === undefined) throw new Error("the log tells nothing of itself");
  return news;
}

type DatedNews = LogNews & { readonly now: UnixMillis };

async function publish(tx: Statements, { size, checkpoint }: LogHead): Promise<void> {
  await tx`insert into concordat.log_checkpoint (size, checkpoint) values (${size}, ${checkpoint})`;
}

// One statement: what is written follows from the head that moved, so where it does not move nothing is.
async function append(tx: Statements, { entry, parties, nodes, head }: Addition): Promise<void> {
  const hashes = nodes.map(({ level, index, hash }) => ({ level, index, hash: toHex(hash) }));
  const { count } = await tx`
    with moved as (
      update concordat.log_head
      set size = ${head.size}, frontier = ${concatBytes(...head.frontier)}, checkpoint = ${head.checkpoint}
      where size = ${entry.index} returning size),
    written as (
      insert into concordat.log_entry (index, entry, parties)
      select ${entry.index}, ${entry.entry}, ${tx.array([...parties], TEXT_ARRAY)} from moved),
    hashed as (
      insert into concordat.log_node (level, index, hash)
      select level, index, decode(hash, 'hex')
      from moved, json_to_recordset(${JSON.stringify(hashes)}::text::json) as (level int, index int8, hash text))
    select from moved`;
  if (count !== 1 || head.size !== entry.index + 1) throw new Error("an entry does not follow the last one of the log");
}

async function nodes(
  tx: Statements,
  places: readonly { readonly level: number; readonly index: number }[],
): Promise<readonly LogNode[]> {
  const levels = tx.array(
    places.map((place) => place.level),
    NUMBER_ARRAY,
  );
  const indexes = tx.array(
    places.map((place) => place.index),
    NUMBER_ARRAY,
  );
  const rows = await tx<LogNode[]>`
    select level, index, hash from unnest(${levels}::int[], ${indexes}::int8[])
      with ordinality as asked (level, index, place)
    join concordat.log_node using (level, index) order by place`;
  return rows.map((row) => ({ ...row, hash: new Uint8Array(row.hash) }));
}

function unpacked(frontier: Uint8Array): Uint8Array[] {
  const hashes: Uint8Array[] = [];
  for (let at = 0; at < frontier.length; at += HASH_BYTES) hashes.push(new Uint8Array(frontier.subarray(at, at + 32)));
  return hashes;
}
