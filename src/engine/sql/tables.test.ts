// What stands in token tables and what does not: nothing secret, nothing left of what was dropped, nothing believed
// that is not whole; who may do what to them; how they are laid, and laid anew.

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { tokenTransactions } from "../../storage/token-transactions.ts";
import { testDatabase } from "../../testing/database.ts";
import { digestOf, people, person, sealOver, sealRows } from "../../testing/matcher-suite/lists.ts";
import { type Made, ROOM_KEY } from "../../testing/matcher-suite/made.ts";
import { shardOf, type TokenTables, tablesOnOneNode, tablesOverShards } from "../../testing/token-tables.ts";
import { layFor, layWhereNone } from "./laying.ts";
import { shuffleOf } from "./said.ts";
import type { Statements } from "./token-database.ts";

const ALL = ["tokens", "marks", "versions"] as const;

let tables: TokenTables;
let made: Made;
beforeAll(async () => {
  tables = await tablesOnOneNode();
});
afterAll(() => tables.close());

const asOwner = <Value>(work: (tx: Statements) => Promise<Value>) =>
  tokenTransactions(tables.database.owner)("read write", work);
const rowsOf = (table: (typeof ALL)[number]) =>
  asOwner(async (tx) => {
    const [found] = await tx.unsafe<{ n: number }[]>(`select count(*)::int as n from concordat_tokens.${table}`);
    return found?.n;
  });
const regions = async (list: Awaited<ReturnType<typeof sealRows>>["list"]) =>
  (await made.matcher.overlap([list, list], ["email"])).regions[3];

