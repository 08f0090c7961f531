import { parseList } from "structured-headers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateSigningKey } from "../../crypto/jwk.ts";
import { decodeEntry } from "../../domain/audit/entry.ts";
import { LIMITS } from "../../domain/limits.ts";
import { ratesOf } from "../../domain/rates.ts";
import type { Result } from "../../domain/result.ts";
import { entryListSchema } from "../../wire/api/audit.ts";
import { invitationSchema } from "../../wire/api/person.ts";
import { visitorBy } from "../console/visitor.ts";
import { PUBLISHING, startTestRoom, type TestRoom } from "../room.ts";
import { signedHeaders } from "../signed-call.ts";
import { LIST_SCHEMA } from "./lists.ts";
import { bring, call, type Member, read } from "./world.ts";

// Of a partner 80 requests a minute, so 60 of one hand; of an address 40 by nobody in particular, and 12 for deletion.
const aMinute = (units: number) => ({ units, windowSeconds: 60 });
const RATES = {
  ...ratesOf({ requestsPerMinute: 80, bytesPerMinute: LIMITS.partBytes }),
  stranger: aMinute(40),
  deletion: aMinute(12),
};

let room: TestRoom;
let ash: Member;
let birch: Member;
let cedar: Member;

beforeAll(async () => {
  room = await startTestRoom(undefined, PUBLISHING, { rates: RATES, proxies: ["127.0.0.1"] });
  const operator = { origin: room.publicOrigin, id: "operator" as never, key: room.operatorKey };
  const world = { operator, origin: room.publicOrigin };
  ash = await bring(world, "ash-travel");
  birch = await bring(world, "birch-boats");
  cedar = await bring(world, "cedar-bank");
});

afterAll(() => room.discard());

function needed<Value>(read: Result<Value, unknown>): Value {
  if (!read.ok) throw new Error("an entry does not read");
  return read.value;
}

type Seen = { readonly status: number; readonly text: string; readonly headers: Headers };

