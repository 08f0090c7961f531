// Releases, and what was deleted with contracts that were terminated.

import { canonicalJson } from "../../domain/canonical-json.ts";
import type { DatasetRef } from "../../domain/dataset/schema.ts";
import { DAY_MILLIS, type UnixMillis } from "../../domain/instant.ts";
import type { Analysis } from "../../domain/policy/limits-document.ts";
import type { DeletionRow, ReleaseRow } from "../../ports/rows.ts";
import type { Transaction } from "../../ports/store.ts";
import { seenMembers } from "./agreements.ts";
import type { Immediate } from "./deferred.ts";
import { entryRow } from "./lists.ts";
import type { Session } from "./session.ts";
import { byNumber, byText, firstBroken, meets, type Table } from "./table.ts";
import { type KeptVersion, seenVersions } from "./versions.ts";

type Kept = {
  readonly release: ReleaseRow;
  readonly members: readonly string[];
  readonly owners: readonly string[];
  readonly lineages: readonly string[];
  readonly forgottenAt: UnixMillis | null;
};

const LISTS: readonly Analysis[] = ["audience", "suppression"];

const RELEASE: Table<Kept> = {
  name: "release",
  key: ({ release: { recipient, id } }) => `${recipient} ${id}`,
  sees: ({ members }, parties) => meets(members, parties),
  mayWrite: ({ release }, parties) => parties.has(release.recipient),
  broken: ({ release: { recipient, coin, analysis }, members, owners }) =>
    firstBroken({
      release_recipient: members.includes(recipient),
      release_owners: owners.every((owner) => members.includes(owner)),
      release_coin: coin === null || LISTS.includes(analysis),
    }),
  refersTo: ({ release }) => [["contract", release.contract]],
  defers: ({ release }) => entryRow(release.entry),
};

export function releases(db: Session): Immediate<Transaction["releases"]> {
  return { ...answers(db), ...lookedBackOn(db) };
}

const newest = byNumber<Kept>(({ release }) => -release.entry);

function kept(db: Session, isAsked: (row: Kept) => boolean): Kept[] {
  return db.rows(RELEASE, isAsked).sort(newest);
}

function rows(db: Session, isAsked: (row: Kept) => boolean): ReleaseRow[] {
  return kept(db, isAsked).map(({ release }) => release);
}

type Answers =
  | "recorded"
  | "givenOn"
  | "find"
  | "list"
  | "add"
  | "series"
  | "forget"
  | "forgetExpired"
  | "collect"
  | "disclosed";

function answers(db: Session): Pick<Immediate<Transaction["releases"]>, Answers> {
  const standing = (isAsked: (row: ReleaseRow) => boolean) =>
    rows(db, ({ release, forgottenAt }) => forgottenAt === null && isAsked(release));
  return {
    recorded: (contract, digests, versions) =>
      standing(
        (row) =>
          row.contract === contract &&
          digests.includes(row.questionDigest) &&
          row.versions === versions &&
          row.expiresAt > db.now,
      ),
    givenOn: (contract, versions, limit) =>
      standing((row) => row.contract === contract && row.versions === versions && row.expiresAt > db.now)
        .slice(0, limit)
        .map(({ questionDigest }) => questionDigest),
    find: (id) => standing((row) => row.id === id)[0] ?? null,
    list: (recipient, { after, limit }) => {
      const [last] = rows(db, ({ release }) => release.recipient === recipient && release.id === after);
      if (after !== null && last === undefined) return [];
      const isFurther = ({ entry }: ReleaseRow) => last === undefined || entry < last.entry;
      return standing((row) => row.recipient === recipient && isFurther(row)).slice(0, limit);
    },
    series: (recipient, digests, limit) =>
      standing(
        (row) =>
          row.recipient === recipient &&
          digests.includes(row.questionDigest) &&
          row.outcome === "released" &&
          row.expiresAt > db.now,
      ).slice(0, limit),
    disclosed: (owner, asked, { after, limit }) => {
      const { recipient, contract, lineage, from, until } = asked;
      const isMeant = ({ release, owners, lineages }: Kept) =>
        owners.includes(owner) &&
        release.recipient !== owner &&
        (recipient === null || release.recipient === recipient) &&
        (contract === null || release.contract === contract) &&
        (lineage === null || lineages.includes(lineage)) &&
        (from === null || release.releasedAt >= from) &&
        (until === null || release.releasedAt < until) &&
        (after === null || release.entry < Number(after));
      return rows(db, isMeant).slice(0, limit).map(disclosure);
    },
    add: (release, owners) => add(db, release, owners),
    forget: (contract) => forget(db, (row) => row.contract === contract).map(({ id }) => id),
    forgetExpired: () => forget(db, ({ expiresAt }) => expiresAt <= db.now),
    collect: (id, checkedOn) => collect(db, id, checkedOn),
  };
}

function disclosure(row: ReleaseRow) {
  const { id, recipient, contract, analysis, question, outcome, entry, releasedAt, expiresAt, collectedAt } = row;
  return { id, recipient, contract, analysis, question, outcome, entry, releasedAt, expiresAt, collectedAt };
}

