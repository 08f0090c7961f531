// A question is asked and answered, or refused. The decision, the debit, the answer, its receipt and the log entry
// commit together before the reply; a question asked before gets the recorded answer and costs nothing.

import { RECEIPT_TYP } from "../crypto/document-types.ts";
import { signCompact } from "../crypto/jws.ts";
import { textDigest, toBase64, toBase64Url, toHex } from "../domain/bytes.ts";
import { canonicalJson, type Json } from "../domain/canonical-json.ts";
import { DAY_MILLIS, isoInstant, unixMillis } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { Reason } from "../domain/policy/reasons.ts";
import { shownCharges } from "../domain/privacy/charges.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Answer as Figures, Truth } from "../domain/question/analysis.ts";
import { asIfAlone } from "../domain/question/overlap/answer.ts";
import { type AskedQuestion, datasetsOf, isForList } from "../domain/question/question.ts";
import { rulesOf } from "../domain/question/registry.ts";
import { asIfNobodyShared } from "../domain/question/table.ts";
import type { TrendPoint } from "../domain/question/trend/analysis.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { LogHead, ReleaseRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry, type NextEntry, nextEntry } from "./append-entry.ts";
import { assessedNow } from "./assess-again.ts";
import type { Permitted } from "./assess-question.ts";
import { endRequest, holdQuestion, missingFor, type RequestView } from "./await-approval.ts";
import { debit } from "./charge-question.ts";
import { type Computed, filesBehind } from "./compute-answer.ts";
import { NO_LISTS } from "./count-contacts.ts";
import { NOTHING_COUNTED, storedCounted } from "./given-lists.ts";
import { coinKey, sealCoin } from "./list-coin.ts";
import { membersOf } from "./offer-contract.ts";
import type { Caller, Keeping } from "./ports.ts";
import { versionOf } from "./question-versions.ts";
import { exactlyBehind, figuresIn, inSeries, showsExactly } from "./recorded-figures.ts";
import type { Denied } from "./weigh-question.ts";
import { type AnswerPorts, hasFigures, withFigures } from "./with-figures.ts";

type Asking = { readonly caller: Caller; readonly asked: AskedQuestion };

/** What came of a question: its answer, or the request that waits for people. */
export type Answer =
  | { readonly kind: "released"; readonly release: ReleaseRow }
  | { readonly kind: "waiting"; readonly request: RequestView };
type Outcome = Result<Answer, Problem>;

/**
 * Answers a question under its contract, or lets it wait for the people who must approve it. The true figures are
 * computed between two assessments; only the second, in the transaction that records the answer, decides, and only
 * when nothing that they rest on has changed meanwhile. Where nothing at all has, the second is the first.
 */
export function askQuestion(ports: AnswerPorts & Keeping<Answer>, { caller, asked }: Asking): Promise<Outcome> {
  const question = { recipient: caller.partner, asked };
  const act = { name: "ask question", parties: [caller.partner], asker: caller, together: "opening" } as const;
  return withFigures(ports, act, {
    wanted: async () => ({ ...question, approving: null }),
    conclude: async (tx, computed) => {
      const { assessed, head } = await assessedNow(tx, question, computed);
      if (!assessed.ok) return assessed;
      const asker = { actor: caller, asked, approving: null };
      return answerAssessed(ports, tx, { ...asker, assessed: assessed.value, computed, head });
    },
  });
}

/** An assessment in the transaction that concludes it, with the figures that were computed for it, if any. */
export type Assessed = {
  /** Whose signed request this is: the asker's, or that of the last who approved. */
  readonly actor: Caller;
  readonly asked: AskedQuestion;
  readonly approving: PartnerId | null;
  readonly assessed: Permitted | Denied;
  readonly computed: Computed | null;
  readonly head: LogHead;
};

/** Answers, repeats, holds or denies what was assessed, and logs it. Part of the transaction of the assessment. */
export async function answerAssessed(
  ports: AnswerPorts,
  tx: Transaction,
  answering: Assessed,
): Promise<Outcome | "changed-meanwhile"> {
  const { actor, asked, approving, assessed, computed, head } = answering;
  if (!(await hasFigures(tx, answering))) return "changed-meanwhile";
  if (assessed.kind === "denied") return deny(ports, tx, { actor, denied: assessed });
  if (assessed.recorded !== null) return repeat(ports, tx, { actor, permitted: assessed });
  if (missingFor(assessed, approving).length > 0) {
    const held = await holdQuestion(ports, tx, { actor, permitted: assessed, asked });
    return held.ok ? ok({ kind: "waiting", request: held.value }) : held;
  }
  if (computed === null) throw new Error("figures that were there are not");
  return given(tx, assessed, await release(ports, tx, { actor, permitted: assessed, computed, head }));
}

