// Sessions with Postgres, each lent to one transaction at a time, party after party where several wait. The driver's
// own pool may hand a connection that was lost and opened again to a transaction that still believes in the old one;
// here a lost session is never used again.

import postgres from "postgres";
import { LIMITS } from "../domain/limits.ts";
import { numberArray, textArray } from "./arrays.ts";
import { int8 } from "./int8.ts";
import { lendingOf, type PoolUse } from "./lending.ts";

/** What the driver takes and gives beyond its own types: int8 as a safe number, bigint as a parameter. */
type Types = { int8: number | bigint };

/** The statements of one session: a tagged template, `unsafe` for text of our own, `json`, `array`. */
export type Statements = postgres.ISql<Types>;

export type Address =
  | { readonly path: string; readonly database: string; readonly username: string }
  | { readonly url: string; readonly username?: string; readonly password?: string };

export type Session = {
  readonly sql: Statements;
  readonly isLost: () => boolean;
  /** Rejects when the connection is lost, and never settles otherwise. A race with it would stay as long as it does. */
  readonly lost: Promise<never>;
  /** What comes of work, or the loss of the connection before that. Nothing of it stays with the session. */
  readonly orLost: <Value>(work: Promise<Value>) => Promise<Value>;
  /** What to do at the very moment of a loss, before the driver can open the connection again; the last said counts. */
  readonly atLoss: (act: () => void) => void;
  readonly end: () => Promise<void>;
};

export type Pool = {
  /**
   * A session for the caller alone, waiting its turn while all are lent out, or its party has as many as one may have.
   * @param party  for whom it is, so that nobody waits for all that another one has brought
   */
  readonly take: (party?: string) => Promise<Session>;
  /** Gives a session back. One that is lost, or whose state is `unknown`, is closed and never lent again. */
  readonly give: (session: Session, state: "clean" | "unknown") => void;
  /** Has each session do this before it is lent for the first time; those that are idle now are closed. */
  readonly greet: (rite: Rite) => void;
  /** Transactions run again, by the name of the transaction, since the pool was opened. */
  readonly retries: Map<string, number>;
  readonly use: () => PoolUse;
  /** Closes every session, letting statements that run finish for at most five seconds. */
  readonly close: () => Promise<void>;
};

/** What a session does first. One that fails in it is not lent. */
export type Rite = (sql: Statements) => Promise<void>;

/** Hears what a session is told (NOTIFY). */
export type Hearer = (channel: string, text: string) => void;

/** The connection was lost before anything was committed. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}

/** Opens a pool of at most `size` sessions; each connects when it is first used. */
export function openPool(address: Address, size: number, heard: Hearer = () => {}): Pool {
  const all = new Set<Session>();
  const idle: Session[] = [];
  const welcome = welcoming();
  let isClosed = false;

  function discard(session: Session): void {
    if (all.delete(session)) void session.end();
  }

  function free(): Session | null {
    for (let session = idle.pop(); session !== undefined; session = idle.pop()) {
      if (!session.isLost()) return session;
      discard(session);
    }
    return all.size < size ? added(all, openSession(address, heard)) : null;
  }

  const lending = lendingOf<Session>({ free, keep: (session) => idle.push(session) }, size);

  function give(session: Session, state: "clean" | "unknown"): void {
    if (isClosed) return;
    if (state === "unknown" || session.isLost()) discard(session);
    else idle.push(session);
    lending.end(session);
  }

  async function take(party = ""): Promise<Session> {
    if (isClosed) throw new ConnectionLost("the database's pool is closed");
    const session = await lending.take(party);
    await welcome.pass(session, () => give(session, "unknown"));
    return session;
  }

  async function close(): Promise<void> {
    isClosed = true;
    lending.refuse(new ConnectionLost("the database's pool was closed"));
    const open = [...all];
    all.clear();
    await Promise.all(open.map(({ end }) => end()));
  }

  const greet = (first: Rite) => {
    welcome.begin(first);
    idle.splice(0).forEach(discard);
  };
  return { take, give, greet, retries: new Map(), use: lending.use, close };
}

function added(all: Set<Session>, session: Session): Session {
  all.add(session);
  return session;
}

// Each session goes through the rite once, before it is lent.
function welcoming() {
  const greeted = new WeakSet<Session>();
  let rite: Rite | null = null;
  return {
    begin: (first: Rite) => {
      rite = first;
    },
    pass: async (session: Session, refused: () => void): Promise<void> => {
      if (rite === null || greeted.has(session)) return;
      try {
        await session.orLost(rite(session.sql));
        greeted.add(session);
      } finally {
        if (!greeted.has(session)) refused();
      }
    },
  };
}

// The loss of one connection, for all who wait in its session.
function oneLoss(): Pick<Session, "isLost" | "lost" | "orLost"> & { readonly happens: () => void } {
  const loss = new ConnectionLost("the connection to the database was lost");
  const waiting: ((error: ConnectionLost) => void)[] = [];
  let isLost = false;
  const lost = new Promise<never>((_, fail) => void waiting.push(fail));
  // A loss between two transactions is nobody's failure.
  lost.catch(() => {});
  return {
    isLost: () => isLost,
    lost,
    orLost: (work) =>
      new Promise((settle, fail) => {
        waiting.push(fail);
        void work.then(settle, fail).finally(() => waiting.splice(waiting.indexOf(fail), 1));
        if (isLost) fail(loss);
      }),
    happens: () => {
      isLost = true;
      for (const fail of waiting) fail(loss);
    },
  };
}

// One connection a client, without the driver's idle and life times: they count between statements too, and would end
// a connection in the middle of a transaction.
function openSession(address: Address, heard: Hearer): Session {
  const loss = oneLoss();
  let atLoss: () => void = () => {};
  // The driver passes `onnotify` on to each connection, which its types leave out.
  const settings: postgres.Options<{
    int8: typeof int8;
    numberArray: typeof numberArray;
    textArray: typeof textArray;
  }> & { readonly onnotify: Hearer } = {
    ...("path" in address ? { ...address, ssl: false } : address),
    max: 1,
    idle_timeout: 0,
    max_lifetime: 0,
    connect_timeout: 10,
    backoff: false,
    types: { int8, numberArray, textArray },
    fetch_types: false,
    onnotice: () => {},
    onnotify: heard,
    onclose: () => {
      loss.happens();
      atLoss();
    },
    connection: {
      application_name: "concordat",
      TimeZone: "UTC",
      idle_in_transaction_session_timeout: LIMITS.idleInTransactionMillis,
    },
  };
  const sql = "url" in address ? postgres(address.url, settings) : postgres(settings);
  return {
    sql,
    isLost: loss.isLost,
    lost: loss.lost,
    orLost: loss.orLost,
    atLoss: (act) => {
      atLoss = act;
    },
    end: () => sql.end({ timeout: 5 }),
  };
}
