// True figures for a question: computed between two assessments, outside any transaction, and used only by one that
// finds what they rest on unchanged.

import { LIMITS } from "../domain/limits.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { AskedQuestion } from "../domain/question/question.ts";
import { tooMany } from "../domain/rates.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { Act, Transaction } from "../ports/store.ts";
import { assessQuestion, type Permitted } from "./assess-question.ts";
import { missingFor } from "./await-approval.ts";
import {
  type Computed,
  computeAnswer,
  earlierKeyOf,
  earlierReleases,
  filesBehind,
  openFor,
  readSealed,
  type SealedOf,
} from "./compute-answer.ts";
import type { Caller, Keeping, Ports } from "./ports.ts";
import { timing } from "./question-times.ts";
import type { Denied } from "./weigh-question.ts";

export type AnswerPorts = Pick<Ports, "store" | "matcher" | "random" | "room" | "clock" | Turning>;
type Turning = "asking" | "grounds" | "questionTurns" | "noteQuestion" | "restBefore";

/** A question whose figures are wanted. `approving`: who is about to approve it, and counts as having done so. */
type Wanted = {
  readonly recipient: PartnerId;
  readonly asked: AskedQuestion;
  readonly approving: PartnerId | null;
};

/**
 * Computes true figures outside any transaction, then concludes with them inside one; again, a few times, where what
 * they were computed on has changed meanwhile. When computing fails, only a conclusion that needs no figures stands.
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
  let failed: Failed | null = null;
  for (let tries = 0; tries < LIMITS.figureTries; tries++) {
    await ports.restBefore(tries);
    const figures = await prepare(ports, act, { wanted: work.wanted, failed });
    const computed = figures.ok ? figures.value : null;
    const outcome = await ports.store.write(act, async (tx) => {
      const concluded = await work.conclude(tx, computed);
      if (concluded !== "changed-meanwhile") await ports.keep(tx, concluded);
      return concluded;
    });
    if (outcome !== "changed-meanwhile") return outcome;
    failed = figures.ok ? null : figures.error;
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

type Preparing = {
  readonly wanted: (tx: Transaction) => Promise<Wanted | null>;
  /** What came of the try before, where it failed. */
  readonly failed: Failed | null;
};

/** Why figures could not be worked out, and the files that they were to rest on. */
type Failed = { readonly files: string; readonly error: unknown };

// A file may go between the transaction that reads of it and the look into it; on others the figures are tried anew.
async function prepare(
  ports: AnswerPorts,
  { parties, asker }: Act & { readonly asker: Caller },
  { wanted, failed }: Preparing,
): Promise<Result<Computed | null, Failed>> {
  const read = () =>
    ports.store.read({ name: "assess question", parties, together: "opening" }, async (tx) => {
      const question = await wanted(tx);
      if (question === null) return null;
      const sealed: SealedOf[] = [];
      const alsoOf = async (owners: readonly PartnerId[]) => void sealed.push(...(await readSealed(tx, owners)));
      const assessing = assessQuestion(tx, { ...question, alsoOf, grounds: ports.grounds });
      const [assessed, { size }] = await Promise.all([assessing, tx.log.head()]);
      if (!assessed.ok || assessed.value.kind === "denied" || assessed.value.recorded !== null) return null;
      if (missingFor(assessed.value, question.approving).length > 0) return null;
      const permitted = assessed.value;
      return { permitted, opened: await openFor(ports, tx, { permitted, sealed }), logSize: size };
    });
  const ready = await read();
  if (ready === null) return ok(null);
  const { timed, told } = timing(ports, ready.permitted, asker.requestId ?? null);
  const recipient = ready.permitted.decision.recipient;
  return ports.questionTurns.take(recipient, async (hasWaited) => {
    const now = hasWaited ? await read() : ready;
    if (now === null) return ok(null);
    const files = filesBehind(now.permitted);
    if (failed?.files === files) throw failed.error;
    const computed = await computeAnswer({ ...ports, matcher: timed() }, now.permitted, now.opened).then(ok, err);
    ports.noteQuestion(told());
    const { logSize } = now;
    return computed.ok ? ok({ ...computed.value, logSize }) : err({ files, error: computed.error });
  });
}
