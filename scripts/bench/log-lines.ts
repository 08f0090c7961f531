// A log of as many entries as lists have rows: what one more adds to a transaction, what a proof takes, and how long a
// stranger needs to verify all of it from a file. The entries are written in bulk, with the tree that they make.

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { appendEntry } from "../../src/app/append-entry.ts";
import type { Room } from "../../src/app/ports.ts";
import { logPieces, proveInclusion } from "../../src/app/read-log.ts";
import { generateSigningKey } from "../../src/crypto/jwk.ts";
import { parseVerifierKey, rawPublicKey, signNote, verifierKey } from "../../src/crypto/signed-note.ts";
import { formatCheckpoint } from "../../src/domain/audit/checkpoint.ts";
import { encodeEntry } from "../../src/domain/audit/entry.ts";
import {
  append,
  EMPTY_FRONTIER,
  type Frontier,
  leafHash,
  rootOf,
  type TreeNode,
} from "../../src/domain/audit/merkle.ts";
import { concatBytes, toHex, utf8 } from "../../src/domain/bytes.ts";
import { OPERATOR } from "../../src/domain/partner/manifest.ts";
import { err } from "../../src/domain/result.ts";
import type { Store } from "../../src/ports/store.ts";
import { connectDatabase } from "../../src/storage/database.ts";
import { removeEmbedded, startEmbedded } from "../../src/storage/embedded/launcher.ts";
import { migrate } from "../../src/storage/migrate.ts";
import { MIGRATIONS, postgresStore } from "../../src/storage/store.ts";
import { transaction } from "../../src/storage/transaction.ts";
import { memoryKeyRing } from "../../src/testing/memory-key-ring.ts";
import { type Line, line, millis } from "./report.ts";
import { notice } from "./rounds.ts";
import type { Stage } from "./stage.ts";

const BATCH = 10_000;
/** The size that the goals speak of, however many rows lists have. */
const MOST_ENTRIES = 1_000_000;
const ASKED = 1_000;
const MOST_ADDED = 10;
const MOST_PROOF = 50;
const MOST_VERIFICATION = 60_000;

const run = promisify(execFile);
const COMMAND = fileURLToPath(new URL("../concordat.mjs", import.meta.url));

const { key } = generateSigningKey();
const origin = `concordat/${key.publicKey.thumbprint}`;
const room: Room = {
  origin,
  logKeys: {
    known: () => {
      const known = parseVerifierKey(verifierKey(origin, rawPublicKey(key.publicKey)));
      if (!known.ok) throw new Error(known.error);
      return known.value;
    },
    signer: () => key,
    next: async () => err("there is none"),
    refresh: async () => undefined,
    follow: async () => {},
  },
  publishing: { seconds: 60, entries: 1_000 },
  keyRing: memoryKeyRing(),
};
const random = (count: number) => new Uint8Array(randomBytes(count));
const caller = { partner: OPERATOR, thumbprint: key.publicKey.thumbprint };
const act = { name: "bench log", parties: [OPERATOR] };

export async function logLines({ directory, rows }: Stage): Promise<Line[]> {
  const home = join(directory, "log");
  const server = await startEmbedded({ directory: home });
  const database = await connectDatabase({ kind: "embedded", connection: server.connection });
  if (!database.ok) throw new Error(database.error);
  try {
    const { owner, appRole } = database.value;
    const migrated = await migrate(owner, { folder: MIGRATIONS, appRole });
    if (!migrated.ok) throw new Error(migrated.error);
    const store = postgresStore(database.value.room);
    await store.write(act, (tx) => tx.partners.add(OPERATOR, null));
    const entries = Math.ceil(Math.min(rows, MOST_ENTRIES) / BATCH) * BATCH;
    notice(`a log of ${entries} entries ...`);
    await fill(owner, entries);
    notice("entries added to it, and proofs of some ...");
    const added = await addedMillis(store);
    const proof = await proofMillis(store, entries);
    notice("all of it exported, and verified from the file ...");
    const { written, verified } = await verificationMillis(store, { path: join(directory, "log.json"), entries });
    return [
      line("an entry adds to a transaction, p99", millis(added), { goal: { atMost: MOST_ADDED } }),
      line("an inclusion proof, p99", millis(proof), { goal: { atMost: MOST_PROOF } }),
      line("the whole log into a file, with proofs", millis(written)),
      line("the whole log verified from the file", millis(verified), { goal: { atMost: MOST_VERIFICATION } }),
    ];
  } finally {
    await database.value.close();
    await removeEmbedded({ directory: home });
  }
}

type Owner = Parameters<typeof transaction>[0];

