import { createServer, type Server } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../testing/database.ts";
import { NUMBER_ARRAY, TEXT_ARRAY, textArray } from "./arrays.ts";
import { openPool } from "./pool.ts";
import { type Act, transaction } from "./transaction.ts";

const act: Act = { name: "look", parties: [], access: "read only" };

describe("a session", () => {
  it("keeps nothing of what came of a transaction", async () => {
    const database = await testDatabase();
    try {
      const results: WeakRef<object>[] = [];
      for (let count = 0; count < 3; count++)
        results.push(new WeakRef(await transaction(database.room, act, async () => ({ count }))));
      // A weak reference holds what it was read from until the turn ends.
      await new Promise((resolve) => setTimeout(resolve, 0));
      setFlagsFromString("--expose-gc");
      runInNewContext("gc")();
      expect(results.filter((result) => result.deref() !== undefined)).toEqual([]);
    } finally {
      await database.close();
    }
  });
});

describe("an array", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.close());

  it("of texts comes back from the database as it went, whatever is in them", async () => {
    const awkward = fc.string({ unit: fc.constantFrom("a", '"', "\\", ",", "{", "}", " ", "é", "NULL", "\n", "'") });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(awkward, fc.constantFrom("", "null", "NULL", "a")), { maxLength: 6 }),
        (texts) =>
          transaction(database.owner, act, async (tx) => {
            const [row] = await tx<{ texts: string[]; count: number }[]>`
            select ${tx.array(texts, TEXT_ARRAY)} as texts,
              cardinality(${tx.array(texts, TEXT_ARRAY)}) as count`;
            expect(row).toEqual({ texts, count: texts.length });
            expect(textArray.parse(textArray.serialize(texts))).toEqual(texts);
          }),
      ),
      { numRuns: 60 },
    );
  });

  it("of numbers comes back as well, of either width", async () => {
    const numbers = [0, -1, 2 ** 31 - 1];
    const rows = await transaction(
      database.owner,
      act,
      (tx) => tx`
        select ${tx.array(numbers, NUMBER_ARRAY)}::int[] as narrow, ${tx.array([2 ** 53 - 1], NUMBER_ARRAY)} as wide,
          ${tx.array<number[]>([], NUMBER_ARRAY)} as none`,
    );
    expect(rows).toMatchObject([{ narrow: numbers, wide: [2 ** 53 - 1], none: [] }]);
  });
});

describe("a connection that is lost as soon as the server is ready", () => {
  let server: Server;
  let port = 0;
  beforeAll(async () => {
    // AuthenticationOk, ReadyForQuery, and not a word more (PostgreSQL 18, §54.7).
    server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]));
        socket.once("data", () => socket.resetAndDestroy());
      });
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const address = server.address();
    if (address !== null && typeof address === "object") port = address.port;
  });
  afterAll(() => void server.close());

  it("fails the transaction that wanted it, and nothing else", async () => {
    const failures: unknown[] = [];
    const note = (failure: unknown) => void failures.push(failure);
    process.on("unhandledRejection", note);
    const pool = openPool({ url: `postgres://127.0.0.1:${port}/x`, username: "x", password: "x" }, 1);
    await expect(transaction(pool, act, (tx) => tx`select 1`)).rejects.toMatchObject({ name: "ConnectionLost" });
    await pool.close();
    process.off("unhandledRejection", note);
    expect(failures).toEqual([]);
  }, 20_000);
});

describe("sessions", () => {
  // Nothing is sent, so nothing connects.
  const address = { url: "postgres://nobody@127.0.0.1:1/none" };

  it("go to another party next, however many the first one waits for", async () => {
    const pool = openPool(address, 2);
    const lent: string[] = [];
    const take = async (party: string) => {
      const session = await pool.take(party);
      lent.push(party);
      return session;
    };
    const all = [...Array.from({ length: 20 }, () => take("greedy")), take("modest")];
    expect(pool.use()).toEqual({ size: 2, lent: 2, waiting: 19 });
    pool.give(await Promise.race(all.slice(0, 1)), "clean");
    pool.give(await Promise.race(all.slice(1, 2)), "clean");
    await Promise.race(all.slice(-1));
    expect(lent).toEqual(["greedy", "greedy", "greedy", "modest"]);
    void Promise.allSettled(all);
    await pool.close();
  });

  it("are never all one party's, so that another one has one at once", async () => {
    const pool = openPool(address, 4);
    const greedy = Array.from({ length: 9 }, () => pool.take("greedy"));
    void Promise.allSettled(greedy);
    await Promise.all(greedy.slice(0, 3));
    expect(pool.use()).toEqual({ size: 4, lent: 3, waiting: 6 });
    const own = await pool.take("modest");
    expect(pool.use()).toEqual({ size: 4, lent: 4, waiting: 6 });
    pool.give(own, "clean");
    expect(pool.use()).toEqual({ size: 4, lent: 3, waiting: 6 });
    await pool.close();
  });
});
