import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../testing/database.ts";
import { freezeDigests, migrate } from "./migrate.ts";
import { transaction } from "./transaction.ts";

let database: TestDatabase;
let folder: string;

beforeEach(async () => {
  database = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "concordat-migrate-"));
});

afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

const FIRST = `create table concordat.cup (size int); grant select on concordat.cup to :"app";`;
const SECOND = "insert into concordat.cup values (3); insert into concordat.cup values (4);";

async function put(name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), text);
}

async function putTwo(): Promise<void> {
  await put("0001-cup.sql", FIRST);
  await put("0002-fill.sql", SECOND);
}

const run = () => migrate(database.owner, { folder, appRole: database.appRole });
const sizes = () =>
  transaction(database.room, { name: "sizes", parties: [], access: "read only" }, async (tx) => {
    const rows = await tx<{ sum: number }[]>`select sum(size)::int8 as sum from concordat.cup`;
    return rows.map(({ sum }) => sum);
  });

/** Lets the application role into the schema, which the first migration of a room does. */
const openSchema = () =>
  transaction(database.owner, { name: "open the schema", parties: [], access: "read write" }, (tx) =>
    tx.unsafe(`grant usage on schema concordat to ${database.appRole}`),
  );

const refusal = (pattern: RegExp) => ({ ok: false, error: expect.stringMatching(pattern) });

describe("migrating", () => {
  test("runs each file once, in order, and grants to the application role by its placeholder", async () => {
    await putTwo();
    await freezeDigests(folder);
    expect(await run()).toEqual({ ok: true, value: ["0001-cup.sql", "0002-fill.sql"] });
    await openSchema();
    expect(await run()).toEqual({ ok: true, value: [] });
    expect(await sizes()).toEqual([7]);
    await put("0003-more.sql", SECOND);
    await freezeDigests(folder);
    expect(await run()).toEqual({ ok: true, value: ["0003-more.sql"] });
    expect(await sizes()).toEqual([14]);
  });

  test("runs each file once when several processes migrate at once", async () => {
    await putTwo();
    await freezeDigests(folder);
    const ran = await Promise.all([run(), run(), run(), run()]);
    expect(ran.flatMap((result) => (result.ok ? result.value : [result.error])).sort()).toEqual([
      "0001-cup.sql",
      "0002-fill.sql",
    ]);
    await openSchema();
    expect(await sizes()).toEqual([7]);
  });

  test("leaves nothing of a file that fails, and keeps the ones before it", async () => {
    await putTwo();
    await put("0003-broken.sql", "insert into concordat.cup values (100); insert into concordat.saucer values (1);");
    await freezeDigests(folder);
    await expect(run()).rejects.toThrow(/saucer/);
    await openSchema();
    expect(await sizes()).toEqual([7]);
  });

  test("refuses a file that changed after it ran, even when its digest was changed with it", async () => {
    await putTwo();
    await freezeDigests(folder);
    await run();
    await put("0002-fill.sql", "select 1;");
    expect(await run()).toEqual(refusal(/`0002-fill.sql` was changed after it was frozen/));
    await rm(join(folder, "digests.json"));
    await freezeDigests(folder);
    expect(await run()).toEqual(refusal(/ran `0002-fill.sql` as migration 2, which differs/));
  });

  test("refuses a file that is not frozen, a frozen one that is missing, and a gap", async () => {
    await putTwo();
    expect(await run()).toEqual(refusal(/`0001-cup.sql` is not in digests.json/));
    await freezeDigests(folder);
    await rm(join(folder, "0002-fill.sql"));
    expect(await run()).toEqual(refusal(/`0002-fill.sql` is missing/));
    await put("0004-late.sql", "select 1;");
    expect(await run()).toEqual(refusal(/`0004-late.sql` is not migration 2/));
    await rm(join(folder, "0004-late.sql"));
    await put("0002_fill.sql", "select 1;");
    expect(await run()).toEqual(refusal(/`0002_fill.sql` is not migration 2/));
  });

  test("refuses a database that a newer release has migrated", async () => {
    await putTwo();
    await freezeDigests(folder);
    await run();
    await rm(join(folder, "0002-fill.sql"));
    await rm(join(folder, "digests.json"));
    await freezeDigests(folder);
    expect(await run()).toEqual(refusal(/newer release/));
  });

  test("lets an older release serve where each newer migration says so, and migrates beside it only then", async () => {
    const said = "-- Servers that know migration 0001 serve beside this one.\n";
    await put("0001-cup.sql", FIRST);
    await freezeDigests(folder);
    await run();
    const beside = (least: number) => migrate(database.owner, { folder, appRole: database.appRole, beside: least });
    await put("0002-fill.sql", said + SECOND);
    await put("0003-more.sql", SECOND);
    await freezeDigests(folder);
    expect(await beside(1)).toEqual(refusal(/older release work on this database.*stop them first/));
    expect(await run()).toEqual({ ok: true, value: ["0003-more.sql"] });
    const asRelease = async (known: number) => {
      const old = await mkdtemp(join(tmpdir(), "concordat-migrate-"));
      for (const name of ["0001-cup.sql", "0002-fill.sql"].slice(0, known))
        await copyFile(join(folder, name), join(old, name));
      await freezeDigests(old);
      const served = await migrate(database.owner, { folder: old, appRole: database.appRole });
      await rm(old, { recursive: true });
      return served;
    };
    // The third says nothing, so whoever does not know it may not serve.
    expect(await asRelease(2)).toEqual(refusal(/newer release/));
    await transaction(database.owner, { name: "take back", parties: [], access: "read write" }, (tx) =>
      tx.unsafe("delete from concordat.migration where number = 3"),
    );
    expect(await asRelease(1)).toEqual({ ok: true, value: [] });
    await put("0002-fill.sql", "-- Servers that know migration 0003 serve beside this one.\n");
    expect(await run()).toEqual(refusal(/know more than it/));
  });
});

describe("freezing", () => {
  test("adds the digests of new files and keeps the others", async () => {
    await put("0001-cup.sql", FIRST);
    expect(await freezeDigests(folder)).toEqual({ ok: true, value: ["0001-cup.sql"] });
    const before = JSON.parse(await readFile(join(folder, "digests.json"), "utf8"));
    await put("0002-fill.sql", SECOND);
    expect(await freezeDigests(folder)).toEqual({ ok: true, value: ["0002-fill.sql"] });
    expect(JSON.parse(await readFile(join(folder, "digests.json"), "utf8"))).toMatchObject(before);
    expect(await freezeDigests(folder)).toEqual({ ok: true, value: [] });
  });

  test("refuses to change a digest, and writes nothing then", async () => {
    await putTwo();
    await freezeDigests(folder);
    const before = await readFile(join(folder, "digests.json"), "utf8");
    await put("0001-cup.sql", `${FIRST} `);
    await put("0003-new.sql", "select 1;");
    expect(await freezeDigests(folder)).toEqual(refusal(/`0001-cup.sql` was changed after it was frozen/));
    expect(await readFile(join(folder, "digests.json"), "utf8")).toBe(before);
    expect((await readdir(folder)).length).toBe(4);
  });
});
