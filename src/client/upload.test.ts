// Uploads against a real room, over a connection that breaks where a test says.

import { createHash, randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateSigningKey } from "../crypto/jwk.ts";
import { concatBytes, utf8 } from "../domain/bytes.ts";
import { startTestRoom, type TestRoom } from "../testing/room.ts";
import { type RoomClient, roomClient } from "./room-client.ts";
import type { Send } from "./signed-fetch.ts";
import { type UploadProgress, uploadList } from "./upload.ts";

const DATASET = "people";
const SCHEMA = {
  concordat: "dataset/1" as const,
  dataset: DATASET,
  record: { column: "id" },
  identifiers: { email: { column: "email", profile: "concordat-1" as const, encoding: "hex" as const } },
  attributes: {},
  consents: {},
  rejects: "0.02",
};
const PATIENCE = { tries: 2, pauseMillis: 5 };
const CUT = 2_000;

let room: TestRoom;
let client: RoomClient;

beforeAll(async () => {
  room = await startTestRoom();
  const chance = { clock: () => Date.now(), random: (count: number) => randomBytes(count), patience: PATIENCE };
  const operator = roomClient({ url: room.url, key: room.operatorKey, ...chance });
  const manifest = {
    concordat: "partner/1" as const,
    id: "list-owner",
    name: "List Owner",
    industry: "travel",
    contacts: [{ role: "privacy", email: "privacy@owner.example" }],
    datasets: [],
  };
  const added = await operator.call((api) => api.POST("/v1/partners", { body: manifest }));
  if (!added.ok) throw new Error(added.error.detail);
  const { key } = generateSigningKey();
  client = roomClient({ url: room.url, key, ...chance });
  const body = { jwk: { ...key.publicKey.jwk }, code: added.value.code };
  const params = { path: { partner: "list-owner" } };
  const enrolled = await client.call((api) => api.POST("/v1/partners/{partner}/keys", { params, body }));
  if (!enrolled.ok) throw new Error(enrolled.error.detail);
  const declared = await client.call((api) => api.POST("/v1/datasets", { body: SCHEMA }));
  if (!declared.ok) throw new Error(declared.error.detail);
});

afterAll(async () => {
  await room?.discard();
});

function listOf(rows: number, seed: string): Uint8Array {
  const lines = Array.from({ length: rows }, (_, row) => {
    const digest = createHash("sha256").update(`${seed}${row}@example.com`).digest("hex");
    return `"r\n${row}",${digest}\r\n`;
  });
  return utf8(`id,email\r\n${lines.join("")}`);
}

async function* sourceOf(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 777) yield bytes.subarray(at, at + 777);
}

/** The same client over a line that breaks: `fault` says for each part what becomes of it. */
function withFaults(fault: (part: number) => "before" | "after" | null) {
  const puts: number[] = [];
  const send: Send = async (request) => {
    const part = Number(/\/parts\/(\d+)$/.exec(request.url)?.[1]);
    if (Number.isNaN(part)) return client.send(request);
    puts.push(part);
    const breaks = fault(part);
    if (breaks === "before") throw new TypeError("fetch failed", { cause: new Error("reset") });
    const response = await client.send(request);
    if (breaks === "after") throw new TypeError("fetch failed", { cause: new Error("reset") });
    return response;
  };
  return { client: { ...client, send }, puts };
}

function upload(bytes: Uint8Array, rest: Partial<Parameters<typeof uploadList>[0]> = {}) {
  const list = { client, dataset: DATASET, source: sourceOf(bytes), cutBytes: CUT, patience: PATIENCE };
  return uploadList({ ...list, ...rest });
}

