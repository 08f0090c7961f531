import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { type SigningKey, signingKeyFromJwk } from "../../crypto/jwk.ts";
import { TEXT_ARRAY } from "../../storage/arrays.ts";
import { removeEmbedded } from "../../storage/embedded/launcher.ts";
import { findPlace } from "../../storage/embedded/place.ts";
import { isRunning, postmasterOf } from "../../storage/embedded/postmaster.ts";
import type { Statements } from "../../storage/pool.ts";
import { readRoomKeys } from "../room-keys.ts";
import { seededRandom } from "../seeded-random.ts";
import { answers, verifyAnswers } from "./acknowledged.ts";
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
import { type SeenLog, seenLog } from "./seen-log.ts";
import { agree, bringList, type Keys, MEMBERS, populate, type Range, textOf } from "./small-world.ts";

// T-45 asks for 200 kills of the server and 50 of Postgres:
// CONCORDAT_TEST_KILLS=200 CONCORDAT_TEST_DATABASE_KILLS=50, some 15 minutes. A server that is killed is a process that
// must start again, which is what a kill costs; a room that loses its database goes on.
const KILLS = Number(process.env["CONCORDAT_TEST_KILLS"] ?? 6);
const DATABASE_KILLS = Number(process.env["CONCORDAT_TEST_DATABASE_KILLS"] ?? 6);

/** What is killed: the server, Postgres as a whole, a process of it that serves the room, or server and Postgres. */
const BLOWS = ["server", "postgres", "backend", "both"] as const;
type Blow = (typeof BLOWS)[number];

test(
  "a room that is killed at any moment comes back whole, with every answer it gave and none twice",
  async () => {
    const seed = process.env["CONCORDAT_TEST_SEED"] ?? randomBytes(8).toString("hex");
    console.log(`crash test: seed ${seed} (CONCORDAT_TEST_SEED)`);
    const random = numbersFrom(seed);
    const strikes = blows(random);
    const scene = await setScene(random, 1 + strikes.filter(({ blow }) => endsServer(blow)).length);
    onTestFinished(() => clearAway(scene));
    for (const { blow, kind } of strikes) {
      scene.busy.resume();
      await strikeDuring(scene, { blow, kind, random });
      await comeBack(scene, blow);
    }
    scene.busy.resume();
    await scene.busy.end();
    await scene.room.kill();
    await comeBack(scene, "server");
    await verifyAtRest(scene);
    console.log(
      `crash test: ${scene.busy.sent.length} acts, ${scene.log.count()} checkpoints, ${scene.told.join("; ")}`,
    );
  },
  300_000 + (KILLS + DATABASE_KILLS) * 15_000,
);

function endsServer(blow: Blow): boolean {
  return blow === "server" || blow === "both";
}

type Scene = {
  readonly directory: string;
  readonly origin: string;
  readonly place: Parameters<typeof waitingRoom>[0];
  readonly keys: Keys;
  readonly operator: SigningKey;
  readonly log: SeenLog;
  readonly busy: BusyRoom;
  /** The people of the first versions, which were there before the partners became busy. */
  readonly first: ReadonlyMap<string, Range>;
  /** Versions whose people were compared with those that were uploaded. */
  readonly compared: Set<string>;
  readonly told: string[];
  /** How often the server is to be started again. */
  starts: number;
  room: ChildRoom;
  spare: WaitingRoom;
};

type Numbers = (below: number) => number;

