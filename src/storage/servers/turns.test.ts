import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { turnsInMemory } from "../../app/in-memory.ts";
import type { Message } from "../../ports/servers.ts";
import { type TestDatabase, testDatabase } from "../../testing/database.ts";
import { type Relay, relayTo } from "../../testing/relay.ts";
import { type Address, ConnectionLost } from "../pool.ts";
import { bearing, sessionsOf, turnAt, WORKING } from "./locks.ts";
import { readMessage, writeMessage } from "./messages.ts";
import { openPresence, type Presence } from "./presence.ts";
import { serversBy } from "./turns.ts";

let database: TestDatabase;
let relay: Relay;
const opened: Presence[] = [];
beforeAll(async () => {
  database = await testDatabase();
  relay = await relayTo(database);
});
afterEach(async () => {
  for (const presence of opened.splice(0)) await presence.close();
});
afterAll(async () => {
  relay.close();
  await database.close();
});

async function open(address: Address = database.address): Promise<Presence> {
  const presence = await openPresence(address);
  opened.push(presence);
  return presence;
}

function overRelay(): Promise<Presence> {
  const { address, appRole } = database;
  return open("path" in address ? { url: relay.url, username: appRole } : { ...address, url: relay.url });
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let looks = 0; !(await isSo()); looks++) {
    if (looks > 500) throw new Error("it did not come to that");
    await sleep(5);
  }
}

const backend = (presence: Presence) =>
  presence.ask<{ pid: number }>("select pg_backend_pid() as pid").then(
    ([own]) => own?.pid,
    () => undefined,
  );

/** The database ends the presence's session; resolves when it has another one. */
async function interrupt(presence: Presence): Promise<void> {
  const before = await backend(presence);
  const session = await database.owner.take();
  await session.sql.unsafe(`select pg_terminate_backend(${before}, 5000)`);
  database.owner.give(session, "clean");
  await until(async () => ![before, undefined].includes(await backend(presence)));
}

const THING = turnAt("a thing");

describe("a presence", () => {
  test("has a lock until it gives it back, and again after it was away while nobody else worked", async () => {
    const [one, other] = [await open(), await open()];
    const held = await one.hold(THING);
    expect([held?.isHeld(), await other.hold(THING)]).toEqual([true, null]);
    await interrupt(one);
    expect([held?.isHeld(), await other.hold(THING)]).toEqual([true, null]);
    // To look whether it was alone it stood where it keeps all others from working.
    await other.stand(WORKING);
    await held?.giveBack();
    expect((await other.hold(THING))?.isHeld()).toBe(true);
  });

  test("loses its turns when it was away while others worked, and stays what it is", async () => {
    const [one, other] = [await open(), await open()];
    await other.stand(WORKING);
    await one.stand(sessionsOf(4711));
    const held = await one.hold(THING);
    await interrupt(one);
    expect(held?.isHeld()).toBe(false);
    expect((await other.hold(THING))?.isHeld()).toBe(true);
    expect(await other.ask(`select from pg_locks where ${bearing(4711)}`)).toHaveLength(1);
  });

  test("says that it is away, comes back by itself, and has no lock that another took meanwhile", async () => {
    const [one, other] = [await overRelay(), await open()];
    const [taken, kept] = [await one.hold(THING), await one.hold(turnAt("another thing"))];
    const mend = await relay.fail("refused");
    await until(async () => (await other.hold(THING)) !== null);
    await until(() => taken?.isHeld() === false);
    expect(kept?.isHeld()).toBe(false);
    await expect(one.ask("select 1")).rejects.toBeInstanceOf(ConnectionLost);
    await expect(one.hold(turnAt("a third"))).rejects.toBeInstanceOf(ConnectionLost);
    // More than one try fails.
    await sleep(400);
    await mend();
    await until(async () => (await backend(one)) !== undefined);
    expect([taken?.isHeld(), kept?.isHeld()]).toEqual([false, true]);
    await taken?.giveBack();
    expect(await one.hold(THING)).toBeNull();
  });

  test("hears what others tell, when it was away as well", async () => {
    const [one, other] = [await open(), await open()];
    const heard: string[] = [];
    one.hear((text) => heard.push(text));
    await other.tell("first");
    await until(() => heard.length === 1);
    await interrupt(one);
    await other.tell("second");
    await until(() => heard.length === 2);
    expect(heard).toEqual(["first", "second"]);
  });
});

