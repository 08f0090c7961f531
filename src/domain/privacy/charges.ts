// The price of an answer in each owner's accounts, and whether caps and budgets leave room for it: decided from the
// ledger and the text of the question alone. Whoever keeps the ledger brings the books; the rule is here.

import type { Contract } from "../contract/document.ts";
import { type DatasetRef, nameIn, ownerOf } from "../dataset/schema.ts";
import { DAY_MILLIS, type Days, isoInstant, type UnixMillis, unixMillis } from "../instant.ts";
import type { PartnerId } from "../partner/manifest.ts";
import type { Decision } from "../policy/decide.ts";
import type { Reason, Source } from "../policy/reasons.ts";
import { ledgerLimits, meet, type RequestCap, termsOfLimits } from "../policy/terms.ts";
import type { OwnerTerms } from "../policy/weigh.ts";
import { possessive } from "../policy/words.ts";
import { datasetsOf, type Question } from "../question/question.ts";
import {
  costOfPureEpsilon,
  type Delta,
  type EpsilonMicros,
  epsilonFromRho,
  type NanoRho,
  nanoRho,
  parseDelta,
  printEpsilon,
} from "./epsilon.ts";
import { leftIn, questionsLeft, spendOrRefuse } from "./filter.ts";

/** A permitted question with the price that it offers. */
export type Priced = {
  readonly contract: Contract;
  readonly recipient: PartnerId;
  readonly question: Question;
  readonly decision: Extract<Decision, { kind: "permit" }>;
  readonly epsilon: EpsilonMicros;
};

/** What the documents say of one list's accounts for one question. */
export type Tariff = {
  readonly lineage: DatasetRef;
  readonly recipient: PartnerId;
  readonly price: EpsilonMicros;
  readonly cost: NanoRho;
  readonly delta: Delta;
  /** The most that the recipient may spend within `periodDays`, and everybody together for ever. */
  readonly limits: { readonly perRecipient: NanoRho; readonly lineage: NanoRho };
  readonly periodDays: Days;
  /** Caps on answers of the question's analysis. */
  readonly caps: readonly RequestCap[];
  /** The owner's policy, where the limits stand. */
  readonly source: Source;
};

/** What was spent on one list, by the asker within the period and by everybody for ever. */
export type Book = {
  readonly own: bigint;
  readonly all: bigint;
  /** When the answers within each cap's period were given, newest first, in the order of the tariff's caps. */
  readonly made: readonly (readonly UnixMillis[])[];
};

/** One account that an answer is charged to: the asker's, or everybody's. */
export type AccountCharge = {
  readonly recipient: PartnerId | "everyone";
  readonly cost: NanoRho;
  readonly spent: NanoRho;
  readonly limit: NanoRho;
  readonly delta: Delta;
};

/** What an answer costs one owner's list, and why it cannot be had where it cannot. */
export type Charge = {
  readonly lineage: DatasetRef;
  readonly owner: PartnerId;
  readonly accounts: readonly AccountCharge[];
  readonly refusals: readonly Reason[];
};

/**
 * The tariff of each list that is not the asker's own, in the order of the question's lists. An account is held to what
 * its owner and the contract say of it: another owner's limits are on that owner's list. Some 120 µs a list.
 */
export function tariffsOf(priced: Priced): readonly Tariff[] {
  const others = datasetsOf(priced.question).filter((list) => ownerOf(list) !== priced.recipient);
  return others.map((lineage) => tariffOf(lineage, priced));
}

/**
 * What an answer costs one list: one account for the asker within the period, one for everybody for ever. Nothing is
 * spent by looking.
 * @param holders members that hold these very figures already: what they learnt, everybody together need not pay again
 */
export function chargeFor(tariff: Tariff, book: Book, holders: readonly PartnerId[]): Charge {
  const owner = ownerOf(tariff.lineage);
  const accounts = accountsOf(tariff, book, holders);
  const refusals = [...accounts.flatMap((one) => budgetRefusal(one, tariff)), ...capRefusals(tariff, book)];
  return { lineage: tariff.lineage, owner, accounts, refusals };
}

