// The facts of a report: contracts, policies, lists and what each recipient may learn, read from the live state, or for
// a breach from what was in force in a period. Nothing is kept: asked again, it is made again.

import type { AuditEntry } from "../domain/audit/entry.ts";
import { contractState } from "../domain/contract/lifecycle.ts";
import { type DatasetRef, datasetRef } from "../domain/dataset/schema.ts";
import type { About, Part } from "../domain/evidence/document.ts";
import { type Days, givenInTime, versionsInTime } from "../domain/evidence/period.ts";
import { type Flow, flowOf, type Report } from "../domain/evidence/report.ts";
import { isoDate, isoInstant } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { exposureOf } from "../domain/policy/exposure.ts";
import type { Directory } from "../domain/policy/words.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ContractFile, DatasetRow, PolicyRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { storedEntry } from "./gather-evidence.ts";
import { membersOf, stateOf } from "./offer-contract.ts";
import { contractsInView, OPEN_STATES } from "./read-exposure.ts";
import { everyPartner } from "./read-partners.ts";
import { directoryOf } from "./surroundings.ts";

type AboutReport = Exclude<About, { readonly kind: "log" }>;

/** The facts of a report about the owner's processing, as the one part of it. */
export async function gatherReport(
  tx: Transaction,
  owner: PartnerId,
  about: AboutReport,
): Promise<Result<readonly Part[], Problem>> {
  const entries = await everyEntry(tx);
  const days = about.kind === "breach" ? { from: about.from, until: about.until } : null;
  const files = (await contractsInView(tx)).filter((file) => isOfReport(tx, file, { owner, about }));
  const policies = await policiesOf(tx, owner, days);
  const flows = await flowsOf(tx, { owner, files, policies, days });
  if (!flows.ok) return flows;
  const [own, keys, witnesses] = [
    await tx.partners.find(owner),
    await tx.keys.ofPartner(owner),
    await tx.witnesses.list(),
  ];
  const report: Report = {
    part: "report",
    contacts: own === null || own.manifest === null ? [] : own.manifest.contacts.map((contact) => ({ ...contact })),
    lists: await listsOf(tx, owner, { entries, days }),
    contracts: files.map((file) => contractOf(tx, file)),
    policies: policies.map(({ version, digest, putAt }) => ({ version, digest, from: isoInstant(putAt) })),
    flows: [...flows.value],
    given: [...givenInTime(entries, owner, days)],
    spent: await spentOf(tx, owner),
    erasures: await tx.erasures.count(owner),
    activeKeys: keys.filter(({ revokedAt }) => revokedAt === null).length,
    witnesses: witnesses.filter((one) => one.partner === owner && one.retiredAt === null).length,
  };
  return ok([report]);
}

async function everyEntry(tx: Transaction): Promise<readonly AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for (let from = 0; ; ) {
    const page = await tx.log.entries(from, LIMITS.logPageEntries);
    entries.push(...page.map(({ entry }) => storedEntry(entry)));
    const last = page.at(-1);
    if (last === undefined || page.length < LIMITS.logPageEntries) return entries;
    from = last.index + 1;
  }
}

type Selecting = { readonly owner: PartnerId; readonly about: AboutReport };

// A record tells what holds; an assessment is made before it does, so offers count too; a breach looks back.
function isOfReport(tx: Transaction, file: ContractFile, { owner, about }: Selecting): boolean {
  if (!membersOf(file.contract).includes(owner)) return false;
  const { kind } = stateOf(tx, file);
  if (about.kind === "record") return kind === "in-force" || kind === "suspended";
  if (about.kind === "assessment") return OPEN_STATES.includes(kind);
  return heldInTime(file, about);
}

// On some day of the time all had signed, and nobody had ended it before.
function heldInTime(file: ContractFile, { from, until }: Days): boolean {
  const { contract, signatures, events, leaving } = file;
  const signed = signatures.map(({ at }) => isoDate(at)).sort();
  const last = signed.at(-1);
  if (signed.length < contract.members.length + leaving.length || last === undefined || last > until) return false;
  const ended = events.filter(({ kind }) => kind === "terminated" || kind === "refused").map(({ at }) => isoDate(at));
  if (ended.some((day) => day < from)) return false;
  const [first = from] = [from, last, contract.validity.from].sort().reverse();
  return first <= until && contractState({ ...file, events: [], today: first }).kind === "in-force";
}

// The versions that were in force on some day of the time, or the one that is in force.
async function policiesOf(tx: Transaction, owner: PartnerId, days: Days | null): Promise<readonly PolicyRow[]> {
  const current = await tx.policies.current(owner);
  if (days === null) return current === null ? [] : [current];
  const versions = await tx.policies.list(owner);
  return versions
    .filter((row, at) => {
      const after = versions[at - 1];
      return isoDate(row.putAt) <= days.until && (after === undefined || isoDate(after.putAt) >= days.from);
    })
    .reverse();
}