describe("token tables", () => {
  beforeEach(async () => {
    made = await tables.makeMatcher({ roomKey: ROOM_KEY });
    await made.matcher.sweep(async () => ({ segments: new Set(), stagings: new Set() }));
    return async () => {
      await made.matcher.end();
      await made.end();
    };
  });

  it("have a row for each token of a sealed version, and none once it is dropped or swept", async () => {
    const first = await sealRows(made.matcher, [people(0, 40)]);
    const second = await sealOver(made.matcher, first, { change: "delete", parts: [people(0, 10)] });
    expect(await rowsOf("tokens")).toBe(2 * 40 + 2 * 30);
    await made.matcher.dropSegment(first.version.segment);
    expect(await rowsOf("tokens")).toBe(2 * 30);
    expect(await regions(second.list)).toBe(30);
    await made.matcher.sweep(async () => ({ segments: new Set(), stagings: new Set() }));
    for (const table of ALL) expect(await rowsOf(table)).toBe(0);
  });

  it("hold no record reference and no value, and number values otherwise under another data key", async () => {
    await sealRows(made.matcher, [people(0, 40)]);
    const dump = await asOwner((tx) =>
      tx.unsafe<{ row: string }[]>("select t::text as row from concordat_tokens.tokens t"),
    );
    expect(dump.length).toBe(80);
    const text = dump.map(({ row }) => row).join("\n");
    for (const secret of ["person 7", "gold"])
      for (const spelt of [secret, Buffer.from(secret).toString("hex")]) expect(text).not.toContain(spelt);
    const shop = { name: "shop", values: Array.from({ length: 3_000 }, (_, index) => `${index}`) };
    const [one, other] = [randomBytes(32), randomBytes(32)];
    const [orders, again] = [shuffleOf(one, shop), shuffleOf(one, shop)];
    expect(again).toEqual(orders);
    expect(shuffleOf(other, shop).stored).not.toEqual(orders.stored);
    expect([...orders.stored].sort((a, b) => a - b)).toEqual(Array.from({ length: 3_001 }, (_, at) => at));
    for (let code = 0; code <= 3_000; code++) expect(orders.code[orders.stored[code] ?? 0]).toBe(code);
  });

  it("are filled again from the sealed file when a crash emptied them, wholly or in part", async () => {
    const { list } = await sealRows(made.matcher, [people(0, 400)]);
    for (const part of ["tokens_3", "tokens_0"]) {
      const marks = part.replace("tokens", "marks");
      await asOwner((tx) => tx.unsafe(`truncate concordat_tokens.${part}, concordat_tokens.${marks}`));
      expect(await regions(list)).toBe(400);
      expect(await rowsOf("tokens")).toBe(800);
    }
    await asOwner((tx) =>
      tx.unsafe("truncate concordat_tokens.tokens, concordat_tokens.marks, concordat_tokens.versions"),
    );
    const restarted = await tables.makeMatcher({ roomKey: ROOM_KEY });
    await expect(restarted.matcher.overlap([list, list], ["email"])).rejects.toThrow();
    await restarted.matcher.end();
    await restarted.end();
    expect(await regions(list)).toBe(400);
  });

  it("show no version whose loading broke off, and leave nothing of it", async () => {
    const broken = await tables.makeMatcher({ roomKey: ROOM_KEY });
    await asOwner((tx) => tx.unsafe("revoke insert on concordat_tokens.marks from concordat_app"));
    await expect(sealRows(broken.matcher, [people(0, 40)])).rejects.toThrow("permission");
    await asOwner((tx) => tx.unsafe("grant insert on concordat_tokens.marks to concordat_app"));
    for (const table of ALL) expect(await rowsOf(table)).toBe(0);
    expect(broken.names().filter((name) => name.endsWith(".segment"))).toEqual([]);
    await broken.matcher.end();
    await broken.end();
  });

  it("are asked without whoever holds a token that is named", async () => {
    const { list } = await sealRows(made.matcher, [people(0, 10)]);
    const tokens = made.matcher.tokensOf([{ name: "phone", digest: digestOf("+3") }]);
    const { sizes, regions } = await made.matcher.overlap([{ ...list, without: tokens }, list], ["email"]);
    expect([sizes, regions]).toEqual([
      [9, 10],
      [0, 0, 1, 9],
    ]);
  });

  it("match by the lesser of two tokens of one shard", async () => {
    const names = Array.from({ length: 60 }, (_, index) => `alias ${index}`);
    const digests = names.map((text) => ({ name: "email" as const, digest: digestOf(text) }));
    const tokens = made.matcher.tokensOf(digests).map(({ token }, index) => ({ token, name: names[index] ?? "" }));
    tokens.sort((left, right) => (left.token < right.token ? -1 : 1));
    const at = tokens.findIndex(({ token }, index) => tokens[index + 1]?.token.slice(0, 2) === token.slice(0, 2));
    const [lesser, greater] = [tokens[at]?.name ?? "", tokens[at + 1]?.name ?? ""];
    const both = [lesser, greater].map((email) => ({ ...person(1), email }));
    const apart = [
      { ...person(2), email: greater, tier: "silver" },
      { ...person(3), email: lesser, tier: "gold" },
    ];
    const lists = [await sealRows(made.matcher, [both]), await sealRows(made.matcher, [apart])].map(({ list }) => list);
    const asked = { lists, identifiers: ["email"] as const, by: [{ list: 1, attribute: "tier" }], measures: [] };
    expect((await made.matcher.crossTab(asked)).people).toEqual([0, 1, 0]);
  });

  it("keep more people than one statement or one transaction brings, whatever they say", async () => {
    const rows = people(0, 20_000).map((row, index) => ({
      ...row,
      shop: `shop ${index % 300}`,
      ads: index % 2 ? "yes" : "",
    }));
    const { list } = await sealRows(made.matcher, [rows]);
    const asked = { lists: [{ ...list, consents: ["ads"] }, list], identifiers: ["phone"] as const };
    const { people: cells } = await made.matcher.crossTab({
      ...asked,
      by: [{ list: 1, attribute: "shop" }],
      measures: [],
    });
    expect(cells.reduce((sum, count) => sum + count)).toBe(10_000);
    expect(cells[1 + 7]).toBe(rows.filter(({ shop, ads }) => shop === "shop 7" && ads === "yes").length);
    const { people: single } = await made.matcher.crossTab({
      ...{ lists: [{ ...list, where: [{ attribute: "shop", in: ["shop 7", "shop 9"] }] }], identifiers: [] },
      ...{ by: [{ list: 0, attribute: "shop" }], measures: [] },
    });
    expect([single[8], single[10], single.reduce((sum, count) => sum + count)]).toEqual([67, 67, 134]);
  });

  it("give the room's own role no right to change a row, to empty a table or to lay one", async () => {
    await sealRows(made.matcher, [[person(1)]]);
    const statements = ALL.flatMap((table) => [
      `update concordat_tokens.${table} set ${table === "versions" ? "segment = ''" : "kind = 0"}`,
      `truncate concordat_tokens.${table}`,
    ]);
    for (const statement of [...statements, "create table concordat_tokens.another ()"])
      await expect(tables.transact("read write", (tx) => tx.unsafe(statement))).rejects.toThrow(/permission|owner/);
  });

  it("are unlogged wherever rows of people are, and say of every column what it holds", async () => {
    const logged = await asOwner((tx) =>
      tx.unsafe<{ relname: string }[]>(
        `select relname from pg_class where relnamespace = 'concordat_tokens'::regnamespace
           and relkind = 'r' and relpersistence <> 'u' order by 1`,
      ),
    );
    expect(logged.map(({ relname }) => relname)).toEqual(["layout", "versions"]);
    const silent = await asOwner((tx) =>
      tx.unsafe(`select relname, attname from pg_attribute join pg_class on attrelid = pg_class.oid
        where relnamespace = 'concordat_tokens'::regnamespace and relkind in ('r', 'p') and not relispartition
          and attnum > 0 and col_description(attrelid, attnum) is null`),
    );
    expect([...silent]).toEqual([]);
  });
});

