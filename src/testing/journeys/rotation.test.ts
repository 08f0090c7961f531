// The room's keys are rotated while it serves, over real HTTP with a real database (T-24): no request fails, overlap
// and ledger are as they were, and a crash between key ring and log is made good.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keepHouse } from "../../app/keep-house.ts";
import { publishRound } from "../../app/publish-checkpoint.ts";
import { runProgram } from "../../cli/program.ts";
import { openCheckpoint, verifyAuditExport, verifyAuditPieces } from "../../client/verify.ts";
import { verifyReceipt } from "../../client/verify-receipt.ts";
import { generateSigningKey, privateJwkOf } from "../../crypto/jwk.ts";
import { followKeys, parseLogKey } from "../../crypto/log-key.ts";
import { parseVerifierKey, signNote } from "../../crypto/signed-note.ts";
import { formatCheckpoint } from "../../domain/audit/checkpoint.ts";
import { toBase64Url } from "../../domain/bytes.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { checkpointSchema, entryListSchema } from "../../wire/api/audit.ts";
import { budgetSchema } from "../../wire/api/question.ts";
import { handOverSchema, wrappingRotationSchema } from "../../wire/api/room.ts";
import { startTestRoom } from "../room.ts";
import { csvOf, people } from "./lists.ts";
import {
  ask,
  audienceOf,
  bring,
  call,
  expectProblem,
  openWorld,
  overlapOf,
  pairOf,
  read,
  upload,
  type World,
} from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.room.discard());

const rotate = async () =>
  read(wrappingRotationSchema, await call(world.operator, "POST /v1/room/wrapping-key", { json: {} }));

async function rotations() {
  const { items } = read(entryListSchema, await call(world.operator, "GET /v1/audit/entries?limit=1000"));
  return items.map(({ entry }) => JSON.parse(entry)).filter(({ act }) => act === "wrapping-key-rotated");
}

test("the wrapping key is rotated under load: none fails, and overlap, ledger and files are the same", async () => {
  const { left, right, contract } = await pairOf(world, {
    names: ["turning-left", "turning-right"],
    lists: [people(0, 300), people(50, 350)],
  });
  const question = overlapOf(contract, [left, right]);
  const release = await ask(left, question);
  const given = await ask(left, audienceOf(contract, [left, right]));
  const rowsOf = async () => (await call(left, `GET /v1/releases/${given.id}/rows`)).text.split("\r\n").sort();
  const rows = await rowsOf();
  const before = read(budgetSchema, await call(right, "GET /v1/budget"));
  const keys = await readFile(join(world.room.directory, "keys.json"), "utf8");
  let isOver = false;
  const load = Array.from({ length: 4 }, async () => {
    const answers: [status: number, text: string][] = [];
    while (!isOver) {
      const again = await call(left, "POST /v1/questions", { json: question });
      answers.push([again.status, again.text], [(await call(left, `GET /v1/releases/${given.id}/rows`)).status, ""]);
    }
    return answers;
  });
  const turned = [await rotate(), await rotate(), await rotate()];
  isOver = true;
  const answers = (await Promise.all(load)).flat();
  expect(answers.length).toBeGreaterThan(8);
  expect(answers.filter(([status]) => status !== 200)).toEqual([]);
  expect(new Set(answers.map(([, text]) => text))).toEqual(new Set(["", release.text]));
  expect(turned.slice(1).map(({ from }) => from)).toEqual(turned.slice(0, 2).map(({ to }) => to));
  expect((await readFile(join(world.room.directory, "keys.json"), "utf8")) === keys).toBe(false);
  expect((await rotations()).map(({ detail }) => detail)).toEqual(turned);
  expect(read(budgetSchema, await call(right, "GET /v1/budget"))).toEqual(before);
  expect(await rowsOf()).toEqual(rows);
  expect((await upload(left, csvOf(people(0, 310), "n"))).people).toBe(310);
});

test("a rotation that the log could not be told of is told when it is asked for again, and no other made", async () => {
  const before = (await rotations()).length;
  const rotated = await world.room.ports.room.keyRing.rotate();
  if (!rotated.ok) throw new Error(rotated.error);
  expect(await rotate()).toEqual(rotated.value);
  expect((await rotations()).slice(before)).toMatchObject([{ detail: rotated.value }]);
});

