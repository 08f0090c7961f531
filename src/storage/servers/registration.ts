// A server's place among those that work on a database: its number, its lease, and the end that others make of one that
// is not heard of any more. Every session of a server bears its number, so that ending it ends them all: what it had
// begun cannot be committed afterwards, however late it wakes.

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { toBase64Url } from "../../domain/bytes.ts";
import { LIMITS } from "../../domain/limits.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Pool, Rite } from "../pool.ts";
import { isConnectionFailure } from "../transaction.ts";
import { bearing, sessionsOf, taking } from "./locks.ts";
import { forgetMark, isMarkThere, writeMark } from "./marks.ts";
import type { Presence } from "./presence.ts";

export type Registration = {
  /** Counts up with each start. */
  readonly number: number;
  /** Has every session of these pools bear the number from now on. */
  readonly bind: (pools: readonly Pool[]) => void;
  /** Says that the server is done, so that nobody waits for its lease. */
  readonly end: () => Promise<void>;
  /** Kept with the reason when the server's part is over though it has not ended by itself. */
  readonly over: Promise<string>;
};

export type Registering = {
  readonly presence: Presence;
  readonly directory: string;
  readonly release: string;
  /** How many migrations the release knows. */
  readonly migrations: number;
  /** Whether no other server works, so that whoever is still registered was killed. */
  readonly isAlone: boolean;
  /** Is told what kept a server from renewing its lease, beside a database that is away. */
  readonly failed: (failure: unknown) => void;
};

/** Why a session is not lent: the server that it belongs to has been ended by others. */
class LeaseOver extends Error {
  override readonly name = "LeaseOver";
}

/** Registers a server that starts. Refuses one whose data directory is not that of the others. */
export async function register(registering: Registering): Promise<Result<Registration, string>> {
  const { presence, directory, release, migrations, isAlone } = registering;
  if (isAlone) await presence.ask("update concordat.server set ended_at = now() where ended_at is null");
  else await endOthers(presence, directory);
  const foreign = await isForeign(registering);
  if (foreign) return err(`${directory} is not the data directory that the servers of this database share: ${MEND}`);
  const mark = freshMark();
  const [row] = await presence.ask<{ number: number }>(
    `insert into concordat.server (number, release, migrations, mark, lease_until)
     select coalesce(max(number), 0) + 1, $1, $2::integer, $3, clock_timestamp() + ${LEASE} from concordat.server
     returning number`,
    [release, migrations, mark],
  );
  if (row === undefined) throw new Error("a server was not registered");
  await presence.stand(sessionsOf(row.number));
  await writeMark(directory, row.number, mark);
  await presence.ask(
    `delete from concordat.server where ended_at < now() - interval '1 day' and number <> ${row.number}`,
  );
  return ok(registered(registering, row.number));
}

/** The fewest migrations that a server knows which works; null where none does. */
export async function fewestMigrations(presence: Presence): Promise<number | null> {
  const [found] = await presence.ask<{ fewest: number | null }>(
    "select min(migrations) as fewest from concordat.server where ended_at is null",
  );
  return found?.fewest ?? null;
}

const MEND = "set CONCORDAT_DATA to that directory, or stop them first";
const LEASE = `make_interval(secs => ${LIMITS.serverLeaseSeconds})`;

function freshMark(): string {
  return toBase64Url(randomBytes(16));
}

// Each server writes a fresh mark every few seconds: into the directory, and then into the database. One that was
// killed between the two is ended when its lease is over.
async function isForeign({ presence, directory }: Registering): Promise<boolean> {
  for (let waited = 0; ; waited += LOOK_MILLIS) {
    const others = await presence.ask<{ number: number; mark: string }>(
      "select number, mark from concordat.server where ended_at is null and lease_until > clock_timestamp()",
    );
    const seen = await Promise.all(others.map((other) => isMarkThere(directory, other)));
    if (seen.every((one) => one === "there")) return false;
    if (seen.includes("nothing") || waited > LIMITS.serverLeaseSeconds * 2_000) return true;
    await sleep(LOOK_MILLIS);
  }
}

const LOOK_MILLIS = 200;

