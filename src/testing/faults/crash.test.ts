import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { type SigningKey, signingKeyFromJwk } from "../../crypto/jwk.ts";
import { parseVerifierKey, rawPublicKey, type VerifierKey, verifierKey, verifyNote } from "../../crypto/signed-note.ts";
import { type Checkpoint, parseCheckpoint } from "../../domain/audit/checkpoint.ts";
import { verifyExport } from "../../domain/audit/export-file.ts";
import { verifyConsistency } from "../../domain/audit/proof.ts";
import { fromBase64, utf8 } from "../../domain/bytes.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { TEXT_ARRAY } from "../../storage/arrays.ts";
import { removeEmbedded } from "../../storage/embedded/launcher.ts";
import { findPlace } from "../../storage/embedded/place.ts";
import { postmasterOf } from "../../storage/embedded/postmaster.ts";
import type { Statements } from "../../storage/pool.ts";
import type { RoomKeys } from "../../storage/room-keys.ts";
import { readRoomKeys } from "../room-keys.ts";
import { seededRandom } from "../seeded-random.ts";
import { type BusyRoom, busyRoom, KINDS, type Kind, type Sent } from "./busy-room.ts";
import { type ChildRoom, startChild, type WaitingRoom, waitingRoom } from "./child-room.ts";
import {
  asOwner,
  type Content,
  contentFaults,
  fileFaults,
  type SealedList,
  sealedLists,
  tableFaults,
} from "./room-facts.ts";
import { agree, bringList, type Keys, MEMBERS, mustCall, populate, type Range, textOf } from "./small-world.ts";

const KILLS = 20;
/** The kills that take the database's server down with the room. */
const DATABASE_KILLS = new Set([3, 9, 16]);

test("a room that is killed at any moment comes back whole, with every answer it gave and none twice", async () => {
  const seed = process.env["CONCORDAT_TEST_SEED"] ?? randomBytes(8).toString("hex");
  console.log(`crash test: seed ${seed} (CONCORDAT_TEST_SEED)`);
  const random = numbersFrom(seed);
  const scene = await setScene(random);
  onTestFinished(() => clearAway(scene), 60_000);
  const kinds = spread(random);
  for (const [turn, kind] of kinds.entries()) {
    scene.busy.resume();
    await killDuring(scene, { turn, kind, random });
    await comeBack(scene);
  }
  scene.busy.resume();
  await scene.busy.end();
  await verifyAtRest(scene);
  console.log(`crash test: ${scene.busy.sent.length} acts, ${scene.seen.length} checkpoints, ${scene.told.join("; ")}`);
}, 300_000);

type Scene = {
  readonly directory: string;
  readonly origin: string;
  readonly place: Parameters<typeof waitingRoom>[0];
  readonly keys: Keys;
  readonly operator: SigningKey;
  readonly roomKeys: RoomKeys;
  readonly busy: BusyRoom;
  /** The people of the first versions, which were there before the partners became busy. */
  readonly first: ReadonlyMap<string, Range>;
  /** Every checkpoint that the room has shown. */
  readonly seen: Checkpoint[];
  readonly told: string[];
  room: ChildRoom;
  spare: WaitingRoom;
};

type Numbers = (below: number) => number;

async function setScene(random: Numbers): Promise<Scene> {
  const directory = await mkdtemp(join(tmpdir(), "concordat-crash-"));
  const logFile = join(directory, "server.log");
  const room = await startChild(waitingRoom({ directory, port: 0, logFile }));
  const { origin } = room;
  const operator = signingKeyFromJwk(JSON.parse(await readFile(join(directory, "operator.jwk"), "utf8")));
  const roomKeys = await readRoomKeys(directory);
  if (!operator.ok) throw new Error("the room's keys do not read");
  const keys = await populate(origin, operator.value);
  const first = new Map<string, Range>();
  for (const [partner, range] of FIRST_LISTS) {
    first.set(textOf(await bringList(origin, keys[partner], range), "id"), range);
  }
  const contract = await agree(origin, keys, "crashes");
  const place = { directory, port: Number(new URL(origin).port), logFile };
  const busy = busyRoom({ origin, keys, contract, random });
  const spare = waitingRoom(place);
  const rest = { first, seen: [], told: [], room, spare, roomKeys, operator: operator.value };
  return { directory, origin, place, keys, busy, ...rest };
}

const FIRST_LISTS = [
  ["alba-travel", { from: 0, until: 400 }],
  ["boreal-boats", { from: 100, until: 500 }],
] as const;

async function clearAway({ room, spare, directory }: Scene): Promise<void> {
  await Promise.all([room.kill(), spare.kill()]);
  await removeEmbedded({ directory });
  await rm(directory, { recursive: true });
}

