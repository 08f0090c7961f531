// The store over Postgres: each act is one transaction,
// and what it may touch is composed here from the aggregates.

import { fileURLToPath } from "node:url";
import type { UnixMillis } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { Store, Transaction } from "../ports/store.ts";
import { contracts } from "./contracts.ts";
import { dataKeys } from "./data-keys.ts";
import { datasets } from "./datasets.ts";
import { deletionRequests, requesters } from "./deletion-requests.ts";
import { deletions } from "./deletions.ts";
import { type DocumentReaders, documentReaders } from "./documents.ts";
import { enrolments } from "./enrolments.ts";
import { erasures } from "./erasures.ts";
import { idempotency } from "./idempotency.ts";
import { keys } from "./keys.ts";
import { ledger } from "./ledger.ts";
import { log, logSince } from "./log.ts";
import { madeWhenAsked } from "./made-when-asked.ts";
import { admit, nonces } from "./nonces.ts";
import { notices } from "./notices.ts";
import { objections } from "./objections.ts";
import { partners } from "./partners.ts";
import { people } from "./people.ts";
import { policies } from "./policies.ts";
import type { Pool, Statements } from "./pool.ts";
import { releases } from "./releases.ts";
import { requests } from "./requests.ts";
import { roomFigures } from "./room-figures.ts";
import { sessions } from "./sessions.ts";
import { accounts, signInAttempts, signInProviders } from "./sign-in-providers.ts";
import { actForAlso, oneStatement, transaction, underWay } from "./transaction.ts";
import { uploads } from "./uploads.ts";
import { versions } from "./versions.ts";
import { witnesses } from "./witnesses.ts";

/** The folder of the migrations that this store needs. */
export const MIGRATIONS = fileURLToPath(new URL("./migrations", import.meta.url));

type Work<T> = (tx: Transaction) => Promise<T>;

export function postgresStore(pool: Pool): Store {
  const readers = documentReaders();
  const within =
    <T>(work: Work<T>) =>
    (tx: Statements, now: () => UnixMillis) =>
      work(transactionOver({ tx, now, readers }));
  return {
    read: (act, work) => transaction(pool, { ...act, access: "read only" }, within(work)),
    note: (act, work) => transaction(pool, { ...act, access: "read write" }, within(work)),
    write: (act, work) => transaction(pool, { ...act, access: "read write", lock: "log" }, within(work)),
    admit: (presented) => {
      const act = { name: "admit request", parties: [presented.partner], access: "read write" } as const;
      return oneStatement(pool, act, (sql) => admit(sql, presented));
    },
    logSince: (parties, from) => {
      const act = { name: "look into log", parties, access: "read only" } as const;
      return oneStatement(pool, act, (sql) => logSince(sql, parties, from));
    },
  };
}

/** What a transaction is made over. */
type Over = { readonly tx: Statements; readonly now: () => UnixMillis; readonly readers: DocumentReaders };

type Aggregates = Omit<Transaction, "now" | "actForAlso" | "underWay">;

const AGGREGATES: {
  readonly [Name in keyof Aggregates]: (tx: Statements, readers: DocumentReaders) => Aggregates[Name];
} = {
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

// SAFETY: the members are those of the aggregates, each with the type that its maker gives.
const MADE = Object.fromEntries(
  Object.entries<(tx: Statements, readers: DocumentReaders) => unknown>(AGGREGATES).map(([name, make]) => [
    name,
    ({ tx, readers }: Over) => make(tx, readers),
  ]),
) as { readonly [Name in keyof Aggregates]: (over: Over) => Aggregates[Name] };

const transactionOver = madeWhenAsked<Over, Transaction>({
  ...MADE,
  now: ({ now }) => now(),
  actForAlso:
    ({ tx }) =>
    (parties: readonly PartnerId[]) =>
      actForAlso(tx, parties),
  underWay: () => underWay,
});
