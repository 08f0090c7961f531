// Named transactions, run again when Postgres could not order them or the connection broke before anything was
// committed. Each says for whom it acts, and row-level security shows it the rows of those parties alone.

import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import type { UnixMillis } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import { TEXT_ARRAY } from "./arrays.ts";
import { errorCode, hasCode } from "./error-code.ts";
import { ConnectionLost, type Pool, type Session, type Statements } from "./pool.ts";

export type Act = {
  /** Shows as the application's name in pg_stat_activity; lowercase words. */
  readonly name: string;
  /** The partners whose rows exist for this transaction. */
  readonly parties: readonly string[];
  /** `read only` is one snapshot (repeatable read); `read write` is serializable. */
  readonly access: "read only" | "read write";
  /** The table held from before the first snapshot, so that such transactions queue instead of failing. */
  readonly lock?: keyof typeof LOCKS;
  /**
   * What goes to the database in one message: what opens the transaction, and the statements that the work sends before
   * it waits for one of them.
   */
  readonly together?: "opening";
};

/** The connection was lost when the end had been sent: the transaction happened, or it did not. */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";
}

const LOCKS = { log: "concordat.log_head", migration: "concordat.migration" } as const;

const SERIALIZATION_FAILURE = "40001";
const DEADLOCK_DETECTED = "40P01";
const TRANSACTION_ABORTED = "25P02";

/** What the driver, the system and a server that comes or goes say when there is no connection any more. */
const CONNECTION_CODES = [
  ...["CONNECTION_CLOSED", "CONNECTION_DESTROYED", "CONNECTION_ENDED", "CONNECT_TIMEOUT"],
  ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT"],
  ...["57P01", "57P02", "57P03", "25P03", "53300"],
];

/**
 * What a transaction does, with its statements and the database's clock at its start.
 * @param now  throws while the opening has no answer, where the first statements go along with it
 */
export type Work<T> = (tx: Statements, now: () => UnixMillis) => Promise<T>;

/**
 * Runs `work` in one transaction and commits it. `work` may run again from its beginning after a conflict or a lost
 * connection, so all its effects go through `tx`; a failure it lets out rolls everything back. Statements that `work`
 * sends without awaiting each go to the database together and run there one by one, in the order they were sent.
 * @throws OutcomeUnknown when the connection is lost at COMMIT; whatever `work` throws; the last conflict, or
 *   ConnectionLost, when `LIMITS.transactionAttempts` did not suffice
 */
export function transaction<T>(pool: Pool, act: Act, work: Work<T>): Promise<T> {
  return again(pool, act, () => attemptOnce(pool, act, work));
}

/**
 * Asks one statement that is a transaction by itself (read committed), so it is one message and one answer. The
 * statement says for whom it acts; it may be asked again after a conflict, one that only reads after a loss too.
 * @throws OutcomeUnknown when the connection is lost on the way of one that writes; what the statement fails by
 */
export function oneStatement<T>(pool: Pool, act: Alone, ask: (sql: Statements) => Promise<T>): Promise<T> {
  return again(pool, act, () => askOnce(pool, act, ask));
}

/** A statement by itself: what it is called, and for whom it takes its turn among those who wait for a session. */
export type Alone = Pick<Act, "name" | "parties" | "access">;

async function again<T>(pool: Pool, { name }: Pick<Act, "name">, attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isWorthRetrying(error) || count >= LIMITS.transactionAttempts) throw named(error);
      pool.retries.set(name, (pool.retries.get(name) ?? 0) + 1);
      await sleep(randomInt(1, 1 + Math.min(LIMITS.transactionBackoffMillis, 2 ** count)));
    }
  }
}

// The driver, the system and the server have codes of their own for it, and one of them is also how a client that is
// gone shows: outside of here a database that cannot be reached has one name.
function named(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ConnectionLost || !isConnectionFailure(error)) return error;
  return new ConnectionLost(error.message, { cause: error });
}