describe("laying token tables", () => {
  it("leaves them when they lie so, lays them anew when not, and what stood there is brought in again", async () => {
    const moved = await tablesOnOneNode();
    const shards = [await testDatabase(), await testDatabase()];
    const laying = { transact: tokenTransactions(moved.database.owner), appRole: moved.database.appRole };
    const own = await moved.makeMatcher({ roomKey: ROOM_KEY });
    const { list } = await sealRows(own.matcher, [people(0, 3_000)]);
    const place = { kind: "shards" as const, shards: shards.map(shardOf) };
    for (const laid of ["laid", "as before"]) expect(await layFor(laying, place)).toEqual({ ok: true, value: laid });
    await layWhereNone(laying);
    // It takes the number that the first list had before, in every shard.
    const other = await sealRows(own.matcher, [people(3_000, 3_000)]);
    expect((await own.matcher.overlap([list, other.list], ["email"])).regions).toEqual([0, 3_000, 3_000, 0]);
    const held = await Promise.all(
      shards.map(({ owner }) =>
        tokenTransactions(owner)("read only", async (tx) => {
          const [found] = await tx.unsafe<{ n: number; least: number; most: number }[]>(
            "select count(*)::int as n, min(shard) as least, max(shard) as most from concordat_tokens.tokens",
          );
          return found;
        }),
      ),
    );
    expect(held.reduce((sum, one) => sum + (one?.n ?? 0), 0)).toBe(12_000);
    expect([held[0]?.most, held[1]?.least].map((shard) => (shard ?? 0) < 128)).toEqual([true, false]);
    await own.matcher.end();
    await own.end();
    for (const one of [moved, ...shards]) await one.close();
  });

  it("refuses Citus where there is none, and more shards than there are", async () => {
    const laying = { transact: tokenTransactions(tables.database.owner), appRole: tables.database.appRole };
    const citus = await layFor(laying, { kind: "citus" });
    expect(citus).toMatchObject({ ok: false, error: expect.stringContaining("no Citus") });
    const [shard] = [shardOf(tables.database)];
    const many = await layFor(laying, { kind: "shards", shards: new Array<typeof shard>(257).fill(shard) });
    expect(many).toMatchObject({ ok: false, error: expect.stringContaining("256 shards") });
  });

  it("counts joins on the shards that have the rows", async () => {
    const far = await tablesOverShards();
    const own = await far.makeMatcher({ roomKey: ROOM_KEY });
    const { list } = await sealRows(own.matcher, [people(0, 3_000)]);
    await own.matcher.overlap([list, list], ["email"]);
    for (const { owner } of far.nodes) await tokenTransactions(owner)("read write", (tx) => tx.unsafe("analyze"));
    const plan = await far.transact("read only", async (tx) => {
      await tx.unsafe("set local enable_partitionwise_join = on; set local enable_partitionwise_aggregate = on");
      return tx.unsafe<{ "QUERY PLAN": string }[]>(
        `explain (verbose) select sum(n) from (select shard, count(*) as n
           from concordat_tokens.tokens a join concordat_tokens.tokens b using (shard, token)
           where a.version = 1 and a.kind = 0 and b.version = 1 and b.kind = 0 group by shard) as parts`,
      );
    });
    const text = plan.map((line) => line["QUERY PLAN"]).join("\n");
    expect(text.match(/Remote SQL: SELECT .* INNER JOIN .* GROUP BY/g)).toHaveLength(2);
    await own.matcher.end();
    await own.end();
    await far.close();
  });
});
