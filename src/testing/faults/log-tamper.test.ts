import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appendEntry } from "../../app/append-entry.ts";
import type { Room } from "../../app/ports.ts";
import { logPieces, proveConsistency } from "../../app/read-log.ts";
import { generateSigningKey } from "../../crypto/jwk.ts";
import {
  parseVerifierKey,
  rawPublicKey,
  signNote,
  type VerifierKey,
  verifierKey,
  verifyNote,
} from "../../crypto/signed-note.ts";
import { type Checkpoint, formatCheckpoint, parseCheckpoint } from "../../domain/audit/checkpoint.ts";
import { verifyExport } from "../../domain/audit/export-file.ts";
import { append, EMPTY_FRONTIER, leafHash, rootOf, type TreeNode } from "../../domain/audit/merkle.ts";
import { verifyConsistency } from "../../domain/audit/proof.ts";
import { concatBytes, utf8 } from "../../domain/bytes.ts";
import { OPERATOR, type PartnerId, partnerIdSchema } from "../../domain/partner/manifest.ts";
import { err, type Result } from "../../domain/result.ts";
import type { Store } from "../../ports/store.ts";
import { TEXT_ARRAY } from "../../storage/arrays.ts";
import { migrate } from "../../storage/migrate.ts";
import { MIGRATIONS, postgresStore } from "../../storage/store.ts";
import { transaction } from "../../storage/transaction.ts";
import { type TestDatabase, testDatabase } from "../database.ts";
import { memoryKeyRing } from "../memory-key-ring.ts";
import { seededRandom } from "../seeded-random.ts";

// Not a power of two, so that every stored node is part of some proof.
const ENTRIES = 45;
const KNOWN = 30;
// T-40 asks for 1,000: CONCORDAT_TEST_TAMPERS=1000.
const TAMPERS = Number(process.env["CONCORDAT_TEST_TAMPERS"] ?? 200);

/** Everything that the owner of the database finds of the log, and may change. */
type Rows = {
  readonly entries: readonly string[];
  readonly nodes: readonly TreeNode[];
  readonly frontier: readonly Uint8Array[];
  readonly size: number;
  readonly checkpoint: string;
};

const { key } = generateSigningKey();
const origin = `concordat/${key.publicKey.thumbprint}`;
const room: Room = {
  origin,
  logKeys: {
    known: () => openedKey(),
    signer: () => key,
    next: async () => err("there is none"),
    refresh: async () => undefined,
    follow: async () => {},
  },
  publishing: { seconds: 60, entries: 1_000 },
  keyRing: memoryKeyRing(),
};
const random = (count: number) => randomBytes(count);
const caller = { partner: OPERATOR, thumbprint: key.publicKey.thumbprint };

