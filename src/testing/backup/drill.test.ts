// The drill: a room is backed up while partners ask and upload, put back elsewhere, and is the same room; an older
// backup is put back, and neither erased people nor spent budgets come back with it. Once with databases of the rooms'
// own, once with given ones (`CONCORDAT_TEST_DATABASE_URL`, or the embedded server through an address).

import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { publishRound } from "../../app/publish-checkpoint.ts";
import { unwrapDataKey } from "../../app/receive-part.ts";
import { openCheckpoint, verifyAuditExport } from "../../client/verify.ts";
import { verifyReceipt } from "../../client/verify-receipt.ts";
import { toBase64Url } from "../../domain/bytes.ts";
import { datasetRef } from "../../domain/dataset/schema.ts";
import { OPERATOR, partnerIdSchema } from "../../domain/partner/manifest.ts";
import { type BackedUp, backUp } from "../../safekeeping/back-up.ts";
import { type Restored, restoreRoom, type Wanted } from "../../safekeeping/restore.ts";
import { busyRoom } from "../faults/busy-room.ts";
import {
  agree,
  audienceQuestion,
  bringList,
  type Keys,
  LIST_SCHEMA,
  mustCall,
  overlapQuestion,
  populate,
} from "../faults/small-world.ts";
import { type Answer, signedCall } from "../signed-call.ts";
import { needed, type OpenRoom, type Place, places, roomKeyOf } from "./places.ts";

const [alba, boreal] = ["alba-travel", "boreal-boats"] as const;
const BOREAL = partnerIdSchema.parse(boreal);
const CUSTOMERS = datasetRef(BOREAL, "customers");
const PERSON = 250;

describe.each(["own", "given"] as const)("a room with its %s database", (kind) => {
  const opened = places(kind);
  let first: Place;
  let room: OpenRoom;
  let keys: Keys;
  let contract: string;
  let backup: BackedUp;
  let release: string;
  let note: string;

  beforeAll(async () => {
    first = await opened.open();
    room = await opened.start(first);
    keys = await populate(room.publicOrigin, room.operatorKey);
    await bringList(room.publicOrigin, keys[alba], { from: 0, until: 300 });
    await bringList(room.publicOrigin, keys[boreal], { from: 100, until: 400 });
    contract = await agree(room.publicOrigin, keys, "drill");
    release = (await ask(room, overlap(2))).text;
    note = await headOf(room);
  });
  afterAll(() => opened.closeAll());

  test("is backed up while partners ask and upload, none of whom is refused for it", async () => {
    let drawn = 1;
    const random = (below: number) => {
      drawn = (drawn * 48_271) % 2_147_483_647;
      return drawn % below;
    };
    const busy = busyRoom({ origin: room.publicOrigin, server: () => room.publicOrigin, keys, contract, random });
    busy.resume();
    await busy.next("commit");
    backup = needed(await backUp(first.config, join(first.folder, "busy.backup")));
    await busy.next("overlap");
    await busy.end();
    expect(busy.sent.filter(({ answer }) => answer === null || answer.status >= 500)).toEqual([]);
    expect((await readdir(first.folder)).sort()).toEqual(["busy.backup", "room"]);
    expect(await entriesOf(room, "backup-made")).toMatchObject([
      {
        parties: [OPERATOR],
        subject: { backup: backup.name },
        detail: { backupDigest: backup.digest, entries: backup.entries, files: backup.files },
      },
    ]);
  });

  test("is the same room elsewhere: figures, ledger, receipts, lists and log, which goes on from there", async () => {
    const { place, restored } = await putBack({ file: backup.path, memory: null, witnessed: [from("kept", note)] });
    expect(restored).toMatchObject({ readOnly: null, entries: backup.entries, rows: backup.rows, files: backup.files });
    const other = await opened.start(place);
    const [theirs, ours] = [await logOf(other), await logOf(room)];
    expect(theirs.slice(0, backup.entries)).toEqual(ours.slice(0, backup.entries));
    const added = theirs.slice(backup.entries).map((text) => JSON.parse(text));
    expect(added.map(({ act }) => act)).toEqual(["room-restored", "room-started"]);
    expect(added[0].parties).toEqual([alba, boreal, "corvo-bank", OPERATOR]);
    const path = `/v1/releases/${JSON.parse(release).id}`;
    const kept = await mustCall(other.publicOrigin, { method: "GET", path, key: keys[alba] });
    expect(kept.text).toBe(release);
    expect(verifyReceipt(kept.text, roomKeyOf(other))).toMatchObject({ ok: true });
    const debits = await debitsOf(other);
    expect(debits.length).toBeGreaterThan(1);
    expect(debits).toEqual((await debitsOf(room)).slice(0, debits.length));
    const audience = await ask(other, audienceQuestion(contract, [alba, boreal], 900));
    const rows = { method: "GET", path: `/v1/releases/${audience.body["id"]}/rows`, key: keys[alba] };
    expect((await mustCall(other.publicOrigin, rows)).text.split("\n").length).toBeGreaterThan(10);
    const earlier = needed(openCheckpoint(note, roomKeyOf(other)));
    const since = `size=${earlier.size}&root=${toBase64Url(earlier.root)}`;
    const exporting = { method: "GET", path: `/v1/audit/export?${since}`, key: other.operatorKey };
    const log = await mustCall(other.publicOrigin, exporting);
    expect(verifyAuditExport(log.text, roomKeyOf(other), earlier)).toMatchObject({ ok: true });
    await other.stop();
  });

  // What is found to be missing does not rest on whose database it is: one of the two ways for each.
  if (kind === "own")
    test("that is put back from an older backup keeps erased people erased and spent budgets spent", async () => {
      const memory = first.config.dataDirectory;
      const early = needed(await backUp(first.config, join(first.folder, "early.backup")));
      const held = await peopleOf(room);
      await erase(room, PERSON);
      await ask(room, overlap(901));
      await publishRound(room.ports);
      const { place, restored } = await putBack({ file: early.path, memory, witnessed: [] });
      expect(restored).toMatchObject({ replayed: { erasures: 1 }, entries: early.entries });
      expect(restored.readOnly).toMatch(/read-only: its log has \d+ entries, and its key has signed one of \d+\./);
      expect(restored.readOnly).toMatch(/the last 3 entries stood for, answers and what they spent among it/);
      const other = await opened.start(place);
      expect(other.warnings.join()).toContain(restored.readOnly);
      expect(await peopleOf(other)).toEqual(await peopleOf(room));
      expect(await peopleOf(other)).not.toEqual(held);
      expect(await holdersIn(other, PERSON)).toBe(0);
      expect(await holdersIn(other, PERSON + 1)).toBe(1);
      const size = (await logOf(other)).length;
      const refused = await signedCall(other.publicOrigin, asking(overlap(902)));
      expect(refused).toMatchObject({ status: 503, body: { type: "/problems/log-behind" } });
      expect(await (await fetch(`${other.publicOrigin}/readyz`)).text()).toContain("its key has signed one of");
      expect((await logOf(other)).length).toBe(size);
      expect(size).toBe(early.entries);
      await other.stop();
    });

  if (kind === "given")
    test("is read-only as well where all that is left is the memory of an erasure", async () => {
      const early = needed(await backUp(first.config, join(first.folder, "last.backup")));
      await erase(room, PERSON + 1);
      const memory = join(first.folder, "copies");
      await copyMemories(first.config.dataDirectory, memory);
      const { restored } = await putBack({ file: early.path, memory, witnessed: [] });
      expect(restored.readOnly).toMatch(/its key has signed one of/);
      expect(restored.replayed).toMatchObject({ erasures: 1 });
    });

  async function putBack(wanted: Wanted): Promise<{ readonly place: Place; readonly restored: Restored }> {
    const place = await opened.open(first);
    return { place, restored: needed(await restoreRoom(place.config, wanted)) };
  }

  const overlap = (number: number) => overlapQuestion(contract, [alba, boreal], number);
  const asking = (json: unknown) => ({ method: "POST", path: "/v1/questions", key: keys[alba], json });
  const ask = (asked: OpenRoom, json: unknown): Promise<Answer> => mustCall(asked.publicOrigin, asking(json));

  function erase(asked: OpenRoom, person: number): Promise<Answer> {
    const json = { identifiers: [{ kind: "email", hash: digestOf(person) }] };
    return mustCall(asked.publicOrigin, { method: "POST", path: "/v1/subjects/erasures", key: keys[boreal], json });
  }
});

