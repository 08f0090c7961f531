// What the documents and the ledger say to a question, before any data is looked at: the same for an explanation and
// for the real thing. Everything it needs is read in one transaction for the members of the contract.

import type { DatasetSchema } from "../domain/dataset/schema.ts";
import { isoDate, type UnixMillis } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type Decision, decide, type Permit } from "../domain/policy/decide.ts";
import type { Reason } from "../domain/policy/reasons.ts";
import type { Directory } from "../domain/policy/words.ts";
import type { Charge } from "../domain/privacy/charges.ts";
import type { EpsilonMicros } from "../domain/privacy/epsilon.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { type AskedQuestion, type Question, questionBy, unpriced } from "../domain/question/question.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ContractFile, ReleaseRow, RequestFile, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { askingPrice, chargingOf } from "./charge-question.ts";
import { type ListsBehind, listsBehind } from "./count-contacts.ts";
import {
  type Foreseen,
  type ForeseenFrom,
  foresee,
  isUnderWay,
  type LastGrounds,
  type List,
} from "./foresee-question.ts";
import { countObjections } from "./objections.ts";
import { membersOf, stateOf } from "./offer-contract.ts";
import { answeringVersions, borneOut, unsound } from "./question-lists.ts";
import { keyOfVersions } from "./question-versions.ts";
import { type DrawDigests, drawDigests, drawnBefore, holdersOf } from "./recorded-figures.ts";
import { unguardedIn } from "./refuse-unguarded.ts";
import { ownersOf, surroundingsOf } from "./surroundings.ts";

/** A question that the documents, the caps and the budget permit, with all that explaining it needs. */
export type Explicable = {
  readonly kind: "permitted";
  readonly file: ContractFile;
  readonly directory: Directory;
  readonly question: Question;
  readonly digest: string;
  /** Those of questions whose figures are one draw with this one's, its own first. */
  readonly digests: DrawDigests;
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
  /** A release of the same figures to another recipient under the same protection: its draw is everybody's. */
  readonly drawn: ReleaseRow | null;
  /** Earlier lists that a list rests on. */
  readonly lists: ListsBehind;
  /** What the decision was made on beside the contract and the question. */
  readonly ground: string;
  /** When it was assessed, by the database's clock. */
  readonly at: UnixMillis;
};

type ForAnswer = {
  /** The asker's request for people's approval of this question, while it waits. */
  readonly request: RequestFile | null;
  /** How many objections the lists' owners have kept. */
  readonly objections: string;
};

/** A permitted question with all that answering it needs. */
export type Permitted = Explicable & ForAnswer;

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

export type Assessing = {
  readonly recipient: PartnerId;
  readonly asked: AskedQuestion;
  /** An earlier assessment of this very question for this asker; null where it is known that there is none. */
  readonly before?: Foreseen | null | undefined;
  /** What such questions were permitted on last, looked up where `before` is absent, and where this one's is kept. */
  readonly grounds?: LastGrounds;
  /** Begins to read what else is wanted of the owners of its lists, when the transaction acts for them. */
  readonly alsoOf?: (owners: readonly PartnerId[]) => Promise<void>;
};

/**
 * Assesses a question for its asker. Problems are what no decision can be made about. The transaction acts for the
 * asker; once the contract is seen to have the asker as a member, it acts for the other members also. An assessment
 * from before has seen that, as has the last one about these lists, and a contract never changes under its id: then all
 * is read at once, and read afresh, what lies behind the decision too, as it will most likely be the same.
 */
export function assessQuestion(tx: Transaction, request: Assessing): Promise<Result<Permitted | Denied, Problem>> {
  return assess(tx, request, ANSWERING);
}

/** A question to be explained, with what is foreseen of it. */
type Explaining = Assessing & { readonly before?: ForeseenFrom | null };

/**
 * The same for one that is only explained, which takes less to read, and least where what was permitted last stands.
 * There the transaction must act for all members of the contract from its beginning.
 */
export async function assessToExplain(
  tx: Transaction,
  request: Explaining,
): Promise<Result<Explicable | Denied, Problem>> {
  return (await assessUnchanged(tx, request)) ?? assess(tx, request, EXPLAINING);
}

