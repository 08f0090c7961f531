// Questions that wait for people: what is asked of whom is noted, shown to those who must decide, and logged.
// Nothing is computed and nothing spent while a question waits.

import { missingApprovers, type RequestEvent, type RequestState, requestState } from "../domain/approval/request.ts";
import { toBase64Url } from "../domain/bytes.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import { DAY_MILLIS, durationDays, isoInstant, unixMillis } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { AskedQuestion } from "../domain/question/question.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { RequestFile } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import type { Permitted } from "./assess-question.ts";
import { membersOf } from "./offer-contract.ts";
import { type Caller, handOf, type Ports } from "./ports.ts";

/** A request as one partner sees it: where it stands now, and what the partner has to do with it. */
export type RequestView = {
  readonly file: RequestFile;
  readonly state: RequestState;
  readonly yours: "to-decide" | "asked" | "neither";
};

/** A request in the eyes of a partner, by the database's clock. */
export function requestView(tx: Pick<Transaction, "now">, file: RequestFile, viewer: PartnerId): RequestView {
  const state = requestState({ ...file, now: tx.now });
  const isToDecide = state.kind === "waiting" && state.missing.includes(viewer);
  return { file, state, yours: isToDecide ? "to-decide" : file.recipient === viewer ? "asked" : "neither" };
}

/**
 * Who must approve a question, by the terms as of now, and has not.
 * @param approving  who is about to approve, and counts as having done so
 */
export function missingFor({ decision, request }: Permitted, approving: PartnerId | null): readonly PartnerId[] {
  const missing = missingApprovers(decision.approvers, request === null ? [] : request.events);
  return missing.filter((partner) => partner !== approving);
}

type Holding = { readonly actor: Caller; readonly permitted: Permitted; readonly asked: AskedQuestion };

/**
 * Lets a question wait: a request is made, or the one that waits is shown to those who must approve as of now. Refused
 * where so many of the asker's wait under the contract that people could not read them any more.
 */
export async function holdQuestion(
  ports: Pick<Ports, "random" | "room">,
  tx: Transaction,
  holding: Holding,
): Promise<Result<RequestView, Problem>> {
  const { actor, permitted } = holding;
  const { request, decision, file } = permitted;
  if (request === null) {
    const waiting = await tx.requests.waiting({ contract: file.id, recipient: decision.recipient });
    return waiting >= LIMITS.waitingRequests ? err(tooManyWait(waiting)) : ok(await submit(ports, tx, holding));
  }
  const added = decision.approvers.filter((partner) => !request.approvers.includes(partner));
  if (added.length > 0) await tx.requests.addApprovers(request, added);
  return ok(requestView(tx, await requestFile(tx, request.id), actor.partner));
}

function tooManyWait(waiting: number): Problem {
  const says = `${waiting} of your questions under this contract wait for people to approve them, and no more may`;
  return problem("too-many-waiting", says, { waiting });
}

/** Notes how a request ended. */
export function endRequest(
  tx: Transaction,
  request: RequestFile,
  end: Pick<RequestEvent, "kind"> & Partial<RequestEvent>,
): Promise<void> {
  return tx.requests.note(request, { partner: null, because: null, release: null, ...end });
}

/** A request that is known to be there. */
export async function requestFile(tx: Transaction, id: string): Promise<RequestFile> {
  const file = await tx.requests.find(id);
  if (file === null) throw new Error("a noted request is not there");
  return file;
}

async function submit(
  ports: Pick<Ports, "random" | "room">,
  tx: Transaction,
  { actor, permitted, asked }: Holding,
): Promise<RequestView> {
  const { file, question, digest, decision } = permitted;
  const id = `req_${toBase64Url(ports.random(16))}`;
  const expiresAt = unixMillis(tx.now + waitingDays(permitted) * DAY_MILLIS);
  const { recipient, approvers } = decision;
  const named = { id, recipient, contract: file.id, approvers, question: canonicalJson(asked), questionDigest: digest };
  await tx.requests.add({ ...named, askedWith: handOf(actor), expiresAt });
  const subject = { contract: file.id, request: id, questionDigest: digest };
  const detail = { question, recipient, approvers, expiresAt: isoInstant(expiresAt) };
  const parties = membersOf(file.contract);
  await appendEntry(ports, tx, { act: "approval-requested", actor, parties, subject, detail });
  return requestView(tx, await requestFile(tx, id), recipient);
}

function waitingDays({ file }: Permitted): number {
  const days = file.contract.approvalWithin === undefined ? null : durationDays(file.contract.approvalWithin);
  if (days === null || !days.ok) throw new Error("a question is held under a contract that does not say how long");
  return days.value;
}