describe("with an earlier checkpoint in hand, an auditor sees what the database's owner does to the log", () => {
  let database: TestDatabase;
  let store: Store;
  let whole: Rows;
  /** The signed checkpoint of every size. */
  const checkpoints: string[] = [""];

  beforeAll(async () => {
    database = await testDatabase();
    const ran = await migrate(database.owner, { folder: MIGRATIONS, appRole: database.appRole });
    if (!ran.ok) throw new Error(ran.error);
    store = postgresStore(database.room);
    await store.write({ name: "operator", parties: [OPERATOR] }, (tx) => tx.partners.add(OPERATOR, null));
    for (let index = 0; index < ENTRIES; index++) checkpoints.push(await appendOne(index));
    whole = await readRows();
  });
  afterAll(() => database.close());

  const asOwner = { name: "as owner", parties: [OPERATOR], access: "read write" } as const;

  function appendOne(count: number): Promise<string> {
    return store.write({ name: "append", parties: [OPERATOR] }, async (tx) => {
      const parties = [tenantOf(count), OPERATOR];
      const happening = { actor: caller, parties, subject: { partner: tenantOf(count) }, detail: { count } };
      return (await appendEntry({ random, room }, tx, { act: "policy-put", ...happening })).checkpoint;
    });
  }

  async function readRows(): Promise<Rows> {
    return transaction(database.owner, asOwner, async (tx) => {
      const entries = await tx<{ entry: string }[]>`select entry from concordat.log_entry order by index`;
      const nodes = await tx<TreeNode[]>`select level, index, hash from concordat.log_node order by level, index`;
      const [head] = await tx<{ size: number; frontier: Uint8Array; checkpoint: string }[]>`
        select size, frontier, checkpoint from concordat.log_head`;
      if (head === undefined) throw new Error("the log has no head");
      const frontier = Array.from({ length: head.frontier.length / 32 }, (_, place) =>
        head.frontier.subarray(place * 32, place * 32 + 32),
      );
      return { entries: entries.map(({ entry }) => entry), nodes: [...nodes], ...head, frontier };
    });
  }

  async function writeRows(rows: Rows): Promise<void> {
    await transaction(database.owner, asOwner, async (tx) => {
      await tx.unsafe("set local synchronous_commit = off");
      await tx.unsafe("delete from concordat.log_entry; delete from concordat.log_node");
      const entries = tx.array([...rows.entries], TEXT_ARRAY);
      await tx`
        insert into concordat.log_entry (index, entry, parties)
        select place - 1, entry, array['operator']
        from unnest(${entries}::text[]) with ordinality as one (entry, place)`;
      const hashes = rows.nodes.map(
        ({ level, index, hash }) => `(${level}, ${index}, '\\x${Buffer.from(hash).toString("hex")}')`,
      );
      await tx.unsafe(`insert into concordat.log_node (level, index, hash) values ${hashes.join()}`);
      await tx`
        update concordat.log_head
        set size = ${rows.size}, frontier = ${concatBytes(...rows.frontier)}, checkpoint = ${rows.checkpoint}`;
    });
  }

  async function exportedText(earlier: Checkpoint): Promise<string | null> {
    try {
      const pieces = await logPieces({ store }, { caller, earlier });
      if (!pieces.ok) return null;
      let text = "";
      for await (const piece of pieces.value) text += piece;
      return text;
    } catch (error) {
      // The tree lacks a node that a proof needs.
      if (error instanceof RangeError) return null;
      throw error;
    }
  }

  /** What the audit objects to; null when it finds nothing. */
  async function objection(earlier: Checkpoint): Promise<string | null> {
    const text = await exportedText(earlier);
    if (text === null) return "no export can be made";
    const exported = verifyExport(text, { openCheckpoint, earlier });
    if (!exported.ok) return exported.error.kind;
    const { size, root, entries } = exported.value;
    if (entries.length !== size) return "an entry is missing";
    const proof = await proveConsistency({ store }, { caller, first: earlier.size, second: size });
    if (!proof.ok) return "no proof can be made";
    const claim = { first: earlier.size, second: size, firstRoot: earlier.root, secondRoot: root };
    return verifyConsistency({ ...claim, proof: proof.value }) ? null : "the proof does not hold";
  }

  function known(size: number): Checkpoint {
    const checkpoint = openCheckpoint(checkpoints[size] ?? "");
    if (!checkpoint.ok) throw new Error(checkpoint.error);
    return checkpoint.value;
  }

  test("and objects to nothing while nobody touched it, from whichever checkpoint on", async () => {
    for (let size = 0; size <= ENTRIES; size++) {
      if (size > 0) expect(await objection(known(size))).toBeNull();
    }
    await writeRows(whole);
    expect(await readRows()).toEqual(whole);
    expect(await objection(known(KNOWN))).toBeNull();
  });

  test(
    `${TAMPERS} times out of ${TAMPERS}`,
    async () => {
      const seed = process.env["CONCORDAT_TEST_SEED"] ?? randomBytes(8).toString("hex");
      console.log(`log tampering: seed ${seed} (CONCORDAT_TEST_SEED)`);
      const bytes = seededRandom(seed);
      const below: Numbers = (bound) => Buffer.from(bytes(4)).readUInt32LE() % bound;
      const tally = new Map<string, number>();
      const ways = Object.entries(TAMPERINGS);
      for (let turn = 0; turn < TAMPERS; turn++) {
        const [name, tamper] = ways[turn % ways.length] ?? [];
        if (name === undefined || tamper === undefined) throw new Error("no way to tamper");
        await writeRows(tamper(whole, { below, checkpoints }));
        // A damaged frontier shows when the log next grows from it.
        if (name === "replaces a hash of the frontier") await appendOne(turn);
        const objected = await objection(known(KNOWN));
        expect(objected, `${name}, turn ${turn}`).not.toBeNull();
        const told = `${name}: ${objected}`;
        tally.set(told, (tally.get(told) ?? 0) + 1);
      }
      await writeRows(whole);
      expect(await objection(known(KNOWN))).toBeNull();
      console.log(
        [...tally]
          .map(([told, times]) => `${times} × ${told}`)
          .sort()
          .join("\n"),
      );
    },
    300_000 + TAMPERS * 1_000,
  );
});

