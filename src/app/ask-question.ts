// A question is asked and answered, or refused. The decision, the debit, the answer, its receipt and the log entry
// commit together before the reply; a question asked before gets the recorded answer and costs nothing.

import { RECEIPT_TYP } from "../crypto/document-types.ts";
import { signCompact } from "../crypto/jws.ts";
import { textDigest, toBase64, toBase64Url, toHex } from "../domain/bytes.ts";
import { canonicalJson, type Json } from "../domain/canonical-json.ts";
import { DAY_MILLIS, isoInstant, unixMillis } from "../domain/instant.ts";
import type { Reason } from "../domain/policy/reasons.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Answer } from "../domain/question/analysis.ts";
import { type AskedQuestion, datasetsOf, isForList } from "../domain/question/question.ts";
import { rulesOf } from "../domain/question/registry.ts";
import type { TrendPoint } from "../domain/question/trend/analysis.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { LogHead, ReleaseRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry, type NextEntry, nextEntry } from "./append-entry.ts";
import { assessQuestion, type Denied, type Permitted, versionOf } from "./assess-question.ts";
import { debit, shownCharges } from "./charge-question.ts";
import { type Computed, computeAnswer, earlierAudiences, earlierKeyOf, openFor } from "./compute-answer.ts";
import { membersOf } from "./offer-contract.ts";
import type { Caller, Keeping, Ports } from "./ports.ts";
import { figuresIn, inSeries } from "./recorded-figures.ts";

type AskPorts = Pick<Ports, "store" | "matcher" | "random" | "room"> & Keeping<ReleaseRow>;
type Asking = { readonly caller: Caller; readonly asked: AskedQuestion };
type Outcome = Result<ReleaseRow, Problem>;

const TRIES = 4;

/**
 * Answers a question under its contract. The true figures are computed between two assessments; only the second, in
 * the transaction that records the answer, decides, and only when nothing that they rest on has changed meanwhile.
 */
export async function askQuestion(ports: AskPorts, request: Asking): Promise<Outcome> {
  const parties = [request.caller.partner];
  for (let tries = 0; tries < TRIES; tries++) {
    const computed = await prepare(ports, request);
    const outcome = await ports.store.write({ name: "ask question", parties }, async (tx) => {
      const concluded = await conclude(ports, tx, { request, computed });
      if (concluded !== "changed-meanwhile") await ports.keep(tx, concluded);
      return concluded;
    });
    if (outcome !== "changed-meanwhile") return outcome;
  }
  return err(problem("unavailable", "the lists of the question change faster than it can be answered"));
}

async function prepare(ports: AskPorts, { caller, asked }: Asking): Promise<Computed | null> {
  const act = { name: "assess question", parties: [caller.partner] };
  const ready = await ports.store.read(act, async (tx) => {
    const assessed = await assessQuestion(tx, { recipient: caller.partner, asked });
    if (!assessed.ok || assessed.value.kind === "denied" || assessed.value.recorded !== null) return null;
    return { permitted: assessed.value, opened: await openFor(tx, ports.room.wrappingKey, assessed.value) };
  });
  return ready === null ? null : computeAnswer(ports, ready.permitted, ready.opened);
}

async function conclude(
  ports: AskPorts,
  tx: Transaction,
  asking: { readonly request: Asking; readonly computed: Computed | null },
): Promise<Outcome | "changed-meanwhile"> {
  const { request, computed } = asking;
  const [assessed, head] = await Promise.all([
    assessQuestion(tx, { recipient: request.caller.partner, asked: request.asked }),
    tx.log.head(),
  ]);
  if (!assessed.ok) return assessed;
  if (assessed.value.kind === "denied") return deny(ports, tx, { caller: request.caller, denied: assessed.value });
  const permitted = assessed.value;
  if (permitted.recorded !== null) return repeat(ports, tx, { caller: request.caller, permitted });
  const earlierKey = earlierKeyOf(await earlierAudiences(tx, permitted));
  const isCurrent = computed?.versionsKey === permitted.versionsKey && computed.earlierKey === earlierKey;
  if (computed === null || !isCurrent) return "changed-meanwhile";
  return release(ports, tx, { caller: request.caller, permitted, computed, head });
}

async function deny(
  ports: AskPorts,
  tx: Transaction,
  { caller, denied }: { readonly caller: Caller; readonly denied: Denied },
): Promise<Outcome> {
  const { file, question, digest, reasons } = denied;
  const subject = { contract: file.id, questionDigest: digest };
  const detail = { question, reasons: loggedReasons(reasons) };
  const parties = membersOf(file.contract);
  await appendEntry(ports, tx, { act: "question-denied", actor: caller, parties, subject, detail });
  return err(deniedProblem(denied));
}

