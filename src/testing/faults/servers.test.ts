import { randomBytes } from "node:crypto";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sweepRoom } from "../../app/start-room.ts";
import type { Config } from "../../config.ts";
import { KEY_PROOF_TYP } from "../../crypto/document-types.ts";
import { generateSigningKey, type SigningKey } from "../../crypto/jwk.ts";
import { signCompact } from "../../crypto/jws.ts";
import { type RunningRoom, runRoom } from "../../main.ts";
import { ConnectionLost } from "../../storage/pool.ts";
import { holding, SWEEPING, WORKING } from "../../storage/servers/locks.ts";
import { type TestDatabase, testDatabase } from "../database.ts";
import { type Relay, relayTo } from "../relay.ts";
import { operatorKeyOf, testConfig } from "../room.ts";
import { sendSigned, signedCall, signedHeaders } from "../signed-call.ts";
import {
  agree,
  bringList,
  type Keys,
  listOfPeople,
  overlapQuestion,
  populate,
  sha256Hex,
  textOf,
} from "./small-world.ts";

const REPLAYS = Number(process.env["CONCORDAT_TEST_REPLAYS"] ?? 60);
const CUSTOMERS = "/v1/datasets/customers/uploads";

describe("three servers of one room", () => {
  let database: TestDatabase;
  let relay: Relay;
  let directory: string;
  let origin: string;
  let servers: readonly RunningRoom[];
  let operator: SigningKey;
  let keys: Keys;
  let contract: string;

  beforeAll(async () => {
    database = await testDatabase();
    relay = await relayTo(database);
    directory = await mkdtemp(join(tmpdir(), "concordat-servers-"));
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    // The first two find nothing and make the room at the same moment.
    const two = await Promise.all([start({ port }), start({ port: 0 })]);
    servers = [...two, await start({ port: 0, engine: "sql" })];
    const [first] = two;
    if (first === undefined) throw new Error("no server");
    operator = await operatorKeyOf(first);
    keys = await populate(origin, operator);
    await bringList(origin, keys["alba-travel"], { from: 0, until: 300 });
    await bringList(origin, keys["boreal-boats"], { from: 100, until: 400 });
    contract = await agree(origin, keys, "servers");
  });

  afterAll(async () => {
    for (const server of servers) await server.stop();
    relay.close();
    await database.close();
    await rm(directory, { recursive: true });
  });

  function configOf({ dataDirectory = directory, ...given }: Partial<Config>): Config {
    return testConfig(dataDirectory, { databaseUrl: relay.url, publicOrigin: origin, ...given });
  }

  async function start(given: Partial<Config>): Promise<RunningRoom> {
    const room = await runRoom(configOf(given));
    if (!room.ok) throw new Error(room.error.join("; "));
    return room.value;
  }

  const urlOf = (index: number) => servers[index]?.url ?? "";
  const asOwner = async (query: string) => {
    const session = await database.owner.take();
    const rows = await session.sql.unsafe(query);
    database.owner.give(session, "clean");
    return rows;
  };
  /** Servers that hold what every server holds while it works. */
  const presencesNow = async () => (await asOwner(`select from pg_locks where ${holding(WORKING)}`)).length;
  type Call = Parameters<typeof signedCall>[1];
  const callAt = (index: number, call: Call) => signedCall(origin, call, urlOf(index));
  const mustAt = async (index: number, call: Call) => {
    const answer = await callAt(index, call);
    if (answer.status >= 300) throw new Error(`${call.method} ${call.path}: ${answer.text}`);
    return answer;
  };

  test(
    "accepts one of many copies of a request, wherever they arrive at once",
    async () => {
      const json = overlapQuestion(contract, ["alba-travel", "boreal-boats"], 1);
      const call = { method: "POST", path: "/v1/questions", key: keys["alba-travel"], json };
      const signed = signedHeaders(origin, call);
      const copies = Array.from({ length: REPLAYS }, (_, index) => sendSigned(urlOf(index % 3), call, signed));
      const answers = await Promise.all(copies);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const others = answers.filter(({ status }) => status !== 200);
      expect(new Set(others.map(({ body }) => body["type"]))).toEqual(new Set(["/problems/signature-replayed"]));
    },
    60_000 + REPLAYS * 200,
  );

  test("gives one answer to one question, whichever server and engine is asked, and one reply to one key", async () => {
    const json = overlapQuestion(contract, ["alba-travel", "boreal-boats"], 2);
    const ask = { method: "POST", path: "/v1/questions", key: keys["boreal-boats"], json };
    const answers = [];
    for (const index of [2, 0, 1]) answers.push(await mustAt(index, ask));
    expect(new Set(answers.map((answer) => textOf(answer, "id"))).size).toBe(1);
    const call = {
      ...ask,
      json: overlapQuestion(contract, ["alba-travel", "boreal-boats"], 3),
      idempotencyKey: "one-key-for-all",
    };
    const replies = [await mustAt(1, call), await mustAt(2, call), await mustAt(0, call)];
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
  });

  test("refuses a revoked key everywhere at once", async () => {
    const owner = keys["corvo-bank"];
    const { key: second } = generateSigningKey();
    const claim = { partner: "corvo-bank", thumbprint: second.publicKey.thumbprint };
    const json = { jwk: second.publicKey.jwk, proof: signCompact(second, claim, KEY_PROOF_TYP) };
    const path = "/v1/partners/corvo-bank/keys";
    await mustAt(1, { method: "POST", path, key: owner, json });
    const look = { method: "GET", path: "/v1/datasets" };
    for (const index of [0, 1, 2]) await mustAt(index, { ...look, key: second });
    await mustAt(2, { method: "DELETE", path: `${path}/${second.publicKey.thumbprint}`, key: owner });
    const after = await Promise.all([0, 1, 2].map((index) => callAt(index, { ...look, key: second })));
    expect(after.map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  test("goes on with an upload at another server, and a drop at one ends the part on its way at another", async () => {
    const key = keys["corvo-bank"];
    const id = textOf(await mustAt(0, { method: "POST", path: CUSTOMERS, key, json: {} }), "id");
    const parts = [listOfPeople({ from: 0, until: 50 }, true), listOfPeople({ from: 50, until: 120 }, false)];
    for (const [index, bytes] of parts.entries()) {
      const path = `/v1/uploads/${id}/parts/${index + 1}`;
      await mustAt(index + 1, { method: "PUT", path, key, bytes, contentType: "text/csv" });
    }
    const commit = { method: "POST", path: `/v1/uploads/${id}/commit`, key, json: { parts: parts.map(sha256Hex) } };
    expect((await mustAt(0, commit)).body).toMatchObject({ people: 120 });
    const dropped = textOf(await mustAt(1, { method: "POST", path: CUSTOMERS, key, json: {} }), "id");
    const untilAborted = (signal: AbortSignal) =>
      new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    const ended = servers[0]?.ports.running.during(dropped, untilAborted);
    await mustAt(2, { method: "DELETE", path: `/v1/uploads/${dropped}`, key });
    await ended;
  });

  test("tells everywhere how far an upload is", async () => {
    const state = { phase: "sealing", rows: 7, rowsTotal: 9, bytes: 100 } as const;
    servers[0]?.ports.progress.tell("upl_seen", state);
    await until(() => [1, 2].every((index) => servers[index]?.ports.progress.of("upl_seen") !== null));
    expect(servers[2]?.ports.progress.of("upl_seen")).toEqual(state);
    servers[0]?.ports.progress.tell("upl_seen", null);
    await until(() => servers[1]?.ports.progress.of("upl_seen") === null);
  });

  test("takes turns at a thing, and sweeps no file while any of them makes one", async () => {
    const seen: string[] = [];
    const turns = [0, 1, 2].flatMap((index) =>
      ["a", "b"].map((name) =>
        servers[index]?.ports.inTurn("a thing", async () => {
          seen.push(`${index}${name}`);
          await sleep(5);
          seen.push(`${index}${name}`);
        }),
      ),
    );
    await Promise.all(turns);
    expect(seen.filter((one, at) => at % 2 === 0 && seen[at + 1] !== one)).toEqual([]);
    expect(seen).toHaveLength(12);
    let isSwept: unknown = "not asked";
    await servers[0]?.ports.makingFiles(async () => {
      isSwept = await servers[1]?.ports.sweeping(async () => "swept");
    });
    expect(isSwept).toBeNull();
    expect(await servers[1]?.ports.sweeping(async () => "swept")).toBe("swept");
  });

  test("sweeps nothing when the sweep may have become another's, though nobody has heard of it yet", async () => {
    const server = servers[1];
    if (server === undefined) throw new Error("no server");
    const { matcher } = server.ports;
    let outcome: unknown = "not asked";
    const sweep: typeof matcher.sweep = async (named) => {
      // The database has ended the presence, and its word of that is still on the way.
      const mend = await relay.fail("stalled");
      await asOwner(`select pg_terminate_backend(pid) from pg_locks where ${holding(SWEEPING)}`);
      const asked = named();
      await mend();
      outcome = await asked.catch((failure: unknown) => failure);
    };
    await sweepRoom({ ...server.ports, matcher: { ...matcher, sweep } });
    expect(outcome).toBeInstanceOf(ConnectionLost);
    const whole: typeof matcher.sweep = async (named) => {
      outcome = await named();
    };
    await until(() => presencesNow().then((count) => count === 3));
    await sweepRoom({ ...server.ports, matcher: { ...matcher, sweep: whole } });
    expect(outcome).toMatchObject({ segments: expect.any(Set), stagings: expect.any(Set) });
  });

  test("keeps one ring of keys, whoever makes or rotates them, and signs with the key of a hand-over", async () => {
    await mustAt(0, { method: "POST", path: "/v1/room/wrapping-key", key: operator, json: {} });
    const ring = (index: number) => {
      const server = servers[index];
      if (server === undefined) throw new Error("no server");
      return server.ports.room.keyRing;
    };
    const made = await Promise.all([0, 1, 2].map((index) => ring(index).make("one holder")));
    expect(new Set(made.map((key) => Buffer.from(key).toString("hex"))).size).toBe(1);
    await ring(1).make("another holder");
    expect(ring(2).find("another holder")).not.toBeNull();
    await ring(2).destroy("another holder");
    await until(() => ring(0).isDestroyed("another holder"));
    await mustAt(1, { method: "POST", path: "/v1/room/log-key", key: operator, json: {} });
    const json = overlapQuestion(contract, ["alba-travel", "boreal-boats"], 4);
    for (const index of [0, 2]) {
      const ask = {
        method: "POST",
        path: "/v1/questions",
        key: keys["alba-travel"],
        json: { ...json, epsilon: `0.2${index}1` },
      };
      await mustAt(index, ask);
    }
  });

  test("refuses a server with a data directory of its own, and keeps its database to itself", async () => {
    const other = await mkdtemp(join(tmpdir(), "concordat-stranger-"));
    for (const name of ["keys.json", "key-ring.json", "operator.jwk", "log-memory.json", "database-password"]) {
      await cp(join(directory, name), join(other, name));
    }
    const refused = await runRoom(configOf({ dataDirectory: other }));
    expect(refused).toEqual({
      ok: false,
      error: [
        expect.stringMatching(/is not the data directory that the servers of this database share: set CONCORDAT_DATA/),
      ],
    });
    expect((await callAt(2, { method: "GET", path: "/v1/datasets", key: keys["alba-travel"] })).status).toBe(200);
    await rm(other, { recursive: true });
  });

  test("falls silent everywhere when one of them finds that the log is another", async () => {
    const shown = { origin: "concordat/x", size: 1, root: new Uint8Array(randomBytes(32)) };
    servers[0]?.ports.standing.fall({ kind: "forked", size: 1, shown });
    await until(() => servers[1]?.ports.standing.of() !== null && servers[2]?.ports.standing.of() !== null);
    const answer = await callAt(2, { method: "POST", path: CUSTOMERS, key: keys["corvo-bank"], json: {} });
    expect(answer.body["type"]).toBe("/problems/log-behind");
  });
});

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let looks = 0; !(await isSo()); looks++) {
    if (looks > 400) throw new Error("it did not come to that");
    await sleep(10);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