type Numbers = (below: number) => number;
type Means = { readonly below: Numbers; readonly checkpoints: readonly string[] };
type Tampering = (rows: Rows, means: Means) => Rows;

/** What an owner may do; `as the room` means that the log's key was stolen too, and all is hashed and signed anew. */
const TAMPERINGS: Readonly<Record<string, Tampering>> = {
  "flips a byte of an entry": (rows, { below }) => ({ ...rows, entries: flipped(rows.entries, below, ENTRIES) }),
  "flips a byte and hashes the tree anew": (rows, { below }) => {
    const { entries, nodes, frontier } = rebuilt(flipped(rows.entries, below, ENTRIES));
    return { ...rows, entries, nodes, frontier };
  },
  "changes a time as the room": (rows, { below }) => {
    const index = below(KNOWN);
    const year = /"at":"\d{4}/;
    return rebuilt(rows.entries.map((entry, at) => (at === index ? entry.replace(year, '"at":"2001') : entry)));
  },
  "deletes the last entry": (rows) => ({ ...rows, entries: rows.entries.slice(0, -1) }),
  "takes the log back to an earlier checkpoint": (rows, { below, checkpoints }) => {
    const size = 1 + below(KNOWN - 1);
    return { ...rebuilt(rows.entries.slice(0, size)), checkpoint: checkpoints[size] ?? "" };
  },
  "deletes an entry as the room": (rows, { below }) => {
    const index = below(KNOWN);
    return rebuilt(renumbered(rows.entries.filter((_, at) => at !== index)));
  },
  "inserts an entry": (rows, { below }) => {
    const entries = inserted(rows.entries, below);
    const { nodes, frontier, size } = rebuilt(entries);
    return { ...rows, entries, nodes, frontier, size };
  },
  "inserts an entry as the room": (rows, { below }) => rebuilt(inserted(rows.entries, below)),
  "renumbers an entry": (rows, { below }) => ({ ...rows, entries: misnumbered(rows.entries, below) }),
  "renumbers an entry as the room": (rows, { below }) => rebuilt(misnumbered(rows.entries, below)),
  "rewrites the tail": (rows, { below }) => ({ ...rows, entries: retold(rows.entries, below) }),
  "rewrites the tail as the room, and goes on": (rows, { below }) => {
    const entries = retold(rows.entries, below);
    return rebuilt(renumbered([...entries, ...entries.slice(-1 - below(9))]));
  },
  "gives an entry to another partner": (rows, { below }) => ({ ...rows, entries: given(rows.entries, below) }),
  "gives an entry to another partner as the room": (rows, { below }) => rebuilt(given(rows.entries, below)),
  "swaps two entries": (rows, { below }) => ({ ...rows, entries: swapped(rows.entries, below) }),
  "swaps two entries as the room": (rows, { below }) => rebuilt(renumbered(swapped(rows.entries, below))),
  "replaces the hash of a node": (rows, { below }) => {
    const place = below(rows.nodes.length);
    const nodes = rows.nodes.map((node, at) => (at === place ? { ...node, hash: random(32) } : node));
    return { ...rows, nodes };
  },
  "replaces a hash of the frontier": (rows, { below }) => {
    const place = below(rows.frontier.length);
    return { ...rows, frontier: rows.frontier.map((hash, at) => (at === place ? random(32) : hash)) };
  },
};

