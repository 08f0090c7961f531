// A room that compares lists in its database, over real HTTP, and that goes over to the other engine and back; and the
// command that lays its token tables.

import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addMigrate } from "../../cli/migrate.ts";
import { runProgram } from "../../cli/program.ts";
import type { Config } from "../../config.ts";
import { tokenTransactions } from "../../storage/token-transactions.ts";
import { testDatabase } from "../database.ts";
import {
  agree,
  audienceQuestion,
  bringList,
  type Keys,
  mustCall,
  overlapQuestion,
  populate,
  textOf,
} from "../faults/small-world.ts";
import { PUBLISHING, startTestRoom, type TestRoom } from "../room.ts";

const PAIR = ["alba-travel", "boreal-boats"] as const;

let room: TestRoom;
let keys: Keys;
let contract: string;
let release: string;
beforeAll(async () => {
  room = await startTestRoom(undefined, PUBLISHING, { engine: "sql" });
  keys = await populate(room.publicOrigin, room.operatorKey);
  await bringList(room.publicOrigin, keys["alba-travel"], { from: 0, until: 300 });
  await bringList(room.publicOrigin, keys["boreal-boats"], { from: 100, until: 400 });
  contract = await agree(room.publicOrigin, keys, "in-database");
});
afterAll(() => room.discard());

/** Collects a list: those on it who are still there. */
async function collected(): Promise<readonly string[]> {
  const path = `/v1/releases/${release}/rows`;
  const { text } = await mustCall(room.publicOrigin, { method: "GET", path, key: keys["alba-travel"] });
  return (text.match(/R-\d+/g) ?? []).sort();
}

async function goOverTo(engine: Config["engine"]): Promise<void> {
  const { directory } = room;
  await room.stop();
  room = await startTestRoom(directory, PUBLISHING, { engine });
}

function range(from: number, until: number): string[] {
  return Array.from({ length: until - from }, (_, index) => `R-${from + index}`).sort();
}

describe("a room that compares lists in its database", () => {
  test("answers overlaps and gives lists of exactly those who match", async () => {
    const asked = { method: "POST", path: "/v1/questions", key: keys["alba-travel"] };
    const { text } = await mustCall(room.publicOrigin, { ...asked, json: overlapQuestion(contract, PAIR, 1) });
    const figures = [...text.matchAll(/"released":(\d+)/g)].map(([, value]) => Number(value));
    expect(figures.some((value) => Math.abs(value - 200) < 60)).toBe(true);
    const listed = await mustCall(room.publicOrigin, { ...asked, json: audienceQuestion(contract, PAIR, 2) });
    release = textOf(listed, "id");
    expect(await collected()).toEqual(range(100, 300));
  });

  test("goes over to the other engine and back, with lists that came in between", async () => {
    await goOverTo("columnar");
    expect(await collected()).toEqual(range(100, 300));
    await bringList(room.publicOrigin, keys["boreal-boats"], { from: 150, until: 400 });
    await goOverTo("sql");
    expect(await collected()).toEqual(range(150, 300));
  });
});

describe("`concordat migrate`", () => {
  const migrate = (...argv: string[]) => concordat("migrate", ...argv);

  test("is refused while the room runs, and where it is called wrongly", async () => {
    expect(await migrate()).toMatchObject({ exit: 1, err: expect.stringContaining("stop it") });
    for (const wrong of [
      ["--one-node", "--distributed"],
      ["--shard", "postgres://x/y"],
      ["--distributed", "--shard", "one"],
    ])
      expect(await migrate(...wrong)).toMatchObject({ exit: 2 });
  });

  test("lays tables over shards and back, refuses what there is not, and the room answers after each", async () => {
    const { directory } = room;
    const shard = await testDatabase();
    const url = shardUrl(shard);
    await room.stop();
    expect(await migrate()).toMatchObject({ exit: 0, out: expect.stringContaining("lie as before") });
    expect(await migrate("--distributed")).toMatchObject({ exit: 1, err: expect.stringContaining("no Citus") });
    const nowhere = "postgres://somebody@127.0.0.1:9/nothing";
    expect(await migrate("--distributed", "--shard", nowhere)).toMatchObject({
      exit: 1,
      err: expect.stringContaining("refuses"),
    });
    for (const says of ["laid anew", "lie as before"])
      expect(await migrate("--distributed", "--shard", url)).toMatchObject({
        exit: 0,
        out: expect.stringContaining(says),
      });
    room = await startTestRoom(directory, PUBLISHING, { engine: "sql" });
    expect(await collected()).toEqual(range(150, 300));
    const held = await tokenTransactions(shard.owner)("read only", (tx) =>
      tx.unsafe<{ n: number }[]>("select count(*)::int as n from concordat_tokens.tokens"),
    );
    expect(held[0]?.n).toBeGreaterThan(500);
    await room.stop();
    expect(await migrate("--one-node")).toMatchObject({ exit: 0 });
    room = await startTestRoom(directory, PUBLISHING, { engine: "sql" });
    expect(await collected()).toEqual(range(150, 300));
    await shard.close();
  });
});

/** A database as `--shard` names it. */
function shardUrl({ target }: Awaited<ReturnType<typeof testDatabase>>): string {
  if (target.kind === "url") return target.url;
  const { path, database, username } = target.connection;
  return `postgres://${username}@localhost/${database}?host=${encodeURIComponent(dirname(path))}`;
}

async function concordat(...argv: string[]) {
  const told = { out: "", err: "" };
  const exit = await runProgram(
    argv,
    {
      standardOutput: (text) => {
        told.out += text;
      },
      standardError: (text) => {
        told.err += text;
      },
      isTerminal: false,
      environment: { CONCORDAT_DATA: room.directory },
      home: room.directory,
      clock: () => Date.now(),
      random: (count) => crypto.getRandomValues(new Uint8Array(count)),
    },
    [addMigrate],
  );
  return { exit, ...told };
}
