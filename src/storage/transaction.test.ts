import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type TestDatabase, testDatabase } from "../testing/database.ts";
import { relayTo } from "../testing/relay.ts";
import { turnstile } from "../testing/turnstile.ts";
import { NUMBER_ARRAY } from "./arrays.ts";
import { openPool, type Pool, type Statements } from "./pool.ts";
import { type Act, OutcomeUnknown, oneStatement, transaction, underWay } from "./transaction.ts";

let database: TestDatabase;

const write: Act = { name: "write a number", parties: [], access: "read write" };
const read: Act = { name: "read a number", parties: [], access: "read only" };
const logged: Act = { ...write, lock: "log" };

function asOwner<T>(work: (tx: Statements) => Promise<T>, act: Act = write): Promise<T> {
  return transaction(database.owner, act, work);
}

beforeAll(async () => {
  database = await testDatabase();
  await asOwner((tx) =>
    tx.unsafe(`
      create schema concordat;
      create table concordat.log_head (size int8 not null);
      insert into concordat.log_head values (0);
      create table number (n int8 not null);
      create table visit (partner text not null, n int not null);
      alter table visit enable row level security;
      alter table visit force row level security;
      create policy own on visit using (partner = any (current_setting('concordat.parties')::text[]))
        with check (partner = any (current_setting('concordat.parties')::text[]));
      grant usage on schema concordat to ${database.appRole};
      grant all on concordat.log_head, number, visit to ${database.appRole};`),
  );
});

beforeEach(() => asOwner((tx) => tx.unsafe("truncate number; insert into number values (0)")));

afterAll(() => database.close());

async function number(): Promise<number> {
  const [row] = await transaction(database.room, read, (tx) => tx<{ n: number }[]>`select n from number`);
  return row?.n ?? Number.NaN;
}

async function addOne(tx: Statements): Promise<void> {
  const [row] = await tx<{ n: number }[]>`select n from number`;
  await tx`update number set n = ${(row?.n ?? Number.NaN) + 1}`;
}

/** Ends the session that runs a statement, as a crash of the network or the server would. */
async function cut(tx: Statements): Promise<void> {
  const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
  await asOwner((owner) => owner`select pg_terminate_backend(${row?.pid ?? 0}, 5000)`);
  await sleep(50);
}

test("ends what only read along with what its session is asked next, and by itself before long", async () => {
  const pool = openPool(database.address, 1);
  const pidOf = (tx: Statements) =>
    tx<{ pid: number; now: string }[]>`select pg_backend_pid() as pid, now()::text as now`;
  const stateOf = async (pid: number | undefined) => {
    const [row] = await database.owner.take().then(async (session) => {
      const rows = await session.sql<{ state: string }[]>`select state from pg_stat_activity where pid = ${pid ?? 0}`;
      database.owner.give(session, "clean");
      return rows;
    });
    return row?.state;
  };
  const [first] = await transaction(pool, read, pidOf);
  const [second] = await transaction(pool, write, pidOf);
  expect(second?.pid).toBe(first?.pid);
  expect(second?.now).not.toBe(first?.now);
  const [third] = await transaction(pool, read, pidOf);
  await vi.waitFor(async () => expect(await stateOf(third?.pid)).toBe("idle"), { timeout: 5_000 });
  await pool.close();
});

test("commits what work did, and rolls back what work threw", async () => {
  await transaction(database.room, write, addOne);
  expect(await number()).toBe(1);
  const failing = transaction(database.room, write, async (tx) => {
    await addOne(tx);
    throw new RangeError("changed my mind");
  });
  await expect(failing).rejects.toThrow("changed my mind");
  expect(await number()).toBe(1);
});

test("refuses writes in a read only transaction", async () => {
  await expect(transaction(database.room, read, addOne)).rejects.toThrow(/read-only/);
});

test("serializes lost updates: each of many concurrent increments counts, by running again", async () => {
  const before = database.room.retries.get(write.name) ?? 0;
  let runs = 0;
  let allHaveRead = () => {};
  const toBeRead = new Promise<void>((resolve) => {
    allHaveRead = resolve;
  });
  const counted = async (tx: Statements) => {
    runs += 1;
    const [row] = await tx<{ n: number }[]>`select n from number`;
    if (runs >= 6) allHaveRead();
    await toBeRead;
    await tx`update number set n = ${(row?.n ?? Number.NaN) + 1}`;
  };
  await Promise.all(Array.from({ length: 6 }, () => transaction(database.room, write, counted)));
  expect(await number()).toBe(6);
  const retried = (database.room.retries.get(write.name) ?? 0) - before;
  expect(runs).toBe(6 + retried);
  expect(retried).toBeGreaterThan(0);
});

