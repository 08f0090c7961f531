// What the documents and the ledger say to a question, before any data is looked at: the same for an explanation and
// for the real thing. Everything it needs is read in one transaction for the members of the contract.

import type { Contract } from "../domain/contract/document.ts";
import { type DatasetRef, type DatasetSchema, datasetRef, ownerOf } from "../domain/dataset/schema.ts";
import { isoDate } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type Decision, decide } from "../domain/policy/decide.ts";
import type { Reason } from "../domain/policy/reasons.ts";
import type { PolicyInForce } from "../domain/policy/weigh.ts";
import type { PartnerCard } from "../domain/policy/words.ts";
import type { Charge } from "../domain/privacy/charges.ts";
import { isTooNear } from "../domain/privacy/differencing.ts";
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
import { type ListsBehind, listsBehind } from "./count-contacts.ts";
import { noVersion } from "./end-versions.ts";
import { countObjections } from "./objections.ts";
import { membersOf, stateOf } from "./offer-contract.ts";
import { keyOfVersions } from "./question-versions.ts";
import { drawDigests, drawnBefore, holdersOf } from "./recorded-figures.ts";
import { unguardedIn } from "./refuse-unguarded.ts";

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
  /** Where an older version of the asker's own list answers, the one in force, which bears it out. */
  readonly still: VersionRow | null;
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
  /** Earlier lists that a list rests on. */
  readonly lists: ListsBehind;
  /** How many objections the lists' owners have kept. */
  readonly objections: string;
  /** What the decision was made on beside the contract and the question. */
  readonly ground: string;
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

type Assessing = {
  readonly recipient: PartnerId;
  readonly asked: AskedQuestion;
  /** An earlier assessment of this very question for this asker. */
  readonly before?: Permitted | undefined;
};

/**
 * Assesses a question for its asker. Problems are what no decision can be made about. The transaction acts for the
 * asker; once the contract is seen to have the asker as a member, it acts for the other members also. An assessment
 * from before has seen that, and a contract never changes under its id: then all is read at once, and read afresh.
 */
export async function assessQuestion(
  tx: Transaction,
  request: Assessing,
): Promise<Result<Permitted | Denied, Problem>> {
  const { recipient, before } = request;
  const early = before === undefined ? null : surroundings(tx, { ...before, recipient });
  const [opened, read] = await Promise.all([openQuestion(tx, request), early]);
  if (!opened.ok) return opened;
  const { file, question } = opened.value;
  const { directory, policies, lists } = read ?? (await surroundings(tx, { file, question, recipient }));
  const on = isoDate(tx.now);
  const ground = JSON.stringify([on, [...directory], [...policies].map(([owner, { digest }]) => [owner, digest])]);
  const deciding = { contract: file.contract, contractId: file.id, question, recipient, on, directory, policies };
  const decision = before?.ground === ground ? before.decision : decide(deciding);
  const about = { file, directory, question, digest: questionDigest(question) };
  if (decision.kind === "deny") return ok({ kind: "denied", ...about, decision, reasons: decision.reasons });
  return permittedBy(tx, { ...about, recipient, decision, ground }, lists);
}

type Asked = Pick<Permitted, "file" | "question"> & { readonly recipient: PartnerId };

