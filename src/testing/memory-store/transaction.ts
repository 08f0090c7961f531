// Transactions of the store in memory. Each call waits its turn behind the calls made before it in its transaction, and
// at each a test may hold it up, have it conflict, or end it with its process. A logged act holds the log's tail.

import type { UnixMillis } from "../../domain/instant.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Act } from "../../ports/store.ts";
import { openSession, type Session, type State } from "./session.ts";

export type Access = "read" | "note" | "write";

/** Where a transaction is. At `commit` nothing has happened yet; at `committed` all of it has, and nobody was told. */
export type Step = {
  readonly act: Act;
  readonly access: Access;
  readonly at: "begin" | "call" | "commit" | "committed";
};

/** Asked at each step, and waited for. What it throws breaks the transaction off there. */
export type Pause = (step: Step) => Promise<void>;

const CONFLICT = "Conflict";

/** Another transaction came between: nothing was committed, and the work runs again. */
export function conflict(says: string): Error {
  return Object.assign(new Error(says), { name: CONFLICT });
}

/** What is committed, with the count of commits at which each table last changed. */
export type Committed = { state: State; commits: number; readonly changes: Map<string, number> };

/** What a process has of the store. */
export type Connection = {
  readonly committed: Committed;
  readonly clock: Clock;
  readonly pause: Pause;
  /** Does work when the logged acts before it have ended. */
  readonly alone: <Value>(work: () => Promise<Value>) => Promise<Value>;
};

/** Makes a call of a running transaction when those before it were made. */
export type Call = <Value>(work: () => Value) => Promise<Value>;

type Work<Value> = (session: Session, call: Call) => Promise<Value>;
type Running = { readonly act: Act; readonly access: Access };

/** Runs work in one transaction and commits it; again, from its beginning, as often as it conflicts. */
export async function transaction<Value>(connection: Connection, running: Running, work: Work<Value>): Promise<Value> {
  for (;;) {
    try {
      return await attempt(connection, running, work);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== CONFLICT) throw error;
    }
  }
}

// The time is told when a transaction begins, and the log's tail is waited for after that, as in Postgres: so a later
// entry may bear an earlier time.
async function attempt<Value>(connection: Connection, running: Running, work: Work<Value>): Promise<Value> {
  await connection.pause({ ...running, at: "begin" });
  const now = connection.clock();
  const run = () => attemptAt(connection, { ...running, now }, work);
  return running.access === "write" ? connection.alone(run) : run();
}

async function attemptAt<Value>(
  { committed, pause }: Connection,
  { now, ...running }: Running & { readonly now: UnixMillis },
  work: Work<Value>,
): Promise<Value> {
  const { act, access } = running;
  const began = committed.commits;
  const session = openSession(committed.state, { act, now, isReadOnly: access === "read" });
  const calls = inOrder(() => pause({ ...running, at: "call" }));
  const value = await work(session, calls.call).finally(calls.end);
  const failure = await calls.failure();
  if (failure !== null)
    throw new Error(`\`${act.name}\` went on after a statement of it had failed`, { cause: failure });
  if (session.changed.size === 0) return value;
  session.checkDeferred();
  await pause({ ...running, at: "commit" });
  commit(committed, session, began);
  await pause({ ...running, at: "committed" });
  return value;
}

function commit(committed: Committed, { touched, changed }: Session, began: number): void {
  const overtaken = [...touched].find((name) => (committed.changes.get(name) ?? 0) > began);
  if (overtaken !== undefined) throw conflict(`\`${overtaken}\` was changed meanwhile`);
  committed.commits += 1;
  committed.state = new Map([...committed.state, ...changed]);
  for (const name of changed.keys()) committed.changes.set(name, committed.commits);
}

type Calls = {
  readonly call: Call;
  readonly end: () => void;
  /** What the first call that failed failed by, when all that were made are over. */
  readonly failure: () => Promise<unknown>;
};

function inOrder(pause: () => Promise<void>): Calls {
  let isOver = false;
  let failed: { readonly by: unknown } | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const call: Call = (work) => {
    if (isOver) return Promise.reject(new Error("a statement came after the end of its transaction"));
    const own = last.then(async () => {
      if (failed !== null) throw failed.by;
      await pause();
      return work();
    });
    last = own.then(
      () => undefined,
      (by: unknown) => {
        failed ??= { by };
      },
    );
    return own;
  };
  return {
    call,
    end: () => {
      isOver = true;
    },
    failure: () => last.then(() => (failed === null ? null : failed.by)),
  };
}
