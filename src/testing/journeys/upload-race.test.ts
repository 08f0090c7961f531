// Parts on their way: one that is late, since its client lost the connection and sent it again, and both arrive; one
// whose upload is dropped; and how far they are while they stream.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { receivePart } from "../../app/receive-part.ts";
import { utf8 } from "../../domain/bytes.ts";
import { uploadReplySchema } from "../../wire/api/dataset.ts";
import { signedHeaders } from "../signed-call.ts";
import { type SlowCall, startPart } from "../slow-call.ts";
import { csvOf, people, sha256Hex } from "./lists.ts";
import {
  bring,
  call,
  commit,
  declare,
  expectProblem,
  type Member,
  openUpload,
  openWorld,
  read,
  sendPart,
  type World,
} from "./world.ts";

let world: World;
let member: Member;
beforeAll(async () => {
  world = await openWorld();
  member = await bring(world, "late-sender");
  await declare(member);
});
afterAll(() => world.room.discard());

/** A part of which half has come. */
async function halfSent(
  upload: string,
  signed: Uint8Array,
  { sent = signed, number = 1 }: { readonly sent?: Uint8Array; readonly number?: number } = {},
): Promise<SlowCall> {
  const before = (await progressOf(upload))?.bytes ?? 0;
  const part = startPart(member, { upload, number, signed, sent });
  const half = Math.floor(sent.length / 2);
  await part.send(half);
  await expect.poll(async () => (await progressOf(upload))?.bytes, { timeout: 10_000 }).toBe(before + half);
  return part;
}

const progressOf = async (upload: string) =>
  read(uploadReplySchema, await call(member, `GET /v1/uploads/${upload}`)).progress;

const first = csvOf(people(0, 50), "g");
const other = csvOf(people(100, 200), "o");

describe("a part that arrives after another of its number", () => {
  it.each([
    ["with other bytes is refused", other, other, "part-mismatch"],
    ["damaged is refused", other, other.replace("o100,", "o999,"), "digest-mismatch"],
    ["with the same bytes is the same part", first, first, null],
  ])("%s, and the version holds the first", async (_, signed, sent, kind) => {
    const upload = await openUpload(member);
    const late = await halfSent(upload, utf8(signed), { sent: utf8(sent) });
    expect((await sendPart(member, { upload, number: 1, content: first })).status).toBe(200);
    late.finish();
    const answer = await late.answer;
    expect(answer.status === 200 ? null : JSON.parse(answer.text).type).toBe(
      kind === null ? null : `/problems/${kind}`,
    );
    const version = await commit(member, upload, [sha256Hex(utf8(first))]);
    expect(version.body).toMatchObject({ people: 50, report: { read: 50, accepted: 50 } });
  });
});

const stagings = () => readdir(join(world.room.directory, "lists", "staging"));
const dropped = async (upload: string) => read(uploadReplySchema, await call(member, `DELETE /v1/uploads/${upload}`));

describe("a part of an upload that is dropped meanwhile", () => {
  it("is read no further, and nothing of it stays", async () => {
    const upload = await openUpload(member);
    const late = await halfSent(upload, utf8(first));
    expect(await stagings()).toContain(upload);
    expect((await dropped(upload)).state).toBe("dropped");
    late.finish();
    expectProblem(await late.answer, "upload-closed", /is dropped/);
    expect(await stagings()).not.toContain(upload);
  });

  it("leaves nothing either when it breaks off instead", async () => {
    const upload = await openUpload(member);
    const late = await halfSent(upload, utf8(first));
    await dropped(upload);
    late.breakOff();
    await expect(late.answer).rejects.toThrow();
    await expect.poll(stagings).not.toContain(upload);
  });

  it("leaves nothing either when it is staged after all that was staged is gone", async () => {
    const upload = await openUpload(member);
    const { ports } = world.room;
    const stagePart: typeof ports.matcher.stagePart = async (part) => {
      await dropped(upload);
      const staged = await ports.matcher.stagePart(part);
      expect(await stagings()).toContain(upload);
      return staged;
    };
    const caller = { partner: member.id, thumbprint: member.key.publicKey.thumbprint };
    const bytes = ReadableStream.from([utf8(first)]);
    const body = { bytes, digest: sha256Hex(utf8(first)), isIntact: () => true, size: () => first.length };
    const matcher = { ...ports.matcher, stagePart };
    const answer = await receivePart({ ...ports, matcher }, { caller, id: upload, number: 1, body });
    expect(answer).toMatchObject({ ok: false, error: { kind: "upload-closed" } });
    expect(await stagings()).not.toContain(upload);
  });
});

describe("the progress of an upload", () => {
  it("counts the bytes of a part on its way, and its rows once it was read", async () => {
    const upload = await openUpload(member);
    const progress = () => progressOf(upload);
    expect(await progress()).toEqual({ phase: "receiving", rows: 0, rowsTotal: null, bytes: 0 });
    await sendPart(member, { upload, number: 1, content: first });
    const before = { phase: "receiving", rows: 50, rowsTotal: null, bytes: first.length };
    expect(await progress()).toEqual(before);
    const rows = utf8(other.slice(other.indexOf("\n") + 1));
    const part = await halfSent(upload, rows, { number: 2 });
    expect(await progress()).toEqual({ ...before, bytes: first.length + Math.floor(rows.length / 2) });
    part.finish();
    expect((await part.answer).status).toBe(200);
    expect(await progress()).toEqual({ ...before, rows: 150, bytes: first.length + rows.length });
    await dropped(upload);
    expect(await progress()).toBeNull();
  });

  it("is told as events while parts arrive and while they are sealed, and last that it is closed", async () => {
    const upload = await openUpload(member);
    const events = eventsOf(upload);
    await until(events, /"phase":"receiving","rows":0,"rowsTotal":null/);
    await sendPart(member, { upload, number: 1, content: first });
    await until(events, /"rows":50,"rowsTotal":null/);
    world.room.ports.progress.tell(upload, { phase: "sealing", rows: 20, rowsTotal: 50, bytes: first.length });
    await until(events, /"phase":"sealing","rows":20,"rowsTotal":50/);
    await commit(member, upload, [sha256Hex(utf8(first))]);
    await until(events, /event: closed\ndata: \{"state":"committed"\}/);
    expect((await events.next()).done).toBe(true);
  });
});

async function* eventsOf(upload: string): AsyncGenerator<string> {
  const path = `/v1/uploads/${upload}/events`;
  const { headers } = signedHeaders(world.origin, { method: "GET", path, key: member.key });
  const response = await fetch(world.origin + path, {
    headers: headers.map(([name, value]): [string, string] => [name, value]),
  });
  const decoder = new TextDecoder();
  for await (const piece of response.body ?? []) yield decoder.decode(piece);
}

async function until(events: AsyncGenerator<string>, pattern: RegExp): Promise<void> {
  let seen = "";
  while (!pattern.test(seen)) {
    const next = await events.next();
    if (next.done === true) throw new Error(`the events ended: ${seen}`);
    seen += next.value;
  }
}