test("queues transactions that write the log: of many concurrent ones, one at a time is under way", async () => {
  const { pass, most } = turnstile();
  const inTurn = () => transaction(database.room, logged, (tx) => pass(() => addOne(tx)));
  await Promise.all(Array.from({ length: 40 }, inTurn));
  expect(await number()).toBe(40);
  expect(most()).toBe(1);
});

test("lets the last conflict out when it never ends", async () => {
  let runs = 0;
  const hopeless = transaction(database.room, write, async (tx) => {
    runs += 1;
    await tx.unsafe("do $$ begin raise serialization_failure; end $$");
  });
  await expect(hopeless).rejects.toMatchObject({ code: "40001" });
  expect(runs).toBe(10);
});

test("does not commit when a failed statement was passed over", async () => {
  const careless = transaction(database.room, write, async (tx) => {
    await addOne(tx);
    await tx`select 1 / 0`.catch(() => "never mind");
  });
  await expect(careless).rejects.toThrow(/went on after a statement of it had failed/);
  expect(await number()).toBe(0);
});

test("tells of statements sent together the first that failed, however deep in the work it was made", async () => {
  const deep = async (tx: Statements) => {
    const inner = async () => {
      const innermost = async () => void (await tx`select 1 / 0`);
      await innermost();
    };
    await inner();
  };
  const work = (tx: Statements) => Promise.all([addOne(tx), deep(tx), tx`select 1`]);
  await expect(transaction(database.room, write, work)).rejects.toMatchObject({ code: "22012" });
});

test("runs statements sent together in their order, and their conflicts again", async () => {
  const together = async (tx: Statements) => {
    const [before, , after] = await Promise.all([
      tx<{ n: number }[]>`select n from number`,
      tx`update number set n = n + 1`,
      tx<{ n: number }[]>`select n from number`,
    ]);
    return [before[0]?.n, after[0]?.n];
  };
  const seen = await Promise.all(Array.from({ length: 6 }, () => transaction(database.room, write, together)));
  expect(seen.sort()).toEqual([0, 1, 2, 3, 4, 5].map((n) => [n, n + 1]));
});

test("refuses a statement that comes after the end of its transaction", async () => {
  const escaped = await transaction(database.room, read, async (tx) => ({ tx }));
  expect(() => escaped.tx`select 1`).toThrow(/after the end/);
  expect(() => escaped.tx.unsafe("select 1")).toThrow(/after the end/);
});

test("shows its name in the database while it runs, and no longer", async () => {
  const names = await transaction(database.room, { ...read, name: "look at oneself" }, async (tx) => {
    const own = await tx<{ name: string }[]>`select application_name as name from pg_stat_activity
                                             where pid = pg_backend_pid()`;
    return own.map(({ name }) => name);
  });
  expect(names).toEqual(["look at oneself"]);
  await expect(transaction(database.room, { ...read, name: "x'; drop table number" }, addOne)).rejects.toThrow(/name/);
});

