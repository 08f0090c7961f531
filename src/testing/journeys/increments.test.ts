// Increments over HTTP: upserts and deletes by record reference, and what they do when other uploads of the same list
// come between. A commit that must wait in the middle runs in the room's own process, with a matcher that waits.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commitUpload } from "../../app/commit-upload.ts";
import { utf8 } from "../../domain/bytes.ts";
import { LIMITS } from "../../domain/limits.ts";
import type { Change, Matcher } from "../../ports/matcher.ts";
import { entryListSchema } from "../../wire/api/audit.ts";
import { uploadReplySchema, versionListSchema, versionReplySchema } from "../../wire/api/dataset.ts";
import { csvOf, emailDigest, HEADER, people, sha256Hex } from "./lists.ts";
import {
  bring,
  call,
  commit,
  declare,
  expectProblem,
  type Member,
  openUpload,
  openWorld,
  policyJson,
  putPolicy,
  read,
  sendPart,
  upload,
  type World,
} from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.room.discard());

/** A partner whose list has the people 0 to 99, under the references `i0` to `i99`. */
async function owner(id: string, limits: Parameters<typeof policyJson>[1] = {}): Promise<Member> {
  const member = await bring(world, id);
  await putPolicy(member, policyJson(id, limits));
  await declare(member);
  await upload(member, csvOf(people(0, 100), "i"));
  return member;
}

/** A row under the reference `i<record>` with the address of a person. */
const row = (record: number, person: number) => `i${record},${emailDigest(person)},gold,north,yes,yes`;
const upsertOf = (...rows: readonly string[]) => [HEADER, ...rows, ""].join("\r\n");
const deleteOf = (...records: readonly string[]) => ["id", ...records, ""].join("\r\n");

/** Opens an upload of a change and sends the list as its one part. */
async function staged(member: Member, change: Change, content: string) {
  const id = await openUpload(member, "customers", { change });
  read(uploadReplySchema, await sendPart(member, { upload: id, number: 1, content }));
  return { id, digests: [sha256Hex(utf8(content))] };
}

async function increment(member: Member, change: Change, content: string) {
  const { id, digests } = await staged(member, change, content);
  return read(versionReplySchema, await commit(member, id, digests));
}

async function versionsOf(member: Member) {
  return read(versionListSchema, await call(member, "GET /v1/datasets/customers/versions")).items;
}

describe("an increment", () => {
  it("puts its rows in place of those with its references, or takes these away, and says what it did", async () => {
    const member = await owner("increments");
    const upserted = await increment(member, "upsert", upsertOf(row(5, 500), row(200, 200)));
    expect(upserted).toMatchObject({
      sequence: 2,
      change: "upsert",
      people: 101,
      increment: { rowsRemoved: 1, rowsAdded: 2, referencesUnknown: 1 },
      report: { read: 2, accepted: 2 },
    });
    const deleted = await increment(member, "delete", deleteOf("i5", "i6", "nobody"));
    expect(deleted).toMatchObject({
      sequence: 3,
      change: "delete",
      people: 99,
      increment: { rowsRemoved: 2, rowsAdded: 0, referencesUnknown: 1 },
      report: { read: 3, accepted: 3, rejected: 0 },
    });
    const full = await increment(member, "delete", csvOf(people(10, 20), "i"));
    expect(full).toMatchObject({ people: 89, increment: { rowsRemoved: 10, rowsAdded: 0, referencesUnknown: 0 } });
    const versions = await versionsOf(member);
    expect(versions.map((version) => version.increment?.rowsRemoved ?? null)).toEqual([10, 2, 1, null]);
    expect(versions[1]).toEqual(deleted);
  });

  it("is in the log by its counts, and no record reference is", async () => {
    const member = await owner("increments-log");
    await increment(member, "delete", deleteOf("i7", "i8"));
    const log = await call(member, "GET /v1/audit/entries?limit=100");
    const committed = read(entryListSchema, log)
      .items.map(({ entry }) => JSON.parse(entry))
      .filter(({ act }) => act === "upload-committed");
    expect(committed.at(-1)?.detail).toMatchObject({ change: "delete", rowsRemoved: 2, referencesUnknown: 0 });
    expect(committed[0]?.detail).toMatchObject({ change: "replace", people: 100 });
    expect(log.text).not.toMatch(/"i[78]\b|\\"i[78]\b/);
  });

  it("clears the references of rows without any identifier, and says so, which a full list does not", async () => {
    const member = await owner("increments-cleared");
    const nobody = (record: string) => `${record},,gold,north,yes,yes`;
    const first = await increment(member, "upsert", upsertOf(row(5, 500), nobody("i6"), nobody("i7"), nobody("")));
    expect(first).toMatchObject({
      people: 98,
      increment: { rowsRemoved: 3, rowsAdded: 1, referencesUnknown: 0 },
      report: { read: 4, accepted: 1, blank: 3, cleared: 2, rejected: 0 },
    });
    const alone = await increment(member, "upsert", upsertOf(nobody("i8"), nobody("stranger")));
    expect(alone).toMatchObject({
      people: 97,
      increment: { rowsRemoved: 1, rowsAdded: 0, referencesUnknown: 1 },
      report: { read: 2, accepted: 0, blank: 2, cleared: 2 },
    });
    const log = read(entryListSchema, await call(member, "GET /v1/audit/entries?limit=100"));
    expect(JSON.parse(log.items.at(-1)?.entry ?? "{}").detail).toMatchObject({
      change: "upsert",
      blank: 2,
      cleared: 2,
    });
    const none = await staged(member, "upsert", upsertOf(nobody("")));
    expectProblem(await commit(member, none.id, none.digests), "list-empty", /no row has a usable identifier/);
    const full = await upload(member, [csvOf(people(0, 5), "i").trimEnd(), nobody("i6"), ""].join("\r\n"));
    expect(full).toMatchObject({ people: 5, report: { blank: 1, cleared: 0 } });
  });

  it("that leaves nobody is a version like another, and people come in on top of it", async () => {
    const member = await owner("increments-nobody");
    const records = Array.from({ length: 100 }, (_, record) => `i${record}`);
    expect(await increment(member, "delete", deleteOf(...records))).toMatchObject({ people: 0 });
    expect(await increment(member, "upsert", upsertOf(row(3, 3)))).toMatchObject({ people: 1 });
  });

  it("counts as a version where a policy limits these", async () => {
    const member = await owner("increments-cap", { versionsPerPeriod: { count: 2, period: "P30D" } });
    await increment(member, "delete", deleteOf("i1"));
    const { id, digests } = await staged(member, "upsert", upsertOf(row(1, 1)));
    expectProblem(await commit(member, id, digests), "version-cap-reached", /takes 2 versions in P30D/);
  });
});