function lookedBackOn(db: Session): Omit<Immediate<Transaction["releases"]>, Answers> {
  const isWithin = (at: number, days: number) => at > db.now - days * DAY_MILLIS;
  return {
    filledAt: ({ recipients, analysis, lineage }, { count, periodDays }) =>
      rows(
        db,
        ({ release, lineages }) =>
          recipients.includes(release.recipient) &&
          release.analysis === analysis &&
          lineages.includes(lineage) &&
          isWithin(release.releasedAt, periodDays),
      )[count - 1]?.releasedAt ?? null,
    contacting: (lineage, days) =>
      rows(
        db,
        ({ release: { analysis, outcome, releasedAt }, lineages }) =>
          lineages.includes(lineage) && analysis === "audience" && outcome === "released" && isWithin(releasedAt, days),
      ),
    lastAsked: (recipient, lineage) => {
      const own = seenVersions(db, ({ version }) => `${version.partner}/${version.dataset}` === lineage);
      const isOf = ({ release, lineages }: Kept) => release.recipient === recipient && lineages.includes(lineage);
      for (const { release } of kept(db, isOf)) {
        const version = own.find((one) => idsIn(release).includes(one.version.id));
        if (version !== undefined) return version.version.id;
      }
      return null;
    },
    named: (ids) => rows(db, ({ release }) => ids.includes(release.id)),
    audiences: (recipient, lineage) =>
      rows(
        db,
        (row) => isGiven(row, recipient, lineage) && LISTS.includes(row.release.analysis) && row.release.coin === null,
      ),
    exactFigures: (recipient, lineage) =>
      rows(db, (row) => isGiven(row, recipient, lineage) && row.release.showsExactly),
    unrepeatable: (recipient, lineage) => {
      const gone = seenVersions(db, ({ deletedAt }) => deletedAt !== null).map(({ version }) => version.id);
      const isLost = (release: ReleaseRow) => idsIn(release).some((id) => gone.includes(id));
      return rows(db, (row) => isGiven(row, recipient, lineage) && row.release.showsExactly && isLost(row.release))
        .length;
    },
    collected: (lineage) =>
      rows(
        db,
        ({ release, lineages }) =>
          lineages.includes(lineage) && LISTS.includes(release.analysis) && release.collectedAt !== null,
      ),
  };
}

const idsIn = ({ versions }: Pick<ReleaseRow, "versions">): string[] => versions.split(",");

function isGiven({ release, lineages }: Kept, recipient: string, lineage: DatasetRef): boolean {
  return release.recipient === recipient && release.outcome === "released" && lineages.includes(lineage);
}

type Adding = Parameters<Immediate<Transaction["releases"]>["add"]>;

function add(db: Session, release: Adding[0], owners: Adding[1]): void {
  const members = seenMembers(db, release.contract);
  const ids = idsIn(release);
  const touched = seenVersions(db, ({ version }) => ids.includes(version.id));
  if (members === null || touched.length !== ids.length)
    throw new Error("a release names a contract or a version that its transaction cannot see");
  const lineageOf = ({ version }: KeptVersion) => `${version.partner}/${version.dataset}`;
  const lineages = touched.map(lineageOf).sort();
  const row = { ...release, releasedAt: db.now, collectedAt: null, collectedOn: null };
  db.insert(RELEASE, { release: row, members, owners, lineages, forgottenAt: null });
}

// The consents stay: with the question and the versions they are what lists and figures are made again from.
function forget(db: Session, isAsked: (row: ReleaseRow) => boolean): Pick<ReleaseRow, "id" | "contract">[] {
  return db
    .update(
      RELEASE,
      ({ release, forgottenAt }) => forgottenAt === null && isAsked(release),
      (row) => ({
        ...row,
        forgottenAt: db.now,
        release: { ...row.release, answer: consentsAlone(row.release.answer), receipt: "" },
      }),
    )
    .map(({ release: { id, contract } }) => ({ id, contract }))
    .sort(byText(({ id }) => id));
}

function consentsAlone(answer: string): string {
  const { consents = null } = JSON.parse(answer);
  return JSON.stringify({ consents });
}

function collect(db: Session, id: string, checkedOn: string): boolean {
  const [before] = rows(db, ({ release }) => release.id === id);
  const known: string[] = JSON.parse(before?.collectedOn ?? "[]");
  const collectedOn = canonicalJson([...new Set([...known, checkedOn])]);
  db.update(
    RELEASE,
    ({ release }) => release.id === id,
    (row) => {
      const collectedAt = row.release.collectedAt ?? db.now;
      return { ...row, release: { ...row.release, collectedAt, collectedOn } };
    },
  );
  return before?.collectedAt === null;
}

type Deletion = DeletionRow & {
  readonly members: readonly string[];
  readonly deletedAt: UnixMillis;
  readonly entry: number | null;
};

const DELETION: Table<Deletion> = {
  name: "contract_deletion",
  key: ({ contract }) => contract,
  sees: ({ members }, parties) => meets(members, parties),
  mayWrite: ({ members }, parties) => meets(members, parties),
  refersTo: ({ contract }) => [["contract", contract]],
  defers: ({ entry }) => entryRow(entry),
};

export function deletions(db: Session): Immediate<Transaction["deletions"]> {
  return {
    add: ({ contract, deleted }) => {
      const members = seenMembers(db, contract);
      if (members === null) throw new Error("a deletion names a contract that its transaction cannot see");
      db.insert(DELETION, { contract, deleted, members, deletedAt: db.now, entry: null });
    },
    uncertified: () => uncertifiedDeletions(db),
    certify: (contract, entry) => {
      const isIt = (row: Deletion) => row.contract === contract && row.entry === null;
      return db.update(DELETION, isIt, (row) => ({ ...row, entry })).length === 1;
    },
  };
}

/** Deletions that have no certificate yet, the first first. */
export function uncertifiedDeletions(db: Session): DeletionRow[] {
  return db
    .rows(DELETION, ({ entry }) => entry === null)
    .sort(
      byNumber(
        ({ deletedAt }) => deletedAt,
        ({ contract }) => contract,
      ),
    )
    .map(({ contract, deleted }) => ({ contract, deleted }));
}
