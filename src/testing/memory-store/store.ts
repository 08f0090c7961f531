// The store in memory: the second implementation of the port, held to the laws that the one over Postgres is held to.
// Its tables outlast the processes that connect to it, its clock is a test's, and a test sees and breaks its steps.

import { turnsInMemory } from "../../app/in-memory.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Store, Transaction } from "../../ports/store.ts";
import { madeWhenAsked } from "../../storage/made-when-asked.ts";
import { contracts, policies } from "./agreements.ts";
import { deferred, type Immediate } from "./deferred.ts";
import { ledger } from "./ledger.ts";
import { countUncertified, dataKeys, datasets, uploads } from "./lists.ts";
import { log, newsIn, witnesses } from "./log.ts";
import { enrolments, idempotency, keys, nonces, partners } from "./parties.ts";
import { accounts, countSessions, people, sessions, signInAttempts, signInProviders } from "./people.ts";
import { deletions, releases, uncertifiedDeletions } from "./releases.ts";
import { countUnended, requests } from "./requests.ts";
import { deletionRequests, erasures, notices, objections, requesters } from "./rights.ts";
import type { Session } from "./session.ts";
import { type Access, type Call, type Committed, type Connection, type Pause, transaction } from "./transaction.ts";
import { seenVersions, versions } from "./versions.ts";

/** What outlasts a process. */
export type MemoryDatabase = {
  /**
   * The store as one process has it. A process that is gone may be connected for again: what it had not committed is
   * gone with it, the log's tail is free, and nothing that it does still reaches the tables.
   */
  readonly connect: (pause?: Pause) => Store;
};

/** An empty database whose time is told by this clock. */
export function memoryDatabase(clock: Clock): MemoryDatabase {
  const committed: Committed = { state: new Map(), commits: 0, changes: new Map() };
  return {
    connect: (pause = async () => {}) => {
      const inTurn = turnsInMemory();
      return storeOver({ committed, clock, pause, alone: (work) => inTurn("log", work) });
    },
  };
}

function storeOver(connection: Connection): Store {
  const over =
    (access: Access): Store["note"] =>
    (act, work) => {
      if (!/^[a-z][a-z0-9 -]{0,60}$/.test(act.name)) throw new Error(`not a name of a transaction: \`${act.name}\``);
      return transaction(connection, { act, access }, (session, call) => work(transactionOver({ db: session, call })));
    };
  return { read: over("read"), note: over("note"), write: over("write"), ...byThemselves(connection) };
}

// Each a transaction of one call.
function byThemselves(connection: Connection): Pick<Store, "admit" | "logSince"> {
  return {
    admit: ({ thumbprint, partner, nonce, seconds }) => {
      const act = { name: "admit request", parties: [partner] };
      return transaction(connection, { act, access: "note" }, (db, call) =>
        call(() => {
          const row = keys(db).find(thumbprint);
          const key = row === null ? null : { partner: row.partner, revokedAt: row.revokedAt };
          return { key, isNew: nonces(db).claim(partner, nonce, seconds), now: db.now };
        }),
      );
    },
    logSince: (parties, from) => {
      const act = { name: "look into log", parties };
      return transaction(connection, { act, access: "read" }, (db, call) =>
        call(() => ({ ...newsIn(db, from), now: db.now })),
      );
    },
  };
}

type Aggregates = {
  readonly [Name in Exclude<keyof Transaction, "now" | "actForAlso" | "underWay">]: (
    db: Session,
  ) => Immediate<Transaction[Name]>;
};

const AGGREGATES: Aggregates = {
  partners,
  roomFigures,
  keys,
  enrolments,
  people,
  sessions,
  signInProviders,
  signInAttempts,
  accounts,
  nonces,
  idempotency,
  contracts,
  policies,
  datasets,
  dataKeys,
  uploads,
  versions,
  erasures,
  objections,
  notices,
  requesters,
  deletionRequests,
  ledger,
  releases,
  requests,
  deletions,
  log,
  witnesses,
};

/** What a transaction is made over. */
type Over = { readonly db: Session; readonly call: Call };

// SAFETY: the members are those of the aggregates, each with the type that its maker gives once it is deferred.
const MADE = Object.fromEntries(
  Object.entries<(db: Session) => object>(AGGREGATES).map(([name, make]) => [
    name,
    ({ db, call }: Over) => deferred(make(db), call),
  ]),
) as { readonly [Name in keyof Aggregates]: (over: Over) => Transaction[Name] };

const transactionOver = madeWhenAsked<Over, Transaction>({
  ...MADE,
  now: ({ db }) => db.now,
  actForAlso:
    ({ db, call }) =>
    (parties) =>
      call(() => db.actForAlso(parties)),
  underWay: () => () => Promise.resolve(),
});

function roomFigures(db: Session): Immediate<Transaction["roomFigures"]> {
  return {
    read: () => {
      const { length: files } = versions(db).segments();
      const there = seenVersions(db, ({ deletedAt }) => deletedAt === null);
      return {
        files,
        fileBytes: there.reduce((sum, { version }) => sum + version.bytes, 0),
        databaseBytes: db.size(),
        uploadsOpen: uploads(db).openIds().length,
        questionsWaiting: countUnended(db),
        destructionsDue: uncertifiedDeletions(db).length + countUncertified(db),
        sessions: countSessions(db),
      };
    },
  };
}
