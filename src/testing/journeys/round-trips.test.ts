import { mkdtemp } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { discardRoom, type RunningRoom, runRoom } from "../../main.ts";
import { type TestDatabase, testDatabase } from "../database.ts";
import { agree, bringList, type Keys, MEMBERS, mustCall, overlapQuestion, populate } from "../faults/small-world.ts";
import { operatorKeyOf } from "../room.ts";

/** How often a room waited for its database: what it sent before the next answer came is one round trip. */
type Relay = { readonly port: number; readonly count: () => number; readonly close: () => void };

let database: TestDatabase;
let relay: Relay;
let room: RunningRoom;
let keys: Keys;
let contract: string;

beforeAll(async () => {
  database = await testDatabase();
  relay = await relayTo(database);
  room = await roomBehind(relay, database);
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

test("a signed request that reads waits for the database 7 times at most", async () => {
  const list = () => mustCall(room.publicOrigin, { method: "GET", path: "/v1/partners", key: keys["alba-travel"] });
  await list();
  expect(await roundTrips(list)).toBeLessThanOrEqual(7);
});

test("a question from its signature to its reply waits for the database 23 times at most", async () => {
  expect(await roundTrips(() => ask(4))).toBeLessThanOrEqual(23);
});

function ask(number: number) {
  const json = overlapQuestion(contract, ["alba-travel", "boreal-boats"], number);
  return mustCall(room.publicOrigin, { method: "POST", path: "/v1/questions", key: keys["alba-travel"], json });
}

async function roundTrips(work: () => Promise<unknown>): Promise<number> {
  const before = relay.count();
  await work();
  return relay.count() - before;
}

async function roomBehind({ port }: Relay, { target }: TestDatabase): Promise<RunningRoom> {
  const directory = await mkdtemp(join(tmpdir(), "concordat-room-"));
  const started = await runRoom({
    dataDirectory: directory,
    keysPath: join(directory, "keys.json"),
    memoryBytes: 512 * 1_048_576,
    databaseUrl: urlThrough(port, target),
    host: "127.0.0.1",
    port: 0,
    publicOrigin: null,
    logLevel: "error",
  });
  if (!started.ok) throw new Error(started.error.join("; "));
  return started.value;
}

function urlThrough(port: number, target: TestDatabase["target"]): string {
  if (target.kind === "embedded") {
    const { username, database: name } = target.connection;
    return `postgres://${username}@127.0.0.1:${port}/${name}`;
  }
  const url = new URL(target.url);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  return url.href;
}

async function relayTo({ target }: TestDatabase): Promise<Relay> {
  let trips = 0;
  const server = createServer((client) => {
    const remote = target.kind === "embedded" ? connect(target.connection.path) : connect(placeOf(target.url));
    let isAnswered = true;
    client.on("data", () => {
      if (isAnswered) trips += 1;
      isAnswered = false;
    });
    remote.on("data", () => {
      isAnswered = true;
    });
    joined(client, remote);
  });
  const port = await listening(server);
  return { port, count: () => trips, close: () => server.close() };
}

function placeOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port === "" ? 5432 : port) };
}

function joined(left: Socket, right: Socket): void {
  for (const [from, to] of [[left, right] as const, [right, left] as const]) {
    from.pipe(to);
    from.on("error", () => to.destroy());
  }
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (typeof address === "object" && address !== null) resolve(address.port);
      else reject(new Error("the relay listens nowhere"));
    });
  });
}