type Flowing = {
  readonly owner: PartnerId;
  readonly files: readonly ContractFile[];
  readonly policies: readonly PolicyRow[];
  readonly days: Days | null;
};

async function flowsOf(tx: Transaction, flowing: Flowing): Promise<Result<readonly Flow[], Problem>> {
  const { owner, files, policies, days } = flowing;
  const members = [...new Set([owner, ...files.flatMap(({ contract }) => membersOf(contract))])];
  const directory = await directoryOf(tx, members);
  const flows: Flow[] = [];
  for (const [at, policy] of policies.entries()) {
    const next = policies[at + 1];
    const time = days === null ? null : timeOf(days, policy, next === undefined ? null : isoDate(next.putAt));
    for (const recipient of members.filter((member) => member !== owner)) {
      const found = flowsTo(tx, { owner, recipient, policy, directory, files, time });
      if (found === null)
        return err(problem("policy-too-large", "your policy and these contracts cannot be looked at whole"));
      flows.push(...found);
    }
  }
  return ok(flows);
}

// The days of the time on which a version of the policy was in force.
function timeOf({ from, until }: Days, { putAt }: PolicyRow, replacedOn: string | null): Days {
  const put = isoDate(putAt);
  return { from: put > from ? put : from, until: replacedOn !== null && replacedOn < until ? replacedOn : until };
}

type To = {
  readonly owner: PartnerId;
  readonly recipient: PartnerId;
  readonly policy: PolicyRow;
  readonly directory: Directory;
  readonly files: readonly ContractFile[];
  readonly time: Days | null;
};

function flowsTo(tx: Transaction, { owner, recipient, policy, directory, files, time }: To): readonly Flow[] | null {
  const shared = files.filter(({ contract }) => membersOf(contract).includes(recipient));
  const on = time === null ? isoDate(tx.now) : time.from;
  const exposed = exposureOf({ owner, recipient, policy, directory, on }, shared);
  if (!exposed.ok) return null;
  const { grants } = policy.policy;
  return exposed.value.flatMap((item) => {
    const index = Number(/^\/grants\/(\d+)/.exec(item.clauses.policy)?.[1]);
    const rule = grants[index]?.id ?? item.clauses.policy;
    const until = time !== null && time.until < item.until ? time.until : item.until;
    const flow = flowOf({ ...item, until }, { recipient, policyVersion: policy.version, rule });
    return item.from > until ? [] : [flow];
  });
}

type Past = { readonly entries: readonly AuditEntry[]; readonly days: Days | null };

async function listsOf(tx: Transaction, owner: PartnerId, { entries, days }: Past): Promise<Report["lists"]> {
  const rows = await tx.datasets.list(owner);
  const past = days === null ? [] : versionsInTime(entries, days);
  return Promise.all(
    rows.map(async (row) => {
      const dataset = datasetRef(owner, row.name);
      const versions = days === null ? await currentOf(tx, dataset) : past.filter((one) => one.dataset === dataset);
      const people = versions.length === 0 ? null : Math.max(...versions.map((one) => one.people));
      return { dataset, people, versions: versions.map(({ version }) => version), ...kindsOf(row) };
    }),
  );
}

async function currentOf(tx: Transaction, dataset: DatasetRef) {
  const current = await tx.versions.current(dataset);
  return current === null ? [] : [{ version: current.id, people: current.people }];
}

function kindsOf({ schema }: DatasetRow) {
  const { identifiers, attributes, measures, consents } = schema;
  return {
    identifiers: Object.keys(identifiers),
    attributes: Object.keys(attributes),
    measures: measures === undefined ? [] : Object.keys(measures),
    consents: Object.keys(consents),
  };
}

function contractOf(tx: Transaction, file: ContractFile): Report["contracts"][number] {
  const { id, contract } = file;
  const { name, version, purposes, validity } = contract;
  const members = membersOf(contract);
  return { id, name, version, state: stateOf(tx, file).kind, members, purposes: [...purposes], ...validity };
}

async function spentOf(tx: Transaction, owner: PartnerId): Promise<Report["spent"]> {
  const recipients = ["everyone" as const, ...(await everyPartner(tx))];
  const lists = await tx.datasets.list(owner);
  const accounts = lists.flatMap(({ name }) =>
    recipients.map((recipient) => ({ dataset: datasetRef(owner, name), recipient })),
  );
  const spent = await Promise.all(
    accounts.map(async ({ dataset, recipient }) => ({
      dataset,
      recipient,
      nanoRho: String(await tx.ledger.spent(dataset, recipient, null)),
    })),
  );
  return spent.filter(({ nanoRho }) => nanoRho !== "0");
}
