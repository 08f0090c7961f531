// What the documents and the ledger say to a question, before any data is looked at: the same for an explanation and
// for the real thing. Everything it needs is read in one transaction for the members of the contract.

import { canonicalDigest } from "../domain/canonical-json.ts";
import { type DatasetRef, type DatasetSchema, datasetRef, ownerOf } from "../domain/dataset/schema.ts";
import { isoDate } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type Decision, decide } from "../domain/policy/decide.ts";
import type { Reason } from "../domain/policy/reasons.ts";
import type { PolicyInForce } from "../domain/policy/weigh.ts";
import type { PartnerCard } from "../domain/policy/words.ts";
import { type EpsilonMicros, parseEpsilon, printEpsilon } from "../domain/privacy/epsilon.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { PrivacyNote } from "../domain/question/figures.ts";
import type { OverlapAnswer } from "../domain/question/overlap.ts";
import {
  type AskedQuestion,
  canonicalQuestion,
  datasetsOf,
  type Question,
  questionDigest,
} from "../domain/question/question.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ContractFile, ReleaseRow, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { type Charge, chargesFor } from "./charge-question.ts";
import { membersOf, stateOf } from "./offer-contract.ts";

export type Directory = ReadonlyMap<PartnerId, PartnerCard>;
type Permit = Extract<Decision, { kind: "permit" }>;

/** A question that the documents, the caps and the budget permit, with all that answering it needs. */
export type Permitted = {
  readonly kind: "permitted";
  readonly file: ContractFile;
  readonly directory: Directory;
  readonly question: Question;
  readonly digest: string;
  readonly decision: Permit;
  readonly epsilon: EpsilonMicros;
  readonly versions: readonly VersionRow[];
  /** Names of the versions, sorted and joined: with the question's digest, what makes a question the same one. */
  readonly versionsKey: string;
  readonly charges: readonly Charge[];
  /** The asker's own earlier release of this question on these versions. */
  readonly recorded: ReleaseRow | null;
  /** A release of the same figures to another recipient under the same protection: its draw is everybody's. */
  readonly drawn: ReleaseRow | null;
};

/** A question that is refused by a document, a cap or a budget: told in full, since none of it depends on data. */
export type Denied = {
  readonly kind: "denied";
  readonly file: ContractFile;
  readonly directory: Directory;
  readonly question: Question;
  readonly digest: string;
  readonly reasons: readonly Reason[];
  readonly decision: Decision;
};

/** Assesses a question for its asker. Problems are what no decision can be made about. */
export async function assessQuestion(
  tx: Transaction,
  request: { readonly recipient: PartnerId; readonly asked: AskedQuestion },
): Promise<Result<Permitted | Denied, Problem>> {
  const { recipient, asked } = request;
  const file = await tx.contracts.find(asked.contract);
  if (file === null || !membersOf(file.contract).includes(recipient)) {
    return err(problem("not-found", "you are not a member of such a contract"));
  }
  const state = stateOf(tx, file);
  if (state.kind !== "in-force") {
    const says = `the contract is ${state.kind.replaceAll("-", " ")}`;
    return err(problem("contract-not-in-force", says, { state: state.kind }));
  }
  const canonical = canonicalQuestion(file.contract, asked);
  if (!canonical.ok) return err(unsound(canonical.error));
  const question = canonical.value;
  if (question.analysis === "audience" && ownerOf(question.from) !== recipient) {
    return err(unsound([{ path: "/from", says: "an audience is made from the asker's own list" }]));
  }
  const directory = await directoryOf(tx, membersOf(file.contract));
  const decision = decide({
    contract: file.contract,
    contractId: file.id,
    question,
    recipient,
    on: isoDate(tx.now),
    directory,
    policies: await policiesOf(tx, question),
  });
  const about = { file, directory, question, digest: questionDigest(question) };
  if (decision.kind === "deny") return ok({ kind: "denied", ...about, decision, reasons: decision.reasons });
  return permittedBy(tx, { ...about, recipient, decision });
}

type Ruled = Pick<Permitted, "file" | "directory" | "question" | "digest" | "decision"> & {
  readonly recipient: PartnerId;
};

async function permittedBy(tx: Transaction, ruled: Ruled): Promise<Result<Permitted | Denied, Problem>> {
  const { question, digest, decision, recipient, ...about } = ruled;
  const versions = await currentVersions(tx, question);
  if (!versions.ok) return versions;
  const versionsKey = versions.value
    .map((version) => version.id)
    .sort()
    .join();
  const recorded = await tx.releases.ofRecipient(recipient, digest, versionsKey);
  const epsilon = priceOf(question, decision);
  const denied = { kind: "denied", ...about, question, digest, decision } as const;
  if (decision.approvers.length > 0) return ok({ ...denied, reasons: [...decision.reasons, approvalReason(ruled)] });
  const drawn = await drawnBefore(tx, { ...ruled, versionsKey, epsilon });
  const charges = await chargesFor(tx, {
    contract: about.file.contract,
    recipient,
    question,
    decision,
    epsilon,
    holders: drawn === null ? [] : await holdersOf(tx, { ...ruled, versionsKey, drawn }),
  });
  const shortfalls = recorded === null ? charges.flatMap((charge) => charge.refusals) : [];
  if (shortfalls.length > 0) return ok({ ...denied, reasons: [...decision.reasons, ...shortfalls] });
  const permitted = { ...about, question, digest, decision, epsilon, versions: versions.value, versionsKey };
  return ok({ kind: "permitted", ...permitted, charges, recorded, drawn });
}

