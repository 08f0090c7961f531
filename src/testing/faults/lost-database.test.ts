// A room whose database is out of reach for a moment, at the worst of moments or for long: nothing that was
// acknowledged is lost or done twice, what cannot be answered is refused with the time to ask again, and when the
// database is back the room is, by itself. Then the clocks, an hour off either way.

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { SigningKey } from "../../crypto/jwk.ts";
import { LIMITS } from "../../domain/limits.ts";
import { CUTS, type Cut, type Outage } from "../relay.ts";
import { type RelayedRoom, startRelayedRoom } from "../relayed-room.ts";
import { operatorKeyOf } from "../room.ts";
import { readRoomKeys } from "../room-keys.ts";
import { type Answer, type SignedCall, signedCall, signedHeaders } from "../signed-call.ts";
import { type Act, actsOf, type Scene } from "./commit-cuts.ts";
import { fileFaults, tableFaults } from "./room-facts.ts";
import { type SeenLog, seenLog } from "./seen-log.ts";
import { agree, bringList, contractOfMembers, mustCall, overlapQuestion, populate, textOf } from "./small-world.ts";

// T-46 asks for 100: CONCORDAT_TEST_CUTS=100. Every act is cut at each of its commits, so often over as it takes.
const CUTS_WANTED = Number(process.env["CONCORDAT_TEST_CUTS"] ?? 1);
// T-47 asks for 60: CONCORDAT_TEST_OUTAGE_SECONDS=60.
const OUTAGE_SECONDS = Number(process.env["CONCORDAT_TEST_OUTAGE_SECONDS"] ?? 0.2);

let room: RelayedRoom;
let scene: Scene;
let operator: SigningKey;
let log: SeenLog;
let question = 1_000;
const asked: Answer[] = [];

beforeAll(async () => {
  room = await startRelayedRoom({ seconds: 1, entries: LIMITS.checkpointEntries });
  const origin = room.running().publicOrigin;
  operator = await operatorKeyOf(room.running());
  const keys = await populate(origin, operator);
  await bringList(origin, keys["alba-travel"], { from: 0, until: 120 });
  await bringList(origin, keys["boreal-boats"], { from: 40, until: 160 });
  await bringList(origin, keys["corvo-bank"], { from: 80, until: 400 });
  scene = { origin, keys, contract: await agree(origin, keys, "lost-database") };
  log = seenLog({ origin, operator, roomKeys: await readRoomKeys(room.directory) });
});
afterAll(() => room.discard());

afterEach(async () => {
  expect(await log.look()).toBe(true);
  expect(await tableFaultsNow()).toEqual([]);
});

async function tableFaultsNow(): Promise<readonly string[]> {
  const session = await room.database.owner.take();
  const faults = await tableFaults(session.sql);
  room.database.owner.give(session, "clean");
  return faults;
}

async function releases(): Promise<readonly string[]> {
  const session = await room.database.owner.take();
  const rows = await session.sql<{ id: string }[]>`select id from concordat.release order by id`;
  room.database.owner.give(session, "clean");
  return rows.map(({ id }) => id);
}

const member = () => scene.keys["alba-travel"];
const list = (key = member()): SignedCall => ({ method: "GET", path: "/v1/datasets", key });
function ask(): SignedCall {
  const json = overlapQuestion(scene.contract, ["alba-travel", "boreal-boats"], question++);
  return { method: "POST", path: "/v1/questions", key: member(), json, idempotencyKey: `lost-database-${question}` };
}

/** Sends the same call until the room answers it. A key that stays in flight would keep its client waiting. */
async function answered(call: SignedCall): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    const answer = await signedCall(scene.origin, call);
    if (answer.status < 500 && answer.body["type"] !== "/problems/idempotency-in-flight") return answer;
    if (tries === 50) throw new Error(`${call.method} ${call.path} is not answered: ${answer.text}`);
    await sleep(100);
  }
}