describe("an upload", () => {
  test("brings every row in, plain or gzip, and tells how far it is", async () => {
    const seen: UploadProgress[] = [];
    const bytes = listOf(120, "a");
    const plain = await upload(bytes, { onProgress: (progress) => seen.push(progress) });
    expect(plain).toMatchObject({ ok: true, value: { people: 120, report: { read: 120, rejected: 0 } } });
    const sent = seen.filter(({ phase }) => phase === "sending");
    expect(sent.map(({ rows }) => rows)).toEqual([...sent.map(({ rows }) => rows)].sort((left, right) => left - right));
    expect(sent.at(-1)).toEqual({ phase: "sending", rows: 120, rowsTotal: null, bytes: bytes.length });
    expect(sent.length).toBeGreaterThan(4);
    expect(seen[sent.length]).toEqual({ phase: "sealing", rows: 0, rowsTotal: null, bytes: bytes.length });
    const packed = await upload(gzipSync(bytes));
    expect(packed).toMatchObject({ ok: true, value: { people: 120 } });
  });

  test("brings NDJSON in as it brings CSV in, under its own media type", async () => {
    const rows = Array.from({ length: 120 }, (_, row) => {
      const email = createHash("sha256").update(`a${row}@example.com`).digest("hex");
      return `${JSON.stringify({ email, id: `"r\\\n${row}` })}\n`;
    });
    const types = new Set<string | null>();
    const send: Send = (request) => {
      if (request.method === "PUT") types.add(request.headers.get("content-type"));
      return client.send(request);
    };
    const sent = await upload(utf8(rows.join("")), { client: { ...client, send } });
    expect(sent).toMatchObject({ ok: true, value: { people: 120, report: { read: 120, rejected: 0 } } });
    expect([...types]).toEqual(["application/x-ndjson"]);
  });

  test("goes on over a broken connection, and sends no part again that had arrived", async () => {
    let isBroken = true;
    const before = withFaults((part) => {
      if (part !== 3 || !isBroken) return null;
      isBroken = false;
      return "before";
    });
    expect(await upload(listOf(80, "b"), { client: before.client })).toMatchObject({ ok: true, value: { people: 80 } });
    expect(before.puts.filter((part) => part === 3).length).toBe(2);
    const after = withFaults((part) => (part === 2 ? "after" : null));
    expect(await upload(listOf(80, "c"), { client: after.client })).toMatchObject({ ok: true, value: { people: 80 } });
    expect(after.puts.filter((part) => part === 2).length).toBe(1);
  });

  test("gives up when the connection stays broken, and goes on from there when it is resumed", async () => {
    const bytes = listOf(100, "d");
    const begun: string[] = [];
    const onOpen = async (id: string) => {
      begun.push(id);
    };
    const broken = withFaults((part) => (part >= 3 ? "before" : null));
    const first = await upload(bytes, { client: broken.client, onOpen });
    expect(first).toMatchObject({ ok: false, error: { kind: "unreachable" } });
    const whole = withFaults(() => null);
    const second = await upload(bytes, { client: whole.client, resume: begun[0] });
    expect(second).toMatchObject({ ok: true, value: { people: 100, report: { read: 100 } } });
    expect(whole.puts[0]).toBe(3);
    expect(new Set(whole.puts).size).toBe(whole.puts.length);
    const third = await upload(bytes, { resume: begun[0] });
    expect(third).toEqual(second);
  });

  test("is refused when another list is given to go on with, and begins anew when the old one is gone", async () => {
    const broken = withFaults((part) => (part >= 2 ? "before" : null));
    const begun: string[] = [];
    const onOpen = async (id: string) => {
      begun.push(id);
    };
    await upload(listOf(60, "e"), { client: broken.client, onOpen });
    const other = await upload(listOf(60, "f"), { resume: begun[0] });
    expect(other).toMatchObject({ ok: false, error: { kind: "part-mismatch" } });
    const gone = await upload(listOf(60, "f"), { resume: "upl_AAAAAAAAAAAAAAAAAAAAAA" });
    expect(gone).toMatchObject({ ok: true, value: { people: 60 } });
  });

  test("tells how many rows of how many are sealed while the room seals them", async () => {
    const { progress, inTurn } = room.ports;
    const seen: UploadProgress[] = [];
    let id = "";
    const onOpen = async (upload: string) => {
      id = upload;
    };
    // The commit waits for its turn until the client has looked at what the room tells meanwhile.
    let hasLooked = () => {};
    const looked = new Promise<void>((resolve) => {
      hasLooked = resolve;
    });
    const onProgress = (told: UploadProgress) => {
      seen.push(told);
      if (told.phase === "sealing" && told.rowsTotal === null) void inTurn(id, () => looked);
      if (told.phase === "sealing") progress.tell(id, { phase: "sealing", rows: 20, rowsTotal: 50, bytes: 1_000 });
      if (told.rows === 20) hasLooked();
    };
    const version = await upload(listOf(50, "h"), { onOpen, onProgress });
    expect(version).toMatchObject({ ok: true, value: { people: 50, change: "replace", increment: null } });
    expect(seen).toContainEqual({ phase: "sealing", rows: 20, rowsTotal: 50, bytes: 1_000 });
  });

  test("goes on only with an upload of its own change", async () => {
    await upload(listOf(40, "i"));
    const begun: string[] = [];
    const onOpen = async (id: string) => {
      begun.push(id);
    };
    const broken = withFaults((part) => (part >= 2 ? "before" : null));
    const bytes = listOf(60, "i");
    await upload(bytes, { client: broken.client, onOpen });
    const upserted = await upload(bytes, { resume: begun[0], change: "upsert", onOpen });
    expect(upserted).toMatchObject({ ok: true, value: { people: 60, change: "upsert" } });
    expect(begun[1]).not.toBe(begun[0]);
    expect(await upload(bytes, { resume: begun[0] })).toMatchObject({ ok: true, value: { change: "replace" } });
  });

  test("ends with the room's own words when the list is not hashed as declared", async () => {
    const raw = utf8(`id,email\r\n${"1,somebody@example.com\r\n".repeat(200)}`);
    const refused = await upload(raw);
    expect(refused).toMatchObject({ ok: false, error: { kind: "list-wrong-convention", status: 422 } });
    expect(await upload(concatBytes(listOf(3, "g"), utf8('"open')))).toMatchObject({ ok: false });
  });
});
