import { randomUUID } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LIMITS } from "../../domain/limits.ts";
import { USUAL_RATES } from "../../domain/rates.ts";
import { discardRoom, type RunningRoom, runRoom } from "../../main.ts";
import { type TestDatabase, testDatabase } from "../database.ts";
import { agree, bringList, type Keys, MEMBERS, mustCall, overlapQuestion, populate } from "../faults/small-world.ts";
import { type Relay, relayTo } from "../relay.ts";
import { operatorKeyOf } from "../room.ts";

let database: TestDatabase;
let relay: Relay;
let room: RunningRoom;
let keys: Keys;
let contract: string;

beforeAll(async () => {
  database = await testDatabase();
  relay = await relayTo(database);
  room = await roomBehind(relay);
  keys = await populate(room.publicOrigin, await operatorKeyOf(room));
  for (const partner of MEMBERS) await bringList(room.publicOrigin, keys[partner], { from: 0, until: 60 });
  contract = await agree(room.publicOrigin, keys, "round-trips");
  // The first ones prepare their statements, which takes a round trip each.
  for (const number of [1, 2, 3]) await ask(number);
});
afterAll(async () => {
  await discardRoom(room);
  relay.close();
  await database.close();
});

test("a signed request that reads turns to the database 6 times at most", async () => {
  const list = () => mustCall(room.publicOrigin, { method: "GET", path: "/v1/partners", key: keys["alba-travel"] });
  await list();
  expect(await roundTrips(list)).toBeLessThanOrEqual(6);
});

test("a question from its signature to its reply turns to the database 21 times at most", async () => {
  let number = 4;
  expect(await roundTrips(() => ask(number++))).toBeLessThanOrEqual(21);
});

test("an explanation turns to the database 8 times at most, and nothing is remembered of its key", async () => {
  const idempotencyKey = "explained-and-forgotten";
  const explain = (number: number) => post("/v1/questions/explain", number, idempotencyKey);
  await explain(60);
  expect(await roundTrips(() => explain(61))).toBeLessThanOrEqual(8);
});

function ask(number: number) {
  return post("/v1/questions", number, randomUUID());
}

function post(path: string, number: number, idempotencyKey: string) {
  const json = overlapQuestion(contract, ["alba-travel", "boreal-boats"], number);
  return mustCall(room.publicOrigin, { method: "POST", path, key: keys["alba-travel"], json, idempotencyKey });
}

// A round of the room's own may fall into one of the tries, and only adds to it.
async function roundTrips(work: () => Promise<unknown>): Promise<number> {
  const tries: number[] = [];
  for (let again = 0; again < 3; again++) {
    const before = relay.count();
    await work();
    tries.push(relay.count() - before);
  }
  return Math.min(...tries);
}

async function roomBehind({ url }: Relay): Promise<RunningRoom> {
  const directory = await mkdtemp(join(tmpdir(), "concordat-room-"));
  const started = await runRoom({
    dataDirectory: directory,
    keys: { kind: "file", path: join(directory, "keys.json") },
    engine: "columnar",
    memoryBytes: 512 * 1_048_576,
    publishing: { seconds: LIMITS.checkpointSeconds, entries: LIMITS.checkpointEntries },
    databaseUrl: url,
    host: "127.0.0.1",
    port: 0,
    rates: USUAL_RATES,
    proxies: [],
    signInHosts: [],
    publicOrigin: null,
    logLevel: "error",
  });
  if (!started.ok) throw new Error(started.error.join("; "));
  return started.value;
}