describe("a connection that is cut at a commit", () => {
  // What the room does by itself.
  const OWN_ROUNDS = new Set(["publish checkpoint"]);

  test(
    "of any act: sent again, the call gives one answer in the same bytes, with one effect",
    async () => {
      const acts = actsOf(scene);
      for (let round = 0; round === 0 || room.relay.cuts.length < CUTS_WANTED; round++) {
        for (const [index, act] of acts.entries()) await cutEverywhere(act, round + index);
      }
      console.log(`cut off: ${room.relay.cuts.length} commits, of ${[...new Set(room.relay.cuts)].sort().join(", ")}`);
      expect(await releases()).toEqual(asked.map((answer) => textOf(answer, "id")).sort());
      expect(room.relay.cuts.length).toBeGreaterThan(2 * acts.length);
    },
    300_000 + CUTS_WANTED * 3_000,
  );

  test("leaves no file behind that the next start does not sweep", async () => {
    await room.restart();
    const session = await room.database.owner.take();
    expect(await fileFaults(session.sql, room.directory)).toEqual([]);
    room.database.owner.give(session, "clean");
    for (const answer of asked) {
      const path = `/v1/releases/${textOf(answer, "id")}`;
      expect((await mustCall(scene.origin, { method: "GET", path, key: member() })).body).toEqual(answer.body);
    }
    const keys = [operator, ...Object.values(scene.keys)];
    expect(await log.faults({ answers: asked, keys })).toEqual([]);
  });

  /** Cuts the act at its first commit, another of its kind at the second, until one has fewer. */
  async function cutEverywhere(act: Act, turn: number): Promise<void> {
    for (let place = 1; ; place++) {
      const call = await act.next();
      const cuts = room.relay.cuts.length;
      let commits = 0;
      const cut: Cut = CUTS[(turn + place) % CUTS.length] ?? "answer lost";
      room.relay.cutAtCommit(cut, (name) => !OWN_ROUNDS.has(name) && ++commits === place);
      await signedCall(scene.origin, call);
      const isCut = room.relay.cuts.length > cuts;
      room.relay.cutAtCommit(cut, () => false);
      await settle(act, call);
      if (!isCut) return;
    }
  }

  async function settle(act: Act, call: SignedCall): Promise<void> {
    const answer = await answered(call);
    expect([act.name, answer.status < 300, answer.text]).toEqual([act.name, true, answer.text]);
    if (call.idempotencyKey !== undefined) expect((await answered(call)).text).toBe(answer.text);
    if (act.name === "overlap" || act.name === "audience") asked.push(answer);
  }
});

describe("a database that is out of reach", () => {
  test.each<Outage>(["refused", "reset", "stalled"])(
    "(%s): the room stays up and comes back alone",
    async (how) => {
      const calls = [ask(), ask(), ask()];
      const underWay = calls.map((call) => signedCall(scene.origin, call).catch(() => null));
      const mend = await room.relay.fail(how);
      const late = ask();
      if (how !== "stalled") await expectUnavailable(late);
      expect((await fetch(`${scene.origin}/healthz`)).status).toBe(200);
      await sleep(OUTAGE_SECONDS * 1_000);
      await mend();
      const back = performance.now();
      await Promise.all(underWay);
      for (const call of [...calls, late]) asked.push(await succeeded(call));
      expect((await fetch(`${scene.origin}/readyz`)).status).toBe(200);
      expect(performance.now() - back).toBeLessThan(10_000);
      expect(await releases()).toEqual(asked.map((answer) => textOf(answer, "id")).sort());
      await expectPublished();
    },
    300_000 + OUTAGE_SECONDS * 2_000,
  );

  async function succeeded(call: SignedCall): Promise<Answer> {
    const answer = await answered(call);
    expect([answer.status, answer.text]).toEqual([200, answer.text]);
    return answer;
  }

  async function expectUnavailable(call: SignedCall): Promise<void> {
    const { headers, bytes } = signedHeaders(scene.origin, call);
    const body = new Uint8Array(bytes ?? []);
    const lines = headers.map(([name, value]): [string, string] => [name, value]);
    const refused = await fetch(scene.origin + call.path, { method: call.method, headers: lines, body });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await refused.json()).toMatchObject({ type: "/problems/unavailable" });
    // What was found a moment ago may still be told.
    await sleep(LIMITS.readyKeptMillis);
    const ready = await fetch(`${scene.origin}/readyz`);
    expect([ready.status, ready.headers.get("retry-after")]).toEqual([503, "5"]);
  }

  /** The rounds go on: what was logged last is published within the second that this room gives itself. */
  async function expectPublished(): Promise<void> {
    const head = await mustCall(scene.origin, { method: "GET", path: "/v1/audit/head", key: operator });
    for (let tries = 0; tries < 60; tries++) {
      const { text } = await mustCall(scene.origin, { method: "GET", path: "/v1/audit/checkpoint", key: operator });
      if (Number(text.split("\n")[1]) >= Number(textOf(head, "checkpoint").split("\n")[1])) return;
      await sleep(50);
    }
    throw new Error("no checkpoint is published any more");
  }
});