describe("turns", () => {
  async function servers() {
    const presences = [await open(), await open()] as const;
    const [one, other] = presences.map((presence, own) => serversBy({ presence, own, here: turnsInMemory() }));
    if (one === undefined || other === undefined) throw new Error("no server");
    return { presences, one, other };
  }

  test("at different things do not wait for each other", async () => {
    const { one, other } = await servers();
    const within = () => other.inTurn("b", async () => "done");
    expect(await one.inTurn("a", within)).toBe("done");
  });

  test("are over for whatever goes on in one that may be another's, as asking the database shows", async () => {
    const { presences, one } = await servers();
    await presences[1].stand(WORKING);
    const seen = one.inTurn("a", async (turn) => {
      turn.check();
      await turn.confirm();
      await interrupt(presences[0]);
      await expect(turn.confirm()).rejects.toBeInstanceOf(ConnectionLost);
      turn.check();
    });
    await expect(seen).rejects.toThrow("in its turn, which may be another's");
    expect(await one.inTurn("a", async () => "again")).toBe("again");
  });

  test("that are waited for are given up when the server stops", async () => {
    const { presences, one, other } = await servers();
    let waiting: Promise<unknown> = Promise.resolve();
    await other.inTurn("a", async () => {
      waiting = one.inTurn("a", async () => "had it").catch((failure: unknown) => failure);
      await sleep(20);
      await presences[0].close();
      expect(await waiting).toBeInstanceOf(ConnectionLost);
    });
  });
});

describe("files that no row names", () => {
  test("are not swept by the server that makes them, and not made by the server that sweeps", async () => {
    const server = serversBy({ presence: await open(), own: 1, here: turnsInMemory() });
    const sweep = () => server.sweeping(async () => "swept");
    const failed = server.makingFiles(async () => {
      expect(await sweep()).toBeNull();
      throw new Error("came to nothing");
    });
    await expect(failed).rejects.toThrow("came to nothing");
    const seen: string[] = [];
    let made: Promise<unknown> = Promise.resolve();
    await server.sweeping(async () => {
      expect(await sweep()).toBeNull();
      made = server.makingFiles(async () => seen.push("made"));
      await sleep(20);
      seen.push("swept");
    });
    await made;
    expect(seen).toEqual(["swept", "made"]);
    expect(await sweep()).toBe("swept");
  });
});

describe("messages", () => {
  const shown = { origin: "concordat/x", size: 3, root: new Uint8Array(32).fill(7) };
  const progress = { phase: "sealing", rows: 1, rowsTotal: null, bytes: 2 } as const;
  const all: readonly Message[] = [
    { kind: "cancel", upload: "upl_a" },
    { kind: "progress", upload: "upl_a", state: progress },
    { kind: "progress", upload: "upl_a", state: null },
    { kind: "dropped", segment: "a".repeat(64) },
    { kind: "keys" },
    { kind: "fallen", contradiction: { kind: "behind", shown, size: 2 } },
    { kind: "fallen", contradiction: { kind: "forked", shown, size: 3 } },
    { kind: "fallen", contradiction: { kind: "torn", size: 3 } },
  ];

  test.each(all)("come as they went, and to others alone: $kind", (message) => {
    const text = writeMessage(1, message);
    expect(readMessage(2, text)).toEqual(message);
    expect(readMessage(1, text)).toBeNull();
  });

  test.each(["", "{}", '{"from":1,"says":{"kind":"of a later release"}}', '{"from":1,"says":{"kind":"dropped"}}'])(
    "that do not read are passed over: %s",
    (text) => expect(readMessage(2, text)).toBeNull(),
  );
});
