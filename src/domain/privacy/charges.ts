// The price of an answer in each owner's accounts, and whether caps and budgets leave room for it: decided from the
// ledger and the text of the question alone. Whoever keeps the ledger brings the books; the rule is here.

import type { Contract } from "../contract/document.ts";
import { type DatasetRef, ownerOf } from "../dataset/schema.ts";
import { DAY_MILLIS, type Days, isoInstant, type UnixMillis, unixMillis } from "../instant.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { type LedgerLimits, ledgerLimits } from "../policy/budget.ts";
import type { Decision } from "../policy/decide.ts";
import type { Reason, Source } from "../policy/reasons.ts";
import { meet, type RequestCap, termsOfLimits } from "../policy/terms.ts";
import type { OwnerTerms } from "../policy/weigh.ts";
import { counted, type Directory, listInWords } from "../policy/words.ts";
import { datasetsOf, type Question } from "../question/question.ts";
import {
  costOfPureEpsilon,
  type Delta,
  type EpsilonMicros,
  epsilonFromRho,
  type NanoRho,
  nanoRho,
  parseDelta,
  priceWithin,
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
  /** What partners are called in refusals. */
  readonly directory: Directory;
};

/** What the documents say of one list's accounts for one question. */
export type Tariff = {
  readonly lineage: DatasetRef;
  /** What the list is called in refusals. */
  readonly listName: string;
  readonly recipient: PartnerId;
  /** Who counts as one recipient in the owner's eyes: the recipient first. Budget and caps are theirs together. */
  readonly group: readonly PartnerId[];
  readonly price: EpsilonMicros;
  readonly cost: NanoRho;
  readonly delta: Delta;
  readonly limits: LedgerLimits;
  readonly periodDays: Days;
  /** Caps on answers of the question's analysis. */
  readonly caps: readonly RequestCap[];
  /** The owner's policy, where the limits stand. */
  readonly source: Source;
};

/** What was spent on one list, under whatever contract. */
export type Book = {
  /** By the asker and its affiliates within the period. */
  readonly own: bigint;
  /** By everybody for ever. */
  readonly all: bigint;
  /** By everybody within the days of a renewal; 0 where the budget never renews. */
  readonly recent: bigint;
  /**
   * For each of the tariff's caps, when the answer was given that fills it, counted from the newest of its period; null
   * where there is room for another.
   */
  readonly filled: readonly (UnixMillis | null)[];
};

/** One account that an answer is charged to: the asker's, or everybody's. */
export type AccountCharge = {
  readonly recipient: PartnerId | "everyone";
  readonly cost: NanoRho;
  /** Of the limits that hold for the account, the one that leaves least, and what was spent of it. */
  readonly spent: NanoRho;
  readonly limit: NanoRho;
  /** What the account may ever hold; null for an asker's, which is limited within a period alone. */
  readonly cap: NanoRho | null;
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
 * What an answer costs one list: one account for the asker within the period, one for everybody, for ever and within
 * the days of a renewal. Nothing is spent by looking.
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

function tariffOf(lineage: DatasetRef, priced: Priced): Tariff {
  const { contract, recipient, question, decision, epsilon, directory } = priced;
  const owner = ownerTerms(decision, lineage);
  const terms = meet(termsOfLimits(contract.terms), owner.terms);
  const delta = parseDelta(terms.budget.delta);
  const affiliates = owner.terms.affiliates[lineage];
  if (!delta.ok) throw new Error("terms state a delta that is none");
  return {
    lineage,
    listName: listInWords(directory, lineage),
    recipient,
    group: [recipient, ...(affiliates === undefined ? [] : affiliates)],
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

function accountsOf(tariff: Tariff, book: Book, holders: readonly PartnerId[]): AccountCharge[] {
  const { lineage, recipient, cost, delta, limits } = tariff;
  // An owner that holds the figures has learnt nothing of its own list, so nothing was paid for it yet.
  const isPaid = holders.some((holder) => holder !== ownerOf(lineage));
  return [
    {
      recipient,
      // Whoever has the figures already learns nothing by having them again.
      cost: holders.includes(recipient) ? nanoRho(0n) : cost,
      spent: nanoRho(book.own),
      limit: limits.perRecipient,
      cap: null,
      delta,
    },
    {
      recipient: "everyone",
      cost: isPaid ? nanoRho(0n) : cost,
      ...tightest(tariff, book),
      cap: limits.lineage,
      delta,
    },
  ];
}

// An answer must fit both what is for ever and what is for the days of a renewal, so the tighter of them decides; where
// what is for ever holds no more, no wait helps, and that is what is told.
function tightest({ limits, cost }: Tariff, { all, recent }: Book): Pick<AccountCharge, "spent" | "limit"> {
  const { lineage, renewing } = limits;
  const forEver = { spent: nanoRho(all), limit: lineage };
  if (renewing === null || leftIn(forEver) < cost) return forEver;
  const now = { spent: nanoRho(recent), limit: renewing.limit };
  return leftIn(now) <= leftIn(forEver) ? now : forEver;
}

function budgetRefusal(account: AccountCharge, tariff: Tariff): Reason[] {
  const { listName, group, price, limits, periodDays, source } = tariff;
  if (account.cost === 0n) return [];
  const verdict = spendOrRefuse(account, account.cost);
  if (verdict.ok) return [];
  const days = counted(periodDays, "day");
  const isOwn = account.recipient !== "everyone";
  const whose = isOwn ? `for ${askers(group)} in ${days}` : everybodys(account, limits);
  const member = isOwn ? "perRecipient" : "lineage";
  const another = `another answer at ${printEpsilon(price)} units`;
  const fits = priceWithin(verdict.error.left);
  const cheaper = fits === null ? "" : `; one at ${printEpsilon(fits)} would fit, with more noise`;
  const later = isOwn ? `; what an answer spent counts no more after ${days}` : "";
  const says = `the privacy budget of ${listName} ${whose} does not hold ${another}${cheaper}${later}`;
  return [{ ...source, pointer: `/defaults/budget/${member}`, effect: "denies", says }];
}

function everybodys({ limit }: AccountCharge, { renewing, lineage }: LedgerLimits): string {
  const together = "for everybody together";
  if (renewing === null) return together;
  if (limit === lineage) return `${together}, all its renewals included,`;
  return `${together} in ${counted(renewing.days, "day")}, after which what was spent counts no more,`;
}

function askers(group: readonly PartnerId[]): string {
  return group.length === 1 ? "you" : "you and your affiliates together";
}

function capRefusals({ caps, group, source }: Tariff, { filled }: Book): Reason[] {
  return caps.flatMap((cap, index): Reason[] => {
    const oldest = filled[index] ?? null;
    if (oldest === null) return [];
    const next = isoInstant(unixMillis(oldest + cap.periodDays * DAY_MILLIS));
    const given = `were given${group.length === 1 ? "" : ` to ${askers(group)}`}`;
    const says = `${cap.count} such answers in ${cap.periodDays} days ${given}; the next is possible from ${next}`;
    return [{ ...source, pointer: "/defaults/requestsPerPeriod", effect: "denies", says }];
  });
}
