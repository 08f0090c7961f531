// True figures for a question: computed between two assessments, outside any transaction, and used only by one that
// finds what they rest on unchanged.

import { LIMITS } from "../domain/limits.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { AskedQuestion } from "../domain/question/question.ts";
import { tooMany } from "../domain/rates.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { Act, Transaction } from "../ports/store.ts";
import { assessQuestion, type Denied, type Permitted } from "./assess-question.ts";
import { missingFor } from "./await-approval.ts";
import {
  type Computed,
  computeAnswer,
  earlierKeyOf,
  earlierReleases,
  filesBehind,
  type Opened,
  openFor,
} from "./compute-answer.ts";
import type { Caller, Keeping, Ports } from "./ports.ts";
import { timing } from "./question-times.ts";

export type AnswerPorts = Pick<Ports, "store" | "matcher" | "random" | "room" | "clock" | Turning>;
type Turning = "asking" | "questionTurns" | "noteQuestion";

/** A question whose figures are wanted. `approving`: who is about to approve it, and counts as having done so. */
type Wanted = {
  readonly recipient: PartnerId;
  readonly asked: AskedQuestion;
  readonly approving: PartnerId | null;
};

/**
 * Computes true figures outside any transaction, then concludes with them inside one; again, a few times, where what
 * they were computed on has changed meanwhile. When computing fails, only a conclusion that needs no figures stands,
 * unless what they were computed on is gone: then it begins anew.
 */
export function withFigures<Value>(
  ports: AnswerPorts & Keeping<Value>,
  act: Act & { readonly asker: Caller },
  work: Figuring<Value>,
): Promise<Result<Value, Problem>> {
  return (
    ports.asking(act.asker.partner, () => withTries(ports, act, work)) ??
    Promise.resolve(err(tooMany(["questions"], 1)))
  );
}

type Figuring<Value> = {
  readonly wanted: (tx: Transaction) => Promise<Wanted | null>;
  readonly conclude: (
    tx: Transaction,
    computed: Computed | null,
  ) => Promise<Result<Value, Problem> | "changed-meanwhile">;
};

async function withTries<Value>(
  ports: AnswerPorts & Keeping<Value>,
  act: Act & { readonly asker: Caller },
  work: Figuring<Value>,
): Promise<Result<Value, Problem>> {
  const failed: Failed[] = [];
  for (let tries = 0; tries < LIMITS.figureTries; tries++) {
    const ready = await prepare(ports, act, work.wanted).then(ok, err<unknown>);
    const ground = ready.ok ? groundOf(ready.value) : "";
    const alike = failed.find((one) => one.ground === ground);
    if (alike !== undefined) throw alike.error;
    const figures = ready.ok ? await compute(ports, ready.value, act.asker).then(ok, err<unknown>) : ready;
    const computed = figures.ok ? figures.value : null;
    const outcome = await ports.store.write(act, async (tx) => {
      const concluded = await work.conclude(tx, computed);
      if (concluded !== "changed-meanwhile") await ports.keep(tx, concluded);
      return concluded;
    });
    if (outcome !== "changed-meanwhile") return outcome;
    if (!figures.ok) failed.push({ ground, error: figures.error });
  }
  return err(problem("unavailable", "the lists of the question change faster than it can be answered"));
}

type Concluding = {
  readonly approving: PartnerId | null;
  readonly assessed: Permitted | Denied;
  readonly computed: Computed | null;
};

/**
 * Whether an assessment can be concluded as it stands: it needs no figures, or has those that it rests on. A caller
 * that writes before it has the answer asks first, as an answer that cannot be had yet must leave nothing behind.
 */
export async function hasFigures(tx: Transaction, { approving, assessed, computed }: Concluding): Promise<boolean> {
  if (assessed.kind === "denied" || assessed.recorded !== null) return true;
  if (missingFor(assessed, approving).length > 0) return true;
  const earlierKey = earlierKeyOf(assessed, await earlierReleases(tx, assessed));
  if (computed === null || computed.files !== filesBehind(assessed)) return false;
  return computed.versionsKey === assessed.versionsKey && computed.earlierKey === earlierKey;
}

type Ready = { readonly permitted: Permitted; readonly opened: Opened };

/** Figures that could not be computed, and what they were to be computed on. */
type Failed = { readonly ground: string; readonly error: unknown };

function groundOf(ready: Ready | null): string {
  return ready === null ? "" : `${ready.permitted.versionsKey} ${filesBehind(ready.permitted)}`;
}

function prepare(
  ports: AnswerPorts,
  { parties }: Act,
  wanted: (tx: Transaction) => Promise<Wanted | null>,
): Promise<Ready | null> {
  return ports.store.read({ name: "assess question", parties }, async (tx) => {
    const question = await wanted(tx);
    if (question === null) return null;
    const assessed = await assessQuestion(tx, question);
    if (!assessed.ok || assessed.value.kind === "denied" || assessed.value.recorded !== null) return null;
    if (missingFor(assessed.value, question.approving).length > 0) return null;
    return { permitted: assessed.value, opened: await openFor(ports, tx, assessed.value) };
  });
}

async function compute(ports: AnswerPorts, ready: Ready | null, asker: Caller): Promise<Computed | null> {
  if (ready === null) return null;
  const { permitted, opened } = ready;
  const { timed, told } = timing(ports, permitted, asker.requestId ?? null);
  const work = () => computeAnswer({ ...ports, matcher: timed() }, permitted, opened);
  const computed = await ports.questionTurns.take(permitted.decision.recipient, work);
  ports.noteQuestion(told());
  return computed;
}
