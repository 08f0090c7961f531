import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Config, readConfig } from "../../config.ts";
import { KEY_PROOF_TYP } from "../../crypto/document-types.ts";
import { generateSigningKey, type SigningKey, signingKeyFromJwk } from "../../crypto/jwk.ts";
import { signCompact } from "../../crypto/jws.ts";
import { toBase64Url } from "../../domain/bytes.ts";
import { type RunningRoom, runRoom } from "../../main.ts";
import { installBinaries } from "../../storage/embedded/binaries.ts";
import { removeEmbedded, startEmbedded } from "../../storage/embedded/launcher.ts";
import { findPlace } from "../../storage/embedded/place.ts";
import { isRoot } from "../../storage/embedded/server-user.ts";
import { startTestRoom, type TestRoom } from "../room.ts";
import { signedCall, signedHeaders } from "../signed-call.ts";
import { startChild, waitingRoom } from "./child-room.ts";
import {
  agree,
  audienceQuestion,
  bringList,
  type Keys,
  listOfPeople,
  mustCall,
  overlapQuestion,
  populate,
  sha256Hex,
  textOf,
} from "./small-world.ts";

const CUSTOMERS = "/v1/datasets/customers/uploads";

describe("a room that was stopped and started again", () => {
  let directory: string;
  let config: Config;
  let room: RunningRoom;
  let keys: Keys;
  let contract: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "concordat-restart-"));
    config = configOf(directory, await freePort());
    room = await started(config);
    keys = await populate(room.publicOrigin, await operatorKey(directory));
    await bringList(room.publicOrigin, keys["alba-travel"], { from: 0, until: 300 });
    await bringList(room.publicOrigin, keys["boreal-boats"], { from: 100, until: 400 });
    contract = await agree(room.publicOrigin, keys, "restarts");
  });

  afterAll(async () => {
    await room.stop();
    await removeEmbedded({ directory });
    await rm(directory, { recursive: true });
  });

  async function restart(): Promise<string> {
    await room.stop();
    room = await started(config);
    return room.publicOrigin;
  }

  test("refuses a signature that it accepted before", async () => {
    const path = "/v1/datasets";
    const { headers } = signedHeaders(room.publicOrigin, { method: "GET", path, key: keys["alba-travel"] });
    const send = () => fetch(room.publicOrigin + path, { headers: headers.map(([name, value]) => [name, value]) });
    expect((await send()).status).toBe(200);
    await restart();
    const again = await send();
    expect([again.status, await again.json()]).toMatchObject([401, { type: "/problems/signature-replayed" }]);
  });

  test("gives the reply of an idempotency key in the same bytes, and refuses the key for another request", async () => {
    const key = keys["alba-travel"];
    const json = overlapQuestion(contract, ["alba-travel", "boreal-boats"], 1);
    const call = { method: "POST", path: "/v1/questions", key, json, idempotencyKey: "asked-before-the-restart" };
    const before = await mustCall(room.publicOrigin, call);
    const origin = await restart();
    expect((await mustCall(origin, call)).text).toBe(before.text);
    const release = await mustCall(origin, { method: "GET", path: `/v1/releases/${textOf(before, "id")}`, key });
    expect(release.body).toEqual(before.body);
    const other = overlapQuestion(contract, ["alba-travel", "boreal-boats"], 2);
    expect(await signedCall(origin, { ...call, json: other })).toMatchObject({
      status: 422,
      body: { type: "/problems/idempotency-key-reused" },
    });
  });

  test("goes on with an open upload where it stood, and only a commit changes the list", async () => {
    const key = keys["corvo-bank"];
    const id = textOf(await mustCall(room.publicOrigin, { method: "POST", path: CUSTOMERS, key, json: {} }), "id");
    const parts = [listOfPeople({ from: 0, until: 50 }, true), listOfPeople({ from: 50, until: 120 }, false)];
    const put = (origin: string, number: number, bytes = parts[number - 1] ?? new Uint8Array()) =>
      signedCall(origin, {
        ...{ method: "PUT", path: `/v1/uploads/${id}/parts/${number}`, key },
        ...{ bytes, contentType: "text/csv" },
      });
    expect(await put(room.publicOrigin, 1)).toMatchObject({ status: 200, body: { nextPart: 2 } });
    const origin = await restart();
    const stands = await mustCall(origin, { method: "GET", path: `/v1/uploads/${id}`, key });
    expect(stands.body).toMatchObject({ state: "open", nextPart: 2 });
    expect(await put(origin, 2)).toMatchObject({ status: 200, body: { nextPart: 3 } });
    const versions = { method: "GET", path: "/v1/datasets/customers/versions", key };
    expect((await mustCall(origin, versions)).body["items"]).toEqual([]);
    const json = { parts: parts.map(sha256Hex) };
    const committed = await mustCall(origin, { method: "POST", path: `/v1/uploads/${id}/commit`, key, json });
    expect(committed.body).toMatchObject({ people: 120, sequence: 1 });
    expect((await mustCall(origin, versions)).body["items"]).toEqual([committed.body]);
  });

  test("keeps a revoked key revoked, and what it signed in force", async () => {
    const owner = keys["boreal-boats"];
    const origin = room.publicOrigin;
    const { key: second } = generateSigningKey();
    const claim = { partner: "boreal-boats", thumbprint: second.publicKey.thumbprint };
    const json = { jwk: second.publicKey.jwk, proof: signCompact(second, claim, KEY_PROOF_TYP) };
    const path = "/v1/partners/boreal-boats/keys";
    await mustCall(origin, { method: "POST", path, key: owner, json });
    await mustCall(origin, { method: "DELETE", path: `${path}/${owner.publicKey.thumbprint}`, key: second });
    const again = await restart();
    const look = { method: "GET", path: `/v1/contracts/${contract}` };
    expect(await signedCall(again, { ...look, key: owner })).toMatchObject({
      status: 401,
      body: { type: "/problems/key-unknown" },
    });
    expect((await mustCall(again, { ...look, key: second })).body).toMatchObject({ state: { kind: "in-force" } });
    const question = audienceQuestion(contract, ["alba-travel", "boreal-boats"], 3);
    const call = { method: "POST", path: "/v1/questions", key: keys["alba-travel"], json: question };
    expect((await mustCall(again, call)).body).toMatchObject({ outcome: "released" });
  });

  test("refuses keys that are not its own, in a sentence, and serves again with its own", async () => {
    await room.stop();
    const keysPath = join(config.dataDirectory, "keys.json");
    const kept = await readFile(keysPath, "utf8");
    const own: { readonly log: object } = JSON.parse(kept);
    const writeKeys = (text: string) => writeFile(keysPath, text, { mode: 0o600 });
    const fresh = () => toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
    const foreign = { ...own, log: generateSigningKey().privateJwk };
    const tried: [text: string, says: RegExp][] = [
      [JSON.stringify({ ...own, wrapping: fresh() }), /sealed under the wrapping key [0-9a-f]{16}, and .* gives/],
      [JSON.stringify({ ...own, room: fresh() }), /another key for tokens/],
      [JSON.stringify(foreign), /another key/],
      [JSON.stringify({ ...own, wrapping: "short" }), /is not a key/],
      [JSON.stringify({ ...own, room: undefined }), /does not hold the keys of a room/],
      ["not JSON at all", /does not hold the keys of a room/],
    ];
    for (const [text, says] of tried) {
      await writeKeys(text);
      const refusal = await refusalOf(config);
      expect(refusal).toEqual([expect.stringMatching(says)]);
      expect(refusal[0]).toContain(keysPath);
    }
    await rm(keysPath);
    expect(await refusalOf(config)).toEqual([expect.stringMatching(/keys\.json is gone: bring the file back/)]);
    const service = (command: string): Config => ({ ...config, keys: { kind: "command", command } });
    for (const [command, says] of [
      ["exit 3", /^the command of CONCORDAT_KEYS ended with 3: run it by hand/],
      ["echo nothing", /^what the command of CONCORDAT_KEYS prints does not hold the keys of a room$/],
    ] as const) {
      expect(await refusalOf(service(command))).toEqual([expect.stringMatching(says)]);
    }
    await writeKeys(kept);
    await chmod(keysPath, 0o640);
    expect(await refusalOf(config)).toEqual([`${keysPath} can be read by others: chmod 600 ${keysPath}`]);
    await chmod(keysPath, 0o600);
    room = await started(config);
    expect((await fetch(`${room.url}/readyz`)).status).toBe(200);
  });
});

