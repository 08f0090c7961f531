// What the documents and the ledger say to a question, before any data is looked at: the same for an explanation and
// for the real thing. Everything it needs is read in one transaction for the members of the contract.

import type { Contract } from "../domain/contract/document.ts";
import { type DatasetRef, type DatasetSchema, datasetRef, nameIn, ownerOf } from "../domain/dataset/schema.ts";
import { isoDate } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type Decision, decide } from "../domain/policy/decide.ts";
import type { Reason } from "../domain/policy/reasons.ts";
import type { PolicyInForce } from "../domain/policy/weigh.ts";
import type { PartnerCard } from "../domain/policy/words.ts";
import type { Charge } from "../domain/privacy/charges.ts";
import { type EpsilonMicros, parseEpsilon } from "../domain/privacy/epsilon.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { undeclaredIn } from "../domain/question/declared.ts";
import {
  type AskedQuestion,
  canonicalQuestion,
  datasetsOf,
  isForList,
  type Question,
  questionDigest,
} from "../domain/question/question.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ContractFile, DatasetRow, ReleaseRow, RequestFile, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { chargingOf } from "./charge-question.ts";
import { membersOf, stateOf } from "./offer-contract.ts";
import { drawnBefore, exactlyBehind, holdersOf } from "./recorded-figures.ts";

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
  /** How the lists declare what they hold, in the order of the versions. */
  readonly schemas: readonly DatasetSchema[];
  /** Names of the versions, sorted and joined: with the question's digest, what makes a question the same one. */
  readonly versionsKey: string;
  readonly charges: readonly Charge[];
  /** The asker's own earlier release of this question on these versions. */
  readonly recorded: ReleaseRow | null;
  /** The asker's request for people's approval of this question, while it waits. */
  readonly request: RequestFile | null;
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

/**
 * Assesses a question for its asker. Problems are what no decision can be made about. The transaction acts for the
 * asker; once the contract is seen to have the asker as a member, it acts for the other members also.
 */
export async function assessQuestion(
  tx: Transaction,
  request: { readonly recipient: PartnerId; readonly asked: AskedQuestion },
): Promise<Result<Permitted | Denied, Problem>> {
  const opened = await openQuestion(tx, request);
  if (!opened.ok) return opened;
  const { file, question } = opened.value;
  const { recipient } = request;
  const members = membersOf(file.contract);
  const [, directory, policies, lists] = await Promise.all([
    tx.actForAlso(members),
    directoryOf(tx, members),
    policiesOf(tx, question),
    listsOf(tx, question),
  ]);
  const decision = decide({
    contract: file.contract,
    contractId: file.id,
    question,
    recipient,
    on: isoDate(tx.now),
    directory,
    policies,
  });
  const about = { file, directory, question, digest: questionDigest(question) };
  if (decision.kind === "deny") return ok({ kind: "denied", ...about, decision, reasons: decision.reasons });
  return permittedBy(tx, { ...about, recipient, decision }, lists);
}

// The contract as the asker sees it, and the question in its words: what the asker may not know of is not found.
async function openQuestion(
  tx: Transaction,
  { recipient, asked }: { readonly recipient: PartnerId; readonly asked: AskedQuestion },
): Promise<Result<{ readonly file: ContractFile; readonly question: Question }, Problem>> {
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
  if (isForList(question) && ownerOf(question.from) !== recipient) {
    return err(unsound([{ path: "/from", says: "a list of people is made from the asker's own list" }]));
  }
  return ok({ file, question });
}

type Ruled = Pick<Permitted, "file" | "directory" | "question" | "digest" | "decision"> & {
  readonly recipient: PartnerId;
};

/** A list of a question as it stands: its version in force, if it was uploaded, and how its owner declared it. */
type List = { readonly ref: DatasetRef; readonly version: VersionRow | null; readonly dataset: DatasetRow | null };

async function permittedBy(
  tx: Transaction,
  ruled: Ruled,
  lists: readonly List[],
): Promise<Result<Permitted | Denied, Problem>> {
  const { question, digest, decision, recipient, ...about } = ruled;
  const versions = currentVersions(about.file.contract, question, lists);
  if (!versions.ok) return versions;
  const versionsKey = keyOfVersions(versions.value);
  const epsilon = priceOf(question, decision);
  const denied = { kind: "denied", ...about, question, digest, decision } as const;
  if (decision.approvers.length > 0 && about.file.contract.approvalWithin === undefined)
    return ok({ ...denied, reasons: [...decision.reasons, approvalReason(ruled)] });
  const priced = { contract: about.file.contract, recipient, question, decision, epsilon };
  const draw = { contract: about.file, recipient, question, versionsKey, terms: decision.terms, epsilon };
  const [recorded, request, drawn, charging, forgotten] = await Promise.all([
    tx.releases.ofRecipient(recipient, digest, versionsKey),
    tx.requests.openOf({ contract: about.file.id, recipient, questionDigest: digest }),
    drawnBefore(tx, draw),
    chargingOf(tx, priced),
    unrepeatableIn(tx, ruled),
  ]);
  const holders = drawn === null ? [] : await holdersOf(tx, draw, drawn);
  const charges = charging(holders);
  const refusals = charges.flatMap((charge) => charge.refusals);
  const shortfalls = recorded === null ? [...refusals, ...forgotten] : [];
  if (shortfalls.length > 0) return ok({ ...denied, reasons: [...decision.reasons, ...shortfalls] });
  const schemas = lists.flatMap(({ dataset }) => dataset?.schema ?? []);
  const permitted = { ...about, question, digest, decision, epsilon, versions: versions.value, schemas, versionsKey };
  return ok({ kind: "permitted", ...permitted, charges, recorded, request, drawn });
}