/** One character of one entry becomes another: a digit another digit, a letter another letter. */
function flipped(entries: readonly string[], below: Numbers, bound: number): string[] {
  const index = below(bound);
  return entries.map((entry, at) => {
    if (at !== index) return entry;
    const place = below(entry.length);
    const other = String.fromCharCode(entry.charCodeAt(place) ^ 1);
    return entry.slice(0, place) + other + entry.slice(place + 1);
  });
}

function inserted(entries: readonly string[], below: Numbers): string[] {
  const index = below(KNOWN);
  const fresh = (entries[index] ?? "").replace(/"count":\d+/, '"count":4711');
  return renumbered([...entries.slice(0, index), fresh, ...entries.slice(index)]);
}

function swapped(entries: readonly string[], below: Numbers): string[] {
  const first = below(KNOWN - 1);
  const second = first + 1 + below(KNOWN - 1 - first);
  const [one = "", other = ""] = [entries[first], entries[second]];
  return entries.map((entry, at) => (at === first ? other : at === second ? one : entry));
}

/** One entry has another number than its place. */
function misnumbered(entries: readonly string[], below: Numbers): string[] {
  const place = below(KNOWN);
  const other = (place + 1 + below(KNOWN - 1)) % KNOWN;
  return entries.map((entry, at) => (at === place ? entry.replace(/"index":\d+/, `"index":${other}`) : entry));
}

/** From some place on, which the auditor's checkpoint covers, every entry tells something else. */
function retold(entries: readonly string[], below: Numbers): string[] {
  const from = below(KNOWN);
  return entries.map((entry, at) => (at < from ? entry : entry.replace(/"count":\d+/, `"count":${at + 1_000}`)));
}

/** One entry concerns another partner than it did. */
function given(entries: readonly string[], below: Numbers): string[] {
  const place = below(KNOWN);
  const [from, to] = [tenantOf(place), tenantOf(place + 1)];
  return entries.map((entry, at) => (at === place ? entry.replaceAll(`"${from}"`, `"${to}"`) : entry));
}

function tenantOf(count: number): PartnerId {
  return partnerIdSchema.parse(count % 2 === 0 ? "alba-travel" : "boreal-boats");
}

function renumbered(entries: readonly string[]): string[] {
  return entries.map((entry, index) => entry.replace(/"index":\d+/, `"index":${index}`));
}

/** A log of these entries that is right in itself, signed by the room's key. */
function rebuilt(entries: readonly string[]): Rows {
  let frontier = EMPTY_FRONTIER;
  const nodes: TreeNode[] = [];
  for (const entry of entries) {
    const grown = append(frontier, leafHash(utf8(entry)));
    frontier = grown.frontier;
    nodes.push(...grown.nodes);
  }
  const size = entries.length;
  const checkpoint = signNote(formatCheckpoint({ origin, size, root: rootOf(frontier) }), [{ name: origin, key }]);
  return { entries, nodes, frontier: frontier.hashes, size, checkpoint };
}

function openedKey(): VerifierKey {
  const verifier = parseVerifierKey(verifierKey(origin, rawPublicKey(key.publicKey)));
  if (!verifier.ok) throw new Error("the room's key does not read");
  return verifier.value;
}

function openCheckpoint(note: string): Result<Checkpoint, string> {
  const verified = verifyNote(utf8(note), [openedKey()]);
  return verified.ok ? parseCheckpoint(verified.value.text) : err(verified.error);
}