// What a decision rests on changes together with an entry of the log that concerns a member, or ends by the clock. What
// is spent, and what was answered before, is read afresh all the same.
async function assessUnchanged(
  tx: Transaction,
  request: Explaining,
): Promise<Result<Explicable | Denied, Problem> | null> {
  const { before, recipient, grounds } = request;
  if (before == null) return null;
  const { from, ...foreseen } = before;
  if (from.logSize === null) return null;
  const ruled = { ...foreseen, file: from.file, recipient };
  const { more } = EXPLAINING;
  const [{ size, isOurs }, behind] = await Promise.all([tx.log.since(from.logSize), readBehind(tx, ruled, more)]);
  if (isOurs || !isUnderWay(from, tx.now)) return null;
  grounds?.keep(request, { ...from, logSize: size });
  const known = { versionsKey: from.versionsKey, behind };
  return permittedBy(tx, ruled, { lists: from.lists, known, more });
}

/** What is read of a question beside what any assessment needs. */
type Purpose<More> = {
  readonly more: (tx: Transaction, asked: Foreseen & { readonly recipient: PartnerId }) => Promise<More>;
  /** How many entries the log has, where it is to be known later whether it has grown. */
  readonly logSize: (tx: Transaction) => Promise<number | null>;
};

const ANSWERING: Purpose<ForAnswer> = {
  more: async (tx, { file, recipient, digest, question }) => {
    const [request, objections] = await Promise.all([
      tx.requests.openOf({ contract: file.id, recipient, questionDigest: digest }),
      countObjections(tx, ownersOf(question)),
    ]);
    return { request, objections };
  },
  logSize: async () => null,
};

const EXPLAINING: Purpose<object> = {
  more: async () => ({}),
  logSize: async (tx) => (await tx.log.since(0)).size,
};

async function assess<More extends object>(
  tx: Transaction,
  request: Assessing,
  { more, logSize: sizeOf }: Purpose<More>,
): Promise<Result<(Explicable & More) | Denied, Problem>> {
  const { recipient, asked, grounds } = request;
  const before = beforeOf(request);
  const early = before === null ? null : surroundingsOf(tx, { ...request, ...before });
  const ahead = before === null ? null : readBehind(tx, { ...before, recipient }, more);
  const [opened, read, behind, logSize] = await Promise.all([
    openQuestion(tx, { recipient, asked, before }),
    early,
    ahead,
    grounds === undefined ? null : sizeOf(tx),
  ]);
  if (!opened.ok) return opened;
  const { file, question, digests } = opened.value;
  const { directory, policies, lists } = read ?? (await surroundingsOf(tx, { ...request, file, question }));
  const on = isoDate(tx.now);
  const ground = JSON.stringify([on, [...directory], [...policies].map(([owner, { digest }]) => [owner, digest])]);
  const deciding = { contract: file.contract, contractId: file.id, question, recipient, on, directory, policies };
  const isAsBefore = before?.ground === ground;
  const decision = isAsBefore ? before.decision : decide(deciding);
  const about = { file, directory, question, digest: digests[0] };
  if (decision.kind === "deny") return ok({ kind: "denied", ...about, decision, reasons: decision.reasons });
  const known = isAsBefore && behind !== null ? { versionsKey: before.versionsKey, behind } : null;
  const assessed = await permittedBy(tx, { ...about, digests, recipient, decision, ground }, { lists, known, more });
  if (assessed.ok && assessed.value.kind === "permitted") {
    const { versionsKey, decision: permit } = assessed.value;
    const permitted = unpriced(question);
    grounds?.keep(request, { file, on, directory, policies, lists, ground, versionsKey, permit, permitted, logSize });
  }
  return assessed;
}

function beforeOf(request: Assessing): Foreseen | null {
  const { before, grounds } = request;
  if (before !== undefined) return before;
  return grounds === undefined ? null : foresee(grounds, request);
}

type Opened = Pick<Permitted, "file" | "question" | "digests">;