// --- what the tests read ---

const from = (place: string, note: string) => ({ from: place, note });

async function headOf({ ports }: OpenRoom): Promise<string> {
  return ports.store.read({ name: "look", parties: [OPERATOR] }, async (tx) => (await tx.log.head()).checkpoint);
}

/** Every entry of a log, as its text. */
async function logOf({ ports }: OpenRoom): Promise<string[]> {
  const entries = await ports.store.read({ name: "look", parties: [OPERATOR] }, (tx) => tx.log.entries(0, 100_000));
  return entries.map(({ entry }) => entry);
}

async function entriesOf(room: OpenRoom, act: string): Promise<unknown[]> {
  return (await logOf(room)).map((text) => JSON.parse(text)).filter((entry) => entry.act === act);
}

async function debitsOf({ ports }: OpenRoom): Promise<readonly unknown[]> {
  const page = { after: "0", limit: 10_000 };
  return ports.store.read({ name: "look", parties: [BOREAL] }, (tx) => tx.ledger.lines(BOREAL, page));
}

/** People of every version of a list, the newest first. */
async function peopleOf({ ports }: OpenRoom): Promise<readonly number[]> {
  const versions = await ports.store.read({ name: "look", parties: [BOREAL] }, (tx) => tx.versions.list(CUSTOMERS));
  return versions.map(({ people }) => people);
}

/** How many people of the list in force have the address of a person. */
async function holdersIn({ ports }: OpenRoom, person: number): Promise<number> {
  const { segment, dataKey } = await ports.store.read({ name: "look", parties: [BOREAL] }, async (tx) => ({
    segment: (await tx.versions.current(CUSTOMERS))?.segment ?? "",
    dataKey: await unwrapDataKey(tx, ports.room.keyRing, BOREAL),
  }));
  const tokens = ports.matcher.tokensOf([{ name: "email", digest: Buffer.from(digestOf(person), "hex") }]);
  return (await ports.matcher.holders({ segment, dataKey, schema: LIST_SCHEMA }, tokens)).people;
}

function digestOf(person: number): string {
  return createHash("sha256").update(`person${person}@faults.example`).digest("hex");
}

async function copyMemories(source: string, target: string): Promise<void> {
  await mkdir(target);
  for (const name of ["log-memory.json", "erasure-memory.jsonl"]) {
    await copyFile(join(source, name), join(target, name));
  }
}
