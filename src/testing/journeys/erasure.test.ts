// People are erased, over real HTTP with a real database: from every version and its file, from lists that were given,
// from questions that run, and from whatever is uploaded afterwards.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commitUpload } from "../../app/commit-upload.ts";
import { utf8 } from "../../domain/bytes.ts";
import { datasetRef } from "../../domain/dataset/schema.ts";
import type { Matcher } from "../../ports/matcher.ts";
import { entryListSchema } from "../../wire/api/audit.ts";
import { uploadReplySchema, versionListSchema } from "../../wire/api/dataset.ts";
import { erasureReplySchema } from "../../wire/api/subject.ts";
import { gateMatcher } from "./gate.ts";
import { csvOf, emailDigest, HEADER, people, sha256Hex } from "./lists.ts";
import {
  ask,
  audienceOf,
  bring,
  call,
  declare,
  expectProblem,
  type Member,
  openUpload,
  openWorld,
  overlapOf,
  pairOf,
  policyJson,
  putPolicy,
  read,
  regionOf,
  sendPart,
  upload,
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
  const names = [`erasing-${count}`, `other-${count}`] as const;
  return pairOf(world, { names: [...names], lists: [people(0, 300), people(50, 350)] });
}

async function owner(): Promise<Member> {
  count += 1;
  const member = await bring(world, `owner-${count}`);
  await putPolicy(member, policyJson(member.id));
  await declare(member);
  await upload(member, csvOf(people(0, 100), "o"));
  return member;
}

const hashed = (...persons: readonly number[]) => ({
  identifiers: persons.map((person) => ({ kind: "email", hash: emailDigest(person) })),
});

async function erase(member: Member, ...persons: readonly number[]) {
  return read(erasureReplySchema, await call(member, "POST /v1/subjects/erasures", { json: hashed(...persons) }));
}

async function versionsOf(member: Member) {
  return read(versionListSchema, await call(member, "GET /v1/datasets/customers/versions")).items;
}

async function rowsOf(member: Member, release: string): Promise<string[]> {
  const { text } = await call(member, `GET /v1/releases/${release}/rows`);
  return text.trimEnd().split("\r\n").slice(1);
}

const segments = () => readdir(join(world.room.directory, "lists", "segments"));