async function given(tx: Transaction, { request }: Permitted, row: ReleaseRow): Promise<Outcome> {
  if (request !== null) await endRequest(tx, request, { kind: "released", release: row.id });
  return ok({ kind: "released", release: row });
}

async function deny(
  ports: AnswerPorts,
  tx: Transaction,
  { actor, denied }: { readonly actor: Caller; readonly denied: Denied },
): Promise<Outcome> {
  const { file, question, digest, reasons, decision } = denied;
  const subject = { contract: file.id, questionDigest: digest };
  const detail = { question, recipient: decision.recipient, reasons: loggedReasons(reasons) };
  const parties = membersOf(file.contract);
  await appendEntry(ports, tx, { act: "question-denied", actor, parties, subject, detail });
  return err(deniedProblem(denied));
}

function deniedProblem({ reasons, decision }: Denied): Problem {
  const instead = decision.kind === "deny" ? decision.instead : [];
  const denying = reasons.filter((reason) => reason.effect === "denies").map((reason) => reason.says);
  return problem("not-permitted", denying.join("; "), { reasons, instead });
}

async function repeat(
  ports: AnswerPorts,
  tx: Transaction,
  { actor, permitted }: { readonly actor: Caller; readonly permitted: Permitted },
): Promise<Outcome> {
  const { recorded, file, digest } = permitted;
  if (recorded === null) throw new Error("there is no recorded answer to repeat");
  const subject = { contract: file.id, questionDigest: digest, release: recorded.id };
  const detail = { isRepeated: true };
  const parties = membersOf(file.contract);
  await appendEntry(ports, tx, { act: "question-permitted", actor, parties, subject, detail });
  return given(tx, permitted, recorded);
}

type Releasing = {
  readonly actor: Caller;
  readonly permitted: Permitted;
  readonly computed: Computed;
  readonly head: LogHead;
};

async function release(ports: AnswerPorts, tx: Transaction, releasing: Releasing): Promise<ReleaseRow> {
  const id = `rel_${toBase64Url(ports.random(16))}`;
  // The store debits while the answer is drawn, written out and signed.
  const recorded = async () => {
    await tx.underWay();
    return record(ports, tx, { releasing, id });
  };
  const [, row] = await Promise.all([debit(tx, releasing.permitted.charges, id), recorded()]);
  return row;
}

type Recorded = { readonly releasing: Releasing; readonly id: string };

async function record(ports: AnswerPorts, tx: Transaction, { releasing, id }: Recorded): Promise<ReleaseRow> {
  const { permitted } = releasing;
  const { file, question, decision, charges } = permitted;
  const { outcome, figures } = await answerOf(ports, tx, releasing);
  const days = isForList(question) ? decision.terms.audienceValidityDays : decision.terms.retentionDays;
  const expiresAt = unixMillis(tx.now + days * DAY_MILLIS);
  const answer = canonicalJson({
    id,
    kind: question.analysis,
    outcome,
    contract: file.id,
    recipient: decision.recipient,
    asOf: isoInstant(tx.now),
    expiresAt: isoInstant(expiresAt),
    question,
    versions: versionsOf(permitted),
    consents: decision.terms.consents,
    ...figures,
    spent: shownCharges(charges, true),
    reasons: decision.reasons,
    // So that the digest of the answer, which the log shows to other members, does not confirm a guess of its figures.
    salt: toHex(ports.random(16)),
  });
  const { addition, receipt } = recordOf(ports, tx, { releasing, id, answer, outcome });
  const kept = {
    id,
    recipient: decision.recipient,
    contract: file.id,
    analysis: question.analysis,
    question: canonicalJson(question),
    questionDigest: permitted.digest,
    versions: permitted.versionsKey,
    outcome,
    showsExactly: showsExactly(question, { answer, recipient: decision.recipient }),
    // A list from which nobody was left out is made again without what it counted.
    counted: releasing.computed.leavesOut ? storedCounted(permitted.lists.counted) : NOTHING_COUNTED,
    coin: outcome === "released" ? sealedCoin(ports, id, releasing) : null,
    still: permitted.still?.id ?? null,
    answer,
    receipt,
    entry: addition.entry.index,
    expiresAt,
  };
  const owners = charges.map((charge) => charge.owner);
  await Promise.all([tx.log.append(addition), tx.releases.add(kept, owners)]);
  return { ...kept, releasedAt: tx.now, collectedAt: null, collectedOn: null };
}