/** Kills the room a moment after a call of this kind was sent: within the time that such calls have taken. */
async function killDuring(
  scene: Scene,
  { turn, kind, random }: { readonly turn: number; readonly kind: Kind; readonly random: Numbers },
): Promise<void> {
  const { busy, room, directory } = scene;
  await sleep(random(300));
  await busy.next(kind);
  await sleep(random(Math.ceil(busy.millisOf(kind) * 1.2)));
  const database = DATABASE_KILLS.has(turn) ? await postmasterOf((await findPlace(directory)).cluster) : null;
  if (database !== null && turn % 2 === 0) process.kill(database, "SIGKILL");
  const quiet = busy.hush();
  const gone = room.kill();
  if (database !== null && turn % 2 === 1) process.kill(database, "SIGKILL");
  await Promise.all([gone, quiet]);
  scene.told.push(`${kind}${database === null ? "" : " and database"}`);
}

/** Starts the room again and checks it before anybody has sent anything. */
async function comeBack(scene: Scene): Promise<void> {
  const { directory, busy, operator } = scene;
  scene.room = await startChild(scene.spare);
  scene.spare = waitingRoom(scene.place);
  expect(scene.room.origin).toBe(scene.origin);
  expect((await fetch(`${scene.origin}/readyz`)).status).toBe(200);
  await asOwner(directory, async (sql) => {
    expect(await tableFaults(sql)).toEqual([]);
    expect(await fileFaults(sql, directory)).toEqual([]);
    const lists = await sealedLists(sql);
    expect(inForceFaults(lists, busy.sent)).toEqual([]);
    scene.told.push(await cutOff(sql, busy.sent));
    const newest = MEMBERS.flatMap((member) => lists.filter((list) => list.partner === member).slice(-1));
    const room = { directory, lists: newest.map((list) => contentOf(scene, list)) };
    expect(await contentFaults(sql, room)).toEqual([]);
  });
  const latest = await checkpointOf(scene, operator);
  const earlier = scene.seen.at(-1);
  if (earlier !== undefined) expect(await isConsistent(scene, earlier, latest)).toBe(true);
  scene.seen.push(latest);
}

/** How many calls have no answer, and how many of those had their effect all the same: what a kill is aimed at. */
async function cutOff(sql: Statements, sent: readonly Sent[]): Promise<string> {
  const open = sent.filter(({ answer, isUnderWay }) => answer === null && isUnderWay);
  const keys = open.map(({ call }) => call.idempotencyKey ?? "");
  const rows = await sql`
    select from concordat.idempotency where reply_status is not null and key = any (${sql.array(keys, TEXT_ARRAY)})`;
  return `${keys.length} cut off, ${rows.length} of them done`;
}

/** The version in force is the last one acknowledged, or the one whose commit was not answered. */
function inForceFaults(lists: readonly SealedList[], sent: readonly Sent[]): string[] {
  return MEMBERS.flatMap((by) => {
    const commits = sent.filter((one) => one.kind === "commit" && one.by === by);
    const answered = commits.flatMap(({ answer }) => (answer === null ? [] : [answer]));
    const last = answered.at(-1);
    const inForce = lists.filter((list) => list.partner === by).at(-1);
    if (last === undefined || inForce === undefined || inForce.id === textOf(last, "id")) return [];
    const isNext = inForce.sequence === Number(last.body["sequence"]) + 1 && commits.length > answered.length;
    return isNext ? [] : [`${by}: version ${inForce.sequence} is in force after ${String(last.body["sequence"])}`];
  });
}

function contentOf({ busy, first }: Scene, list: SealedList): Content {
  const people = busy.uploads.get(list.upload) ?? first.get(list.id);
  if (people === undefined) throw new Error(`nobody uploaded version ${list.id}`);
  return { list, people };
}

async function verifyAtRest(scene: Scene): Promise<void> {
  const { directory, busy, operator } = scene;
  expect(busy.sent.filter((one) => one.answer === null)).toEqual([]);
  await asOwner(directory, async (sql) => {
    expect(await tableFaults(sql)).toEqual([]);
    expect(await fileFaults(sql, directory)).toEqual([]);
    const lists = (await sealedLists(sql)).map((list) => contentOf(scene, list));
    expect(await contentFaults(sql, { directory, lists })).toEqual([]);
    const releases = await sql<{ id: string }[]>`select id from concordat.release order by id`;
    expect(releases.map(({ id }) => id)).toEqual(
      answers(busy)
        .map(({ answer }) => textOf(answer, "id"))
        .sort(),
    );
  });
  await verifyAnswers(scene);
  const latest = await checkpointOf(scene, operator);
  const receipts = answers(busy).map(({ answer }) => checkpointOfReceipt(scene, textOf(answer, "receipt")));
  for (const earlier of [...scene.seen, ...receipts]) expect(await isConsistent(scene, earlier, latest)).toBe(true);
  for (const key of [operator, ...Object.values(scene.keys)]) {
    const exported = await mustCall(scene.origin, { method: "GET", path: "/v1/audit/export", key });
    const verdict = verifyExport(exported.text, { openCheckpoint: (note) => openNote(scene, note) });
    expect(verdict).toMatchObject({ ok: true });
  }
}

