// The log as others watch it, over real HTTP and a real database: tiles that a mirror works with, witnesses that
// cosign, and a room whose database was put back, found by a witness, by its own memory, and by what it signed twice.

import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appendEntry } from "../../app/append-entry.ts";
import { publishRound } from "../../app/publish-checkpoint.ts";
import { runProgram } from "../../cli/program.ts";
import { openCheckpoint, verifyAuditExport } from "../../client/verify.ts";
import { verifyWitnessed } from "../../client/verify-witnessed.ts";
import { cosign, cosignerKey, parseCosignerKey, verifyCosignatures } from "../../crypto/cosignature.ts";
import { generateSigningKey } from "../../crypto/jwk.ts";
import { rawPublicKey, signNote, type VerifierKey, verifierKey } from "../../crypto/signed-note.ts";
import { type Checkpoint, formatCheckpoint } from "../../domain/audit/checkpoint.ts";
import { append, EMPTY_FRONTIER, leafHash, rootOf } from "../../domain/audit/merkle.ts";
import { parseBundle, placeOf, type Tile, tilesOf } from "../../domain/audit/tile.ts";
import { equalBytes, utf8 } from "../../domain/bytes.ts";
import { OPERATOR } from "../../domain/partner/manifest.ts";
import { USUAL_RATES } from "../../domain/rates.ts";
import { discardRoom, type RunningRoom, runRoom } from "../../main.ts";
import { transaction } from "../../storage/transaction.ts";
import { entryListSchema, witnessedSchema, witnessListSchema, witnessSchema } from "../../wire/api/audit.ts";
import { type TestDatabase, testDatabase } from "../database.ts";
import { type Relay, relayTo } from "../relay.ts";
import { operatorKeyOf } from "../room.ts";
import { signedHeaders } from "../signed-call.ts";
import { bring, call, expectProblem, type Member, manifestOf, read } from "./world.ts";

const ENTRIES = 40;

let database: TestDatabase;
let relay: Relay;
let folder: string;
let room: RunningRoom;
let operator: Member;
let alba: Member;
let boreal: Member;
let roomKey: VerifierKey;