async function setScene(random: Numbers, starts: number): Promise<Scene> {
  const directory = await mkdtemp(join(tmpdir(), "concordat-crash-"));
  const logFile = join(directory, "server.log");
  const room = await startChild(waitingRoom({ directory, port: 0, logFile }));
  const { origin } = room;
  const operator = signingKeyFromJwk(JSON.parse(await readFile(join(directory, "operator.jwk"), "utf8")));
  if (!operator.ok) throw new Error("the room's keys do not read");
  const keys = await populate(origin, operator.value);
  const first = new Map<string, Range>();
  for (const [partner, range] of FIRST_LISTS) {
    first.set(textOf(await bringList(origin, keys[partner], range), "id"), range);
  }
  const contract = await agree(origin, keys, "crashes");
  const place = { directory, port: Number(new URL(origin).port), logFile };
  const busy = busyRoom({ origin, server: () => origin, keys, contract, random });
  const spare = waitingRoom(place);
  const log = seenLog({ origin, operator: operator.value, roomKeys: await readRoomKeys(directory) });
  const rest = { first, log, compared: new Set<string>(), told: [], starts, room, spare, operator: operator.value };
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

type Strike = { readonly blow: Blow; readonly kind: Kind; readonly random: Numbers };

/** Strikes a moment after a call of this kind was sent: within the time that such calls have taken. */
async function strikeDuring(scene: Scene, { blow, kind, random }: Strike): Promise<void> {
  const { busy } = scene;
  await sleep(random(300));
  const victims = await victimsOf(scene, blow, random);
  await busy.next(kind);
  await sleep(random(Math.ceil(busy.millisOf(kind) * 1.2)));
  for (const victim of victims) killIfThere(victim);
  const quiet = busy.hush();
  if (endsServer(blow)) await scene.room.kill();
  else await isReadyAgain(scene, victims);
  await quiet;
  scene.told.push(`${kind}, ${blow}`);
}

/** The processes to kill, in any order. The room's own process has a handle that waits for its end. */
async function victimsOf({ directory, room }: Scene, blow: Blow, random: Numbers): Promise<readonly number[]> {
  if (blow === "server") return [room.pid];
  if (blow === "backend") return [await asOwner(directory, (sql) => someBackend(sql, random))];
  const postmaster = await postmasterOf((await findPlace(directory)).cluster);
  if (postmaster === null) throw new Error("the database's server does not run");
  if (blow === "postgres") return [postmaster];
  return random(2) === 0 ? [postmaster, room.pid] : [room.pid, postmaster];
}

/** One that serves the room now: the sessions of whoever looks have no name of a transaction. */
async function someBackend(sql: Statements, random: Numbers): Promise<number> {
  const rows = await sql<{ pid: number }[]>`
    select pid from pg_stat_activity where usename = 'concordat_app' order by pid`;
  const backend = rows[random(rows.length)];
  if (backend === undefined) throw new Error("no process of the database serves the room");
  return backend.pid;
}

function killIfThere(pid: number): void {
  if (isRunning(pid)) process.kill(pid, "SIGKILL");
}

/** The room that lost its database stays up, and is ready again by itself. */
async function isReadyAgain({ origin, room }: Scene, victims: readonly number[]): Promise<void> {
  while (victims.some(isRunning)) await sleep(5);
  for (let tries = 0; tries < 600; tries++) {
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
    if ((await fetch(`${origin}/readyz`)).status === 200) {
      expect(isRunning(room.pid)).toBe(true);
      return;
    }
    await sleep(50);
  }
  throw new Error("the room is not ready any more after its database was killed");
}

/** Starts the room again where it was killed, and checks it before anybody has sent anything. */
async function comeBack(scene: Scene, blow: Blow): Promise<void> {
  if (endsServer(blow)) {
    scene.room = await startChild(scene.spare);
    scene.starts -= 1;
    if (scene.starts > 0) scene.spare = waitingRoom(scene.place);
  }
  await checkNow(scene, endsServer(blow));
  expect(await scene.log.look()).toBe(true);
}

async function checkNow(scene: Scene, isSwept: boolean): Promise<void> {
  const { directory, busy } = scene;
  expect(scene.room.origin).toBe(scene.origin);
  // What /readyz found is told for a second more, so that an answer from before the blow may have been the last one.
  await isReadyAgain(scene, []);
  await asOwner(directory, async (sql) => {
    expect(await tableFaults(sql)).toEqual([]);
    // What a lost commit leaves is swept by the next start: until then it is files that nothing names, and no others.
    const faults = await fileFaults(sql, directory);
    expect(faults.filter((says) => isSwept || says.endsWith("is not there"))).toEqual([]);
    const lists = await sealedLists(sql);
    expect(inForceFaults(lists, busy.sent)).toEqual([]);
    scene.told.push(await cutOff(sql, busy.sent));
    const newest = MEMBERS.flatMap((member) => lists.filter((list) => list.partner === member).slice(-1));
    if (newest.every(({ id }) => scene.compared.has(id))) return;
    const room = { directory, lists: newest.map((list) => contentOf(scene, list)) };
    expect(await contentFaults(sql, room)).toEqual([]);
    for (const { id } of newest) scene.compared.add(id);
  });
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
  const keys = [operator, ...Object.values(scene.keys)];
  expect(await scene.log.faults({ answers: answers(busy).map(({ answer }) => answer), keys })).toEqual([]);
}

/** What is struck during which act: every kind of both in turn, in an order of the seed's. */
function blows(random: Numbers): readonly Pick<Strike, "blow" | "kind">[] {
  const ofServer = Array.from({ length: KILLS }, (): Blow => "server");
  const ofDatabase = Array.from({ length: DATABASE_KILLS }, (_, turn): Blow => BLOWS[1 + (turn % 3)] ?? "both");
  const shuffled = <Item>(items: readonly Item[]) =>
    items
      .map((item) => ({ item, place: random(1_000_000) }))
      .sort((a, b) => a.place - b.place)
      .map(({ item }) => item);
  const order = shuffled([...ofServer, ...ofDatabase]);
  const kinds = shuffled(order.map((_, turn) => KINDS[turn % KINDS.length] ?? "commit"));
  return order.map((blow, turn) => ({ blow, kind: kinds[turn] ?? "commit" }));
}

function numbersFrom(seed: string): Numbers {
  const bytes = seededRandom(seed);
  return (below) => (below <= 1 ? 0 : Buffer.from(bytes(4)).readUInt32LE() % below);
}