describe("what goes together", () => {
  const opening: Act = { ...write, together: "opening" };
  const addBlindly = (tx: Statements) => tx`update number set n = n + 1 returning n`;

  test("is one message with the opening where the act says so, and a statement by itself is one message", async () => {
    const relay = await relayTo(database);
    const pool = openPool({ url: relay.url }, 1);
    const tripsOf = async (act: Act) => {
      const before = relay.count();
      await transaction(pool, act, async (tx) => void (await addBlindly(tx)));
      return relay.count() - before;
    };
    const trips: number[] = [];
    for (const act of [write, write, opening]) trips.push(await tripsOf(act));
    const before = relay.count();
    await oneStatement(pool, write, addBlindly);
    trips.push(relay.count() - before);
    await pool.close();
    relay.close();
    expect(trips.slice(1)).toEqual([3, 2, 1]);
    expect(await number()).toBe(4);
  });

  test("is on its way when it was waited for, and not before", async () => {
    const writes = vi.spyOn(Socket.prototype, "write");
    const sent = () => writes.mock.calls.some(([chunk]) => String(chunk).includes("select 'on its way'"));
    await transaction(database.room, opening, async (tx) => {
      const asked = tx`select 'on its way'`.execute();
      expect(sent()).toBe(false);
      await underWay();
      expect(sent()).toBe(true);
      await asked;
    });
    writes.mockRestore();
  });

  test("waits for the lock first: what is read with the opening is what the one before committed", async () => {
    const act: Act = { ...logged, name: "read with the opening", together: "opening" };
    const inTurn = () => transaction(database.room, act, async (tx) => Number((await addBlindly(tx))[0]?.["n"]));
    const seen = await Promise.all(Array.from({ length: 6 }, inTurn));
    expect(seen.sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(database.room.retries.has(act.name)).toBe(false);
  });

  test("tells the time once the opening is answered, and not before", async () => {
    const early = transaction(database.room, opening, async (_, now) => now());
    await expect(early).rejects.toThrow(/before the database told it/);
    const late = transaction(database.room, opening, async (tx, now) => {
      await addBlindly(tx);
      return now();
    });
    expect(Math.abs((await late) - Date.now())).toBeLessThan(60_000);
  });

  test("commits nothing where a statement fails, be it passed over", async () => {
    const failing = (pass: (failure: unknown) => void) =>
      transaction(database.room, opening, async (tx) => {
        await Promise.all([addBlindly(tx).execute(), tx`select 1 / 0`.catch(pass)]);
      });
    await expect(failing(() => {})).rejects.toThrow(/had failed/);
    await expect(
      failing((failure) => {
        throw failure;
      }),
    ).rejects.toMatchObject({ code: "22012" });
    expect(await number()).toBe(0);
  });
});

describe("a statement by itself", () => {
  const cutting = (tx: Statements) => tx`select pg_terminate_backend(pg_backend_pid())`;

  test("happens, or fails by what it says, and the session serves on", async () => {
    const narrow = await narrowPool();
    const rows = await oneStatement(narrow, write, (sql) => sql`update number set n = n + 1 returning n`);
    expect([...rows]).toEqual([{ n: 1 }]);
    await expect(oneStatement(narrow, write, (sql) => sql`select 1 / 0`)).rejects.toMatchObject({ code: "22012" });
    await oneStatement(narrow, write, (sql) => sql`update number set n = n + 1`);
    expect(await number()).toBe(2);
    await narrow.close();
  });

  test("takes its turn with others for the rows that it writes, and none of them is lost", async () => {
    const adding = () => oneStatement(database.room, write, (sql) => sql`update number set n = n + 1`);
    await Promise.all(Array.from({ length: 12 }, adding));
    expect(await number()).toBe(12);
  });

  test("has an unknown outcome where it wrote and the connection was lost; one that read is asked again", async () => {
    let asked = 0;
    const lost = (act: Act) =>
      oneStatement(database.room, act, (sql) => {
        asked += 1;
        return asked % 2 === 1 ? cutting(sql) : sql`select 1 as one`;
      });
    await expect(lost(write)).rejects.toBeInstanceOf(OutcomeUnknown);
    expect(asked).toBe(1);
    asked = 0;
    expect([...(await lost(read))]).toEqual([{ one: 1 }]);
    expect(asked).toBe(2);
  });

  test("takes no other one when it is over", async () => {
    const kept: Statements[] = [];
    await oneStatement(database.room, read, (sql) => {
      kept.push(sql);
      return sql`select 1`;
    });
    expect(() => kept.map((sql) => sql`select 1`)).toThrow(/after the end/);
  });
});

describe("row-level security", () => {
  const as = (...parties: string[]): Act => ({ ...write, parties });
  const partners = (act: Act) =>
    transaction(database.room, act, async (tx) => {
      const rows = await tx<{ partner: string }[]>`select distinct partner from visit order by partner`;
      return rows.map(({ partner }) => partner);
    });

  test("shows each transaction the rows of its parties alone, whatever ran before in the session", async () => {
    const odd = 'o"d,d\\ {one}';
    for (const partner of ["acme", "brio", odd]) {
      await transaction(database.room, as(partner), (tx) => tx`insert into visit values (${partner}, 1)`);
    }
    expect(await partners(as("acme"))).toEqual(["acme"]);
    expect(await partners(as())).toEqual([]);
    expect(await partners(as("acme", odd))).toEqual(["acme", odd]);
    const foreign = transaction(database.room, as("acme"), (tx) => tx`insert into visit values ('brio', 2)`);
    await expect(foreign).rejects.toThrow(/row-level security/);
    const bare = await database.room.take();
    await expect(bare.sql`select * from visit`).rejects.toThrow(/concordat.parties|malformed array/);
    database.room.give(bare, "clean");
  });
});

describe("a lost connection", () => {
  test("before the commit: the whole work runs again, once", async () => {
    let runs = 0;
    await transaction(database.room, write, async (tx) => {
      runs += 1;
      await addOne(tx);
      if (runs === 1) await cut(tx);
      await addOne(tx);
    });
    expect(runs).toBe(2);
    expect(await number()).toBe(2);
  });

  test("while work does something else: no statement of it reaches another session", async () => {
    const narrow = await narrowPool();
    const late: unknown[] = [];
    let runs = 0;
    await transaction(narrow, write, async (tx) => {
      runs += 1;
      if (runs > 1) return;
      await cut(tx);
      await sleep(300);
      late.push(
        await Promise.resolve()
          .then(() => tx`insert into number values (666)`)
          .catch((error) => error),
      );
    });
    await sleep(500);
    expect(String(late)).toMatch(/after the end/);
    expect(await number()).toBe(0);
    await narrow.close();
  });

  test("before statements that waited behind others were sent: none runs on the connection opened again", async () => {
    const add = (tx: Statements, n: number) => tx`update number set n = n + ${n}`;
    let runs = 0;
    const work = async (tx: Statements) => {
      runs += 1;
      if (runs > 1) return;
      await Promise.all([tx`select pg_terminate_backend(pg_backend_pid())`, ...[1, 2, 3, 4].map((n) => add(tx, n))]);
    };
    await transaction(database.room, write, work);
    await sleep(500);
    expect(runs).toBe(2);
    expect(await number()).toBe(0);
  });

  test("at the commit: the outcome is unknown, and the work does not run again", async () => {
    let runs = 0;
    await asOwner((tx) =>
      tx.unsafe(`
        create function fall() returns trigger language plpgsql as $$
          begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
        create constraint trigger fall after insert on visit deferrable initially deferred
          for each row execute function fall();`),
    );
    const falling = transaction(database.owner, { ...write, parties: ["acme"] }, async (tx) => {
      runs += 1;
      await tx`insert into visit values ('acme', 9)`;
    });
    await expect(falling).rejects.toBeInstanceOf(OutcomeUnknown);
    await asOwner((tx) => tx`drop function fall cascade`);
    expect(runs).toBe(1);
  });

  test("between transactions goes unnoticed", async () => {
    const narrow = await narrowPool();
    await transaction(narrow, write, addOne);
    const session = await narrow.take();
    const [row] = await session.sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    narrow.give(session, "clean");
    await asOwner((tx) => tx`select pg_terminate_backend(${row?.pid ?? 0}, 5000)`);
    while (!session.isLost()) await sleep(5);
    await transaction(narrow, write, addOne);
    expect(await number()).toBe(2);
    expect(narrow.retries.size).toBe(0);
    await narrow.close();
  });
});

async function narrowPool(): Promise<Pool> {
  if (database.target.kind === "url") return openPool({ url: database.target.url }, 1);
  return openPool(database.target.connection, 1);
}

describe("the pool", () => {
  test("lends a session to one at a time and lets the others wait in turn", async () => {
    const narrow = await narrowPool();
    const order: number[] = [];
    await Promise.all(
      [1, 2, 3].map((turn) =>
        transaction(narrow, read, async (tx) => {
          order.push(turn);
          await tx`select pg_sleep(0.02)`;
          order.push(turn);
        }),
      ),
    );
    expect(order).toEqual([1, 1, 2, 2, 3, 3]);
    await narrow.close();
  });

  test("refuses those who wait, and those who come, when it is closed", async () => {
    const narrow = await narrowPool();
    const held = await narrow.take();
    const waiting = narrow.take();
    const refusal = expect(waiting).rejects.toThrow(/closed/);
    await narrow.close();
    await refusal;
    await expect(narrow.take()).rejects.toThrow(/closed/);
    narrow.give(held, "clean");
  });
});

describe("the types of the driver", () => {
  test("int8 comes as a number, and one beyond the safe integers is refused without harm to the session", async () => {
    const narrow = await narrowPool();
    const of = (text: string) =>
      transaction(narrow, read, (tx) => tx<{ n: number }[]>`select ${text}::text::int8 as n`);
    expect(await of("9007199254740991")).toMatchObject([{ n: Number.MAX_SAFE_INTEGER }]);
    await expect(of("9007199254740992")).rejects.toThrow(/beyond the safe integers/);
    expect(await of("-5")).toMatchObject([{ n: -5 }]);
    const bigints = await transaction(
      narrow,
      read,
      (tx) => tx`select ${2n ** 40n}::int8 as n, ${tx.array([1, 2], NUMBER_ARRAY)} as list`,
    );
    expect(bigints).toMatchObject([{ n: 2 ** 40, list: [1, 2] }]);
    await narrow.close();
  });
});
