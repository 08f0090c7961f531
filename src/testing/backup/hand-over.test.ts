// A room whose log was handed over to another key is put back: from a backup made since, it goes on; from one made
// before, it is as far behind as its key ring can tell, and whoever it erased since does not come back.

import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openCheckpoint } from "../../client/verify.ts";
import { OPERATOR } from "../../domain/partner/manifest.ts";
import { type BackedUp, backUp } from "../../safekeeping/back-up.ts";
import { restoreRoom, type Wanted } from "../../safekeeping/restore.ts";
import { bringList, type Keys, mustCall, populate } from "../faults/small-world.ts";
import { needed, type OpenRoom, type Place, places, roomKeyOf } from "./places.ts";

const opened = places("own");
let first: Place;
let room: OpenRoom;
let keys: Keys;
let early: BackedUp;
let late: BackedUp;
let note: string;

beforeAll(async () => {
  first = await opened.open();
  room = await opened.start(first);
  keys = await populate(room.publicOrigin, room.operatorKey);
  await bringList(room.publicOrigin, keys["boreal-boats"], { from: 0, until: 20 });
  note = await headOf(room);
  early = needed(await backUp(first.config, join(first.folder, "early.backup")));
  await copyFile(inRoom(first, "key-ring.json"), join(first.folder, "key-ring.json"));
  const handing = { method: "POST", path: "/v1/room/log-key", key: room.operatorKey, json: {} };
  await mustCall(room.publicOrigin, handing);
  late = needed(await backUp(first.config, join(first.folder, "late.backup")));
});
afterAll(() => opened.closeAll());

test("from a backup made since: checkpoints kept from before count, and the log goes on", async () => {
  const place = await opened.open(first);
  // A key ring kept from before the hand-over opens it as well: the database tells of the hand-over.
  await copyFile(join(first.folder, "key-ring.json"), inRoom(place, "key-ring.json"));
  const kept = { file: late.path, memory: null, witnessed: [{ from: "kept", note }] };
  const restored = needed(await restoreRoom(place.config, kept));
  const { size } = needed(openCheckpoint(note, roomKeyOf(room)));
  expect(restored).toMatchObject({ readOnly: null, compared: size });
  const other = await opened.start(place);
  expect(other.warnings.join()).not.toContain("read-only");
  const { name } = roomKeyOf(room);
  expect(needed(openCheckpoint(await headOf(other), roomKeyOf(room)))).toMatchObject({ origin: name });
  expect(JSON.parse(await readFile(inRoom(place, "key-ring.json"), "utf8")).handOvers).toHaveLength(1);
  await other.stop();
});

test("from a backup made before: it is read-only, by the key ring alone", async () => {
  const { place, restored } = await putBack({ file: early.path, memory: null, witnessed: [{ from: "kept", note }] });
  expect(restored).toMatchObject({ ok: true, value: { readOnly: expect.stringMatching(/its key has signed one of/) } });
  await rm(inRoom(place, "log-memory.json"));
  const other = await opened.start(place);
  expect(other.warnings.join()).toContain("its key has signed one of");
  expect(needed(openCheckpoint(await headOf(other), roomKeyOf(room)))).toMatchObject({ size: early.entries });
  await other.stop();
});

test("and with whom it erased since erased again, but refused where nothing tells of the hand-over", async () => {
  const place = await opened.open(first);
  await copyFile(join(first.folder, "key-ring.json"), inRoom(place, "key-ring.json"));
  expect(await restoreRoom(place.config, { file: early.path, memory: null, witnessed: [] })).toMatchObject({
    ok: false,
    error: [expect.stringMatching(/were handed the log after this backup was made/)],
  });
  const json = {
    identifiers: [{ kind: "email", hash: createHash("sha256").update("person3@faults.example").digest("hex") }],
  };
  const erasing = { method: "POST", path: "/v1/subjects/erasures", key: keys["boreal-boats"], json };
  await mustCall(room.publicOrigin, erasing);
  const memory = join(first.folder, "copies");
  await mkdir(memory);
  for (const name of ["log-memory.json", "erasure-memory.jsonl"])
    await copyFile(inRoom(first, name), join(memory, name));
  const { restored } = await putBack({ file: early.path, memory, witnessed: [] });
  expect(restored).toMatchObject({
    ok: true,
    value: { replayed: { erasures: 1 }, readOnly: expect.stringMatching(/its key has signed one of/) },
  });
});

async function putBack(wanted: Wanted) {
  const place = await opened.open(first);
  return { place, restored: await restoreRoom(place.config, wanted) };
}

function inRoom({ config }: Place, name: string): string {
  return join(config.dataDirectory, name);
}

async function headOf({ ports }: OpenRoom): Promise<string> {
  return ports.store.read({ name: "look", parties: [OPERATOR] }, async (tx) => (await tx.log.head()).checkpoint);
}