beforeAll(async () => {
  database = await testDatabase();
  relay = await relayTo(database);
  folder = await mkdtemp(join(tmpdir(), "concordat-room-"));
  room = await start();
  operator = { origin: room.publicOrigin, id: OPERATOR, key: await operatorKeyOf(room) };
  const world = { operator, origin: room.publicOrigin };
  [alba, boreal] = [await bring(world, "alba-travel"), await bring(world, "boreal-boats")];
  roomKey = room.ports.room.logKeys.known();
  for (const { id, key } of [alba, boreal]) await writeFile(keyFile(id), privateJwk(key), { mode: 0o600 });
});
afterAll(async () => {
  await discardRoom(room);
  relay.close();
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

describe("checkpoints for witnesses", () => {
  test("the first is there at once, and the next after so many entries, in the transaction of the last", async () => {
    expect((await published()).size).toBe(1);
    await grow(ENTRIES - 1 - (await head()).size + 1);
    expect((await published()).size).toBe(1);
    await grow(1);
    expect((await published()).size).toBe(1 + ENTRIES);
  });

  test("or so many seconds after an entry, by the database's clock, by one of several servers", async () => {
    await grow(1);
    const [{ size: before }, { size }] = [await published(), await head()];
    await Promise.all(times(3, () => publishRound(room.ports)));
    expect((await published()).size).toBe(before);
    const hurried = { ...room.ports, room: { ...room.ports.room, publishing: { seconds: 1, entries: 1_000 } } };
    await wait(1_000);
    await Promise.all(times(3, () => publishRound(hurried)));
    expect((await published()).size).toBe(size);
  });
});

describe("tiles (C2SP tlog-tiles)", () => {
  beforeAll(() => grow(300));

  test("are all that a mirror needs to work out the root of a checkpoint, and of each size before", async () => {
    const { size, root } = await head();
    const leaves: Uint8Array[] = [];
    for (const tile of tilesOf(size).filter(({ level }) => level === 0)) leaves.push(...(await hashesOf(tile)));
    expect(equalBytes(rootOver(leaves), root)).toBe(true);
    for (const tile of tilesOf(size).filter(({ level }) => level === 1)) {
      const expected = rootOver(leaves.slice(tile.index * 256, 256));
      expect(equalBytes((await hashesOf(tile))[0] ?? root, expected)).toBe(true);
    }
    expect(tilesOf(size).map(({ level }) => level)).toEqual([0, 0, 1]);
    const { size: earlier, root: before } = await published();
    expect(equalBytes(rootOver(leaves.slice(0, earlier)), before)).toBe(true);
  });

  test("never change, so whoever may see them may keep them; and none is served that is not there", async () => {
    const whole = await fetchTile(alba, "tile/0/000");
    expect([whole.status, whole.bytes.length, whole.type]).toEqual([200, 8_192, "application/octet-stream"]);
    expect(whole.cache).toBe("private, max-age=31536000, immutable");
    const part = await fetchTile(alba, "tile/0/000.p/7");
    expect(part.bytes).toEqual(whole.bytes.subarray(0, 7 * 32));
    for (const place of ["tile/0/001", "tile/1/000", "tile/1/000.p/2", "tile/2/000.p/1", "tile/63/000.p/1"]) {
      expect([place, (await fetchTile(alba, place)).status]).toEqual([place, 404]);
    }
    for (const place of ["tile/0/0", "tile/0/000.p/0", "tile/0/000.p/256", "tile/64/000", "tile/0/x000/001"]) {
      expectProblem(await call(alba, `GET /v1/audit/${place}`), "not-found", /no address of a tile/);
    }
    expect((await fetch(`${room.publicOrigin}/v1/audit/tile/0/000`)).status).toBe(401);
  });

  test("bundles give entries to whoever may read each of them, byte for byte as they were hashed", async () => {
    const bundle = await fetchTile(operator, "tile/entries/000");
    const entries = parseBundle(bundle.bytes);
    if (!entries.ok) throw new Error(entries.error);
    expect(entries.value).toHaveLength(256);
    const leaves = await hashesOf({ level: 0, index: 0, width: 256 });
    expect(entries.value.every((entry, at) => equalBytes(leafHash(entry), leaves[at] ?? entry))).toBe(true);
    const own = read(entryListSchema, await call(alba, "GET /v1/audit/entries?limit=1000")).items;
    const answer = await call(alba, "GET /v1/audit/tile/entries/000");
    expectProblem(
      answer,
      "entries-not-yours",
      new RegExp(`^${own.filter(({ index }) => index < 256).length} of its 256`),
    );
    expect((await fetchTile(operator, "tile/entries/001")).status).toBe(404);
    expect(parseBundle((await fetchTile(operator, "tile/entries/001.p/2")).bytes)).toMatchObject({ ok: true });
  });
});

describe("witnesses (C2SP tlog-cosignature)", () => {
  test("register with a first cosignature, vouch for what is published, and are shown with it", async () => {
    const first = await witness(alba);
    const { size } = await published();
    expect(first).toMatchObject({
      exit: 0,
      json: { kind: "cosigned", size, cosignatures: 1, witness: "alba-travel/witness" },
    });
    expect(await witness(alba)).toMatchObject({ exit: 0, json: { kind: "unchanged", size, cosignatures: null } });
    const memory = await readFile(memoryFile(alba.id), "utf8");
    await writeFile(memoryFile(alba.id), memory.replace('"isTaken":true', '"isTaken":false'));
    expect((await witness(alba)).json).toMatchObject({ kind: "cosigned", size, cosignatures: 1 });
    const second = await witness(boreal);
    expect(second.json).toMatchObject({ kind: "cosigned", size, cosignatures: 2 });
    const keys = [first, second].map(({ json }) => known(parseCosignerKey(String(json["key"]))));
    const found = verifyCosignatures(utf8(await publishedNote()), keys);
    const names = found.ok && found.value.cosignatures.map(({ key }) => key.name);
    expect(names).toEqual(["alba-travel/witness", "boreal-boats/witness"]);
    expect((await stat(memoryFile(alba.id))).mode & 0o777).toBe(0o600);
    const listed = read(witnessListSchema, await call(boreal, "GET /v1/audit/witnesses")).items;
    expect(listed.map(({ name, last }) => [name, last?.size])).toEqual([
      ["alba-travel/witness", size],
      ["boreal-boats/witness", size],
    ]);
    expect(await actsOf(alba, "witness-registered")).toBe(1);
  });

  test("complete a receipt: its entry stands under what they cosigned", async () => {
    const [entry] = read(entryListSchema, await call(alba, "GET /v1/audit/entries?limit=1")).items;
    if (entry === undefined) throw new Error("an entry concerns the partner");
    const index = (await published()).size - 1;
    const last = read(entryListSchema, await call(operator, `GET /v1/audit/entries?from=${index}&limit=1`)).items[0];
    const answer = await call(alba, `GET /v1/audit/witnessed/${index}`);
    const witnesses = read(witnessListSchema, await call(alba, "GET /v1/audit/witnesses")).items;
    const keys = witnesses.map(({ key }) => known(parseCosignerKey(key)));
    const claim = { entry: last?.entry ?? "", index };
    read(witnessedSchema, answer);
    const verified = verifyWitnessed(claim, answer.text, { room: roomKey, witnesses: keys });
    expect(verified.ok && verified.value.cosignedBy.map(({ name }) => name)).toEqual(witnesses.map(({ name }) => name));
    const bent = verifyWitnessed({ ...claim, entry: entry.entry }, answer.text, { room: roomKey, witnesses: keys });
    expect(bent).toMatchObject({ ok: false, error: /does not stand/.exec(String(!bent.ok && bent.error))?.input });
    expectProblem(await call(alba, "GET /v1/audit/witnessed/999999"), "not-found", /no published checkpoint covers/);
  });

  test("follow the log as it grows, and the next checkpoint begins without their lines", async () => {
    await grow(ENTRIES);
    const { size } = await published();
    expect((await publishedNote()).match(/^\u2014/gm)).toHaveLength(1);
    expect((await witness(alba)).json).toMatchObject({ kind: "cosigned", size, cosignatures: 1 });
    const covering = async (query: string) => {
      const { checkpoint } = read(witnessedSchema, await call(alba, `GET /v1/audit/witnessed/0${query}`));
      return { size: opened(checkpoint).size, lines: partsOf(checkpoint)[1].length - 1 };
    };
    const both = await covering("?witnesses=2");
    expect(both.lines).toBe(2);
    expect(both.size).toBeLessThan(size);
    expect(await covering("")).toEqual(both);
    expect(await covering("?witnesses=3")).toEqual({ size: 1, lines: 0 });
  });

  test("say nothing that is not theirs, not published, of another log or of tomorrow", async () => {
    const { key } = generateSigningKey();
    const raw = rawPublicKey(key.publicKey);
    const [text, [own]] = partsOf(await publishedNote());
    const note = `${text}\n${own}\n`;
    const now = Math.floor(Date.now() / 1_000);
    const bear = (name: string, seconds = now) => note + cosign(text, { name, key }, seconds);
    const register = (name: string, checkpoint: string, by = boreal) =>
      call(by, "POST /v1/audit/witnesses", { json: { key: cosignerKey(name, raw), checkpoint } });
    const name = "boreal-boats/second";
    expectProblem(await register("alba-travel/x", bear("alba-travel/x")), "key-unacceptable", /named `boreal-boats/);
    expectProblem(await register(name, note), "checkpoint-invalid", /does not bear a cosignature/);
    expectProblem(await register(name, bear(name).replace(/.{6}\n$/, "AAAA=\n")), "checkpoint-invalid", /verif|bear/);
    expectProblem(await register(name, bear(name), operator), "partner-only", /by its partners/);
    const { thumbprint } = read(witnessSchema, await register(name, bear(name)));
    expectProblem(await register(name, bear(name)), "witnesses-full", /2 witnesses/);
    const say = (checkpoint: string, by = boreal) => call(by, "POST /v1/audit/cosignatures", { json: { checkpoint } });
    expectProblem(await say(bear(name), alba), "checkpoint-invalid", /witness of yours/);
    expectProblem(await say(bear(name, now + 120)), "checkpoint-invalid", /ahead of the room's clock/);
    expectProblem(await say("nothing\n"), "checkpoint-invalid", /this room's key/);
    const others = signNote(text, [{ name: room.ports.room.origin, key }]);
    expectProblem(await say(others), "checkpoint-invalid", /this room's key/);
    if ((await head()).size + 1 === (await published()).size + ENTRIES) await grow(1);
    await grow(1);
    const newest = JSON.parse((await call(boreal, "GET /v1/audit/head")).text).checkpoint;
    const unpublished = newest + cosign(partsOf(newest)[0], { name, key }, now);
    expectProblem(await say(unpublished), "checkpoint-invalid", /not published/);
    const place = `DELETE /v1/audit/witnesses/${thumbprint}`;
    expectProblem(await call(alba, place), "not-found", /no such witness/);
    expect(read(witnessSchema, await call(boreal, place)).retiredAt).not.toBeNull();
    expectProblem(await say(bear(name)), "checkpoint-invalid", /witness of yours/);
    expectProblem(await register(name, bear(name)), "witness-exists", /is or was/);
  });

  test("cosign nothing older than they know, which may be more than is published", async () => {
    const path = memoryFile("ahead");
    await grow(1);
    const { checkpoint } = JSON.parse((await call(alba, "GET /v1/audit/head")).text);
    await writeFile(path, checkpoint);
    const { size } = opened(checkpoint);
    expect(size).toBeGreaterThan((await published()).size);
    const said = await witness(alba, "--memory", memoryFile("new"), "--from", path, "--witness-key", keyFile("ahead"));
    expect(said).toMatchObject({ exit: 0, json: { kind: "older", size } });
  });

  test("work one at a time with a memory, and never begin a broken one anew", async () => {
    const path = memoryFile("second");
    await writeFile(`${path}.lock`, String(process.ppid));
    expect(await witness(alba, "--memory", path)).toMatchObject({
      exit: 1,
      err: expect.stringMatching(/another witness/),
    });
    await writeFile(`${path}.lock`, "999999999");
    await writeFile(path, "{}");
    expect(await witness(alba, "--memory", path)).toMatchObject({ exit: 1, err: expect.stringMatching(/no memory/) });
  });
});

describe("two histories", () => {
  test("shown to two partners are found by comparing, with both signatures as evidence", async () => {
    const mine = join(folder, "mine.txt");
    const theirs = join(folder, "theirs.txt");
    const evidence = join(folder, "evidence.json");
    await writeFile(mine, await publishedNote());
    await writeFile(theirs, forged(await published()));
    const found = await concordat("audit", "compare", mine, theirs, "-o", evidence, "--key", keyText(), "--json");
    expect(found).toMatchObject({ exit: 5, json: { verdict: "two-roots" } });
    const shown = await concordat("audit", "compare", evidence, "--key", keyText(), "--json");
    expect(shown).toMatchObject({ exit: 0, json: { holds: true, verdict: "two-roots", isTrusted: true } });
    await writeFile(evidence, (await readFile(evidence, "utf8")).replace("two-roots", "behind"));
    const same = await concordat("audit", "compare", mine, mine, "--key", keyText(), "--json");
    expect(same).toMatchObject({ exit: 0, json: { verdict: "same" } });
  });

  test("of two sizes are decided by the room's proof, and by no other", async () => {
    const files = {
      early: join(folder, "early.txt"),
      late: join(folder, "late.txt"),
      proof: join(folder, "proof.json"),
    };
    await writeFile(files.early, await publishedNote());
    await writeFile(files.late, JSON.parse((await call(alba, "GET /v1/audit/head")).text).checkpoint);
    const compare = (...more: string[]) =>
      concordat("audit", "compare", files.late, files.early, "--key", keyText(), "--json", ...more);
    expect(await compare()).toMatchObject({ exit: 1, json: { verdict: "unproven" } });
    const { size: first } = await published();
    const fetched = await as(alba, "audit", "proof", String(first), String((await head()).size), "-o", files.proof);
    expect(fetched.exit).toBe(0);
    expect(await compare("--proof", files.proof)).toMatchObject({ exit: 0, json: { verdict: "grown" } });
    const { proof } = JSON.parse(await readFile(files.proof, "utf8"));
    await writeFile(files.proof, JSON.stringify({ proof: [...proof].reverse() }));
    expect(await compare("--proof", files.proof)).toMatchObject({ exit: 5, json: { verdict: "not-grown" } });
  });
});

describe("a database that was put back", () => {
  let taken: Tail;
  let size = 0;

  test("is found by a witness, which keeps both checkpoints; from then on the room signs nothing", async () => {
    size = (await head()).size;
    taken = await putBack();
    const found = await witness(alba);
    expect(found).toMatchObject({ exit: 5, json: { verdict: "behind" } });
    expect(found.err).toMatch(/it was put back[\s\S]*kept:[\s\S]*shown:[\s\S]*evidence: /);
    const path = String(found.json["evidence"]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await concordat("audit", "compare", path, "--key", keyText(), "--json")).toMatchObject({
      exit: 0,
      json: { holds: true, kind: "behind" },
    });
    await expectReadOnly(/log has \d+ entries, and its key has signed one of \d+$/);
  });

  test("is found again at every start, and nothing is written or swept then", async () => {
    const before = await head();
    const later = join(folder, "data", "lists", "segments", `${"0".repeat(64)}.segment`);
    await writeFile(later, "sealed for a version that this database does not know");
    await restart();
    expect((await stat(later)).size).toBeGreaterThan(0);
    expect(room.warnings.join()).toMatch(/signs nothing and is read-only/);
    expect((await head()).size).toBe(before.size);
    await expectReadOnly(/log has \d+ entries, and its key has signed one of \d+$/);
  });

  test("and once its latest state is back, the room goes on, and so does the witness", async () => {
    await bringBack(taken);
    await restart();
    expect((await ready()).status).toBe(200);
    // The start, and before it that the port is another than at the last one that was logged.
    expect((await head()).size).toBe(size + 2);
    expect((await call(operator, "POST /v1/partners", { json: manifestOf("corvo-bank") })).status).toBe(201);
    await grow(ENTRIES);
    expect((await witness(alba)).json).toMatchObject({ kind: "cosigned" });
  });

  test("is found by the room's own memory, at a start and while it runs", async () => {
    await publishRound(room.ports);
    const last = await putBack();
    await publishRound(room.ports);
    await expectReadOnly(/log has \d+ entries, and its key has signed one of \d+$/);
    await bringBack(last);
    await restart();
    expect((await ready()).status).toBe(200);
    await transaction(
      database.owner,
      { name: "tear", parties: [OPERATOR], access: "read write" },
      async (tx) => await tx`delete from concordat.log_node where level = 0 and index = ${(await head()).size - 1}`,
    );
    await publishRound(room.ports);
    expect((await ready()).text).toMatch(/lacks parts of its tree/);
  });

  test("is found even when its memory is gone and it signed other entries since: they do not follow", async () => {
    await mendTear();
    await putBack();
    await room.stop();
    await rm(join(folder, "data", "log-memory.json"));
    room = await start();
    await grow(3 * ENTRIES);
    expect((await ready()).status).toBe(200);
    const found = await witness(alba);
    expect(found).toMatchObject({ exit: 5, json: { verdict: "not-grown" } });
    const shown = await concordat("audit", "compare", String(found.json["evidence"]), "--key", keyText(), "--json");
    expect(shown).toMatchObject({ exit: 0, json: { holds: true, verdict: "not-grown" } });
    await expectReadOnly(/has another root at \d+ entries/);
  });
});

// --- what the tests do to the room ---

async function start(): Promise<RunningRoom> {
  const directory = join(folder, "data");
  const started = await runRoom({
    dataDirectory: directory,
    keys: { kind: "file", path: join(directory, "keys.json") },
    engine: "columnar",
    memoryBytes: 256 * 1_048_576,
    publishing: { seconds: 60, entries: ENTRIES },
    databaseUrl: relay.url,
    host: "127.0.0.1",
    port: operator === undefined ? 0 : Number(new URL(operator.origin).port),
    rates: USUAL_RATES,
    proxies: [],
    metrics: null,
    slowQuestionMillis: 5_000,
    signInHosts: [],
    publicOrigin: null,
    logLevel: "silent",
  });
  if (!started.ok) throw new Error(started.error.join("; "));
  return started.value;
}

async function restart(): Promise<void> {
  await room.stop();
  room = await start();
}

/** Appends entries that concern one partner and the operator. */
function grow(count: number): Promise<void> {
  const { store } = room.ports;
  return store.write({ name: "grow", parties: [OPERATOR, boreal.id] }, async (tx) => {
    const happening = { act: "log-exported", actor: null, parties: [boreal.id], subject: {}, detail: {} } as const;
    for (let done = 0; done < count; done++) await appendEntry(room.ports, tx, happening);
  });
}

type Tail = { readonly [table: string]: readonly Record<string, unknown>[] };
const TAILS = [
  ["log_checkpoint", "size"],
  ["log_cosignature", "size"],
  ["log_entry", "index"],
  ["log_node", "index"],
  ["log_head", "size"],
] as const;

/** As the database's superuser: the log as it was 60 entries ago. Answers what is needed to undo it. */
async function putBack(): Promise<Tail> {
  const to = (await head()).size - 60;
  return asSuperuser(async (tx) => {
    const taken: { [table: string]: readonly Record<string, unknown>[] } = {};
    for (const [table] of TAILS) taken[table] = [...(await tx`select * from ${tx(`concordat.${table}`)}`)];
    await tx`delete from concordat.log_cosignature where size > ${to}`;
    await tx`delete from concordat.log_checkpoint where size > ${to}`;
    await tx`delete from concordat.log_entry where index >= ${to}`;
    await tx`delete from concordat.log_node where (index + 1) * (1::int8 << level) > ${to}`;
    const rows = await tx<{ entry: string }[]>`select entry from concordat.log_entry order by index`;
    let frontier = EMPTY_FRONTIER;
    for (const { entry } of rows) frontier = append(frontier, leafHash(utf8(entry))).frontier;
    const { origin } = room.ports.room;
    const checkpoint = signNote(formatCheckpoint({ origin, size: to, root: rootOf(frontier) }), [noteSigner()]);
    await tx`update concordat.log_head
      set size = ${to}, frontier = ${Buffer.concat([...frontier.hashes])}, checkpoint = ${checkpoint}`;
    return taken;
  });
}

async function bringBack(taken: Tail): Promise<void> {
  await asSuperuser(async (tx) => {
    for (const [table] of [...TAILS].reverse()) await tx`delete from ${tx(`concordat.${table}`)}`;
    for (const table of ["log_head", "log_node", "log_entry", "log_checkpoint", "log_cosignature"]) {
      for (const row of taken[table] ?? []) await tx`insert into ${tx(`concordat.${table}`)} ${tx(row)}`;
    }
  });
}

async function mendTear(): Promise<void> {
  await asSuperuser(async (tx) => {
    const [row] = await tx<{ index: number; entry: string }[]>`
      select index, entry from concordat.log_entry order by index desc limit 1`;
    const [index, hash] = [row?.index ?? 0, Buffer.from(leafHash(utf8(row?.entry ?? "")))];
    await tx`insert into concordat.log_node (level, index, hash) values (0, ${index}, ${hash})`;
  });
}

function asSuperuser<Value>(work: Parameters<typeof transaction<Value>>[2]): Promise<Value> {
  const parties = [OPERATOR, alba.id, boreal.id];
  return transaction(database.owner, { name: "put back", parties, access: "read write" }, work);
}

/** What a room that is not sound still does, and what it refuses. */
async function expectReadOnly(says: RegExp): Promise<void> {
  const json = manifestOf("newcomer-inns");
  expectReason(await unchecked(operator, "POST", "/v1/partners", json), says);
  expectReason(await unchecked(alba, "PUT", "/v1/policy", {}), says);
  const { status, text } = await ready();
  expect([status, text]).toEqual([503, expect.stringMatching(/"because":"its log/)]);
  const exported = await call(alba, "GET /v1/audit/export");
  expect(verifyAuditExport(exported.text, roomKey)).toMatchObject({ ok: true });
  expect((await call(alba, "GET /v1/partners")).status).toBe(200);
  await expect(grow(1)).rejects.toMatchObject({ name: "LogBehind" });
}

function expectReason({ status, body }: Plain, says: RegExp): void {
  expect(status).toBe(503);
  expect(body).toMatchObject({ type: "/problems/log-behind", detail: expect.stringMatching(says) });
}

// --- what the tests read ---

async function head(): Promise<Checkpoint> {
  return opened(JSON.parse((await call(alba, "GET /v1/audit/head")).text).checkpoint);
}

async function published(): Promise<Checkpoint> {
  return opened(await publishedNote());
}

async function publishedNote(): Promise<string> {
  return (await call(alba, "GET /v1/audit/checkpoint")).text;
}

function opened(note: string): Checkpoint {
  const checkpoint = openCheckpoint(note, roomKey);
  if (!checkpoint.ok) throw new Error(checkpoint.error);
  return checkpoint.value;
}

function forged({ origin, size }: Checkpoint): string {
  return signNote(formatCheckpoint({ origin, size, root: leafHash(utf8("other")) }), [noteSigner()]);
}

function noteSigner() {
  const { origin, logKeys } = room.ports.room;
  return { name: origin, key: logKeys.signer(null) };
}

/** A note's text, and its lines. */
function partsOf(note: string): readonly [string, readonly string[]] {
  const [text = "", lines = ""] = note.split(/(?<=\n)\n/);
  return [text, lines.trimEnd().split("\n")];
}

async function actsOf(member: Member, act: string): Promise<number> {
  const { items } = read(entryListSchema, await call(member, "GET /v1/audit/entries?limit=1000"));
  return items.filter(({ entry }) => entry.includes(`"act":"${act}"`)).length;
}

async function hashesOf({ level, ...rest }: Tile): Promise<Uint8Array[]> {
  const { status, bytes } = await fetchTile(alba, `tile/${level}/${placeOf(rest)}`);
  expect([status, bytes.length]).toEqual([200, rest.width * 32]);
  return times(rest.width, (at) => bytes.subarray(at * 32, at * 32 + 32));
}

function rootOver(leaves: readonly Uint8Array[]): Uint8Array {
  return rootOf(leaves.reduce((frontier, leaf) => append(frontier, leaf).frontier, EMPTY_FRONTIER));
}

async function fetchTile(member: Member, place: string) {
  const path = `/v1/audit/${place}`;
  const { headers } = signedHeaders(member.origin, { method: "GET", path, key: member.key });
  const response = await fetch(member.origin + path, { headers: headers.map(([name, value]) => [name, value]) });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return {
    status: response.status,
    bytes,
    type: response.headers.get("content-type"),
    cache: response.headers.get("cache-control"),
  };
}

type Plain = { readonly status: number; readonly body: Record<string, unknown> };

async function unchecked(member: Member, method: string, path: string, json: unknown): Promise<Plain> {
  const { headers, bytes } = signedHeaders(member.origin, { method, path, key: member.key, json });
  const response = await fetch(member.origin + path, {
    method,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
    body: new Uint8Array(bytes ?? []),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

async function ready(): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`${room.publicOrigin}/readyz`);
  return { status: response.status, text: await response.text() };
}

// --- the command line ---

type Ran = {
  readonly exit: number;
  readonly err: string;
  readonly json: { readonly [name: string]: unknown };
};

function witness(member: Member, ...argv: string[]): Promise<Ran> {
  const memory = argv.includes("--memory") ? [] : ["--memory", memoryFile(member.id)];
  return as(member, "witness", "--once", "--json", "--room-key", keyText(), ...memory, ...argv);
}

function as({ id, origin }: Member, ...argv: string[]): Promise<Ran> {
  return concordat("--url", origin, "--partner", id, "--key", keyFile(id), ...argv);
}

async function concordat(...argv: string[]): Promise<Ran> {
  const told = { out: "", err: "" };
  const exit = await runProgram(
    argv,
    {
      standardOutput: (text) => {
        told.out += text;
      },
      standardError: (text) => {
        told.err += text;
      },
      isTerminal: false,
      environment: {},
      home: folder,
      clock: () => Date.now(),
      random: (count) => crypto.getRandomValues(new Uint8Array(count)),
    },
    [],
  );
  return { exit, err: told.err, json: told.out.startsWith("{") ? JSON.parse(told.out) : {} };
}

function keyFile(partner: string): string {
  return join(folder, `${partner}.jwk`);
}

function memoryFile(partner: string): string {
  return join(folder, "memories", `${partner}.json`);
}

function keyText(): string {
  return verifierKey(roomKey.name, rawPublicKey(roomKey.key));
}

function privateJwk({ signer }: Member["key"]): string {
  return JSON.stringify(signer.export({ format: "jwk" }));
}

function known<Key>(parsed: { readonly ok: true; readonly value: Key } | { readonly ok: false }): Key {
  if (!parsed.ok) throw new Error("a key does not read");
  return parsed.value;
}

function times<Value>(count: number, make: (index: number) => Value): Value[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
