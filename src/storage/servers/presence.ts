// The one session by which a server is known to the others: it holds its locks, hears what they say, and is opened
// again when it is lost. Nothing waits in it, so that one session does for all.

import { setTimeout as sleep } from "node:timers/promises";
import { type Address, ConnectionLost, openPool, type Pool, type Session } from "../pool.ts";
import { isConnectionFailure } from "../transaction.ts";
import { givingBack, type Lock, NOBODY_WORKS, taking } from "./locks.ts";

export type Presence = {
  /** One statement, at once. @throws ConnectionLost while the session is away */
  ask<Row extends object>(statement: string, values?: readonly (string | number)[]): Promise<readonly Row[]>;
  /** Takes a lock unless another server has it. It is taken again after a loss if nobody else was there. */
  hold(lock: Lock): Promise<Held | null>;
  /** Takes a shared lock that says what the server is: it is taken again in any case. */
  stand(lock: Lock): Promise<void>;
  /** Tells every server's presence, its own among them (NOTIFY). */
  tell(text: string): Promise<void>;
  /** What the session is told, from now on. */
  hear(listener: (text: string) => void): void;
  isClosed(): boolean;
  close(): Promise<void>;
};

/** A lock that this server holds. */
export type Held = {
  /** False once it was lost, with the session, to another server. */
  readonly isHeld: () => boolean;
  /** Hears from the session in which it was taken, so that it was held until now. @throws ConnectionLost */
  readonly confirm: () => Promise<void>;
  readonly giveBack: () => Promise<void>;
};

/** What servers of one database say to each other goes through this channel. */
const CHANNEL = "concordat_servers";

const PATIENCE_MILLIS = 250;

// Serializable transactions of others take no notice of what is read and written here.
const MANNERS = `
  set session characteristics as transaction isolation level read committed;
  select set_config('concordat.parties', '{operator}', false);
  listen ${CHANNEL}`;

type Holding = { readonly lock: Lock; readonly isStanding: boolean; isLost: boolean };

type State = {
  readonly pool: Pool;
  readonly holdings: Set<Holding>;
  /** Null while it is away. */
  session: Session | null;
  isClosed: boolean;
};

/** Opens a server's presence as the application role. */
export async function openPresence(address: Address): Promise<Presence> {
  const listeners: ((text: string) => void)[] = [];
  const pool = openPool(address, 1, (_, text) => {
    for (const listen of listeners) listen(text);
  });
  const state: State = { pool, holdings: new Set(), session: null, isClosed: false };
  await connect(state).catch(async (failure: unknown) => {
    await pool.close();
    throw failure;
  });
  return {
    ask: (statement, values = []) => ask(state, statement, values),
    hold: (lock) => hold(state, lock, { isStanding: false }),
    stand: async (lock) => {
      if ((await hold(state, lock, { isStanding: true })) === null) throw new Error("another server stands alone");
    },
    tell: async (text) => {
      await ask(state, `select pg_notify('${CHANNEL}', $1)`, [text]);
    },
    hear: (listener) => void listeners.push(listener),
    isClosed: () => state.isClosed,
    close: async () => {
      state.isClosed = true;
      await pool.close();
    },
  };
}

async function connect(state: State): Promise<void> {
  const session = await state.pool.take();
  const taken = [...state.holdings];
  let isReady = false;
  try {
    await answered(session, session.sql.unsafe(MANNERS));
    await takeAgain(session, taken);
    isReady = true;
  } finally {
    if (!isReady) state.pool.give(session, "unknown");
  }
  state.session = session;
  await giveBackLeft(state, taken);
  void session.lost.then(undefined, () => {
    state.session = null;
    state.pool.give(session, "unknown");
    void comeBack(state);
  });
}

// While the session was away, another server may have had each lock, and have given it back: where there may be one,
// whatever was begun under a lock has lost it. What the server is stands as it was.
async function takeAgain(session: Session, holdings: readonly Holding[]): Promise<void> {
  if (holdings.length === 0) return;
  const isAlone = await takes(session, NOBODY_WORKS);
  for (const holding of holdings) {
    if (!holding.isStanding && !isAlone) holding.isLost = true;
    if (!holding.isLost && !(await takes(session, holding.lock))) holding.isLost = true;
  }
  if (isAlone) await answered(session, session.sql.unsafe(givingBack(NOBODY_WORKS)));
}

// What was given back while the session was away has been taken again for nobody.
async function giveBackLeft(state: State, taken: readonly Holding[]): Promise<void> {
  const left = taken.filter((holding) => !state.holdings.has(holding) && !holding.isLost);
  for (const { lock } of left) await ask(state, givingBack(lock), []).then(() => undefined, unlessGone);
}

async function comeBack(state: State): Promise<void> {
  while (!state.isClosed) {
    // Whatever the reason is, the server is away until the database lets it in again.
    const [back] = await Promise.allSettled([connect(state)]);
    if (back.status === "fulfilled") return;
    await sleep(PATIENCE_MILLIS);
  }
}

async function takes(session: Session, lock: Lock): Promise<boolean> {
  const [row] = await answered(session, session.sql.unsafe<{ got: boolean }[]>(taking(lock)));
  return row?.got === true;
}

async function ask<Row extends object>(
  { session }: State,
  statement: string,
  values: readonly (string | number)[],
): Promise<readonly Row[]> {
  if (session === null) throw away();
  return answered(session, session.sql.unsafe<Row[]>(statement, [...values]));
}

async function hold(state: State, lock: Lock, { isStanding }: Pick<Holding, "isStanding">): Promise<Held | null> {
  const { session } = state;
  if (session === null) throw away();
  if (!(await takes(session, lock))) return null;
  if (state.session !== session) throw away();
  const holding: Holding = { lock, isStanding, isLost: false };
  state.holdings.add(holding);
  return {
    isHeld: () => state.session !== null && !holding.isLost,
    confirm: async () => {
      await answered(session, session.sql.unsafe("select 1"));
    },
    giveBack: async () => {
      state.holdings.delete(holding);
      if (!holding.isLost) await ask(state, givingBack(lock), []).then(() => undefined, unlessGone);
    },
  };
}

function away(): ConnectionLost {
  return new ConnectionLost("the server's presence in the database is interrupted");
}

function answered<Value>(session: Session, statement: Promise<Value>): Promise<Value> {
  return session.orLost(statement);
}

// A session that is gone has given all of its locks back.
function unlessGone(error: unknown): void {
  if (!isConnectionFailure(error)) throw error;
}
