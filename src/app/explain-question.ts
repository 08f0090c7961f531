// What a question would disclose, to whom, by which clauses and at what price: told before it is asked, at no cost and
// without a look at the data.

import { type Explanation as DecisionInWords, explainDecision } from "../domain/policy/explain.ts";
import type { Reason } from "../domain/policy/reasons.ts";
import { printEpsilon } from "../domain/privacy/epsilon.ts";
import { leftIn } from "../domain/privacy/filter.ts";
import type { Problem } from "../domain/problem.ts";
import { halfInterval } from "../domain/question/figures.ts";
import { sensitivityOf } from "../domain/question/overlap.ts";
import type { AskedQuestion, Question } from "../domain/question/question.ts";
import { ok, type Result } from "../domain/result.ts";
import { assessQuestion, type Denied, type Permitted } from "./assess-question.ts";
import { type ShownCharge, shownCharges } from "./charge-question.ts";
import type { Caller, Ports } from "./ports.ts";

export type Explanation = {
  readonly isPermitted: boolean;
  readonly question: Question;
  /** The same in sentences: verdict, clauses, what it tells, what it costs, what to do next. */
  readonly words: Omit<DecisionInWords, "isPermitted">;
  readonly reasons: readonly Reason[];
  readonly instead: readonly { readonly question: Question; readonly says: string }[];
  readonly price: {
    readonly epsilon: string;
    /** Half of the 95 % interval around each figure; 0 in exact mode. */
    readonly plusMinus: number;
    readonly charges: readonly ShownCharge[];
    /** Whether the answer was given before, in which case it costs nothing again. */
    readonly isRecorded: boolean;
  } | null;
};

/** Explains a question to the member that would ask it. Spends nothing and is not logged: nothing leaves. */
export async function explainQuestion(
  ports: Pick<Ports, "store">,
  request: { readonly caller: Caller; readonly asked: AskedQuestion },
): Promise<Result<Explanation, Problem>> {
  const { caller, asked } = request;
  const act = { name: "explain question", parties: [caller.partner] };
  const assessed = await ports.store.read(act, (tx) => assessQuestion(tx, { recipient: caller.partner, asked }));
  if (!assessed.ok) return assessed;
  return ok(assessed.value.kind === "denied" ? explainDenial(assessed.value) : explainPermit(assessed.value));
}

function explainDenial(denied: Denied): Explanation {
  const { decision, question, reasons, directory } = denied;
  const instead = decision.kind === "deny" ? decision.instead : [];
  const words = explainDecision({ ...decision, kind: "deny", reasons, instead }, question, { directory });
  return { isPermitted: false, question, words, reasons, instead, price: null };
}

function explainPermit(permitted: Permitted): Explanation {
  const { decision, question, epsilon, charges, recorded, directory } = permitted;
  const margin =
    decision.terms.mode === "exact"
      ? 0
      : halfInterval(question.analysis === "overlap" ? sensitivityOf(question) : 1, epsilon);
  const left = charges.flatMap(({ owner, accounts }) =>
    accounts.filter((one) => one.recipient !== "everyone").map((one) => ({ partner: owner, rho: leftIn(one) })),
  );
  const price = {
    epsilon: printEpsilon(epsilon),
    plusMinus: margin,
    charges: shownCharges(charges, recorded === null),
    isRecorded: recorded !== null,
  };
  const words = explainDecision(decision, question, { directory, price: { epsilon, margin, left } });
  return { isPermitted: true, question, words, reasons: decision.reasons, instead: [], price };
}