// Every call comes from an address of its own, unless it is told from which.
async function from(address: string, path: string, init: RequestInit = {}): Promise<Seen> {
  const headers = new Headers(init.headers);
  headers.set("x-forwarded-for", address);
  const response = await fetch(room.url + path, { ...init, headers });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

function get({ key }: Member, address = "198.51.100.1", bend = (text: string) => text): Promise<Seen> {
  const { headers } = signedHeaders(room.publicOrigin, { method: "GET", path: "/v1/partners", key });
  const bent = headers.map(([name, value]): [string, string] => [
    name,
    name.toLowerCase() === "signature" ? bend(value) : value,
  ]);
  return from(address, "/v1/partners", { headers: bent });
}

function left({ headers }: Seen, policy: string): unknown {
  const state = parseList(headers.get("ratelimit") ?? "").find(([name]) => name === policy);
  return state?.[1].get("r");
}

function expectTooMany(seen: Seen, policy: string): void {
  const wait = Number(seen.headers.get("retry-after"));
  expect([seen.status, wait > 0 && wait <= 60]).toEqual([429, true]);
  expect(JSON.parse(seen.text)).toMatchObject({
    type: "/problems/too-many-requests",
    "violated-policies": [policy],
    requestId: seen.headers.get("x-request-id"),
  });
}

describe("a partner", () => {
  test("whose acts flood the room does not keep another's waiting", async () => {
    const create = (member: Member, count: number) =>
      call(member, "POST /v1/datasets", { json: { ...LIST_SCHEMA, dataset: `list-${count}` } });
    let done = 0;
    const flood = Array.from({ length: 50 }, (_, count) => create(cedar, count).then(() => done++));
    await create(birch, 0);
    const before = done;
    await Promise.all(flood);
    expect(done).toBe(50);
    expect(before).toBeLessThan(30);
  });

  test("is told with every answer what is left, and loses nothing by requests that are not its own", async () => {
    const before = await get(ash);
    expect(before.headers.get("ratelimit-policy")).toContain('"partner";q=80;qu="requests";w=60');
    const strange = generateSigningKey().key;
    for (let count = 0; count < 10; count++) {
      const forged = await get(ash, `198.51.100.${count + 10}`, (text) => text.replace(/:[\w+/]{6}/, ":AAAAAA"));
      expect([forged.status, left(forged, "stranger"), left(forged, "partner")]).toEqual([401, 39, undefined]);
    }
    // Whoever holds some key may say whose it is to be.
    const json = { code: "A".repeat(43), jwk: strange.publicKey.jwk };
    const enrolment = { method: "POST", path: `/v1/partners/${ash.id}/keys`, key: strange, json };
    const { headers, bytes } = signedHeaders(room.publicOrigin, enrolment);
    const init = { method: "POST", headers: headers.map(([name, value]): [string, string] => [name, value]) };
    const refused = await from("198.51.100.30", enrolment.path, { ...init, body: new Uint8Array(bytes ?? []) });
    expect([refused.status, left(refused, "stranger")]).toEqual([403, 39]);
    const after = await get(ash);
    expect(Number(left(after, "partner"))).toBeGreaterThanOrEqual(Number(left(before, "partner")) - 1);
  });

  test("is served from an address at which strangers have used everything up", async () => {
    const address = "203.0.113.7";
    for (let count = 0; count < 40; count++) await from(address, "/problems");
    expectTooMany(await from(address, "/problems"), "stranger");
    expectTooMany(await from(address, "/v1/nowhere"), "stranger");
    expectTooMany(await get({ ...ash, key: generateSigningKey().key }, address), "stranger");
    expect([(await get(ash, address)).status, (await from(address, "/healthz")).status]).toEqual([200, 200]);
    expect((await from("203.0.113.8", "/problems")).status).toBe(200);
  });

  test("reaches its quotas by hand and in all, people of the console counted in, and others keep theirs", async () => {
    const json = { name: "Ada Lindqvist", role: "admin" };
    const invited = read(invitationSchema, await call(birch, "POST /v1/people", { json }));
    const visitor = await visitorBy({ link: new URL(invited.link, room.url).href, member: birch });
    let seen = await get(birch);
    for (let count = 0; seen.status === 200 && count < 80; count++) seen = await get(birch);
    expectTooMany(seen, "hand");
    let [page, pages] = [await visitor.get("/console/people"), 0];
    for (; page.status === 200 && pages < 80; pages++) page = await visitor.get("/console/people");
    // The key has left a quarter of the partner's; by hand alone, or as somebody else's, it would be 60.
    expect(pages).toBeLessThan(45);
    expect([page.status, Number(page.headers.get("retry-after")) > 0]).toEqual([429, true]);
    expect(page.text).toContain("More comes than a quota allows");
    expect((await get(ash)).status).toBe(200);
  });

  test("may bring so many bytes in a minute, a body without a length counting as the largest", async () => {
    const part = { method: "PUT", path: "/v1/uploads/upl_none/parts/1", key: ash.key, contentType: "text/csv" };
    const { headers, bytes } = signedHeaders(room.publicOrigin, { ...part, bytes: Buffer.from("record,email\n") });
    const init = { method: "PUT", headers: headers.map(([name, value]): [string, string] => [name, value]) };
    const body = new Blob([new Uint8Array(bytes ?? [])]).stream();
    const first = await from("198.51.100.1", part.path, { ...init, body, duplex: "half" } as RequestInit);
    // What the while since then gives back is told as well: 8 MiB in a minute are 140 bytes a millisecond.
    expect([first.status, Number(left(first, "bytes")) < LIMITS.partBytes / 60]).toEqual([400, true]);
    const again = signedHeaders(room.publicOrigin, { ...part, bytes: Buffer.alloc(LIMITS.partBytes / 2) });
    const second = await from("198.51.100.1", part.path, {
      method: "PUT",
      headers: again.headers.map(([name, value]): [string, string] => [name, value]),
      body: new Uint8Array(again.bytes ?? []),
    });
    expectTooMany(second, "bytes");
    expect((await get(ash)).status).toBe(200);
  });
});

test("a request has one name: in its reply, its problem and the entry of its act, which verifies with it", async () => {
  const time = Date.now().toString(16).padStart(12, "0");
  const name = `${time.slice(0, 8)}-${time.slice(8)}-7abc-9def-0123456789ab`;
  const json = { ...LIST_SCHEMA, dataset: "named" };
  const sent = { method: "POST", path: "/v1/datasets", key: ash.key, json };
  const { headers, bytes } = signedHeaders(room.publicOrigin, sent);
  const fields = [...headers.map(([one, value]): [string, string] => [one, value]), ["x-request-id", name]] as const;
  const init = { method: "POST", headers: fields.map(([one, value]): [string, string] => [one ?? "", value ?? ""]) };
  const reply = await from("198.51.100.1", sent.path, { ...init, body: new Uint8Array(bytes ?? []) });
  expect([reply.status, reply.headers.get("x-request-id")]).toEqual([201, name]);
  const { items } = read(entryListSchema, await call(ash, "GET /v1/audit/entries"));
  const entries = items.map(({ entry }) => needed(decodeEntry(entry)));
  const named = entries.filter(({ subject }) => subject["requestId"] === name);
  expect(named.map(({ act }) => act)).toEqual(["dataset-created"]);
  const strange = await from("198.51.100.2", "/v1/policy", { headers: { "x-request-id": "person7@example.org" } });
  const own = strange.headers.get("x-request-id");
  expect(JSON.parse(strange.text)).toMatchObject({ requestId: own });
  expect(strange.text + own).not.toContain("person7");
});

test("an address that asks for too many deletions keeps no other from asking", async () => {
  const ask = (address: string) =>
    from(address, "/v1/deletion-requests/ash-travel", {
      method: "POST",
      body: "x",
      headers: { "content-type": "application/jwt" },
    });
  const flood = await Promise.all(Array.from({ length: 13 }, () => ask("203.0.113.9")));
  expect(flood.map(({ status }) => status).sort()).toEqual([...Array(12).fill(400), 429]);
  const refused = flood.find(({ status }) => status === 429);
  if (refused !== undefined) expectTooMany(refused, "deletion");
  expect((await ask("203.0.113.10")).status).toBe(400);
});
