// What must hold of a room whatever happened to it, read past the room: from its tables as their owner, and from its
// files. Each check answers in sentences, one for each fact that does not hold.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { dataKeyHolder, dataKeyLabel } from "../../app/add-partner.ts";
import { open as openBox } from "../../crypto/sealed-box.ts";
import { type PartnerId, partnerIdSchema } from "../../domain/partner/manifest.ts";
import { columnarMatcher } from "../../engine/columnar/matcher.ts";
import { startEmbedded } from "../../storage/embedded/launcher.ts";
import { openPool, type Statements } from "../../storage/pool.ts";
import { readRoomKeys } from "../room-keys.ts";
import type { Range } from "./small-world.ts";

/** Reads the tables of a running room as the superuser. */
export async function asOwner<T>(directory: string, work: (sql: Statements) => Promise<T>): Promise<T> {
  const { connection } = await startEmbedded({ directory });
  const pool = openPool(connection, 1);
  try {
    const { sql } = await pool.take();
    return await work(sql);
  } finally {
    await pool.close();
  }
}

/** Faults of ledger, releases, log and versions; none for a room that is whole. */
export async function tableFaults(sql: Statements): Promise<string[]> {
  const faults: string[] = [];
  for (const [says, query] of Object.entries(FAULT_QUERIES)) {
    const rows = await sql.unsafe(query);
    if (rows.length > 0) faults.push(`${says}: ${JSON.stringify(rows.slice(0, 3))}`);
  }
  return faults;
}

/** Files that nothing names, and names without a file. Requires that nothing is being uploaded. */
export async function fileFaults(sql: Statements, directory: string): Promise<string[]> {
  const versions = await sql<{ segment: string }[]>`select segment from concordat.version`;
  const open = await sql<{ id: string }[]>`select id from concordat.upload where state = 'open'`;
  const parts = await sql<{ path: string }[]>`
    select upload || '/' || lpad(number::text, 6, '0') || '.part' as path from concordat.upload_part
    join concordat.upload on upload.id = upload_part.upload and state = 'open'`;
  const segments = await readdir(join(directory, "lists", "segments"));
  const staged = await readdir(join(directory, "lists", "staging"), { recursive: true });
  const named = new Set(versions.map((row) => `${row.segment}.segment`));
  const ids = new Set(open.map((row) => row.id));
  return [
    ...segments.filter((name) => !named.has(name)).map((name) => `no version names the segment ${name}`),
    ...[...named].filter((name) => !segments.includes(name)).map((name) => `the segment ${name} is not there`),
    ...staged
      .filter((name) => !ids.has(name.split("/", 1).join()) || !/^[^/]+(\/\d{6}\.part)?$/.test(name))
      .map((name) => `no open upload names the staged ${name}`),
    ...parts.filter(({ path }) => !staged.includes(path)).map(({ path }) => `the staged part ${path} is not there`),
  ];
}

/** A version as its row tells of it. */
export type SealedList = {
  readonly partner: PartnerId;
  readonly sequence: number;
  readonly id: string;
  readonly segment: string;
  readonly upload: string;
};

/** Every version, by partner and sequence. */
export async function sealedLists(sql: Statements): Promise<readonly SealedList[]> {
  const rows = await sql<(Omit<SealedList, "partner"> & { partner: string })[]>`
    select version.partner, sequence, version.id, segment, upload.id as upload from concordat.version
    left join concordat.upload on upload.version = version.id order by version.partner, sequence`;
  return rows.map((row) => ({ ...row, partner: partnerIdSchema.parse(row.partner) }));
}