/** Whatever was acknowledged is given again: by its key in the same bytes, a release by its id, a contract in force. */
async function verifyAnswers({ origin, busy, keys }: Scene): Promise<void> {
  for (const { call, answer } of busy.sent) {
    if (call.method === "POST") expect((await mustCall(origin, call)).text).toBe(answer?.text);
  }
  for (const { by, answer } of answers(busy)) {
    const path = `/v1/releases/${textOf(answer, "id")}`;
    expect((await mustCall(origin, { method: "GET", path, key: keys[by] })).body).toEqual(answer.body);
  }
  for (const { kind, by, answer } of busy.sent) {
    if (kind !== "offer" || answer === null) continue;
    const path = `/v1/contracts/${textOf(answer, "id")}`;
    const found = await mustCall(origin, { method: "GET", path, key: keys[by] });
    expect(found.body).toMatchObject({ state: { kind: "in-force" } });
  }
}

function answers(busy: BusyRoom) {
  return busy.sent.flatMap(({ kind, by, answer }) =>
    (kind === "overlap" || kind === "audience") && answer !== null ? [{ by, answer }] : [],
  );
}

async function checkpointOf(scene: Scene, key: SigningKey): Promise<Checkpoint> {
  const answer = await mustCall(scene.origin, { method: "GET", path: "/v1/audit/head", key });
  return opened(scene, textOf(answer, "checkpoint"));
}

function checkpointOfReceipt(scene: Scene, receipt: string): Checkpoint {
  const payload: { readonly checkpoint: string } = JSON.parse(
    Buffer.from(receipt.split(".")[1] ?? "", "base64url").toString(),
  );
  return opened(scene, payload.checkpoint);
}

function opened(scene: Scene, note: string): Checkpoint {
  const checkpoint = openNote(scene, note);
  if (!checkpoint.ok) throw new Error(checkpoint.error);
  return checkpoint.value;
}

function openNote({ roomKeys }: Scene, note: string): Result<Checkpoint, string> {
  const verified = verifyNote(utf8(note), [noteKey(roomKeys)]);
  return verified.ok ? parseCheckpoint(verified.value.text) : err(verified.error);
}

function noteKey({ log }: RoomKeys): VerifierKey {
  const key = parseVerifierKey(verifierKey(`concordat/${log.publicKey.thumbprint}`, rawPublicKey(log.publicKey)));
  if (!key.ok) throw new Error("the log's key is none");
  return key.value;
}

async function isConsistent(scene: Scene, earlier: Checkpoint, latest: Checkpoint): Promise<boolean> {
  const path = `/v1/audit/proofs/consistency?first=${earlier.size}&second=${latest.size}`;
  const { body } = await mustCall(scene.origin, { method: "GET", path, key: scene.operator });
  const proof = hashes(body["proof"]);
  if (!proof.ok) return false;
  const sizes = { first: earlier.size, second: latest.size };
  return verifyConsistency({ ...sizes, firstRoot: earlier.root, secondRoot: latest.root, proof: proof.value });
}

function hashes(texts: unknown): Result<readonly Uint8Array[], "not-hashes"> {
  if (!Array.isArray(texts)) return err("not-hashes");
  const read = texts.map((text) => fromBase64(String(text)));
  const sound = read.flatMap((hash) => (hash.ok ? [hash.value] : []));
  return sound.length === read.length ? ok(sound) : err("not-hashes");
}

/** Kinds of acts for each kill: every kind in turn, in an order of the seed's. */
function spread(random: Numbers): readonly Kind[] {
  const turns = Array.from({ length: KILLS }, (_, turn) => KINDS[turn % KINDS.length] ?? "commit");
  return turns
    .map((kind) => ({ kind, place: random(1_000_000) }))
    .sort((a, b) => a.place - b.place)
    .map(({ kind }) => kind);
}

function numbersFrom(seed: string): Numbers {
  const bytes = seededRandom(seed);
  return (below) => (below <= 1 ? 0 : Buffer.from(bytes(4)).readUInt32LE() % below);
}
