// What the documents and the ledger say to a question, before any data is looked at: the same for an explanation and
// for the real thing. Everything it needs is read in one transaction for the members of the contract.

import { isoDate } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { decide } from "../domain/policy/decide.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { type AskedQuestion, questionBy, unpriced } from "../domain/question/question.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { RequestFile } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { askingPrice, chargingOf } from "./charge-question.ts";
import { listsBehind } from "./count-contacts.ts";
import { type Foreseen, foresee, type LastGrounds, type List, type Recollection } from "./foresee-question.ts";
import { countObjections } from "./objections.ts";
import { membersOf, stateOf } from "./offer-contract.ts";
import { answeringVersions, borneOut, unsound } from "./question-lists.ts";
import { keyOfVersions } from "./question-versions.ts";
import { drawDigests } from "./recorded-figures.ts";
import { restsOnEarlier, unguardedIn } from "./refuse-unguarded.ts";
import { ownersOf, surroundingsOf } from "./surroundings.ts";
import { type Denied, type Explicable, type Ruled, weighQuestion } from "./weigh-question.ts";

type ForAnswer = {
  /** The asker's request for people's approval of this question, while it waits. */
  readonly request: RequestFile | null;
  /** How many objections the lists' owners have kept. */
  readonly objections: string;
};

/** A permitted question with all that answering it needs. */
export type Permitted = Explicable & ForAnswer;

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

/** The same for one that is only explained, which takes less to read. */
export function assessToExplain(tx: Transaction, request: Assessing): Promise<Result<Explicable | Denied, Problem>> {
  return assess(tx, request, EXPLAINING);
}

/** What is read of a question beside what any assessment needs. */
type Purpose<More> = {
  readonly more: (tx: Transaction, asked: Foreseen & { readonly recipient: PartnerId }) => Promise<More>;
  /** How many entries the log has, where it is to be known later whether it has grown. */
  readonly logSize: (tx: Transaction) => Promise<number | null>;
  /** What is remembered of it, to stand while the log says nothing new. */
  readonly recalled: (permitted: Explicable & More) => Recollection | null;
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
  recalled: () => null,
};

const EXPLAINING: Purpose<{ readonly given: readonly string[] }> = {
  more: async (tx, { file, versionsKey }) => ({
    given: await tx.releases.givenOn(file.id, versionsKey, LIMITS.keptGiven),
  }),
  logSize: (tx) => tx.log.size(),
  recalled: (permitted) => {
    const { given, versions, still, books } = permitted;
    const isKnown = given.length < LIMITS.keptGiven && !restsOnEarlier(permitted);
    return isKnown ? { given: new Set(given), versions, still, books } : null;
  },
};

async function assess<More extends object>(
  tx: Transaction,
  request: Assessing,
  { more, logSize: sizeOf, recalled }: Purpose<More>,
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
    const remembered = { versionsKey, permit, permitted: unpriced(question), recalled: recalled(assessed.value) };
    grounds?.keep(request, { file, on, directory, policies, lists, ground, logSize, ...remembered });
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

/** What is read once it is known which versions answer. */
type Behind<More> = Awaited<ReturnType<typeof readBehind<More>>>;

type Documents = Omit<Ruled, "epsilon" | "versionsKey">;

type Lists<More> = {
  readonly lists: readonly List[];
  /** What was read already, if those versions do answer. */
  readonly known: { readonly versionsKey: string; readonly behind: Behind<More> } | null;
  readonly more: Purpose<More>["more"];
};

async function permittedBy<More extends object>(
  tx: Transaction,
  documents: Documents,
  { lists, known, more }: Lists<More>,
): Promise<Result<(Explicable & More) | Denied, Problem>> {
  const { question, decision, file, directory } = documents;
  const still = borneOut(lists, documents);
  const versions = await answeringVersions(tx, { contract: file.contract, question, still, directory }, lists);
  if (!versions.ok) return versions;
  const versionsKey = keyOfVersions(versions.value);
  const ruled = { ...documents, epsilon: askingPrice(question, decision), versionsKey };
  const read = known?.versionsKey === versionsKey ? known.behind : await readBehind(tx, ruled, more);
  const [answers, { books, charging }, unguarded, behind, rest] = read;
  const guarded = [...unguarded(behind), ...behind.refusals];
  const found = { still, versions: versions.value, books, lists: behind.lists, at: tx.now };
  const weighed = weighQuestion(ruled, { ...found, asked: lists, answers, charging, guarded });
  return ok(weighed.kind === "permitted" ? { ...weighed, ...rest } : weighed);
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
