import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { type SigningKey, signingKeyFromJwk } from "../../crypto/jwk.ts";
import type { Statements } from "../../storage/pool.ts";
import { bearing, IN_A_TURN } from "../../storage/servers/locks.ts";
import { type TestDatabase, testDatabase } from "../database.ts";
import { type Relay, relayTo } from "../relay.ts";
import { readRoomKeys } from "../room-keys.ts";
import { signedCall } from "../signed-call.ts";
import { answers, verifyAnswers } from "./acknowledged.ts";
import { type BusyRoom, busyRoom } from "./busy-room.ts";
import { type ChildRoom, startChild, waitingRoom } from "./child-room.ts";
import { type Content, contentFaults, fileFaults, sealedLists, tableFaults } from "./room-facts.ts";
import { seenLog } from "./seen-log.ts";
import {
  agree,
  bringList,
  type Keys,
  listOfPeople,
  mustCall,
  populate,
  type Range,
  sha256Hex,
  textOf,
} from "./small-world.ts";

/** How long the partners are busy, and how often one of the servers is killed meanwhile. */
const BUSY_SECONDS = Number(process.env["CONCORDAT_TEST_SERVERS_SECONDS"] ?? 4);
const KILL_SECONDS = Math.min(10, BUSY_SECONDS / 3);
const SERVERS = 3;

test(
  "three servers, one or another killed again and again: nothing acknowledged is lost, and nothing happens twice",
  async () => {
    const scene = await setScene();
    onTestFinished(() => clearAway(scene));
    const { busy } = scene;
    busy.resume();
    for (let seconds = KILL_SECONDS, turn = 0; seconds < BUSY_SECONDS; seconds += KILL_SECONDS, turn++) {
      await sleep(KILL_SECONDS * 1_000);
      await killAndReplace(scene, turn % SERVERS);
      expect(await inTables(scene, tableFaults)).toEqual([]);
    }
    await freezeOne(scene);
    await busy.end();
    await atRest(scene);
    console.log(`servers killed: ${scene.kills} kills, ${busy.sent.length} acts, ${answers(busy).length} answers`);
  },
  BUSY_SECONDS * 3_000 + 300_000,
);

type Scene = {
  readonly database: TestDatabase;
  readonly relay: Relay;
  readonly directory: string;
  /** What partners sign for: where the first server listens. */
  readonly origin: string;
  readonly servers: ChildRoom[];
  readonly operator: SigningKey;
  readonly keys: Keys;
  readonly busy: BusyRoom;
  readonly first: ReadonlyMap<string, Range>;
  kills: number;
};

const FIRST_LISTS = [
  ["alba-travel", { from: 0, until: 400 }],
  ["boreal-boats", { from: 100, until: 500 }],
] as const;

type Place = Pick<Scene, "directory" | "relay">;

function launch({ directory, relay }: Place, port: number, origin: string | null): Promise<ChildRoom> {
  const environment = { DATABASE_URL: relay.url, ...(origin === null ? {} : { PUBLIC_ORIGIN: origin }) };
  return startChild(waitingRoom({ directory, port, logFile: join(directory, "server.log"), environment }));
}

async function setScene(): Promise<Scene> {
  const database = await testDatabase();
  const relay = await relayTo(database);
  const directory = await mkdtemp(join(tmpdir(), "concordat-killed-"));
  const place = { directory, relay };
  const one = await launch(place, 0, null);
  const { origin } = one;
  const servers = [one, ...(await Promise.all([1, 2].map(() => launch(place, 0, origin))))];
  const operator = signingKeyFromJwk(JSON.parse(await readFile(join(directory, "operator.jwk"), "utf8")));
  if (!operator.ok) throw new Error("the operator's key does not read");
  const keys = await populate(origin, operator.value);
  const first = new Map<string, Range>();
  for (const [partner, range] of FIRST_LISTS) {
    first.set(textOf(await bringList(origin, keys[partner], range), "id"), range);
  }
  const contract = await agree(origin, keys, "kills");
  let next = 0;
  const server = () => servers[next++ % SERVERS]?.url ?? origin;
  let drawn = 7;
  const random = (below: number) => {
    drawn = (drawn * 48_271) % 2_147_483_647;
    return drawn % below;
  };
  const busy = busyRoom({ origin, server, keys, contract, random });
  return { ...place, database, origin, servers, operator: operator.value, keys, busy, first, kills: 0 };
}

async function clearAway({ servers, relay, database, directory }: Scene): Promise<void> {
  await Promise.all(servers.map((server) => server.kill()));
  relay.close();
  await database.close();
  await rm(directory, { recursive: true });
}

async function killAndReplace(scene: Scene, index: number): Promise<void> {
  const { servers, origin } = scene;
  const gone = servers[index];
  if (gone === undefined) throw new Error("no such server");
  await gone.kill();
  scene.kills++;
  servers[index] = await launch(scene, Number(new URL(gone.url).port), origin);
}