describe("a room whose keys go while it runs", () => {
  let room: TestRoom;
  beforeAll(async () => {
    room = await startTestRoom();
  });
  afterAll(() => room.discard());

  // It makes a data key, which the key ring is written for.
  async function letIn(id: string): Promise<void> {
    const contacts = [{ role: "privacy", email: `privacy@${id}.example` }];
    const json = { concordat: "partner/1", id, name: id, industry: "travel", contacts, datasets: [] };
    await mustCall(room.publicOrigin, { method: "POST", path: "/v1/partners", key: room.operatorKey, json });
  }

  // In its first run a room may make its keys, but once.
  test("goes on with those that it has, makes no others, and rotates when they are back", async () => {
    const path = join(room.directory, "keys.json");
    const kept = await readFile(path, "utf8");
    const rotate = { method: "POST", path: "/v1/room/wrapping-key", key: room.operatorKey, json: {} };
    const foreign = JSON.stringify({ ...JSON.parse(kept), wrapping: toBase64Url(new Uint8Array(32)) });
    for (const [text, says] of [
      [null, /keys\.json is gone: bring the file back/],
      ["not JSON at all", /does not hold the keys of a room/],
      [foreign, /gives other keys now than those that the room runs with/],
    ] as const) {
      await (text === null ? rm(path) : writeFile(path, text, { mode: 0o600 }));
      const refused = await signedCall(room.publicOrigin, rotate);
      expect(refused).toMatchObject({ status: 409, body: { type: "/problems/key-not-rotated" } });
      expect(refused.body["detail"]).toMatch(says);
      expect(await readFile(path, "utf8").catch(() => null)).toBe(text);
      await letIn(`alba-${says.source.length}`);
    }
    await writeFile(path, kept, { mode: 0o600 });
    await mustCall(room.publicOrigin, rotate);
    await room.stop();
    const again = await startTestRoom(room.directory);
    expect((await fetch(`${again.url}/readyz`)).status).toBe(200);
    room = again;
  });
});

