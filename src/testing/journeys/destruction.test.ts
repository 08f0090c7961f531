// A partner's data key is destroyed, over real HTTP with a real database: when it leaves, when the operator removes it,
// when its last contract ends. What an old copy of database and files holds of it is unreadable from then on.

import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dataKeyHolder, dataKeyLabel } from "../../app/add-partner.ts";
import { keepHouse } from "../../app/keep-house.ts";
import { objectPeople } from "../../app/object-people.ts";
import type { Ports } from "../../app/ports.ts";
import { verifyAuditExport } from "../../client/verify.ts";
import { open as openBox } from "../../crypto/sealed-box.ts";
import { parseVerifierKey } from "../../crypto/signed-note.ts";
import { columnarMatcher } from "../../engine/columnar/matcher.ts";
import { contractReplySchema } from "../../wire/api/contract.ts";
import { uploadReplySchema, versionListSchema } from "../../wire/api/dataset.ts";
import { enrolmentSchema, partnerListSchema, partnerSchema } from "../../wire/api/partner.ts";
import { noticeListSchema } from "../../wire/api/subject.ts";
import { asOwner } from "../faults/room-facts.ts";
import { readRoomKeys } from "../room-keys.ts";
import { csvOf, emailDigest, people } from "./lists.ts";
import {
  agree,
  ask,
  audienceOf,
  bring,
  call,
  contractJson,
  expectProblem,
  type Member,
  manifestOf,
  openUpload,
  openWorld,
  overlapOf,
  pairOf,
  read,
  sendPart,
  upload,
  WIDE_LIMITS,
  type World,
} from "./world.ts";

let world: World;
let count = 0;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.room.discard());

async function pair() {
  count += 1;
  const names = [`leaving-${count}`, `staying-${count}`] as const;
  return pairOf(world, { names: [...names], lists: [people(0, 300), people(50, 350)] });
}

const folders = (name: string) => readdir(join(world.room.directory, "lists", name));
const remove = (by: Member, member: Member) => call(by, `DELETE /v1/partners/${member.id}`);
const subject = (by: Member, right: string, ...persons: readonly number[]) => {
  const identifiers = persons.map((person) => ({ kind: "email", hash: emailDigest(person) }));
  return call(by, `POST /v1/subjects/${right}`, { json: { identifiers } });
};
const terminate = (by: Member, contract: string) =>
  call(by, `POST /v1/contracts/${contract}/termination`, { json: {} });

async function versionsOf(member: Member) {
  return read(versionListSchema, await call(member, "GET /v1/datasets/customers/versions")).items;
}

/** The certificates of a partner's destroyed data keys, out of the operator's export, which verifies offline. */
async function certificates(member: Member) {
  const { text } = await call(world.operator, "GET /v1/audit/export");
  const shown = await fetch(`${world.origin}/.well-known/jwks.json`);
  const key = parseVerifierKey(JSON.parse(await shown.text()).checkpointKey);
  if (!key.ok) throw new Error("the room shows no key");
  const verified = verifyAuditExport(text, key.value);
  if (!verified.ok) throw new Error(verified.error.says);
  const { entries } = verified.value;
  return entries.filter(({ act, subject }) => act === "data-key-destroyed" && subject["partner"] === member.id);
}

/** All that a copy of database and files holds of a partner's list, taken by hand as a backup would. */
async function backupOf(member: Member) {
  const lists = await mkdtemp(join(tmpdir(), "concordat-backup-"));
  await cp(join(world.room.directory, "lists"), lists, { recursive: true });
  const rows = await asOwner(world.room.directory, async (sql) => ({
    keys: [...(await sql`select * from concordat.data_key where partner = ${member.id}`)],
    versions: [...(await sql`select * from concordat.version where partner = ${member.id}`)],
    segments: (
      await sql<{ segment: string }[]>`select segment from concordat.version where partner = ${member.id}`
    ).map(({ segment }) => segment),
  }));
  return { lists, ring: await readFile(join(world.room.directory, "key-ring.json"), "utf8"), ...rows };
}

/** What of the segments a data key opens, found by a matcher over the backup's files. */
async function sizeUnder(backup: { lists: string; segments: readonly string[] }, dataKey: Uint8Array) {
  const { room } = await readRoomKeys(world.room.directory);
  const memoryBytes = 256 * 1_048_576;
  const matcher = columnarMatcher({ directory: backup.lists, roomKey: room, memoryBytes });
  const list = { segment: backup.segments[0] ?? "", dataKey, consents: [], where: [] };
  const { sizes } = await matcher.overlap([list, list], ["email"]).finally(() => matcher.end());
  return sizes[0];
}

const bytesOf = (value: unknown): Uint8Array =>
  value instanceof Uint8Array ? new Uint8Array(value) : new Uint8Array();