// The contract as the asker sees it, and the question in its words: what the asker may not know of is not found.
async function openQuestion(
  tx: Transaction,
  { recipient, asked, before }: Pick<Assessing, "recipient" | "asked"> & { readonly before: Foreseen | null },
): Promise<Result<Opened, Problem>> {
  const file = await tx.contracts.find(asked.contract);
  if (file === null || !membersOf(file.contract).includes(recipient)) {
    return err(problem("not-found", "you are not a member of such a contract"));
  }
  const state = stateOf(tx, file);
  if (state.kind !== "in-force") {
    const says = `the contract is ${state.kind.replaceAll("-", " ")}`;
    return err(problem("contract-not-in-force", says, { state: state.kind }));
  }
  // The very same document puts the very same question into the same words.
  if (before?.file.contract === file.contract) return ok({ file, question: before.question, digests: before.digests });
  const worded = questionBy(recipient, file.contract, asked);
  if (!worded.ok) return err(unsound(worded.error));
  const question = worded.value;
  return ok({ file, question, digests: drawDigests(question) });
}

type Ruled = Pick<Permitted, "file" | "directory" | "question" | "digest" | "digests" | "decision" | "ground"> & {
  readonly recipient: PartnerId;
};

/** What is read once it is known which versions answer. */
type Behind<More> = Awaited<ReturnType<typeof readBehind<More>>>;

type Found<More> = {
  readonly lists: readonly List[];
  /** What was read already, if those versions do answer. */
  readonly known: { readonly versionsKey: string; readonly behind: Behind<More> } | null;
  readonly more: Purpose<More>["more"];
};

async function permittedBy<More extends object>(
  tx: Transaction,
  ruled: Ruled,
  { lists, known, more }: Found<More>,
): Promise<Result<(Explicable & More) | Denied, Problem>> {
  const { question, digest, digests, decision, recipient, ground, ...about } = ruled;
  const still = borneOut(lists, ruled);
  const { contract } = about.file;
  const answering = { contract, question, still, directory: about.directory };
  const versions = await answeringVersions(tx, answering, lists);
  if (!versions.ok) return versions;
  const versionsKey = keyOfVersions(versions.value);
  const epsilon = askingPrice(question, decision);
  const denied = { kind: "denied", ...about, question, digest, decision } as const;
  if (decision.approvers.length > 0 && about.file.contract.approvalWithin === undefined)
    return ok({ ...denied, reasons: [...decision.reasons, approvalReason(ruled)] });
  const draw = { recipient, question, digests, terms: decision.terms, epsilon };
  const [answers, charging, unguarded, behind, rest] =
    known?.versionsKey === versionsKey ? known.behind : await readBehind(tx, { ...ruled, epsilon, versionsKey }, more);
  const recorded = answers.find((row) => row.questionDigest === digest && row.recipient === recipient) ?? null;
  const drawn = drawnBefore(answers, draw);
  const holders = drawn === null ? [] : holdersOf(answers, draw, drawn);
  const charges = charging(holders);
  const refusals = charges.flatMap((charge) => charge.refusals);
  const shortfalls = recorded === null ? [...refusals, ...unguarded(behind), ...behind.refusals] : [];
  if (shortfalls.length > 0) return ok({ ...denied, reasons: [...decision.reasons, ...shortfalls] });
  const schemas = lists.flatMap(({ dataset }) => dataset?.schema ?? []);
  const permitted = { ...about, question, digest, digests, decision, epsilon, schemas, versionsKey };
  const found = { still, charges, recorded, drawn, lists: behind.lists, ground, at: tx.now };
  return ok({ kind: "permitted", ...permitted, versions: versions.value, ...found, ...rest });
}

function readBehind<More>(
  tx: Transaction,
  ruled: Foreseen & { readonly recipient: PartnerId },
  more: Purpose<More>["more"],
) {
  const { file, directory, question, digests, decision, recipient, epsilon, versionsKey } = ruled;
  return Promise.all([
    tx.releases.recorded(file.id, digests, versionsKey),
    chargingOf(tx, { contract: file.contract, recipient, question, decision, epsilon, directory }),
    unguardedIn(tx, ruled),
    listsBehind(tx, ruled),
    more(tx, ruled),
  ]);
}

function approvalReason({ decision, directory, file }: Ruled): Reason {
  const names = decision.approvers.map((partner) => directory.get(partner)?.name ?? partner).join(" and ");
  const says = `a person at ${names} would have to approve it first, and the contract lets no question wait for that`;
  const source = { document: "contract", version: file.contract.version, digest: file.id } as const;
  return { ...source, pointer: "/approvalWithin", effect: "denies", says };
}
