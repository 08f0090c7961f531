// What a question would disclose, to whom, by which clauses and at what price: told before it is asked, at no cost and
// without a look at the data.

import { isoDate } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type Explanation as DecisionInWords, explainDecision } from "../domain/policy/explain.ts";
import type { Reason } from "../domain/policy/reasons.ts";
import { type ShownCharge, shownCharges } from "../domain/privacy/charges.ts";
import { printEpsilon } from "../domain/privacy/epsilon.ts";
import { leftIn } from "../domain/privacy/filter.ts";
import type { Mechanism } from "../domain/privacy/mechanism.ts";
import type { Problem } from "../domain/problem.ts";
import type { Margin, Priced } from "../domain/question/analysis.ts";
import { type AskedQuestion, isForList, type Question } from "../domain/question/question.ts";
import { rulesOf } from "../domain/question/registry.ts";
import { ok, type Result } from "../domain/result.ts";
import { assessToExplain } from "./assess-question.ts";
import { assessRecalled } from "./assess-recalled.ts";
import { foresee } from "./foresee-question.ts";
import { membersOf } from "./offer-contract.ts";
import type { Caller, Ports } from "./ports.ts";
import type { Denied, Explicable } from "./weigh-question.ts";

export type Explanation = {
  readonly isPermitted: boolean;
  readonly question: Question;
  /** The same in sentences: verdict, clauses, what it tells, what it costs, what to do next. */
  readonly words: Omit<DecisionInWords, "isPermitted">;
  readonly reasons: readonly Reason[];
  readonly instead: readonly { readonly question: Question; readonly says: string }[];
  readonly price: {
    readonly epsilon: string;
    /** The noise that figures would carry; null in exact mode. */
    readonly mechanism: Mechanism | null;
    /** Half of the 95 % interval around each count of people; 0 in exact mode. */
    readonly plusMinus: number;
    /** The same for each kind of figure, in units of 10^-scale; nothing in exact mode. */
    readonly expected: readonly Margin[];
    readonly charges: readonly ShownCharge[];
    /** Whether the answer was given before, in which case it costs nothing again. */
    readonly isRecorded: boolean;
  } | null;
  /** The asker's own release of this very question on these versions, if there is one. */
  readonly recorded: string | null;
  /** Whether people must approve it before it is answered. */
  readonly waits: boolean;
  /** Of a list: the sizes between which it is given; null for figures, and where nothing is permitted. */
  readonly sizes: ListSizes | null;
};

/** The sizes of a list that terms allow, in people. */
export type ListSizes = { readonly minimum: number; readonly maximum: number };

/** Explains a question to the member that would ask it. Spends nothing and is not logged: nothing leaves. */
export async function explainQuestion(
  { store, grounds }: Pick<Ports, "store" | "grounds">,
  request: { readonly caller: Caller; readonly asked: AskedQuestion },
): Promise<Result<Explanation, Problem>> {
  const { caller, asked } = request;
  const asking = { recipient: caller.partner, asked };
  const before = foresee(grounds, asking);
  const recalled = before === null ? null : await assessRecalled({ store, grounds }, asking, before);
  if (recalled !== null) return ok(explainTo(caller.partner, recalled));
  // Who asks was seen to be a member then, and a contract never changes under its id.
  const parties = before === null ? [caller.partner] : membersOf(before.file.contract);
  const act = { name: "explain question", parties, together: "opening" } as const;
  const assessed = await store.read(act, (tx) => assessToExplain(tx, { ...asking, before, grounds }));
  return assessed.ok ? ok(explainTo(caller.partner, assessed.value)) : assessed;
}

/** What was assessed, in words, to a member: the asker sees every account, another member those of its own lists. */
export function explainTo(viewer: PartnerId, assessed: Explicable | Denied): Explanation {
  if (assessed.kind === "denied") return explainDenial(assessed);
  const isAsker = assessed.decision.recipient === viewer;
  return explainPermit({
    ...assessed,
    charges: assessed.charges.filter(({ owner }) => isAsker || owner === viewer),
  });
}

function olderVersionTold({ still, versions, decision }: Explicable): string[] {
  const older = versions.find(({ partner, dataset }) => partner === still?.partner && dataset === still.dataset);
  if (older === undefined) return [];
  const { k } = decision.terms;
  return [
    `of your list “${older.dataset}” the version of ${isoDate(older.sealedAt)} answers, about which you asked ` +
      `last: fewer than ${k} people lie between it and the newest; whoever left the list or withdrew a consent is ` +
      "not counted",
  ];
}

function explainDenial(denied: Denied): Explanation {
  const { decision, question, reasons, directory } = denied;
  const instead = decision.kind === "deny" ? decision.instead : [];
  const told = explainDecision({ ...decision, kind: "deny", reasons, instead }, question, { directory });
  const words = decision.kind === "deny" ? told : { ...told, next: [STOPPED] };
  return {
    isPermitted: false,
    question,
    words,
    reasons,
    instead,
    price: null,
    recorded: null,
    waits: false,
    sizes: null,
  };
}

// What is permitted and stopped all the same, by a budget, a cap or a guard, needs no other wording.
const STOPPED = "contract and rules permit it otherwise: ask again once what stands in the way is over, or changed";

function explainPermit(permitted: Explicable): Explanation {
  const { file, decision, question, epsilon, charges, recorded, directory } = permitted;
  const priced = { contract: file.contract, question, terms: decision.terms, epsilon };
  const margins = rulesOf(question.analysis).margins(priced);
  const { mode, mechanism } = decision.terms;
  const [counts] = margins;
  const left = charges.flatMap(({ owner, accounts }) => {
    const [own] = accounts.filter((one) => one.recipient !== "everyone").map(leftIn);
    const [everybody] = accounts.filter((one) => one.recipient === "everyone").map(leftIn);
    return own === undefined || everybody === undefined ? [] : [{ partner: owner, rho: own, everybody }];
  });
  const price = {
    epsilon: printEpsilon(epsilon),
    mechanism: mode === "exact" ? null : mechanism,
    plusMinus: counts === undefined ? 0 : counts.plusMinus,
    expected: margins,
    charges: shownCharges(charges, recorded === null),
    isRecorded: recorded !== null,
  };
  const told = explainDecision(decision, question, {
    directory,
    price: { epsilon, margins, usually: usuallyIn(priced), left },
  });
  const isHeld = recorded === null && charges.every(({ accounts }) => accounts.every(({ cost }) => cost === 0n));
  const paid = isHeld ? { ...told, costs: ["nothing: you were given these figures before"] } : told;
  const words = { ...paid, tells: [...paid.tells, ...olderVersionTold(permitted)] };
  const answer = recorded === null ? null : recorded.id;
  const { minimumAudience: minimum, maximumAudience: maximum } = decision.terms;
  const sizes = isForList(question) ? { minimum, maximum } : null;
  const rest = {
    reasons: decision.reasons,
    instead: [],
    recorded: answer,
    waits: decision.approvers.length > 0,
    sizes,
  };
  return { isPermitted: true, question, words, price, ...rest };
}

// How sure the first kind of figure would be under the usual noise, where the terms ask for other noise.
function usuallyIn(priced: Priced<Question>): Margin | null {
  const { terms, question } = priced;
  if (terms.mode === "exact" || terms.mechanism === "discrete-laplace") return null;
  const usual = { ...priced, terms: { ...terms, mechanism: "discrete-laplace" as const } };
  const [first = null] = rulesOf(question.analysis).margins(usual);
  return first;
}