describe("a partner that leaves", () => {
  test("ends its contracts and keys, and its lists with them, with a certificate that verifies offline", async () => {
    const { left, right, contract } = await pair();
    await ask(left, overlapOf(contract, [left, right]));
    const versions = (await versionsOf(left)).map(({ id }) => id);
    const open = await openUpload(left);
    read(uploadReplySchema, await sendPart(left, { upload: open, number: 1, content: csvOf(people(0, 10), "l") }));
    const before = await folders("segments");
    expect(read(partnerSchema, await remove(left, left)).leftAt).not.toBeNull();
    expect((await folders("segments")).length).toBe(before.length - 2);
    expect(await folders("staging")).toEqual([]);
    expectProblem(await call(left, "GET /v1/partners"), "key-unknown", /./);
    const { state } = read(contractReplySchema, await call(right, `GET /v1/contracts/${contract}`));
    expect(state).toMatchObject({ kind: "terminated", by: [left.id] });
    const [certificate, ...more] = await certificates(left);
    expect(more).toEqual([]);
    expect(certificate?.detail).toMatchObject({
      because: "partner-removed",
      number: 1,
      counts: { versions: 0, uploads: 1, erasures: 0 },
      uploads: [open],
    });
    const entries = await asOwner(
      world.room.directory,
      (sql) => sql<{ entry: string }[]>`
      select entry from concordat.log_entry where entry like '%data-deleted%' and entry like ${`%${contract}%`}`,
    );
    expect(entries.map(({ entry }) => entry).join()).toContain(versions[0]);
    await keepHouse(world.room.ports);
    expect(await certificates(left)).toHaveLength(1);
  });

  test("leaves its name to nobody, and is no party to anything new", async () => {
    const { left, right } = await pair();
    read(partnerSchema, await remove(world.operator, left));
    expect((await remove(world.operator, left)).status).toBe(200);
    const { items } = read(partnerListSchema, await call(right, "GET /v1/partners?limit=100"));
    expect(items.filter(({ leftAt }) => leftAt !== null).map(({ id }) => id)).toContain(left.id);
    expectProblem(
      await call(world.operator, "POST /v1/partners", { json: manifestOf(left.id) }),
      "partner-exists",
      /left the room/,
    );
    const json = contractJson([left, right], { terms: WIDE_LIMITS, name: "too-late" });
    expectProblem(await call(right, "POST /v1/contracts", { json }), "contract-unsound", /no partner/);
  });

  test("is removed by itself or the operator alone, and the operator by nobody", async () => {
    const { left, right } = await pair();
    expectProblem(await remove(right, left), "not-found", /remove nobody/);
    expectProblem(await call(right, "DELETE /v1/partners/nobody-here"), "not-found", /remove nobody/);
    expectProblem(await remove(world.operator, world.operator), "partner-only", /stays/);
    const code = read(
      enrolmentSchema,
      await call(world.operator, "POST /v1/partners", { json: manifestOf(`fresh-${count}`) }),
    );
    read(partnerSchema, await call(world.operator, `DELETE /v1/partners/${code.partner}`));
    const json = { jwk: left.key.publicKey.jwk, code: code.code };
    const late = await call({ ...left, key: left.key }, `POST /v1/partners/${code.partner}/keys`, { json });
    expect(late.status).toBeGreaterThanOrEqual(400);
  });
});

describe("an old copy of database and files", () => {
  test("opens and matches nothing once the key is destroyed, which holds when it is put back", async () => {
    const { left } = await pair();
    const backup = await backupOf(left);
    const wrapped = bytesOf(backup.keys[0]?.["wrapped"]);
    const opened = async () => {
      const { keyRing } = await readRoomKeys(world.room.directory);
      const key = keyRing.find(dataKeyHolder(left.id, 1));
      return key === null ? null : openBox(key, wrapped, dataKeyLabel(left.id));
    };
    const before = await opened();
    if (before === null || !before.ok) throw new Error("the backup does not open before");
    expect(await sizeUnder(backup, before.value)).toBe(300);
    read(partnerSchema, await remove(left, left));
    expect(await opened()).toBeNull();
    // Every key that is left is tried: none opens the wrapped key, and none the files.
    const ring: { keys: Record<string, string> } = JSON.parse(
      await readFile(join(world.room.directory, "key-ring.json"), "utf8"),
    );
    const keys = await readRoomKeys(world.room.directory);
    const left_ = Object.keys(ring.keys).map((holder) => keys.keyRing.find(holder) ?? new Uint8Array(32));
    for (const key of [...left_, keys.wrapping, keys.room]) {
      expect(openBox(key, wrapped, dataKeyLabel(left.id)).ok).toBe(false);
      await expect(sizeUnder(backup, key)).rejects.toThrow();
    }
    // The rows and files come back by hand.
    await asOwner(world.room.directory, async (sql) => {
      await sql`delete from concordat.data_key where partner = ${left.id}`;
      for (const row of backup.keys) await sql`insert into concordat.data_key ${sql(row)}`;
      await sql`update concordat.version set deleted_at = null where partner = ${left.id}`;
    });
    await cp(join(backup.lists, "segments"), join(world.room.directory, "lists", "segments"), { recursive: true });
    const sealed = await folders("segments");
    await keepHouse(world.room.ports);
    expect((await folders("segments")).length).toBe(sealed.length - 1);
    expect((await certificates(left)).map(({ detail }) => detail["because"])).toEqual([
      "partner-removed",
      "destroyed-before",
    ]);
    await rm(backup.lists, { recursive: true });
  });

  test("of the key ring as well opens nothing once the wrapping key was rotated", async () => {
    const { left } = await pair();
    const backup = await backupOf(left);
    read(partnerSchema, await remove(left, left));
    const rotated = await call(world.operator, "POST /v1/room/wrapping-key", { json: {} });
    expect(rotated.status).toBe(201);
    const copy = await mkdtemp(join(tmpdir(), "concordat-ring-copy-"));
    await writeFile(join(copy, "key-ring.json"), backup.ring, { mode: 0o600 });
    await cp(join(world.room.directory, "keys.json"), join(copy, "keys.json"));
    await expect(readRoomKeys(copy)).rejects.toThrow(/sealed under the wrapping key/);
    await rm(copy, { recursive: true });
    await rm(backup.lists, { recursive: true });
  });
});