/** Opens every list with its partner's key and compares each pair of partners' lists of equal place with the truth. */
export async function contentFaults(
  sql: Statements,
  room: { readonly directory: string; readonly lists: readonly Content[] },
): Promise<string[]> {
  const { directory } = room;
  const { room: roomKey, keyRing } = await readRoomKeys(directory);
  const matcher = columnarMatcher({
    directory: join(directory, "lists"),
    roomKey,
    memoryBytes: 256 * 1_048_576,
  });
  const wrapped = await sql<{ partner: string; number: number; wrapped: Uint8Array }[]>`
    select partner, number, wrapped from concordat.data_key where destroyed_at is null`;
  const dataKeys = new Map(
    wrapped.map((row) => {
      const partner = partnerIdSchema.parse(row.partner);
      const wrapping = keyRing.find(dataKeyHolder(partner, row.number)) ?? new Uint8Array(32);
      const key = openBox(wrapping, new Uint8Array(row.wrapped), dataKeyLabel(partner));
      if (!key.ok) throw new Error(`the data key of ${partner} does not open`);
      return [partner, key.value];
    }),
  );
  const compared = ({ list }: Content) => {
    const dataKey = dataKeys.get(list.partner);
    if (dataKey === undefined) throw new Error(`${list.partner} has no data key`);
    return { segment: list.segment, dataKey, consents: [], where: [] };
  };
  const faults: string[] = [];
  for (const left of room.lists) {
    const right = room.lists.find((one) => one.list.partner !== left.list.partner) ?? left;
    const { sizes, regions } = await matcher.overlap([compared(left), compared(right)], ["email"]);
    const shared = Math.max(
      0,
      Math.min(left.people.until, right.people.until) - Math.max(left.people.from, right.people.from),
    );
    const expected = [left.people.until - left.people.from, shared].join();
    const found = [sizes[0], regions[3]].join();
    if (found !== expected) faults.push(`${left.list.partner} ${left.list.sequence}: ${found} instead of ${expected}`);
  }
  await matcher.end();
  return faults;
}

export type Content = { readonly list: SealedList; readonly people: Range };

const LOGGED_DEBITS = `
  select entry.index, entry.entry::jsonb->'subject'->>'release' as release, debit->>'lineage' as lineage,
    debit->>'recipient' as recipient, (debit->>'nanoRho')::numeric as nano_rho
  from concordat.log_entry entry, jsonb_array_elements(entry.entry::jsonb->'detail'->'debits') debit
  where (debit->>'nanoRho')::numeric > 0`;

/** Each finds what must not be. */
const FAULT_QUERIES = {
  "an account is not the sum of its debits": `
    select account.*, debits.total from concordat.ledger_account account
    full join (select partner, lineage, recipient, sum(nano_rho) as total from concordat.ledger_debit group by 1, 2, 3)
      debits using (partner, lineage, recipient)
    where account.spent is distinct from debits.total`,
  "a debit of the ledger is not that of the log": `
    select * from (${LOGGED_DEBITS}) logged
    full join concordat.ledger_debit debit using (release, lineage, recipient)
    where logged.nano_rho is distinct from debit.nano_rho`,
  "a debit has no release": `
    select debit.* from concordat.ledger_debit debit
    where not exists (select from concordat.release where release.id = debit.release)`,
  "a release has no debit": `
    select release.id from concordat.release
    where not exists (select from concordat.ledger_debit debit where debit.release = release.id)`,
  "a release is not what its entry in the log says": `
    select release.id, entry.entry from concordat.release
    left join concordat.log_entry entry on entry.index = release.entry
    where entry.entry::jsonb->'subject'->>'release' is distinct from release.id`,
  "the log tells of a release that is not there": `
    select entry.index from concordat.log_entry entry
    where entry.entry::jsonb->'detail' ? 'debits' and not exists (
      select from concordat.release where release.entry = entry.index)`,
  "a question has two releases for one recipient": `
    select recipient, question_digest, count(*) from concordat.release group by 1, 2 having count(*) > 1`,
  "the log has a hole or another size than its head": `
    select head.size, found.* from concordat.log_head head,
      (select count(*) as entries, max(index) + 1 as ends from concordat.log_entry) found
    where head.size <> found.entries or head.size <> found.ends`,
  "the versions of a list have a hole": `
    select partner, dataset from concordat.version group by 1, 2 having count(*) <> max(sequence)`,
  "the versions and the committed uploads differ": `
    select version.id, upload.id from concordat.version
    full join (select * from concordat.upload where state = 'committed') upload on upload.version = version.id
    where version.id is null or upload.id is null`,
  "a version is not in the log once": `
    select version.id from concordat.version
    left join concordat.log_entry entry on entry.entry::jsonb->'subject'->>'version' = version.id
    group by 1 having count(entry.index) <> 1`,
  "the debits of an owner have a hole": `
    select partner from concordat.ledger_debit group by 1 having count(*) <> max(number)`,
  "the versions of a policy have a hole": `
    select partner from concordat.policy group by 1 having count(*) <> max(version)`,
} as const;