function registered(registering: Registering, number: number): Registration {
  const { presence, directory } = registering;
  let tellOver: (reason: string) => void = () => {};
  const over = new Promise<string>((resolve) => {
    tellOver = resolve;
  });
  const heart = beating(registering, async () => {
    const goesOn = await renew(registering, number);
    if (goesOn) await endOthers(presence, directory);
    // Whoever ended the server took its mark away, and this beat has written one again.
    else await forgetMark(directory, number).finally(() => tellOver(EXPELLED));
    return goesOn;
  });
  return {
    number,
    over,
    bind: (pools) => {
      for (const pool of pools) pool.greet(riteOf(number));
    },
    end: async () => {
      await heart.stop();
      await presence.ask(`update concordat.server set ended_at = now() where number = ${number}`).catch(unlessAway);
      await forgetMark(directory, number);
    },
  };
}

// A directory that takes nothing more keeps the mark that is there, and ends no lease.
async function renew({ presence, directory, failed }: Registering, number: number): Promise<boolean> {
  const mark = freshMark();
  const isMarked = await writeMark(directory, number, mark).then(
    () => true,
    (failure: unknown) => {
      failed(failure);
      return false;
    },
  );
  const own = await presence.ask(
    `update concordat.server set lease_until = clock_timestamp() + ${LEASE}, mark = coalesce(nullif($1, ''), mark)
     where number = ${number} and ended_at is null returning number`,
    [isMarked ? mark : ""],
  );
  return own.length > 0;
}

const EXPELLED = "its lease was over and the other servers have gone on without it: start it again";

// A beat that fails while the database is away is one that is left out. The last is the one that answers false.
function beating({ failed }: Registering, beat: () => Promise<boolean>): { readonly stop: () => Promise<void> } {
  let goesOn = true;
  const next = async () => {
    if (goesOn) goesOn = await beat();
    if (!goesOn) clearInterval(timer);
  };
  const tell = (failure: unknown) => {
    if (!isConnectionFailure(failure)) failed(failure);
  };
  let last: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    last = last.then(next).catch(tell);
  }, LIMITS.serverBeatMillis);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await last;
    },
  };
}

function unlessAway(error: unknown): void {
  if (!isConnectionFailure(error)) throw error;
}

/** Ends every server whose lease is over, with its sessions. */
async function endOthers(presence: Presence, directory: string): Promise<void> {
  const ended = await presence.ask<{ number: number }>(
    `update concordat.server set ended_at = now()
     where ended_at is null and lease_until < clock_timestamp() returning number`,
  );
  for (const { number } of ended) {
    await endSessions(presence, number);
    await forgetMark(directory, number);
  }
  // Whoever began to end one may have been killed in between; one that has just ended by itself closes its own.
  await presence.ask(
    `select pg_terminate_backend(pid) from pg_locks join concordat.server on objid = number
     where ${bearing("number")} and ended_at < now() - interval '10 seconds'`,
  );
}

// Its row says that it has ended, so a session that it opens from now on is refused; these are those from before.
async function endSessions(presence: Presence, number: number): Promise<void> {
  for (let look = 0; look < SESSION_LOOKS; look++) {
    const left = await presence.ask(`select pg_terminate_backend(pid) from pg_locks where ${bearing(number)}`);
    if (left.length === 0) return;
    await sleep(LOOK_MILLIS);
  }
  throw new Error(`sessions of server ${number} are still there though its lease is over`);
}

const SESSION_LOOKS = 50;

// What a session says first: that it is this server's, and whether the server has not been ended. In this order, so
// that whoever ends the server finds the session, or the session finds the end.
function riteOf(number: number): Rite {
  return async (sql) => {
    const asked = await sql.unsafe<{ got?: boolean; hasEnded?: boolean }[][]>(
      `begin isolation level read committed; set local concordat.parties = '{operator}';
       set concordat.server = '${number}'; ${taking(sessionsOf(number))};
       select ended_at is not null as "hasEnded" from concordat.server where number = ${number}; commit`,
    );
    const rows = asked.flat();
    const isOwn = rows.some(({ got }) => got === true) && rows.some(({ hasEnded }) => hasEnded === false);
    if (!isOwn) throw new LeaseOver("the lease of this server is over");
  };
}