test("a rotation that a crash kept from the log stands in it after the next start", async () => {
  const before = (await rotations()).length;
  const rotated = await world.room.ports.room.keyRing.rotate();
  if (!rotated.ok) throw new Error(rotated.error);
  await world.room.stop();
  const room = await startTestRoom(world.room.directory);
  world = { room, origin: room.publicOrigin, operator: { ...world.operator, origin: room.publicOrigin } };
  const entries = await rotations();
  expect(entries).toHaveLength(before + 1);
  expect(entries.at(-1)).toMatchObject({ actor: { room: true }, detail: rotated.value });
  await keepHouse(world.room.ports);
  expect(await rotations()).toHaveLength(before + 1);
});

/** The keys that a room shows: the log's first, and the notes by which others followed it. */
async function shownKeys() {
  const text = await (await fetch(`${world.origin}/.well-known/jwks.json`)).text();
  const shown: { keys: object[]; checkpointKey: string; handOvers: string[] } = JSON.parse(text);
  const first = parseVerifierKey(shown.checkpointKey);
  const followed = first.ok ? followKeys(first.value, shown.handOvers) : first;
  if (!first.ok || !followed.ok) throw new Error("the room shows no keys");
  return { ...shown, first: first.value, followed: followed.value };
}

async function checkpointNow(): Promise<string> {
  return read(checkpointSchema, await call(world.operator, "GET /v1/audit/head")).checkpoint;
}

test("the log is handed over under load: who trusts the first key follows, old and new receipts verify", async () => {
  const { left, right, contract } = await pairOf(world, {
    names: ["handing-left", "handing-right"],
    lists: [people(0, 300), people(50, 350)],
  });
  const before = await shownKeys();
  const old = await ask(left, overlapOf(contract, [left, right]));
  const [kept, former] = [await checkpointNow(), world.room.ports.room.logKeys.signer(null)];
  const receipts: string[] = [];
  let isOver = false;
  const load = Array.from({ length: 3 }, async (_, turn) => {
    for (let price = 1; !isOver || price < 3; price += 1) {
      const epsilon = `0.${turn + 1}${String(price).padStart(3, "0")}`;
      receipts.push((await ask(left, overlapOf(contract, [left, right], { epsilon }))).text);
    }
  });
  while (receipts.length === 0) await wait(5);
  const handed = read(handOverSchema, await call(world.operator, "POST /v1/room/log-key", { json: {} }));
  isOver = true;
  await Promise.all(load);
  const fresh = await ask(left, overlapOf(contract, [left, right], { epsilon: "0.9" }));
  const { first, followed, keys, checkpointKey, handOvers } = await shownKeys();
  expect([checkpointKey, handOvers, keys.length]).toEqual([
    before.checkpointKey,
    [handed.note],
    before.keys.length + 1,
  ]);
  for (const text of [old.text, fresh.text, ...receipts])
    expect(verifyReceipt(text, followed)).toMatchObject({ ok: true });
  expect(verifyReceipt(old.text, first)).toMatchObject({ ok: true });
  expect(verifyReceipt(fresh.text, first)).toMatchObject({ ok: false });
  // An export follows by itself, from a checkpoint of the former key on.
  const earlier = openCheckpoint(kept, first);
  if (!earlier.ok) throw new Error(earlier.error);
  const { size, root } = earlier.value;
  const exported = await call(left, `GET /v1/audit/export?size=${size}&root=${toBase64Url(root)}`);
  expect(verifyAuditExport(exported.text, first, earlier.value)).toMatchObject({ ok: true });
  const pieces = exported.text.match(/.{1,1000}/gs) ?? [];
  expect(verifyAuditPieces(pieces, first, earlier.value)).toMatchObject({ ok: true });
  expect(verifyAuditPieces(pieces, followed, earlier.value)).toMatchObject({ ok: true });
  const { entries, ...frame } = JSON.parse(exported.text);
  const others = entries.filter(({ entry }: { entry: string }) => !entry.includes("log-key-handed-over"));
  const without = canonicalJson({ ...frame, entries: others });
  expect(verifyAuditExport(without, first, earlier.value)).toMatchObject({ ok: false, error: { kind: "checkpoint" } });
  expect(verifyAuditExport(without, followed, earlier.value)).toMatchObject({ ok: true });
  expect(openCheckpoint(await checkpointNow(), first)).toMatchObject({ ok: false });
  // Neither key counts where the other signs.
  const by = (key: typeof former, at: number) =>
    signNote(formatCheckpoint({ origin: followed.name, size: at, root }), [{ name: followed.name, key }]);
  const next = world.room.ports.room.logKeys.signer(handed.to);
  const isTaken = (note: string) => openCheckpoint(note, followed).ok;
  const last = handed.index + 1;
  expect([by(former, last), by(former, last + 1), by(next, last), by(next, last + 1)].map(isTaken)).toEqual([
    ...[true, false, false, true],
  ]);
});