/** An account after an answer, as the reader of a receipt sees it. */
export type ShownCharge = {
  readonly owner: PartnerId;
  readonly dataset: DatasetRef;
  readonly account: PartnerId | "everyone";
  /** The privacy price of the answer, in units of 1e-9 rho (zCDP); 0 where it was paid before. */
  readonly nanoRho: string;
  readonly left: { readonly nanoRho: string; readonly epsilon: string; readonly answers: string };
};

/** What an answer takes from each account and what it leaves there, in rho, in epsilon and in such answers. */
export function shownCharges(charges: readonly Charge[], isPaid: boolean): ShownCharge[] {
  return charges.flatMap(({ lineage, owner, accounts }) =>
    accounts.map(({ recipient, cost, spent, limit, delta }) => {
      const after = { spent: nanoRho(spent + (isPaid ? cost : 0n)), limit };
      const left = leftIn(after);
      const epsilon = printEpsilon(epsilonFromRho(left, delta));
      const answers = cost === 0n ? "unlimited" : String(questionsLeft(after, cost));
      const account = { owner, dataset: lineage, account: recipient };
      return { ...account, nanoRho: String(cost), left: { nanoRho: String(left), epsilon, answers } };
    }),
  );
}

function tariffOf(lineage: DatasetRef, { contract, recipient, question, decision, epsilon }: Priced): Tariff {
  const owner = ownerTerms(decision, lineage);
  const terms = meet(termsOfLimits(contract.terms), owner.terms);
  const delta = parseDelta(terms.budget.delta);
  if (!delta.ok) throw new Error("terms state a delta that is none");
  return {
    lineage,
    recipient,
    price: epsilon,
    cost: costOfPureEpsilon(epsilon),
    delta: delta.value,
    limits: ledgerLimits(terms),
    periodDays: terms.budget.periodDays,
    caps: terms.requests.filter((cap) => cap.analysis === question.analysis),
    source: { document: "policy", partner: owner.partner, version: owner.version, digest: owner.digest },
  };
}

function ownerTerms(decision: Priced["decision"], lineage: DatasetRef): OwnerTerms {
  const owner = decision.owners.find((one) => one.partner === ownerOf(lineage));
  if (owner === undefined) throw new Error("a permit lacks the terms of an owner");
  return owner;
}

function accountsOf(tariff: Tariff, { own, all }: Book, holders: readonly PartnerId[]): AccountCharge[] {
  const { lineage, recipient, cost, delta, limits } = tariff;
  // An owner that holds the figures has learnt nothing of its own list, so nothing was paid for it yet.
  const isPaid = holders.some((holder) => holder !== ownerOf(lineage));
  return [
    {
      recipient,
      // Whoever has the figures already learns nothing by having them again.
      cost: holders.includes(recipient) ? nanoRho(0n) : cost,
      spent: nanoRho(own),
      limit: limits.perRecipient,
      delta,
    },
    {
      recipient: "everyone",
      cost: isPaid ? nanoRho(0n) : cost,
      spent: nanoRho(all),
      limit: limits.lineage,
      delta,
    },
  ];
}

function budgetRefusal(account: AccountCharge, { lineage, price, source }: Tariff): Reason[] {
  if (account.cost === 0n) return [];
  const verdict = spendOrRefuse(account, account.cost);
  if (verdict.ok) return [];
  const whose = account.recipient === "everyone" ? "for everybody together" : "for you in this period";
  const member = account.recipient === "everyone" ? "lineage" : "perRecipient";
  const another = `another answer at ${printEpsilon(price)} units`;
  const list = `${possessive(ownerOf(lineage))} list “${nameIn(lineage)}”`;
  const says = `the privacy budget of ${list} ${whose} does not hold ${another}`;
  return [{ ...source, pointer: `/defaults/budget/${member}`, effect: "denies", says }];
}

function capRefusals({ caps, source }: Tariff, { made }: Book): Reason[] {
  return caps.flatMap((cap, index): Reason[] => {
    const oldest = made[index]?.[cap.count - 1];
    if (oldest === undefined) return [];
    const next = isoInstant(unixMillis(oldest + cap.periodDays * DAY_MILLIS));
    const says = `${cap.count} such answers in ${cap.periodDays} days were given; the next is possible from ${next}`;
    return [{ ...source, pointer: "/defaults/requestsPerPeriod", effect: "denies", says }];
  });
}