describe("a room does not start", () => {
  test("in a directory where another room works, and does when that one is killed", async () => {
    const directory = await mkdtemp(join(tmpdir(), "concordat-held-"));
    const place = { directory, port: 0, logFile: join(directory, "server.log") };
    const first = await startChild(waitingRoom(place));
    onTestFinished(async () => {
      await first.kill();
      await removeEmbedded({ directory });
      await rm(directory, { recursive: true });
    });
    const refused = await refusalOf(configOf(directory, 0));
    expect(refused).toEqual([expect.stringMatching(/^another room \(process \d+\) works in /)]);
    expect((await fetch(`${first.origin}/readyz`)).status).toBe(200);
    await first.kill();
    const second = await started(configOf(directory, 0));
    await second.stop();
  });

  test("on a database that may lose what was acknowledged", async () => {
    const directory = await mkdtemp(join(tmpdir(), "concordat-unsafe-"));
    const port = await freePort();
    const server = await unsafePostgres(directory, port);
    onTestFinished(async () => {
      const gone = once(server, "exit");
      server.kill("SIGINT");
      await gone;
      await removeEmbedded({ directory });
      await rm(directory, { recursive: true });
    });
    const databaseUrl = `postgres://postgres@127.0.0.1:${port}/postgres`;
    const refused = await refusalOf({ ...configOf(directory, 0), databaseUrl });
    expect(refused).toEqual(["the database runs with `fsync` off: a crash may destroy it"]);
  });
});

function configOf(directory: string, port: number): Config {
  const config = readConfig({ CONCORDAT_DATA: directory, PORT: String(port), LOG_LEVEL: "error" });
  if (!config.ok) throw new Error(config.error.join("; "));
  return config.value;
}

async function started(config: Config): Promise<RunningRoom> {
  const room = await runRoom(config);
  if (!room.ok) throw new Error(room.error.join("; "));
  return room.value;
}

async function refusalOf(config: Config): Promise<readonly string[]> {
  const room = await runRoom(config);
  if (!room.ok) return room.error;
  await room.value.stop();
  return [];
}

async function operatorKey(directory: string): Promise<SigningKey> {
  const key = signingKeyFromJwk(JSON.parse(await readFile(join(directory, "operator.jwk"), "utf8")));
  if (!key.ok) throw new Error("the operator's key does not read");
  return key.value;
}

// Signatures cover where a room listens, so a room that restarts must come back to the same port.
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("the system gave no port");
  return address.port;
}

/** A Postgres that somebody set up for speed, over TCP. */
async function unsafePostgres(directory: string, port: number) {
  await (await startEmbedded({ directory })).stop();
  const { cluster, sockets, user } = await findPlace(directory);
  const { postgres } = await installBinaries();
  const flags = ["-D", cluster, "-k", sockets, "-p", String(port), "-h", "127.0.0.1", "-c", "fsync=off"];
  const server = spawn(postgres, flags, {
    ...(isRoot() ? { uid: user.uid, gid: user.gid } : {}),
    cwd: "/",
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  for await (const piece of server.stderr) if (String(piece).includes("ready to accept connections")) break;
  server.stderr.destroy();
  return server;
}