function deniedProblem({ reasons, decision }: Denied): Problem {
  const instead = decision.kind === "deny" ? decision.instead : [];
  const denying = reasons.filter((reason) => reason.effect === "denies").map((reason) => reason.says);
  return problem("not-permitted", denying.join("; "), { reasons, instead });
}

async function repeat(
  ports: AskPorts,
  tx: Transaction,
  { caller, permitted }: { readonly caller: Caller; readonly permitted: Permitted },
): Promise<Outcome> {
  const { recorded, file, digest } = permitted;
  if (recorded === null) throw new Error("there is no recorded answer to repeat");
  const subject = { contract: file.id, questionDigest: digest, release: recorded.id };
  const detail = { isRepeated: true };
  const parties = membersOf(file.contract);
  await appendEntry(ports, tx, { act: "question-permitted", actor: caller, parties, subject, detail });
  return ok(recorded);
}

type Releasing = {
  readonly caller: Caller;
  readonly permitted: Permitted;
  readonly computed: Computed;
  readonly head: LogHead;
};

async function release(ports: AskPorts, tx: Transaction, releasing: Releasing): Promise<Outcome> {
  const { caller, permitted } = releasing;
  const { file, question, decision, charges } = permitted;
  const id = `rel_${toBase64Url(ports.random(16))}`;
  const { outcome, figures } = await answerOf(ports, tx, releasing);
  const days = isForList(question) ? decision.terms.audienceValidityDays : decision.terms.retentionDays;
  const expiresAt = unixMillis(tx.now + days * DAY_MILLIS);
  const answer = canonicalJson({
    id,
    kind: question.analysis,
    outcome,
    contract: file.id,
    recipient: caller.partner,
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
    recipient: caller.partner,
    contract: file.id,
    analysis: question.analysis,
    question: canonicalJson(question),
    questionDigest: permitted.digest,
    versions: permitted.versionsKey,
    outcome,
    answer,
    receipt,
    entry: addition.entry.index,
    expiresAt,
  };
  const owners = charges.map((charge) => charge.owner);
  await Promise.all([debit(tx, charges, id), tx.log.append(addition), tx.releases.add(kept, owners)]);
  return ok({ ...kept, releasedAt: tx.now, collectedAt: null });
}

// One draw of noise for everybody who is entitled to the figures: who asks later gets those that were drawn.
async function answerOf(
  ports: Pick<AskPorts, "random">,
  tx: Transaction,
  { permitted, computed, caller }: Releasing,
): Promise<Answer> {
  const { file, question, decision, epsilon, drawn, versionsKey } = permitted;
  const priced = { contract: file.contract, question, terms: decision.terms, epsilon };
  const answer =
    drawn === null
      ? rulesOf(question.analysis).answer(priced, computed.truths, ports.random)
      : { outcome: "released" as const, figures: figuresIn(drawn) };
  if (question.analysis !== "trend") return answer;
  const point = { asOf: isoInstant(tx.now), versions: versionsOf(permitted), ...answer.figures };
  // SAFETY: the figures of a trend's answer are an overlap's.
  const present = point as TrendPoint;
  return { ...answer, figures: await inSeries(tx, { recipient: caller.partner, question, versionsKey }, present) };
}

type Recording = {
  readonly releasing: Releasing;
  readonly id: string;
  readonly answer: string;
  readonly outcome: "released" | "withheld";
};

function recordOf(
  ports: AskPorts,
  { now }: Transaction,
  recording: Recording,
): { readonly addition: NextEntry["addition"]; readonly receipt: string } {
  const { releasing, id, answer, outcome } = recording;
  const { caller, permitted, head } = releasing;
  const { file, question, digest, charges, decision } = permitted;
  const answerDigest = textDigest(answer);
  const { appended, addition } = nextEntry(
    ports,
    { head, now },
    {
      act: outcome === "released" ? "question-permitted" : "question-withheld",
      actor: caller,
      parties: membersOf(file.contract),
      subject: { contract: file.id, release: id, questionDigest: digest },
      detail: {
        question,
        recipient: caller.partner,
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
    recipient: caller.partner,
    contract: file.id,
    answerDigest,
    entry: appended.entry,
    index: appended.index,
    proof: appended.proof.map(toBase64),
    checkpoint: appended.checkpoint,
  };
  return { addition, receipt: signCompact(ports.room.signingKey, receipt, RECEIPT_TYP) };
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