test("a witness and a profile that trust the first key follow, and the room goes on after a restart", async () => {
  const home = await mkdtemp(join(tmpdir(), "concordat-home-"));
  const member = await bring(world, "watching");
  const keyFile = join(home, "watching.jwk");
  await writeFile(keyFile, JSON.stringify(privateJwkOf(member.key)), { mode: 0o600 });
  const { checkpointKey } = await shownKeys();
  const place = () => ["--url", world.origin, "--partner", member.id, "--key", keyFile, "--json"];
  const witness = () =>
    concordat(home, [
      ...place(),
      "witness",
      "--once",
      "--room-key",
      checkpointKey,
      "--memory",
      join(home, "memory.json"),
    ]);
  await publishRound(world.room.ports);
  expect(await witness()).toMatchObject({ exit: 0, json: { kind: "cosigned" } });
  const second = read(handOverSchema, await call(world.operator, "POST /v1/room/log-key", { json: {} }));
  expect(await witness()).toMatchObject({ exit: 0, json: { kind: "cosigned", size: second.index + 1 } });
  // The file of keys is as a crash before its last write leaves it: both keys, the former as the present one.
  await world.room.stop();
  const path = join(world.room.directory, "keys.json");
  const whole = await readFile(path, "utf8");
  const { log, next: none, ...rest } = JSON.parse(whole);
  expect(none).toBeUndefined();
  const stranger = privateJwkOf(generateSigningKey().key);
  await writeFile(path, JSON.stringify({ ...rest, log: stranger }), { mode: 0o600 });
  await expect(startTestRoom(world.room.directory)).rejects.toThrow(/signed with another key/);
  await writeFile(path, JSON.stringify({ ...rest, log: stranger, next: { log } }), { mode: 0o600 });
  const room = await startTestRoom(world.room.directory);
  world = { room, origin: room.publicOrigin, operator: { ...world.operator, origin: room.publicOrigin } };
  expect(JSON.parse(await readFile(path, "utf8"))).toEqual(JSON.parse(whole));
  await publishRound(world.room.ports);
  expect(world.room.ports.standing.of()).toBeNull();
  const shown = await concordat(home, [...place(), "audit", "key"]);
  expect(shown).toMatchObject({ exit: 0, json: { handOvers: 2 } });
  const key = parseLogKey(String(shown.json["key"]));
  expect(key.ok && openCheckpoint(await checkpointNow(), key.value).ok).toBe(true);
  await rm(home, { recursive: true });
});

async function concordat(home: string, argv: readonly string[]) {
  let out = "";
  const world_ = {
    standardOutput: (text: string) => {
      out += text;
    },
    standardError: () => {},
    isTerminal: false,
    environment: {},
    home,
    clock: () => Date.now(),
    random: (count: number) => crypto.getRandomValues(new Uint8Array(count)),
  };
  const exit = await runProgram(argv, world_, []);
  const json: { readonly [name: string]: unknown } = out.startsWith("{") ? JSON.parse(out) : {};
  return { exit, json };
}

test("is the operator's act alone, and a room whose keys are gone does not make others", async () => {
  const { left } = await pairOf(world, { names: ["no-operator", "bystander"], lists: [people(0, 20), people(0, 20)] });
  expectProblem(await call(left, "POST /v1/room/wrapping-key", { json: {} }), "operator-only", /./);
  await world.room.stop();
  const path = join(world.room.directory, "keys.json");
  const kept = await readFile(path, "utf8");
  await rm(path);
  await expect(startTestRoom(world.room.directory)).rejects.toThrow(/is gone: bring the file back/);
  await expect(readFile(path)).rejects.toThrow("ENOENT");
  await writeFile(path, kept, { mode: 0o600 });
  const room = await startTestRoom(world.room.directory);
  world = { room, origin: room.publicOrigin, operator: { ...world.operator, origin: room.publicOrigin } };
  expect((await rotations()).length).toBeGreaterThan(0);
});
