import { describe, expect, test } from "vitest";
import { unixMillis } from "../../domain/instant.ts";
import { OPERATOR } from "../../domain/partner/manifest.ts";
import { actsOn, appendNext } from "../store-suite/acts.ts";
import { storeSuite } from "../store-suite.ts";
import { type MemoryDatabase, memoryDatabase } from "./store.ts";
import { conflict, type Step } from "./transaction.ts";

// A millisecond passes with each transaction, from now on.
function openDatabase(): MemoryDatabase {
  let now = Date.now();
  return memoryDatabase(() => unixMillis(now++));
}

describe("the store in memory", () => {
  storeSuite(async () => ({ store: openDatabase().connect(), close: async () => {} }));

  const sizeOf = (database: MemoryDatabase) =>
    actsOn(database.connect(), OPERATOR).read(async (tx) => (await tx.log.head()).size);

  test.each([
    ["begin", 0],
    ["call", 0],
    ["commit", 0],
    ["committed", 1],
  ] as const)("broken off at %s, an act happened %i times", async (at, times) => {
    const database = openDatabase();
    const store = database.connect(async (step) => {
      if (step.at === at) throw new Error("the process is gone");
    });
    await expect(actsOn(store, OPERATOR).write((tx) => appendNext(tx, [OPERATOR]))).rejects.toThrow(/is gone/);
    expect(await sizeOf(database)).toBe(times);
  });

  test("a process that is gone holds nothing: the log's tail is free, and it reaches no table", async () => {
    const database = openDatabase();
    const steps: Step[] = [];
    const gone = database.connect((step) => {
      steps.push(step);
      return step.at === "commit" ? new Promise(() => {}) : Promise.resolve();
    });
    void actsOn(gone, OPERATOR).write((tx) => appendNext(tx, [OPERATOR]));
    await actsOn(database.connect(), OPERATOR).write((tx) => appendNext(tx, [OPERATOR]));
    expect(steps.at(-1)?.at).toBe("commit");
    expect(await sizeOf(database)).toBe(1);
  });

  test("an act that conflicts runs again from its beginning, at a later time, and happens once", async () => {
    const database = openDatabase();
    let conflicts = 2;
    const store = database.connect(async ({ at }) => {
      if (at === "commit" && conflicts-- > 0) throw conflict("on purpose");
    });
    const times: number[] = [];
    await actsOn(store, OPERATOR).write(async (tx) => {
      times.push(tx.now);
      await appendNext(tx, [OPERATOR]);
    });
    expect(times.length).toBe(3);
    expect([...times].sort()).toEqual([...new Set(times)]);
    expect(await sizeOf(database)).toBe(1);
  });

  test("of two that looked at what the other changed, one runs again", async () => {
    const database = openDatabase();
    const store = database.connect();
    await actsOn(store, OPERATOR).write((tx) => tx.partners.add(OPERATOR, null));
    let runs = 0;
    const claim = () =>
      actsOn(store, OPERATOR).note((tx) => {
        runs += 1;
        return tx.nonces.claim(OPERATOR, "the same", 60);
      });
    expect((await Promise.all([claim(), claim()])).sort()).toEqual([false, true]);
    expect(runs).toBe(3);
  });

  test("an act that goes on after a call of it failed does not commit", async () => {
    const database = openDatabase();
    const store = database.connect();
    const act = actsOn(store, OPERATOR).write(async (tx) => {
      await appendNext(tx, [OPERATOR]);
      // What failed is passed over on purpose.
      await tx.uploads.close("none", "dropped", null).catch(() => {});
    });
    await expect(act).rejects.toThrow(/went on after/);
    expect(await sizeOf(database)).toBe(0);
  });

  test("a call that comes after the end of its transaction is refused", async () => {
    const store = openDatabase().connect();
    const late = await actsOn(store, OPERATOR).read(async (tx) => () => tx.log.head());
    await expect(late()).rejects.toThrow(/after the end/);
  });
});