/** Adds to the parties of a running transaction. */
export async function actForAlso(tx: Statements, parties: readonly string[]): Promise<void> {
  const added = tx.array([...parties], TEXT_ARRAY);
  await tx`
    select set_config('concordat.parties',
      (current_setting('concordat.parties')::text[] || ${added}::text[])::text, true)`;
}

/** Waits until statements that were sent have left: the driver takes them up in a tick, and writes in the next turn. */
export async function underWay(): Promise<void> {
  await new Promise<void>((resolve) => process.nextTick(resolve));
  await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Whether an error says that the database cannot be reached, now or any more. */
export function isConnectionFailure(error: unknown): boolean {
  return error instanceof ConnectionLost || hasCode(error, ...CONNECTION_CODES) || isSocketMissing(error);
}

function isSocketMissing(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && error.syscall === "connect" && hasCode(error, "ENOENT");
}

function isWorthRetrying(error: unknown): boolean {
  return isConnectionFailure(error) || hasCode(error, SERIALIZATION_FAILURE, DEADLOCK_DETECTED);
}

type Progress = {
  stage: "working" | "committing" | "over";
  /** The first statement that failed: those sent behind it fail too, and say nothing but that one did. */
  failure: unknown;
  readonly statements: Statement[];
};
type Statement = Promise<unknown> & { readonly cancel: () => void };

// A session, with all that it leaves from before ended along with what it is asked next.
async function begin(pool: Pool, { parties }: Pick<Act, "parties">): Promise<{ session: Session; progress: Progress }> {
  const session = await pool.take(parties.join(" "));
  const progress: Progress = { stage: "working", failure: null, statements: [] };
  session.atLoss(() => withdraw(progress.statements));
  endLingering(session);
  return { session, progress };
}

async function askOnce<T>(pool: Pool, act: Alone, ask: (sql: Statements) => Promise<T>): Promise<T> {
  const { session, progress } = await begin(pool, act);
  try {
    return await session.orLost(ask(whileOpen(session.sql, progress)));
  } catch (error) {
    if (act.access === "read only" || !isConnectionFailure(error)) throw error;
    throw new OutcomeUnknown(`the connection was lost while it was asked to \`${act.name}\``, { cause: error });
  } finally {
    progress.stage = "over";
    pool.give(session, "clean");
  }
}

async function attemptOnce<T>(pool: Pool, act: Act, work: Work<T>): Promise<T> {
  const { session, progress } = await begin(pool, act);
  try {
    const result = await session.orLost(run(session, act, { work, progress }));
    pool.give(session, "clean");
    return result;
  } catch (error) {
    const isUncertain = progress.stage === "committing" && !isRefusal(error);
    progress.stage = "over";
    pool.give(session, (await rollBack(session)) ? "clean" : "unknown");
    if (!isUncertain) throw hasCode(error, TRANSACTION_ABORTED) ? (progress.failure ?? error) : error;
    throw new OutcomeUnknown(`the connection was lost at the commit of \`${act.name}\``, { cause: error });
  }
}

type Running<T> = { readonly work: Work<T>; readonly progress: Progress };

async function run<T>(session: Session, act: Act, { work, progress }: Running<T>): Promise<T> {
  const { opened, now } = open(session.sql, act);
  if (act.together === undefined) await opened;
  const working = work(whileOpen(session.sql, progress), now);
  const [, result] = await Promise.all([opened, working]);
  if (act.access === "read only") {
    if (progress.failure !== null) throw passedOver(act);
    endReading(session, progress);
    return result;
  }
  await commit(session, act, progress);
  return result;
}

async function commit({ sql }: Session, act: Act, progress: Progress): Promise<void> {
  progress.stage = "committing";
  const { command } = await sql.unsafe("commit");
  progress.stage = "over";
  // Postgres answers COMMIT with ROLLBACK, and no error, when a statement had failed.
  if (command !== "COMMIT") throw passedOver(act);
}

type Lingering = { readonly progress: Progress; readonly timer: NodeJS.Timeout };
const lingering = new WeakMap<Session, Lingering>();

// What was read is as true before the end of its transaction as after it, so nobody waits for the end: it goes along
// with what its session is asked next, a message less, or by itself before long. Should it be lost, then with its
// session.
function endReading(session: Session, progress: Progress): void {
  progress.stage = "over";
  const timer = setTimeout(() => endLingering(session), LIMITS.readLingersMillis).unref();
  lingering.set(session, { progress, timer });
}

function endLingering(session: Session): void {
  const last = lingering.get(session);
  if (last === undefined) return;
  clearTimeout(last.timer);
  lingering.delete(session);
  if (session.isLost()) return;
  void session.sql.unsafe("commit").then(undefined, (failure: unknown) => {
    last.progress.failure ??= failure;
  });
}

function passedOver({ name }: Act): Error {
  return new Error(`\`${name}\` went on after a statement of it had failed`);
}

type Opening = { readonly opened: Promise<unknown>; readonly now: () => UnixMillis };

// One round trip for both. The setting is the transaction's, so should a lost connection part the two, it lasts for its
// own statement alone, and what goes along with them acts for nobody.
function open(sql: Statements, act: Act): Opening {
  const parties = sql.array([...act.parties], TEXT_ARRAY);
  let told: UnixMillis | null = null;
  const begun = sql.unsafe(opening(act)).execute();
  const acting = sql<{ now: UnixMillis }[]>`
    select set_config('concordat.parties', ${parties}::text[]::text, true),
      floor(extract(epoch from now()) * 1000)::float8 as now`;
  const clock = acting.then(([row]) => {
    if (row === undefined) throw new Error("the database tells no time");
    told = row.now;
  });
  const now = () => {
    if (told === null) throw new Error(`\`${act.name}\` asked for the time before the database told it`);
    return told;
  };
  return { opened: Promise.all([begun, clock]), now };
}

// BEGIN, SET LOCAL and LOCK TABLE take no snapshot: the one that all else reads is taken when the lock is held.
function opening({ name, access, lock }: Act): string {
  if (!/^[a-z][a-z0-9 -]{0,60}$/.test(name)) throw new Error(`not a name of a transaction: \`${name}\``);
  const isolation = access === "read only" ? "repeatable read" : "serializable";
  const begin = `begin isolation level ${isolation} ${access}; set local application_name = '${name}'`;
  return lock === undefined ? begin : `${begin}; lock table ${LOCKS[lock]} in exclusive mode`;
}

// A statement sent when its transaction is over would run in the next one of the session, or in none.
function whileOpen(sql: Statements, progress: Progress): Statements {
  const assertOpen = () => {
    if (progress.stage !== "working") throw new Error("a statement came after the end of its transaction");
  };
  return new Proxy(sql, {
    apply(target, self, statement) {
      assertOpen();
      const made: unknown = Reflect.apply(target, self, statement);
      if (isStatement(made)) follow(made, progress);
      return made;
    },
    get(target, name) {
      assertOpen();
      return Reflect.get(target, name);
    },
  });
}

function isStatement(made: unknown): made is Statement {
  return made instanceof Promise && "cancel" in made && typeof made.cancel === "function";
}

// The driver opens a lost connection again for statements that it has not sent yet, and there they would run in no
// transaction. Cancelled, those are never sent; for all others it is too late, and nothing happens.
function withdraw(statements: readonly Statement[]): void {
  for (const statement of statements) statement.cancel();
}

// The driver's own `then` would send the statement, and it may be a part of another; the plain one only listens. It is
// the first to listen, so of statements sent together the one that failed first is noted first.
function follow(statement: Statement, progress: Progress): void {
  progress.statements.push(statement);
  void Promise.prototype.then.call(statement, undefined, (failure: unknown) => {
    progress.failure ??= failure;
  });
}

// An error that Postgres reports and survives is a definite answer: nothing was committed.
function isRefusal(error: unknown): boolean {
  return error instanceof postgres.PostgresError && error.severity === "ERROR";
}

async function rollBack(session: Session): Promise<boolean> {
  if (session.isLost()) return false;
  try {
    await session.orLost(session.sql.unsafe("rollback"));
    return true;
  } catch (error) {
    if (isConnectionFailure(error) || errorCode(error) !== null) return false;
    throw error;
  }
}