describe("an erasure", () => {
  test("takes people out of every version under its own name, and leaves no file that held them", async () => {
    const member = await owner();
    await upload(member, csvOf(people(50, 150), "o"));
    const before = await versionsOf(member);
    const held = await world.room.ports.store.read({ name: "look", parties: [member.id] }, (tx) =>
      tx.versions.list(datasetRef(member.id, "customers")),
    );
    const erasure = await erase(member, 70, 120, 9_999);
    expect(erasure.lists).toEqual([{ dataset: `${member.id}/customers`, people: 2, versions: 2 }]);
    const after = await versionsOf(member);
    expect(after.map(({ people: left }) => left)).toEqual([98, 99]);
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    const files = await segments();
    expect(held.filter(({ segment }) => files.some((file) => file.includes(segment)))).toEqual([]);
    expect(await readdir(join(world.room.directory, "lists", "staging"))).toEqual([]);
  });

  test("outlasts later uploads, by everything that the person was known by", async () => {
    const member = await owner();
    // The person 7 has a second address under the same reference, which the erasure does not name.
    const second = `o7,${emailDigest(707)},gold,north,yes,yes`;
    await upload(member, csvOf(people(0, 100), "o").trimEnd().concat(`\r\n${second}\r\n`));
    expect((await erase(member, 7)).lists[0]).toMatchObject({ people: 1, versions: 2 });
    const again = await upload(member, csvOf(people(0, 100), "n").trimEnd().concat(`\r\n${second}\r\n`));
    expect(again.people).toBe(99);
    const alone = await upload(member, [HEADER, second.replace("o7", "x1"), ""].join("\r\n"));
    expect(alone.people).toBe(0);
    expect((await versionsOf(member)).map(({ people: left }) => left)).toEqual([0, 99, 99, 99]);
    const log = read(entryListSchema, await call(member, "GET /v1/audit/entries?limit=1000")).items;
    const committed = log.map(({ entry }) => JSON.parse(entry)).filter(({ act }) => act === "upload-committed");
    // In the third upload the two addresses stand under two references, and so for two people.
    expect(committed.map(({ detail }) => detail.leftOut)).toEqual([0, 0, 2, 1]);
  });

  test("is one entry of the log that only the partner reads, and names nobody", async () => {
    const { left, right } = await pair();
    await erase(left, 60);
    const entriesOf = async (member: Member) => {
      const answer = await call(member, "GET /v1/audit/entries?limit=1000");
      expect(answer.text).not.toContain(emailDigest(60));
      return read(entryListSchema, answer).items.map(({ entry }) => JSON.parse(entry));
    };
    const erased = (await entriesOf(left)).filter(({ act }) => act === "people-erased");
    const lists = [{ dataset: `${left.id}/customers`, people: 1, versions: 1 }];
    expect(erased.map(({ detail }) => detail)).toEqual([{ identifiers: 1, lists, recipients: [] }]);
    expect((await entriesOf(right)).map(({ act }) => act)).not.toContain("people-erased");
  });

  test("reaches a list that was given before, and a question that is running", async () => {
    const { left, right, contract } = await pair();
    const audience = await ask(left, audienceOf(contract, [left, right]));
    const given = await rowsOf(left, audience.id);
    expect(given).toHaveLength(250);
    await erase(right, 100, 101);
    expect(await rowsOf(left, audience.id)).toHaveLength(248);

    const gate = gateMatcher(world);
    const asked = ask(left, overlapOf(contract, [left, right]));
    await gate.reached;
    const files = await segments();
    await erase(right, ...Array.from({ length: 100 }, (_, index) => 102 + index));
    gate.open();
    const shared = regionOf(await asked, [left, right]);
    // 250 shared before, 148 after: the noise of an overlap at this price stays well within half of that.
    expect(Math.abs((shared ?? 0) - 148)).toBeLessThan(50);
    expect(await segments()).toHaveLength(files.length);
  });

  test("reaches a list that was sealed before it and comes into force after it", async () => {
    const member = await owner();
    const content = csvOf(people(0, 200), "o");
    const id = await openUpload(member);
    read(uploadReplySchema, await sendPart(member, { upload: id, number: 1, content }));
    const { ports } = world.room;
    const caller = { partner: member.id, thumbprint: member.key.publicKey.thumbprint };
    let sealings = 0;
    const seal: Matcher["seal"] = async (wanted) => {
      const sealed = await ports.matcher.seal(wanted);
      if (sealings++ === 0) await erase(member, 150);
      return sealed;
    };
    const before = (await segments()).length;
    const committing = { caller, id, digests: [sha256Hex(utf8(content))] };
    const made = await commitUpload(
      { ...ports, matcher: { ...ports.matcher, seal }, keep: async () => {} },
      committing,
    );
    expect(made).toMatchObject({ ok: true, value: { people: 199, increment: null } });
    expect((await segments()).length).toBe(before + 1);
  });

  test("is refused for what is no hash, for nobody, and for the operator", async () => {
    const member = await owner();
    const path = "POST /v1/subjects/erasures";
    for (const identifiers of [
      [],
      [{ kind: "email", hash: "ann@example.com" }],
      [{ kind: "email", namespace: "shop", hash: emailDigest(1) }],
      [{ kind: "external", hash: emailDigest(1) }],
      [{ kind: "name", hash: emailDigest(1) }],
    ]) {
      expectProblem(await call(member, path, { json: { identifiers } }), "invalid-document", /./);
    }
    expectProblem(await call(world.operator, path, { json: hashed(1) }), "partner-only", /no list/);
    expect((await versionsOf(member))[0]?.people).toBe(100);
  });
});