describe("a partner whose last contract ends", () => {
  test("keeps its place and whom it erased, and nothing that it brought", async () => {
    const { left, right, contract } = await pair();
    const other = await agree([left, right], contractJson([left, right], { terms: WIDE_LIMITS, name: "other" }));
    // The other one holds a list that names them, and is told of it under its next data key.
    const { id: held } = await ask(right, audienceOf(contract, [right, left]));
    expect((await call(right, `GET /v1/releases/${held}/rows`)).status).toBe(200);
    expect((await subject(left, "erasures", 7, 57)).status).toBe(201);
    expect((await subject(left, "objections", 8)).status).toBe(201);
    const backup = await backupOf(left);
    expect((await terminate(left, contract)).status).toBe(200);
    expect(await certificates(left)).toEqual([]);
    expect(await versionsOf(left)).toHaveLength(1);
    expect((await terminate(right, other)).status).toBe(200);
    for (const member of [left, right]) {
      expect((await certificates(member)).map(({ detail }) => detail["because"])).toEqual(["last-contract-ended"]);
      expect(await versionsOf(member)).toEqual([]);
    }
    const { keyRing } = await readRoomKeys(world.room.directory);
    expect([1, 2].map((number) => keyRing.isDestroyed(dataKeyHolder(left.id, number)))).toEqual([true, false]);
    const next = keyRing.find(dataKeyHolder(left.id, 2)) ?? new Uint8Array(32);
    expect(openBox(next, bytesOf(backup.keys[0]?.["wrapped"]), dataKeyLabel(left.id)).ok).toBe(false);
    // It may begin anew, and whom it erased does not come back; who objected is known, and notices wait as before.
    expect((await upload(left, csvOf(people(0, 300), "l"))).people).toBe(298);
    expect((await subject(left, "objections", 9)).status).toBe(201);
    const { items } = read(noticeListSchema, await call(right, "GET /v1/subjects/notices"));
    expect(items.map(({ release, remove: what }) => [release, what])).toEqual([[held, "records"]]);
    expect(items.flatMap(({ records }) => records)).toHaveLength(1);
    await keepHouse(world.room.ports);
    expect(await versionsOf(left)).toHaveLength(1);
    expect(await certificates(left)).toHaveLength(1);
    await rm(backup.lists, { recursive: true });
  });

  test("while it passes an objection on has that kept under its next data key", async () => {
    const [left, right] = [await bring(world, `leaving-${++count}`), await bring(world, `staying-${count}`)];
    const contract = await agree([left, right], contractJson([left, right], { terms: WIDE_LIMITS }));
    const { ports } = world.room;
    let isEnded = false;
    const store: Ports["store"] = {
      ...ports.store,
      read: async (act, work) => {
        const value = await ports.store.read(act, work);
        if (act.name !== "find people" || isEnded) return value;
        isEnded = true;
        expect((await terminate(left, contract)).status).toBe(200);
        return value;
      },
    };
    const identifiers = [{ kind: "email" as const, hash: emailDigest(7) }];
    const caller = { partner: left.id, thumbprint: left.key.publicKey.thumbprint };
    const asked = { caller, identifiers, kind: "made" as const, scope: {} };
    expect(await objectPeople({ ...ports, store, keep: async () => {} }, asked)).toMatchObject({ ok: true });
    expect(await certificates(left)).toHaveLength(1);
    expect((await subject(left, "objections", 8)).status).toBe(201);
  });

  test("is not one that never signed anything: it keeps what it brought", async () => {
    const alone = await bring(world, `alone-${++count}`);
    await keepHouse(world.room.ports);
    expect(await certificates(alone)).toEqual([]);
  });
});