// A list or an exact answer whose data were deleted with a contract cannot be made again to compare another one with
// it, and nobody knows how few people would tell the two apart. What the recipient was given is no secret from it, so
// it is said openly.
async function unrepeatableIn(
  tx: Transaction,
  { question, decision, recipient, file }: Ruled,
): Promise<readonly Reason[]> {
  const isList = isForList(question);
  if (!isList && (exactlyBehind(question) === null || decision.terms.mode === "noise")) return [];
  const others = datasetsOf(question).filter((list) => ownerOf(list) !== recipient);
  const counts = await Promise.all(others.map((list) => tx.releases.unrepeatable(recipient, list, question.analysis)));
  const shared = await sharedIn(tx, { others, decision, isList });
  if (shared.length > 0) return shared;
  const source = { document: "contract", version: file.contract.version, digest: file.id } as const;
  const earlier = isList ? "an earlier list from" : "data of earlier exact figures about";
  return others
    .filter((_, index) => counts[index] !== 0)
    .map((list) => {
      const says =
        `${earlier} \`${list}\` was deleted when its contract was terminated, so another one ` +
        "could not be compared with it any more";
      return { ...source, pointer: "/analyses", effect: "denies", says };
    });
}

type Sharing = Pick<Ruled, "decision"> & { readonly others: readonly DatasetRef[]; readonly isList: boolean };

// Whom an owner counts as one recipient gets lists and exact figures of its list as one: the guards would have to open
// lists of a partner that is no party to this question, so the first of the group that was given any is the only one.
// That one was is no secret of anybody's data, so it is said openly.
async function sharedIn(tx: Transaction, { others, decision, isList }: Sharing): Promise<readonly Reason[]> {
  const found = others.map(async (list): Promise<readonly Reason[]> => {
    const affiliates = decision.terms.affiliates[list];
    const owner = decision.owners.find(({ partner }) => partner === ownerOf(list));
    if (affiliates === undefined || owner === undefined) return [];
    const given = await Promise.all(
      affiliates.map((one) => (isList ? tx.releases.audiences(one, list) : tx.releases.exactFigures(one, list))),
    );
    if (given.every((releases) => releases.length === 0)) return [];
    const what = isList ? "a list from" : "exact figures of";
    const says = `an affiliate of yours was given ${what} \`${list}\`, and for the owner of that you are one recipient`;
    const { partner, version, digest } = owner;
    const source = { document: "policy", partner, version, digest } as const;
    return [{ ...source, pointer: "/affiliates", effect: "denies", says }];
  });
  return (await Promise.all(found)).flat();
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
  const says = `a person at ${names} would have to approve it first, and the contract lets no question wait for that`;
  const source = { document: "contract", version: file.contract.version, digest: file.id } as const;
  return { ...source, pointer: "/approvalWithin", effect: "denies", says };
}

/** Names and industries of the members of a contract. */
export async function directoryOf(tx: Transaction, members: readonly PartnerId[]): Promise<Directory> {
  const rows = await Promise.all(members.map((member) => tx.partners.find(member)));
  return new Map(
    rows.map((row) => {
      if (row === null || row.manifest === null) throw new Error("a member of a contract is not in the room");
      return [row.id, { name: row.manifest.name, industry: row.manifest.industry }];
    }),
  );
}

async function policiesOf(tx: Transaction, question: Question): Promise<Map<PartnerId, PolicyInForce>> {
  const owners = [...new Set(datasetsOf(question).map(ownerOf))];
  const rows = await Promise.all(owners.map((owner) => tx.policies.current(owner)));
  return new Map(
    rows.filter((row) => row !== null).map(({ partner, policy, digest }) => [partner, { policy, digest }]),
  );
}

function listsOf(tx: Transaction, question: Question): Promise<List[]> {
  return Promise.all(
    datasetsOf(question).map(async (ref) => {
      const [version, dataset] = await Promise.all([
        tx.versions.current(ref),
        tx.datasets.find(ownerOf(ref), nameIn(ref)),
      ]);
      return { ref, version, dataset };
    }),
  );
}

function currentVersions(
  contract: Contract,
  question: Question,
  lists: readonly List[],
): Result<VersionRow[], Problem> {
  const versions: VersionRow[] = [];
  for (const { ref: list, version, dataset } of lists) {
    if (version === null) return err(problem("no-version", `\`${list}\` has not been uploaded yet`, { dataset: list }));
    const issues = dataset === null ? [] : undeclaredIn({ contract, question, list, schema: dataset.schema });
    if (issues.length > 0) return err(unsound(issues));
    versions.push(version);
  }
  return ok(versions);
}

function unsound(issues: readonly { readonly path: string; readonly says: string }[]): Problem {
  return problem("question-unsound", issues[0]?.says ?? "the question does not fit the contract", { issues });
}

/** What an answer is recorded under: the ids of its versions, sorted, joined by a comma. */
export function keyOfVersions(versions: readonly VersionRow[]): string {
  return versions
    .map((version) => version.id)
    .sort()
    .join();
}

/** The sealed files of versions, sorted and joined: what was worked out on them holds as long as they are these. */
export function filesOf(versions: readonly VersionRow[]): string {
  return versions
    .map((version) => version.segment)
    .sort()
    .join();
}

/** The version of a list among those of a question. */
export function versionOf(versions: readonly VersionRow[], list: DatasetRef): VersionRow {
  const version = versions.find((one) => datasetRef(one.partner, one.dataset) === list);
  if (version === undefined) throw new Error("a list of the question has no version");
  return version;
}