function inTables<Value>({ database }: Scene, work: (sql: Statements) => Promise<Value>): Promise<Value> {
  return database.owner.take().then(async (session) => {
    await session.sql.unsafe("set concordat.parties = '{operator,alba-travel,boreal-boats,corvo-bank}'");
    try {
      return await work(session.sql);
    } finally {
      database.owner.give(session, "clean");
    }
  });
}

// A server is stopped in the middle of a commit, and taken for gone; when it goes on, nothing of it has effect.
async function freezeOne(scene: Scene): Promise<void> {
  const { servers, origin, keys, busy, database } = scene;
  const frozen = servers[1];
  if (frozen === undefined) throw new Error("no such server");
  await busy.hush();
  const key = keys["corvo-bank"];
  const opened = { method: "POST", path: "/v1/datasets/customers/uploads", key, json: {} };
  const path = `/v1/uploads/${textOf(await mustCall(origin, opened), "id")}`;
  const bytes = listOfPeople({ from: 0, until: 20_000 }, true);
  await mustCall(origin, { method: "PUT", path: `${path}/parts/1`, key, bytes, contentType: "text/csv" });
  const commit = { method: "POST", path: `${path}/commit`, key, json: { parts: [sha256Hex(bytes)] } };
  const cutOff = signedCall(origin, commit, frozen.url).then(
    ({ status }) => status,
    () => "cut off",
  );
  // Its commit is sealed and waits for its turn at the log, which somebody else has.
  const log = await database.owner.take();
  await log.sql.unsafe("begin; lock table concordat.log_head in exclusive mode");
  await untilFound(scene, WAITING_AT_THE_LOG);
  process.kill(frozen.pid, "SIGSTOP");
  // As if nobody had heard of it for the time of its lease.
  await inTables(scene, (sql) => sql.unsafe(LEASE_RUNS_OUT));
  await untilFound(scene, `select from pg_locks where ${IN_A_TURN} having count(*) = 0`);
  await log.sql.unsafe("rollback");
  database.owner.give(log, "clean");
  const again = await signedCall(origin, { ...commit, idempotencyKey: "committed-elsewhere" });
  expect(again).toMatchObject({ status: 201, body: { people: 20_000, sequence: 1 } });
  process.kill(frozen.pid, "SIGCONT");
  expect([503, "cut off"]).toContain(await cutOff);
  expect(await frozen.ended).toBe(3);
  servers[1] = await launch(scene, Number(new URL(frozen.url).port), origin);
  busy.resume();
}

const WAITING_AT_THE_LOG = "select from pg_locks where relation = 'concordat.log_head'::regclass and not granted";

// Of the server whose turn it is: its presence holds that lock and bears its number.
const LEASE_RUNS_OUT = `
  update concordat.server set lease_until = now() - interval '1 second'
  where exists (
    select from pg_locks where ${bearing("number")} and pid in (select pid from pg_locks where ${IN_A_TURN}))`;

async function untilFound(scene: Scene, query: string): Promise<void> {
  for (let looks = 0; looks < 500; looks++) {
    if ((await inTables(scene, (sql) => sql.unsafe(query))).length > 0) return;
    await sleep(20);
  }
  throw new Error(`it did not come to that: ${query}`);
}

// Started alone, a server deletes what those that were killed left behind.
async function atRest(scene: Scene): Promise<void> {
  const { servers, busy, directory, origin, keys } = scene;
  await Promise.all(servers.map((server) => server.stop()));
  servers.splice(0, SERVERS, await launch(scene, Number(new URL(origin).port), origin));
  expect(busy.sent.filter((one) => one.answer === null)).toEqual([]);
  await inTables(scene, async (sql) => {
    expect(await tableFaults(sql)).toEqual([]);
    expect(await fileFaults(sql, directory)).toEqual([]);
    const lists = (await sealedLists(sql)).flatMap((list): Content[] => {
      const people = busy.uploads.get(list.upload) ?? scene.first.get(list.id);
      return people === undefined ? [] : [{ list, people }];
    });
    expect(await contentFaults(sql, { directory, lists })).toEqual([]);
    const releases = await sql<{ id: string }[]>`select id from concordat.release order by id`;
    const acknowledged = answers(busy).map(({ answer }) => textOf(answer, "id"));
    expect(releases.map(({ id }) => id)).toEqual(acknowledged.sort());
  });
  await verifyAnswers({ origin, busy, keys });
  const log = seenLog({ origin, operator: scene.operator, roomKeys: await readRoomKeys(directory) });
  const told = answers(busy).map(({ answer }) => answer);
  expect(await log.faults({ answers: told, keys: [scene.operator, ...Object.values(keys)] })).toEqual([]);
}