async function fill(owner: Owner, entries: number): Promise<void> {
  let frontier: Frontier = EMPTY_FRONTIER;
  for (let start = 0; start < entries; start += BATCH) {
    const made = batch(frontier, start);
    frontier = made.frontier;
    await transaction(owner, { ...act, access: "read write" }, async (tx) => {
      await tx`
        insert into concordat.log_entry (index, entry, parties)
        select ${start}::int8 + place - 1, entry, array['operator'] from
          unnest(string_to_array(${made.entries.join("\n")}, E'\n')) with ordinality as one (entry, place)`;
      await tx`
        insert into concordat.log_node (level, index, hash)
        select level, index, substring(${concatBytes(...made.nodes.map(({ hash }) => hash))}::bytea
          from ((place - 1) * 32 + 1)::int for 32)
        from unnest(string_to_array(${made.nodes.map(({ level }) => level).join()}, ',')::int[],
          string_to_array(${made.nodes.map(({ index }) => index).join()}, ',')::int8[])
          with ordinality as node (level, index, place)`;
    });
  }
  const { size, hashes } = frontier;
  const checkpoint = signNote(formatCheckpoint({ origin, size, root: rootOf(frontier) }), [{ name: origin, key }]);
  await transaction(owner, { ...act, access: "read write" }, async (tx) => {
    await tx`update concordat.log_head
      set size = ${size}, frontier = ${concatBytes(...hashes)}, checkpoint = ${checkpoint}`;
    await tx`insert into concordat.log_checkpoint (size, checkpoint) values (${size}, ${checkpoint})`;
    await tx`analyze concordat.log_entry, concordat.log_node`;
  });
}

function batch(from: Frontier, start: number) {
  const entries: string[] = [];
  const nodes: TreeNode[] = [];
  let frontier = from;
  for (let index = start; index < start + BATCH; index++) {
    const entry = encodeEntry({
      concordat: "entry/1",
      index,
      at: "2026-11-26T08:00:00.000Z",
      act: "policy-put",
      actor: { partner: OPERATOR, key: caller.thumbprint },
      parties: [OPERATOR],
      subject: { partner: OPERATOR, policyDigest: "0".repeat(64) },
      detail: { version: index },
      salt: toHex(random(16)),
    });
    const grown = append(frontier, leafHash(utf8(entry)));
    frontier = grown.frontier;
    nodes.push(...grown.nodes);
    entries.push(entry);
  }
  return { entries, nodes, frontier };
}

// Beside a transaction that writes as much as any act does besides its entry: the 99th percentile over the median.
async function addedMillis(store: Store): Promise<number> {
  const [bare, logged]: [number[], number[]] = [[], []];
  const happening = { actor: caller, parties: [OPERATOR], subject: { partner: OPERATOR }, detail: {} };
  for (let turn = 0; turn < ASKED; turn++) {
    const nonces = [random(16), random(16)].map(toHex);
    bare.push(await timeOf(() => store.write(act, (tx) => tx.nonces.claim(OPERATOR, nonces[0] ?? "", 60))));
    const both = store.write.bind(null, act, async (tx) => {
      await tx.nonces.claim(OPERATOR, nonces[1] ?? "", 60);
      await appendEntry({ random, room }, tx, { act: "policy-put", ...happening });
    });
    logged.push(await timeOf(both));
  }
  return quantile(logged, 0.99) - quantile(bare, 0.5);
}

async function proofMillis(store: Store, size: number): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < ASKED; turn++) {
    const index = Number(randomBytes(4).readUInt32LE() % size);
    times.push(await timeOf(() => proveInclusion({ store }, { caller, index, size })));
  }
  return quantile(times, 0.99);
}

type Whole = { readonly path: string; readonly entries: number };

async function verificationMillis(store: Store, { path, entries }: Whole) {
  const file = openSync(path, "w", 0o600);
  const written = await timeOf(async () => {
    const pieces = await logPieces({ store }, { caller, earlier: null });
    if (!pieces.ok) throw new Error(pieces.error.detail);
    for await (const piece of pieces.value) writeSync(file, piece);
  });
  closeSync(file);
  // In a process of its own, as whoever has the file does it.
  const verify = [
    COMMAND,
    "audit",
    "verify",
    path,
    "--key",
    verifierKey(origin, rawPublicKey(key.publicKey)),
    "--json",
  ];
  const verified = await timeOf(async () => {
    const { stdout } = await run(process.execPath, verify);
    if (!(JSON.parse(stdout).entries >= entries)) throw new Error("entries are missing");
  });
  return { written, verified };
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function quantile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