describe("an increment is refused", () => {
  it("when no version is in force", async () => {
    const member = await bring(world, "increments-early");
    await declare(member);
    for (const change of ["upsert", "delete"]) {
      const opened = await call(member, "POST /v1/datasets/customers/uploads", { json: { change } });
      expectProblem(opened, "no-version", new RegExp(`nothing to ${change}: bring it in whole first`));
    }
  });

  it("when its change is none", async () => {
    const member = await owner("increments-unknown");
    for (const json of [{ change: "append" }, { change: null }, { change: "upsert", base: "ver_1" }]) {
      expectProblem(await call(member, "POST /v1/datasets/customers/uploads", { json }), "invalid-document", /./);
    }
  });

  it("when a list of whom to delete lacks the record column, or names nobody", async () => {
    const member = await owner("increments-lacking");
    const id = await openUpload(member, "customers", { change: "delete" });
    const lacking = `email\r\n${emailDigest(1)}\r\n`;
    expectProblem(await sendPart(member, { upload: id, number: 1, content: lacking }), "list-column-missing", /`id`/);
    const nobody = await staged(member, "delete", "id\r\n");
    expectProblem(
      await commit(member, nobody.id, nobody.digests),
      "list-empty",
      /no row has a usable record reference/,
    );
    const blank = await staged(member, "delete", "id,tier\r\ni1,gold\r\n,gold\r\n");
    expectProblem(await commit(member, blank.id, blank.digests), "list-too-many-rejects", /1 of 2 rows are refused/);
    expect(await versionsOf(member)).toHaveLength(1);
  });

  it("with less than its columns when it is an upsert", async () => {
    const member = await owner("increments-narrow");
    const id = await openUpload(member, "customers", { change: "upsert" });
    const content = deleteOf("i1");
    expectProblem(await sendPart(member, { upload: id, number: 1, content }), "list-column-missing", /`email`/);
  });
});

type Staged = Awaited<ReturnType<typeof staged>>;

/** Commits in the room's own process, with another way to seal. */
function commitHere(member: Member, { id, digests }: Staged, seal: Matcher["seal"]) {
  const { ports } = world.room;
  const caller = { partner: member.id, thumbprint: member.key.publicKey.thumbprint };
  const matcher = { ...ports.matcher, seal };
  return commitUpload({ ...ports, matcher, keep: async () => {} }, { caller, id, digests });
}

/** Seals as the room does, and then waits for something else to happen. */
function sealedThen(act: (time: number) => Promise<unknown>): Matcher["seal"] {
  let times = 0;
  return async (wanted) => {
    const version = await world.room.ports.matcher.seal(wanted);
    await act(++times);
    return version;
  };
}

