// Lists that are far too long, too wide, too slow or too small, each over HTTP into a room with 128 MiB for lists:
// taken, or refused with a named problem; in bounded memory; and the version in force before is in force, and answers.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { utf8 } from "../../domain/bytes.ts";
import { LIMITS } from "../../domain/limits.ts";
import { uploadReplySchema, versionReplySchema } from "../../wire/api/dataset.ts";
import { BESIDE_LISTS_BYTES, type HardRoom, startHardRoom } from "../faults/hard-room.ts";
import { type Answer, signedCall } from "../signed-call.ts";
import { startPart } from "../slow-call.ts";
import { csvOf, emailDigest, HEADER, LIST_SCHEMA, people, sha256Hex } from "./lists.ts";
import {
  agree,
  ask,
  bring,
  call,
  commit,
  contractJson,
  declare,
  expectProblem,
  type Member,
  openUpload,
  overlapOf,
  pairOf,
  policyJson,
  putPolicy,
  read,
  regionOf,
  sendPart,
  upload,
} from "./world.ts";

const MIB = 1_048_576;
const LISTS = 128 * MIB;
/** By how much no single list may raise what the room takes. */
const A_LIST = 96 * MIB;

let room: HardRoom;
let left: Member;
let right: Member;
let contract: string;
let inForce: string;
beforeAll(async () => {
  room = await startHardRoom("128MiB");
  const lists = [people(0, 200), people(120, 300)] as const;
  ({ left, right, contract } = await pairOf(room, { names: ["hard-left", "hard-right"], lists }));
  inForce = await versionsOf(left);
});
afterAll(() => room.discard());

/** Shared by `left` and `right`; noise of a price of 4 is within 12 but for one time in e^-48. */
const SHARED = 80;
let questions = 0;

async function versionsOf(member: Member): Promise<string> {
  return (await call(member, "GET /v1/datasets/customers/versions")).text;
}

/** The version from before is in force and answers a question that was never asked. */
async function expectUntouched(): Promise<void> {
  expect(await versionsOf(left)).toBe(inForce);
  const answer = await ask(
    left,
    overlapOf(contract, [left, right], { epsilon: `4.${String(++questions).padStart(5, "0")}1` }),
  );
  expect(Math.abs((regionOf(answer, [left, right]) ?? 0) - SHARED)).toBeLessThan(12);
}

afterEach(async () => {
  await expectUntouched();
  expect((await room.listFiles()).filter((name) => name.endsWith(".unfinished"))).toEqual([]);
});

async function refusedPart(content: Uint8Array): Promise<Answer> {
  const id = await openUpload(left);
  const answer = await sendPart(left, { upload: id, number: 1, content });
  expect(read(uploadReplySchema, await call(left, `GET /v1/uploads/${id}`))).toMatchObject({ nextPart: 1 });
  return answer;
}

const row = (person: number) => `r${person},${emailDigest(person)},gold,north,yes,yes\n`;

describe("a list that is", () => {
  it("one row a million times is one person", async () => {
    const content = gzipSync(`${HEADER}\n${row(1).repeat(1_000_000)}`, { level: 1 });
    const member = await bring(room, "hard-million");
    await declare(member);
    const { most } = await room.memoryDuring(async () => {
      const id = await openUpload(member);
      read(uploadReplySchema, await sendPart(member, { upload: id, number: 1, content }));
      const version = read(versionReplySchema, await commit(member, id, [sha256Hex(content)]));
      expect(version).toMatchObject({
        people: 1,
        duplicates: 999_999,
        report: { read: 1_000_000, accepted: 1_000_000 },
      });
    });
    expect(most).toBeLessThan(LISTS + BESIDE_LISTS_BYTES + A_LIST);
  });

  it("only a header is refused as empty, and the upload with it", async () => {
    const content = utf8(`${HEADER}\n`);
    const id = await openUpload(left);
    read(uploadReplySchema, await sendPart(left, { upload: id, number: 1, content }));
    expectProblem(await commit(left, id, [sha256Hex(content)]), "list-empty", /no row has a usable identifier/);
    expect(read(uploadReplySchema, await call(left, `GET /v1/uploads/${id}`)).state).toBe("refused");
  });

  it.each([
    ["a quoted field of 10 MB", `r1,"${"x".repeat(10_000_000)}",gold,north,yes,yes\n`],
    ["a field of 10 MB without quotes", `r1,${"x".repeat(10_000_000)},gold,north,yes,yes\n`],
    ["a row of 10 MB of cells", `r1,${",".repeat(10_000_000)}\n`],
  ])("%s is refused where it stands", async (_, long) => {
    const { raised } = await room.memoryDuring(async () => {
      const packed = await refusedPart(gzipSync(`${HEADER}\n${row(1)}${long}`));
      expectProblem(packed, "list-unreadable", new RegExp(`part 1, line 3: .*${LIMITS.rowBytes} bytes`));
      expect(packed.body["line"]).toBe(3);
      const plain = await refusedPart(utf8(`${HEADER}\n${row(1)}${long}`));
      expectProblem(plain, "body-too-large", new RegExp(`${LIMITS.partBytes} bytes`));
    });
    expect(raised).toBeLessThan(A_LIST);
  });

  it.each([
    ["in one row without end", () => Buffer.alloc(256 * MIB), "list-unreadable", /line 2: .*65536 bytes/],
    ["of rows", rowsOfSpace, "body-too-large", new RegExp(`beyond ${LIMITS.inflatedPartBytes} bytes`)],
  ] as const)("a gzip bomb %s is refused before it has grown", async (_, bytes, kind, says) => {
    const content = Buffer.concat([gzipSync(`${HEADER}\n`), gzipSync(bytes())]);
    expect(content.length).toBeLessThan(2 * MIB);
    const { raised } = await room.memoryDuring(async () => expectProblem(await refusedPart(content), kind, says));
    expect(raised).toBeLessThan(A_LIST);
  });
});

