// The price of an answer in each owner's accounts, and whether caps and budgets leave room for it: decided from the
// ledger and the text of the question alone.

import type { Contract } from "../domain/contract/document.ts";
import { type DatasetRef, ownerOf } from "../domain/dataset/schema.ts";
import { DAY_MILLIS, type Days, isoInstant, type UnixMillis, unixMillis } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { Decision } from "../domain/policy/decide.ts";
import type { Reason } from "../domain/policy/reasons.ts";
import { ledgerLimits, meet, type Terms, termsOfLimits } from "../domain/policy/terms.ts";
import type { OwnerTerms } from "../domain/policy/weigh.ts";
import {
  costOfPureEpsilon,
  type Delta,
  type EpsilonMicros,
  epsilonFromRho,
  type NanoRho,
  nanoRho,
  parseDelta,
  printEpsilon,
} from "../domain/privacy/epsilon.ts";
import { leftIn, questionsLeft, spendOrRefuse } from "../domain/privacy/filter.ts";
import { datasetsOf, type Question } from "../domain/question/question.ts";
import type { Recipient } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";

type Permit = Extract<Decision, { kind: "permit" }>;

/** One account that an answer is charged to. */
export type AccountCharge = {
  readonly recipient: Recipient;
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

type Asked = {
  readonly contract: Contract;
  readonly recipient: PartnerId;
  readonly question: Question;
  readonly decision: Permit;
  readonly epsilon: EpsilonMicros;
};
type Charged = Asked & {
  /** Members that hold these very figures already: what they learnt, everybody together need not pay again. */
  readonly holders: readonly PartnerId[];
};

/** What was spent on one list, by the asker within the period and by everybody for ever, and the caps on answers. */
type Book = {
  readonly lineage: DatasetRef;
  readonly own: bigint;
  readonly all: bigint;
  readonly caps: readonly { readonly cap: RequestCap; readonly made: readonly UnixMillis[] }[];
};
type RequestCap = Terms["requests"][number];

/** Reads what a question's charges rest on: the books of each list that is not the asker's own. One round trip. */
export function booksFor(tx: Transaction, asked: Asked): Promise<readonly Book[]> {
  const others = datasetsOf(asked.question).filter((list) => ownerOf(list) !== asked.recipient);
  return Promise.all(others.map((lineage) => bookOf(tx, lineage, asked)));
}

async function bookOf(tx: Transaction, lineage: DatasetRef, asked: Asked): Promise<Book> {
  const { recipient, question } = asked;
  const { budget, requests } = accountTerms(asked, lineage);
  const touch = { recipient, analysis: question.analysis, lineage };
  const [own, all, caps] = await Promise.all([
    tx.ledger.spent(lineage, recipient, budget.periodDays),
    tx.ledger.spent(lineage, "everyone", null),
    Promise.all(
      requests
        .filter((cap) => cap.analysis === question.analysis)
        .map(async (cap) => ({ cap, made: await tx.releases.madeWithin(touch, cap.periodDays) })),
    ),
  ]);
  return { lineage, own, all, caps };
}

/**
 * The charges of a question: for each list that is not the asker's own, one account for the asker within the period
 * and one for everybody for ever. Nothing is spent by looking.
 */
export function chargesFor(charged: Charged, books: readonly Book[]): readonly Charge[] {
  return books.map((book) => {
    const { lineage } = book;
    const accounts = accountsOf(book, charged);
    const refusals = [
      ...accounts.flatMap((one) => budgetRefusal(one, lineage, charged)),
      ...capRefusals(book, charged),
    ];
    return { lineage, owner: ownerOf(lineage), accounts, refusals };
  });
}

/** Writes the debits of an answer. Part of the transaction that records it. */
export async function debit(tx: Transaction, charges: readonly Charge[], release: string): Promise<void> {
  const debits = charges.flatMap(({ lineage, accounts }) =>
    accounts
      .filter(({ cost }) => cost > 0n)
      .map(({ recipient, cost, limit }) => {
        const cap = recipient === "everyone" ? limit : null;
        return tx.ledger.debit({ lineage, recipient, nanoRho: cost, release }, cap);
      }),
  );
  await Promise.all(debits);
}

/** An account after an answer, as the reader of a receipt sees it. */
export type ShownCharge = {
  readonly owner: PartnerId;
  readonly dataset: DatasetRef;
  readonly account: Recipient;
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

// An account is held to what its owner and the contract say of it: another owner's limits are on that owner's list.
function accountTerms({ contract, decision }: Asked, lineage: DatasetRef): Terms {
  return meet(termsOfLimits(contract.terms), ownerTerms(decision, lineage).terms);
}

function accountsOf({ lineage, own, all }: Book, charged: Charged): AccountCharge[] {
  const terms = accountTerms(charged, lineage);
  const { budget } = terms;
  const limits = ledgerLimits(terms);
  const cost = costOfPureEpsilon(charged.epsilon);
  const delta = parseDelta(budget.delta);
  if (!delta.ok) throw new Error("terms state a delta that is none");
  // An owner that holds the figures has learnt nothing of its own list, so nothing was paid for it yet.
  const isPaid = charged.holders.some((holder) => holder !== ownerOf(lineage));
  const isHeld = charged.holders.includes(charged.recipient);
  return [
    {
      recipient: charged.recipient,
      cost: isHeld ? nanoRho(0n) : cost,
      spent: nanoRho(own),
      limit: limits.perRecipient,
      delta: delta.value,
    },
    {
      recipient: "everyone",
      cost: isPaid ? nanoRho(0n) : cost,
      spent: nanoRho(all),
      limit: limits.lineage,
      delta: delta.value,
    },
  ];
}

function budgetRefusal(account: AccountCharge, lineage: DatasetRef, charged: Charged): Reason[] {
  if (account.cost === 0n) return [];
  const verdict = spendOrRefuse(account, account.cost);
  if (verdict.ok) return [];
  const whose = account.recipient === "everyone" ? "for everybody together" : "for you in this period";
  const member = account.recipient === "everyone" ? "lineage" : "perRecipient";
  const price = printEpsilon(charged.epsilon);
  const says = `the privacy budget of the list \`${lineage}\` ${whose} does not hold another answer at ${price}`;
  return [{ ...sourceOf(charged, lineage), pointer: `/defaults/budget/${member}`, effect: "denies", says }];
}

function capRefusals({ lineage, caps }: Book, charged: Charged): Reason[] {
  const reasons: Reason[] = [];
  for (const { cap, made } of caps) {
    const oldest = made[cap.count - 1];
    if (oldest === undefined) continue;
    const next = nextTime(oldest, cap.periodDays);
    const says = `${cap.count} such answers in ${cap.periodDays} days were given; the next is possible from ${next}`;
    reasons.push({ ...sourceOf(charged, lineage), pointer: "/defaults/requestsPerPeriod", effect: "denies", says });
  }
  return reasons;
}

function nextTime(oldest: number, days: Days): string {
  return isoInstant(unixMillis(oldest + days * DAY_MILLIS));
}

function sourceOf({ decision }: Charged, lineage: DatasetRef): Omit<Reason, "pointer" | "effect" | "says"> {
  const { partner, version, digest } = ownerTerms(decision, lineage);
  return { document: "policy", partner, version, digest };
}

function ownerTerms(decision: Permit, lineage: DatasetRef): OwnerTerms {
  const owner = decision.owners.find((one) => one.partner === ownerOf(lineage));
  if (owner === undefined) throw new Error("a permit lacks the terms of an owner");
  return owner;
}