const segments = async () => (await readdir(join(world.room.directory, "lists", "segments"))).length;

describe("an increment that other uploads overtake", () => {
  it("is laid over the full list that came into force meanwhile, and leaves no version that did not", async () => {
    const before = await segments();
    const member = await owner("overtaken-by-list");
    const list = await staged(member, "delete", deleteOf("i0", "i150"));
    const seal = sealedThen(async (time) => {
      if (time === 1) await upload(member, csvOf(people(100, 160), "i"));
    });
    const made = await commitHere(member, list, seal);
    expect(made).toMatchObject({
      ok: true,
      value: { sequence: 3, people: 59, increment: { rowsRemoved: 1, referencesUnknown: 1 } },
    });
    expect((await versionsOf(member)).map((version) => version.people)).toEqual([59, 60, 100]);
    expect((await segments()) - before).toBe(3);
  });

  it("loses nothing of increments that are committed at the same time", async () => {
    const member = await owner("overtaken-at-once");
    const lists = [
      await staged(member, "delete", deleteOf("i1")),
      await staged(member, "upsert", upsertOf(row(300, 300))),
      await staged(member, "delete", deleteOf("i2", "i3")),
    ];
    const answers = await Promise.all(lists.map(({ id, digests }) => commit(member, id, digests)));
    const made = answers.map((answer) => read(versionReplySchema, answer));
    expect(made.map(({ sequence }) => sequence).sort()).toEqual([2, 3, 4]);
    expect((await versionsOf(member))[0]?.people).toBe(98);
  });

  it("gives way when it is overtaken each time, stays open, and is committed by another try", async () => {
    const member = await owner("overtaken-always");
    const list = await staged(member, "delete", deleteOf("i0"));
    const seal = sealedThen((time) => upload(member, csvOf(people(0, 50 + time), "i")));
    const gaveWay = await commitHere(member, list, seal);
    expect(gaveWay).toMatchObject({ ok: false, error: { kind: "unavailable" } });
    expect(await versionsOf(member)).toHaveLength(1 + LIMITS.sealingTries);
    const made = read(versionReplySchema, await commit(member, list.id, list.digests));
    expect(made.people).toBe(49 + LIMITS.sealingTries);
  });
});

describe("an upload that is dropped while its commit is sealing", () => {
  const isStaged = async (id: string) => (await readdir(join(world.room.directory, "lists", "staging"))).includes(id);
  const drop = async (member: Member, id: string) =>
    read(uploadReplySchema, await call(member, `DELETE /v1/uploads/${id}`));

  it.each([
    ["ends the sealing", true],
    ["makes no version of what was sealed all the same", false],
  ])("%s, and leaves nothing", async (_, isHeeded) => {
    const before = await segments();
    const member = await owner(isHeeded ? "dropped-sealing" : "dropped-sealed");
    const list = await staged(member, "upsert", upsertOf(row(0, 400)));
    expect(await isStaged(list.id)).toBe(true);
    const dropped: Promise<{ readonly state: string }>[] = [];
    const committed = commitHere(member, list, async (wanted) => {
      const version = await world.room.ports.matcher.seal(wanted);
      dropped.push(drop(member, list.id));
      await aborted(wanted.signal);
      if (isHeeded) throw new Error("told to end");
      return version;
    });
    expect(await committed).toMatchObject({
      ok: false,
      error: { kind: "upload-closed", detail: "the upload is dropped" },
    });
    expect(await dropped[0]).toMatchObject({ state: "dropped" });
    expect(await isStaged(list.id)).toBe(false);
    expect(await versionsOf(member)).toHaveLength(1);
    // The one that heeds the signal here had sealed before, which the room's own matcher does not.
    if (!isHeeded) expect((await segments()) - before).toBe(1);
    expectProblem(await commit(member, list.id, list.digests), "upload-closed", /is dropped/);
  });

  it("does not end a sealing that breaks by itself: that is the room's failure", async () => {
    const member = await owner("broken-sealing");
    const list = await staged(member, "upsert", upsertOf(row(0, 0)));
    const broken = commitHere(member, list, async () => Promise.reject(new Error("the disk is full")));
    await expect(broken).rejects.toThrow("the disk is full");
    const open = read(uploadReplySchema, await call(member, `GET /v1/uploads/${list.id}`));
    expect(open).toMatchObject({ state: "open", progress: { phase: "receiving", rows: 1 } });
    expect(read(versionReplySchema, await commit(member, list.id, list.digests)).people).toBe(100);
  });
});

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve();
    else signal?.addEventListener("abort", () => resolve(), { once: true });
  });
}