function rowsOfSpace(): Buffer {
  const one = `r1,${emailDigest(1)},${" ".repeat(60_000)},north,yes,yes\n`;
  return Buffer.alloc(LIMITS.inflatedPartBytes + 16 * MIB, one);
}

describe("an attribute", () => {
  const values = (count: number) => Array.from({ length: count }, (_, value) => `v${value}`);
  const schemaOf = (count: number) => ({
    ...LIST_SCHEMA,
    attributes: {
      tier: { column: "tier", type: "category", values: values(count) },
      region: LIST_SCHEMA.attributes.region,
    },
  });

  it("of 300 values takes two bytes, and each of its values can be asked for", async () => {
    const many = people(0, 9_000).map((one) => ({ ...one, tier: `v${Math.floor(one.person / 30)}` }));
    const members: Member[] = [];
    for (const name of ["hard-wide", "hard-wider"]) {
      const member = await bring(room, name);
      await putPolicy(member, policyJson(name));
      await declare(member, schemaOf(300));
      expect((await upload(member, csvOf(many, "w"))).people).toBe(9_000);
      members.push(member);
    }
    const [one, other] = members;
    if (one === undefined || other === undefined) throw new Error("two members were brought in");
    const agreed = await agree(members, contractOver(members, values(300)));
    for (const value of ["v0", "v255", "v256", "v299"]) {
      const where = members.map(({ id }) => ({ dataset: `${id}/customers`, attribute: "tier", in: [value] }));
      const answer = await ask(one, overlapOf(agreed, members, { where, epsilon: "4" }));
      expect(Math.abs((regionOf(answer, members) ?? 0) - 30)).toBeLessThan(12);
    }
  });

  it("of 70,000 values is refused with its bound", async () => {
    const member = await bring(room, "hard-widest");
    const answer = await call(member, "POST /v1/datasets", { json: schemaOf(70_000) });
    expectProblem(answer, "invalid-document", /at most 65000 values: group the rare ones/);
  });

  it("of 300 values is none of the 300 others that a list may bring", async () => {
    const id = await openUpload(left);
    const content = csvOf(
      people(0, 300).map((one) => ({ ...one, tier: `v${one.person}` })),
      "l",
    );
    read(uploadReplySchema, await sendPart(left, { upload: id, number: 1, content }));
    const refused = await commit(left, id, [sha256Hex(utf8(content))]);
    expectProblem(refused, "list-too-many-rejects", /300 of 300 rows are refused/);
  });
});

function contractOver(members: readonly Member[], tiers: readonly string[]): Parameters<typeof agree>[1] {
  const plain = contractJson(members);
  const datasets = members.map(({ id }) => ({
    partner: id,
    dataset: "customers",
    identifiers: ["email"],
    attributes: { tier: { type: "category", values: tiers, uses: ["filter"] } },
    consents: [],
  }));
  return { ...plain, datasets };
}

