// A member's person approves or denies a question that waits, or its asker withdraws it. The last approval and the
// answer that it lets out are one transaction: the decision is taken again in full, the debit happens there, and no
// crash lies between the two.

import { mayDecide, type RequestAct, type RequestRefusal, requestState } from "../domain/approval/request.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, type ProblemKind, problem } from "../domain/problem.ts";
import { type AskedQuestion, questionSchema } from "../domain/question/question.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { RequestFile } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { answerAssessed } from "./ask-question.ts";
import { assessQuestion, type Permitted } from "./assess-question.ts";
import { endRequest, missingFor, type RequestView, requestFile, requestView } from "./await-approval.ts";
import type { Computed } from "./compute-answer.ts";
import { contractFile, membersOf } from "./offer-contract.ts";
import { type Caller, handOf, type Keeping, settle } from "./ports.ts";
import type { Denied } from "./weigh-question.ts";
import { type AnswerPorts, hasFigures, withFigures } from "./with-figures.ts";

type DecidePorts = AnswerPorts & Keeping<RequestView>;
type Deciding = {
  readonly caller: Caller;
  readonly id: string;
  readonly verdict: RequestAct["kind"];
  readonly because: string | null;
};
type Outcome = Result<RequestView, Problem>;

/**
 * Notes what a partner decides of a request. When the last approval is in, the question is assessed as of that moment
 * and answered, on the asker's behalf; where contract, policies or budget then say no, the request ends refused.
 * An approval that cannot be acted upon, as while the contract is suspended, is not taken.
 */
export function decideRequest(ports: DecidePorts, deciding: Deciding): Promise<Outcome> {
  if (deciding.verdict === "approve") return approve(ports, deciding);
  const act = { name: `${deciding.verdict} request`, parties: [deciding.caller.partner] };
  return settle(ports, act, (tx) => end(ports, tx, deciding));
}

async function end(ports: DecidePorts, tx: Transaction, deciding: Deciding): Promise<Outcome> {
  const open = await openRequest(tx, deciding);
  if (!open.ok) return open;
  const { caller, verdict, because } = deciding;
  const kind = verdict === "deny" ? "denied" : "withdrawn";
  await endRequest(tx, open.value, { kind, partner: caller.partner, because });
  await logDecision(ports, tx, { deciding, request: open.value, missing: [] });
  return ok(requestView(tx, await requestFile(tx, open.value.id), caller.partner));
}

function approve(ports: DecidePorts, deciding: Deciding): Promise<Outcome> {
  const { partner } = deciding.caller;
  return withFigures(
    ports,
    { name: "approve request", parties: [partner], asker: deciding.caller },
    {
      wanted: async (tx) => {
        const open = await openRequest(tx, deciding);
        return open.ok ? { ...askedIn(open.value), approving: partner } : null;
      },
      conclude: async (tx, computed) => {
        const open = await openRequest(tx, deciding);
        if (!open.ok) return open;
        const assessed = await assessQuestion(tx, { ...askedIn(open.value), before: computed?.permitted });
        if (!assessed.ok) return assessed;
        return conclude(ports, tx, { deciding, request: open.value, assessed: assessed.value, computed });
      },
    },
  );
}

type Concluding = {
  readonly deciding: Deciding;
  readonly request: RequestFile;
  readonly assessed: Permitted | Denied;
  readonly computed: Computed | null;
};

// Figures that are wanted and not there send the whole transaction back, before anything of it is written.
async function conclude(
  ports: DecidePorts,
  tx: Transaction,
  { deciding, request, assessed, computed }: Concluding,
): Promise<Outcome | "changed-meanwhile"> {
  const { caller, because } = deciding;
  const { asked } = askedIn(request);
  const approving = caller.partner;
  if (!(await hasFigures(tx, { approving, assessed, computed }))) return "changed-meanwhile";
  const missing = assessed.kind === "denied" ? [] : missingFor(assessed, approving);
  await tx.requests.note(request, { kind: "approved", partner: approving, because, release: null });
  await logDecision(ports, tx, { deciding, request, missing });
  const head = await tx.log.head();
  const answer = await answerAssessed(ports, tx, { actor: caller, asked, approving, assessed, computed, head });
  if (answer === "changed-meanwhile") throw new Error("figures that were there are not");
  if (!answer.ok) await endRequest(tx, request, { kind: "refused" });
  return ok(requestView(tx, await requestFile(tx, request.id), approving));
}

async function openRequest(tx: Transaction, { caller, id, verdict }: Deciding): Promise<Result<RequestFile, Problem>> {
  const file = await tx.requests.find(id);
  if (file === null) return err(problem("not-found", "you have no such request"));
  const state = requestState({ ...file, now: tx.now });
  const allowed = mayDecide(file, state, { kind: verdict, partner: caller.partner, hand: handOf(caller) });
  if (allowed.ok) return ok(file);
  const [kind, says] = REFUSALS[allowed.error];
  return err(problem(kind, allowed.error === "not-open" ? `the request is ${state.kind}` : says));
}

const REFUSALS: { readonly [refusal in RequestRefusal]: readonly [ProblemKind, string] } = {
  "not-open": ["approval-not-open", "the request does not wait any more"],
  "decided-before": ["approval-not-open", "you have approved it, and others have not yet"],
  "not-an-approver": ["approval-not-yours", "the terms ask people of other members to approve it"],
  "not-the-asker": ["approval-not-yours", "whoever asked may withdraw it, and nobody else"],
  "same-hand": ["approval-not-yours", "whoever asked cannot approve: it takes another key or person of yours"],
};

function askedIn({ recipient, question }: RequestFile): {
  readonly recipient: PartnerId;
  readonly asked: AskedQuestion;
} {
  return { recipient, asked: questionSchema.parse(JSON.parse(question)) };
}

const ACTS = { approve: "approval-given", deny: "approval-denied", withdraw: "approval-withdrawn" } as const;

type Decided = {
  readonly deciding: Deciding;
  readonly request: RequestFile;
  readonly missing: readonly PartnerId[];
};

async function logDecision(
  ports: DecidePorts,
  tx: Transaction,
  { deciding, request, missing }: Decided,
): Promise<void> {
  const { caller, verdict, because } = deciding;
  const { contract } = await contractFile(tx, request.contract);
  const subject = { contract: request.contract, request: request.id, questionDigest: request.questionDigest };
  const detail = { recipient: request.recipient, because, missing };
  const parties = membersOf(contract);
  await appendEntry(ports, tx, { act: ACTS[verdict], actor: caller, parties, subject, detail });
}