describe("a room whose sessions all wait", () => {
  test("for the log, with one partner's calls: says that it is ready, and answers others", async () => {
    const held = await room.database.owner.take();
    await held.sql.unsafe("begin; lock table concordat.log_head in exclusive mode");
    const offers = Array.from({ length: 20 }, (_, number) => contractOfMembers(`waiting-${number}`));
    const waiting = offers.map((json) =>
      signedCall(scene.origin, { method: "POST", path: "/v1/contracts", key: member(), json }),
    );
    await sleep(300);
    const started = performance.now();
    expect((await fetch(`${scene.origin}/readyz`)).status).toBe(200);
    await mustCall(scene.origin, list(scene.keys["corvo-bank"]));
    const millis = performance.now() - started;
    await held.sql.unsafe("rollback");
    room.database.owner.give(held, "clean");
    expect(millis).toBeLessThan(2_000);
    for (const answer of await Promise.all(waiting)) expect([answer.status, answer.text]).toEqual([201, answer.text]);
  });
});

describe("a clock that is an hour off", () => {
  const HOUR = 3_600;
  const trueNow = Date.now;
  const seconds = () => Math.floor(trueNow() / 1_000);
  afterEach(() => {
    Date.now = trueNow;
  });

  test.each([HOUR, -HOUR])("the server's, by %i seconds: nothing is decided by it", async (off) => {
    Date.now = () => trueNow() + off * 1_000;
    asked.push(await mustCall(scene.origin, { ...ask(), createdSeconds: seconds() }));
    // By the server's clock this one would be of now.
    const strange = await signedCall(scene.origin, { ...list(), createdSeconds: seconds() + off });
    expect(strange).toMatchObject({ status: 401, body: { type: "/problems/signature-expired" } });
    const manifest = manifestOf(`late-${off > 0 ? "fast" : "slow"}`);
    const call = { method: "POST", path: "/v1/partners", key: operator, json: manifest, createdSeconds: seconds() };
    const enrolment = await mustCall(scene.origin, call);
    const days = (Date.parse(textOf(enrolment, "expiresAt")) / 1_000 - seconds()) / 86_400;
    expect(days).toBeCloseTo(LIMITS.enrolmentDays, 2);
  });

  test.each([
    [HOUR, /`created` lies 3\d\d\d seconds ahead of the room's clock/],
    [-HOUR, /the signature expired 3\d\d\d seconds ago/],
  ])("the client's, by %i seconds: refused in words that say so", async (off, says) => {
    const answer = await signedCall(scene.origin, { ...list(), createdSeconds: seconds() + off });
    expect(answer).toMatchObject({ status: 401, body: { type: "/problems/signature-expired" } });
    expect(answer.body["detail"]).toMatch(says);
  });

  function manifestOf(id: string) {
    const contacts = [{ role: "privacy", email: `privacy@${id}.example` }];
    return { concordat: "partner/1", id, name: id, industry: "travel", contacts, datasets: [] };
  }
});
