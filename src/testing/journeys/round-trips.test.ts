import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { agree, bringList, type Keys, MEMBERS, mustCall, overlapQuestion, populate } from "../faults/small-world.ts";
import { type RelayedRoom, startRelayedRoom } from "../relayed-room.ts";
import { operatorKeyOf, PUBLISHING } from "../room.ts";

let room: RelayedRoom;
let origin: string;
let keys: Keys;
let contract: string;

beforeAll(async () => {
  room = await startRelayedRoom(PUBLISHING);
  origin = room.running().publicOrigin;
  keys = await populate(origin, await operatorKeyOf(room.running()));
  for (const partner of MEMBERS) await bringList(origin, keys[partner], { from: 0, until: 60 });
  contract = await agree(origin, keys, "round-trips");
  // The first ones prepare their statements, which takes a round trip each.
  for (const number of [1, 2, 3]) await ask(number);
});
afterAll(() => room.discard());

test("a signed request that reads turns to the database twice at most", async () => {
  const list = () => mustCall(origin, { method: "GET", path: "/v1/partners", key: keys["alba-travel"] });
  await list();
  expect(await roundTrips(list)).toBeLessThanOrEqual(2);
});

test("a question from its signature to its reply turns to the database 12 times at most", async () => {
  let number = 4;
  expect(await roundTrips(() => ask(number++))).toBeLessThanOrEqual(12);
});

test("an explanation turns to the database twice at most, and nothing is remembered of its key", async () => {
  const idempotencyKey = "explained-and-forgotten";
  const explain = (number: number) => post("/v1/questions/explain", number, idempotencyKey);
  await explain(60);
  expect(await roundTrips(() => explain(61))).toBeLessThanOrEqual(2);
});

function ask(number: number) {
  return post("/v1/questions", number, randomUUID());
}

function post(path: string, number: number, idempotencyKey: string) {
  const json = overlapQuestion(contract, ["alba-travel", "boreal-boats"], number);
  return mustCall(origin, { method: "POST", path, key: keys["alba-travel"], json, idempotencyKey });
}

// A round of the room's own may fall into one of the tries, and only adds to it.
async function roundTrips(work: () => Promise<unknown>): Promise<number> {
  const tries: number[] = [];
  for (let again = 0; again < 3; again++) {
    const before = room.relay.count();
    await work();
    tries.push(room.relay.count() - before);
  }
  return Math.min(...tries);
}