async function surroundings(tx: Transaction, { file, question, recipient }: Asked) {
  const members = membersOf(file.contract);
  const [, directory, policies, lists] = await Promise.all([
    tx.actForAlso(members),
    directoryOf(tx, members),
    policiesOf(tx, question),
    listsOf(tx, question, recipient),
  ]);
  return { directory, policies, lists };
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

type Ruled = Pick<Permitted, "file" | "directory" | "question" | "digest" | "decision" | "ground"> & {
  readonly recipient: PartnerId;
};

/** A list of a question as it stands: its version in force, if it was uploaded, and how its owner declared it. */
type List = {
  readonly ref: DatasetRef;
  readonly version: VersionRow | null;
  /** Of the asker's own list: the version that it last asked about, where the one in force says how far it is off. */
  readonly asked: VersionRow | null;
  readonly dataset: DatasetRow | null;
};

async function permittedBy(
  tx: Transaction,
  ruled: Ruled,
  lists: readonly List[],
): Promise<Result<Permitted | Denied, Problem>> {
  const { question, digest, decision, recipient, ground, ...about } = ruled;
  const still = borneOut(lists, ruled);
  const { contract } = about.file;
  const answering = { contract, question, still, directory: about.directory };
  const versions = await answeringVersions(tx, answering, lists);
  if (!versions.ok) return versions;
  const versionsKey = keyOfVersions(versions.value);
  const epsilon = priceOf(question, decision);
  const denied = { kind: "denied", ...about, question, digest, decision } as const;
  if (decision.approvers.length > 0 && about.file.contract.approvalWithin === undefined)
    return ok({ ...denied, reasons: [...decision.reasons, approvalReason(ruled)] });
  const { directory } = about;
  const priced = { contract: about.file.contract, recipient, question, decision, epsilon, directory };
  const draw = { recipient, question, terms: decision.terms, epsilon };
  const owners = [...new Set(datasetsOf(question).map(ownerOf))];
  const [answers, request, charging, unguarded, behind, objections] = await Promise.all([
    tx.releases.recorded(about.file.id, drawDigests(question), versionsKey),
    tx.requests.openOf({ contract: about.file.id, recipient, questionDigest: digest }),
    chargingOf(tx, priced),
    unguardedIn(tx, ruled),
    listsBehind(tx, ruled),
    countObjections(tx, owners),
  ]);
  const recorded = answers.find((row) => row.questionDigest === digest && row.recipient === recipient) ?? null;
  const drawn = drawnBefore(answers, draw);
  const holders = drawn === null ? [] : holdersOf(answers, draw, drawn);
  const charges = charging(holders);
  const refusals = charges.flatMap((charge) => charge.refusals);
  const shortfalls = recorded === null ? [...refusals, ...unguarded(behind), ...behind.refusals] : [];
  if (shortfalls.length > 0) return ok({ ...denied, reasons: [...decision.reasons, ...shortfalls] });
  const schemas = lists.flatMap(({ dataset }) => dataset?.schema ?? []);
  const permitted = { ...about, question, digest, decision, epsilon, versions: versions.value, schemas, versionsKey };
  const rest = { still, charges, recorded, request, drawn, lists: behind.lists, objections, ground };
  return ok({ kind: "permitted", ...permitted, ...rest });
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
  const rows = await tx.partners.named(members);
  return new Map(
    members.map((member) => {
      const manifest = rows.find(({ id }) => id === member)?.manifest ?? null;
      if (manifest === null) throw new Error("a member of a contract is not in the room");
      return [member, { name: manifest.name, industry: manifest.industry }];
    }),
  );
}

async function policiesOf(tx: Transaction, question: Question): Promise<Map<PartnerId, PolicyInForce>> {
  const owners = [...new Set(datasetsOf(question).map(ownerOf))];
  const rows = await tx.policies.currentOf(owners);
  const inForce = owners.flatMap((owner) => rows.find(({ partner }) => partner === owner) ?? []);
  return new Map(inForce.map(({ partner, policy, digest }) => [partner, { policy, digest }]));
}

async function listsOf(tx: Transaction, question: Question, recipient: PartnerId): Promise<List[]> {
  const refs = datasetsOf(question);
  const own = refs.filter((ref) => ownerOf(ref) === recipient);
  const [versions, datasets, lasts] = await Promise.all([
    tx.versions.currentOf(refs),
    tx.datasets.named(refs),
    Promise.all(own.map((ref) => tx.releases.lastAsked(recipient, ref))),
  ]);
  return Promise.all(
    refs.map(async (ref) => {
      const version = versions.find(({ partner, dataset }) => datasetRef(partner, dataset) === ref) ?? null;
      const dataset = datasets.find(({ partner, name }) => datasetRef(partner, name) === ref) ?? null;
      const last = version?.drift?.from ?? null;
      const isKnown = last !== null && last === lasts[own.indexOf(ref)];
      return { ref, version, dataset, asked: isKnown ? await tx.versions.find(last) : null };
    }),
  );
}

/**
 * The version in force, where an older one answers in its place: of the asker's own list, if fewer than k people lie
 * between the version that it last asked about and this one. What a list of people is made deniable by needs no such
 * rule. `domain/privacy/README.md` argues both.
 */
function borneOut(lists: readonly List[], { question, decision }: Ruled): VersionRow | null {
  const { k, deniability } = decision.terms;
  if (isForList(question) && deniability !== null) return null;
  const older = lists.find(({ version, asked }) => asked !== null && isTooNear(version?.drift?.people ?? k, k));
  return older?.version ?? null;
}

type Answering = Pick<Permitted, "question" | "directory" | "still"> & { readonly contract: Contract };

async function answeringVersions(
  tx: Transaction,
  { contract, question, directory, still }: Answering,
  lists: readonly List[],
): Promise<Result<VersionRow[], Problem>> {
  const versions: VersionRow[] = [];
  for (const { ref: list, version, asked, dataset } of lists) {
    if (version === null) return err(await noVersion(tx, { list, directory }));
    const issues = dataset === null ? [] : undeclaredIn({ contract, question, list, schema: dataset.schema });
    if (issues.length > 0) return err(unsound(issues));
    versions.push(asked !== null && version === still ? asked : version);
  }
  return ok(versions);
}

function unsound(issues: readonly { readonly path: string; readonly says: string }[]): Problem {
  return problem("question-unsound", issues[0]?.says ?? "the question does not fit the contract", { issues });
}