// Figures drawn for another recipient serve this one when they were protected just as this one's terms demand.
async function drawnBefore(
  tx: Transaction,
  wanted: Ruled & { readonly versionsKey: string; readonly epsilon: EpsilonMicros },
): Promise<ReleaseRow | null> {
  const { file, digest, versionsKey, question, epsilon } = wanted;
  const row = question.analysis === "overlap" ? await tx.releases.recorded(file.id, digest, versionsKey) : null;
  if (row === null) return null;
  const { mode, k, rounding } = wanted.decision.terms;
  const { privacy }: { privacy: PrivacyNote } = JSON.parse(row.answer);
  const isSame =
    privacy.mode === mode &&
    privacy.threshold === k &&
    (privacy.mode === "noise" ? privacy.epsilon === printEpsilon(epsilon) : privacy.rounding === rounding);
  return isSame ? row : null;
}

async function holdersOf(
  tx: Transaction,
  shared: Ruled & { readonly versionsKey: string; readonly drawn: ReleaseRow },
): Promise<PartnerId[]> {
  const holders: PartnerId[] = [];
  for (const member of membersOf(shared.file.contract)) {
    const row = await tx.releases.ofRecipient(member, shared.digest, shared.versionsKey);
    if (row !== null && figuresIn(row) === figuresIn(shared.drawn)) holders.push(member);
  }
  return holders;
}

function figuresIn({ answer }: ReleaseRow): string {
  const { sizes, regions, byIdentifier }: OverlapAnswer = JSON.parse(answer);
  return JSON.stringify({ sizes, regions, byIdentifier });
}

/** What an answer costs: what the question offers, else the most that the terms allow for one release. */
function priceOf(question: Question, decision: Permit): EpsilonMicros {
  if (question.epsilon === undefined) return decision.terms.budget.perRelease;
  const offered = parseEpsilon(question.epsilon);
  if (!offered.ok) throw new Error("a parsed question offers a price that is none");
  return offered.value;
}

function approvalReason({ decision, directory, file }: Ruled): Reason {
  const names = decision.approvers.map((partner) => directory.get(partner)?.name ?? partner).join(" and ");
  const says = `a person at ${names} would have to approve it first, and this room takes no approvals`;
  const source = { document: "contract", version: file.contract.version, digest: file.id } as const;
  return { ...source, pointer: "/terms/approval", effect: "denies", says };
}

/** Names and industries of the members of a contract. */
export async function directoryOf(tx: Transaction, members: readonly PartnerId[]): Promise<Directory> {
  const directory = new Map<PartnerId, PartnerCard>();
  for (const member of members) {
    const manifest = (await tx.partners.find(member))?.manifest;
    if (manifest === null || manifest === undefined) throw new Error("a member of a contract is not in the room");
    directory.set(member, { name: manifest.name, industry: manifest.industry });
  }
  return directory;
}

async function policiesOf(tx: Transaction, question: Question): Promise<Map<PartnerId, PolicyInForce>> {
  const policies = new Map<PartnerId, PolicyInForce>();
  for (const owner of new Set(datasetsOf(question).map(ownerOf))) {
    const row = await tx.policies.current(owner);
    if (row !== null) policies.set(owner, { policy: row.policy, digest: canonicalDigest(row.policy) });
  }
  return policies;
}

async function currentVersions(tx: Transaction, question: Question): Promise<Result<VersionRow[], Problem>> {
  const versions: VersionRow[] = [];
  for (const list of datasetsOf(question)) {
    const version = await tx.versions.current(list);
    if (version === null) return err(problem("no-version", `\`${list}\` has not been uploaded yet`, { dataset: list }));
    const dataset = await tx.datasets.find(version.partner, version.dataset);
    const issues = dataset === null ? [] : schemaIssues(list, dataset.schema, question);
    if (issues.length > 0) return err(unsound(issues));
    versions.push(version);
  }
  return ok(versions);
}

// The contract may name what the list, as its owner declared it, does not have.
function schemaIssues(list: DatasetRef, schema: DatasetSchema, question: Question): { path: string; says: string }[] {
  const identifiers = question.identifiers
    .filter((kind) => schema.identifiers[kind] === undefined)
    .map((kind) => ({ path: "/identifiers", says: `the list \`${list}\` has no \`${kind}\`` }));
  const clauses = question.where
    .filter((clause) => clause.dataset === list)
    .filter((clause) => !clause.in.every((value) => schema.attributes[clause.attribute]?.values.includes(value)))
    .map((clause) => ({ path: "/where", says: `the list \`${list}\` has no such \`${clause.attribute}\`` }));
  return [...identifiers, ...clauses];
}

function unsound(issues: readonly { readonly path: string; readonly says: string }[]): Problem {
  return problem("question-unsound", issues[0]?.says ?? "the question does not fit the contract", { issues });
}

/** The version of a list among those of a question. */
export function versionOf(versions: readonly VersionRow[], list: DatasetRef): VersionRow {
  const version = versions.find((one) => datasetRef(one.partner, one.dataset) === list);
  if (version === undefined) throw new Error("a list of the question has no version");
  return version;
}