describe("a part that comes", () => {
  const content = utf8(csvOf(people(0, 400), "s"));

  it("a byte at a time, many of them at once, keeps nobody else waiting and takes no memory", async () => {
    const ids: string[] = [];
    for (let count = 0; count < LIMITS.partsAtOnce; count++) ids.push(await openUpload(left));
    const parts = ids.map((id) => startPart(left, { upload: id, signed: content }));
    const { raised } = await room.memoryDuring(async () => {
      for (let byte = 0; byte < 150; byte++) {
        await Promise.all(parts.map((part) => part.send(1)));
        await new Promise((resolve) => setTimeout(resolve, 10));
        if (byte % 50 === 25) await expectUntouched();
      }
    });
    expect(raised).toBeLessThan(24 * MIB);
    const another = startPart(left, { upload: await openUpload(left), signed: content });
    another.finish();
    expectProblem(await another.answer, "too-many-requests", /`parts`/);
    expect((await upload(right, csvOf(people(120, 300), "r"))).people).toBe(180);
    const [finished, ...others] = parts;
    finished?.finish();
    for (const part of others) part.breakOff();
    const answer = await finished?.answer;
    expect(answer?.body).toMatchObject({ nextPart: 2, progress: { rows: 400, bytes: content.length } });
    await expect.poll(async () => (await room.listFiles()).filter((name) => name.includes("unfinished"))).toEqual([]);
    for (const id of ids) read(uploadReplySchema, await call(left, `DELETE /v1/uploads/${id}`));
  });

  it("in half and is cut off leaves nothing, and can be sent again", async () => {
    const member = await bring(room, "hard-cut");
    await declare(member);
    const id = await openUpload(member);
    const part = startPart(member, { upload: id, signed: content });
    await part.send(content.length / 2);
    await expect.poll(async () => (await room.listFiles()).some((name) => name.includes(`${id}/`))).toBe(true);
    part.breakOff();
    await expect.poll(async () => (await room.listFiles()).filter((name) => name.includes(`${id}/`))).toEqual([]);
    const open = read(uploadReplySchema, await call(member, `GET /v1/uploads/${id}`));
    expect(open).toMatchObject({ state: "open", nextPart: 1, parts: [], progress: { rows: 0, bytes: 0 } });
    expect(await readFile(join(room.directory, "server.log"), "utf8")).toBe("");
    read(uploadReplySchema, await sendPart(member, { upload: id, number: 1, content }));
    expect(read(versionReplySchema, await commit(member, id, [sha256Hex(content)])).people).toBe(400);
  });
});

/** A part of so many invented people, whose digests are no one's. */
function manyOf(count: number, from = 0): string {
  const rows = Array.from({ length: count }, (_, index) => {
    const person = String(from + index).padStart(8, "0");
    return `m${person},${person.repeat(8)},gold,north,yes,yes`;
  });
  return [...(from === 0 ? [HEADER] : []), ...rows, ""].join("\n");
}

describe("a version that is", () => {
  it("given up while it is sealed is none, and nothing of it stays", async () => {
    const member = await bring(room, "hard-cancel");
    await declare(member);
    await upload(member, csvOf(people(0, 50), "c"));
    const [versions, files] = [await versionsOf(member), await room.listFiles()];
    const id = await openUpload(member);
    const parts = Array.from({ length: 4 }, (_, part) => gzipSync(manyOf(250_000, part * 250_000), { level: 1 }));
    for (const [index, content] of parts.entries())
      read(uploadReplySchema, await sendPart(member, { upload: id, number: index + 1, content }));
    const committed = commit(member, id, parts.map(sha256Hex));
    const progress = async () => read(uploadReplySchema, await call(member, `GET /v1/uploads/${id}`)).progress;
    await expect.poll(progress, { interval: 5 }).toMatchObject({ phase: "sealing" });
    const dropped = read(uploadReplySchema, await call(member, `DELETE /v1/uploads/${id}`));
    expect(dropped.state).toBe("dropped");
    expectProblem(await committed, "upload-closed", /the upload is dropped/);
    expect(await versionsOf(member)).toBe(versions);
    expect(await room.listFiles()).toEqual(files);
  });

  it("too large to be worked on in the room's memory is refused as that, and its upload stays open", async () => {
    const member = await bring(room, "hard-memory");
    await declare(member);
    await upload(member, csvOf(people(0, 50), "n"));
    const versions = await versionsOf(member);
    const id = await openUpload(member, "customers", { change: "delete" });
    const parts: string[] = [];
    for (let part = 0; part < 4; part++) {
      const records = Array.from({ length: 1_200_000 }, (_, index) => `x${part}${index}`);
      const content = gzipSync([...(part === 0 ? ["id"] : []), ...records, ""].join("\n"), { level: 1 });
      read(uploadReplySchema, await sendPart(member, { upload: id, number: part + 1, content }));
      parts.push(sha256Hex(content));
    }
    const files = await room.listFiles();
    const path = `/v1/uploads/${id}/commit`;
    const refused = await signedCall(room.origin, { method: "POST", path, key: member.key, json: { parts } });
    expectProblem(refused, "memory-short", /given up and nothing has changed/);
    expect(await room.listFiles()).toEqual(files);
    expect(read(uploadReplySchema, await call(member, `GET /v1/uploads/${id}`)).state).toBe("open");
    expect(await versionsOf(member)).toBe(versions);
    expect((await upload(member, csvOf(people(0, 60), "n"))).people).toBe(60);
  });
});