function sealedCoin(
  { room }: Pick<AnswerPorts, "room">,
  id: string,
  { permitted, computed: { coin, leavesOut } }: Releasing,
): Uint8Array | null {
  if (coin === null) return null;
  const files = filesBehind(leavesOut ? permitted : { ...permitted, lists: NO_LISTS });
  return sealCoin(coinKey(room.keyRing), id, { ...coin, files });
}

// One draw of noise for everybody who is entitled to the figures: who asks later gets those that were drawn.
async function answerOf(ports: Pick<AnswerPorts, "random">, tx: Transaction, releasing: Releasing): Promise<Figures> {
  const { permitted, computed } = releasing;
  const { file, question, decision, epsilon, drawn, versionsKey } = permitted;
  const priced = { contract: file.contract, question, terms: decision.terms, epsilon };
  const answer =
    drawn === null || computed.isTooNear
      ? rulesOf(question.analysis).answer(priced, truthsOf(releasing), ports.random)
      : { outcome: "released" as const, figures: figuresIn(drawn) };
  if (question.analysis !== "trend") return answer;
  const point = { asOf: isoInstant(tx.now), versions: versionsOf(permitted), ...answer.figures };
  // SAFETY: the figures of a trend's answer are an overlap's or a table's.
  const present = point as TrendPoint;
  const { recipient } = decision;
  return { ...answer, figures: await inSeries(tx, { recipient, question, versionsKey }, present) };
}

/** What was found; where exact figures would be too near to earlier ones, what would be if nobody else were there. */
function truthsOf({ permitted, computed }: Releasing): readonly Truth[] {
  const exact = exactlyBehind(permitted.question);
  if (exact === null || !computed.isTooNear) return computed.truths;
  if (exact.analysis === "crosstab") return asIfNobodyShared(computed.truths);
  return computed.truths.map((truth) =>
    truth.kind === "overlap" ? { ...truth, ...asIfAlone(exact, permitted.decision.recipient, truth) } : truth,
  );
}

type Recording = Recorded & {
  readonly answer: string;
  readonly outcome: "released" | "withheld";
};

function recordOf(
  ports: AnswerPorts,
  { now }: Transaction,
  recording: Recording,
): { readonly addition: NextEntry["addition"]; readonly receipt: string } {
  const { releasing, id, answer, outcome } = recording;
  const { actor, permitted, head } = releasing;
  const { file, question, digest, charges, decision } = permitted;
  const answerDigest = textDigest(answer);
  const { appended, addition } = nextEntry(
    ports,
    { head, now },
    {
      act: outcome === "released" ? "question-permitted" : "question-withheld",
      actor,
      parties: membersOf(file.contract),
      subject: { contract: file.id, release: id, questionDigest: digest },
      detail: {
        question,
        recipient: decision.recipient,
        answerDigest,
        versions: Object.entries(versionsOf(permitted)).map(([list, version]) => ({ list, version })),
        debits: debitsOf(charges),
        reasons: loggedReasons(decision.reasons),
      },
    },
  );
  const receipt: Json = {
    concordat: "receipt/1",
    release: id,
    recipient: decision.recipient,
    contract: file.id,
    answerDigest,
    entry: appended.entry,
    index: appended.index,
    proof: appended.proof.map(toBase64),
    checkpoint: appended.checkpoint,
  };
  return { addition, receipt: signCompact(ports.room.logKeys.signer(addition.head.signer), receipt, RECEIPT_TYP) };
}

function debitsOf(charges: Permitted["charges"]): Json {
  return charges.flatMap(({ lineage, accounts }) =>
    accounts.map(({ recipient, cost }) => ({ lineage, recipient, nanoRho: String(cost) })),
  );
}

function versionsOf({ question, versions }: Permitted): { [list: string]: string } {
  return Object.fromEntries(datasetsOf(question).map((list) => [list, versionOf(versions, list).id]));
}

// The log keeps where each clause stands and what it says; `instead` is advice and is not kept.
function loggedReasons(reasons: readonly Reason[]): Json {
  return reasons.map(({ document, partner, version, digest, pointer, effect, says }) =>
    partner === undefined
      ? { document, version, digest, pointer, effect, says }
      : { document, partner, version, digest, pointer, effect, says },
  );
}
