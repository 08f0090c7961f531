// The ledger's part in a question: the books that its charges rest on, and the debits of its answer.

import type { PartnerId } from "../domain/partner/manifest.ts";
import type { Decision } from "../domain/policy/decide.ts";
import { type Book, type Charge, chargeFor, type Priced, type Tariff, tariffsOf } from "../domain/privacy/charges.ts";
import { type EpsilonMicros, parseEpsilon } from "../domain/privacy/epsilon.ts";
import type { Question } from "../domain/question/question.ts";
import type { Transaction } from "../ports/store.ts";

/** The charges of a question, once it is known who holds the figures already. */
export type Charging = (holders: readonly PartnerId[]) => readonly Charge[];

/** Reads what a question's charges rest on: the books of each list that is not the asker's own. One round trip. */
export async function chargingOf(tx: Transaction, priced: Priced): Promise<Charging> {
  const books = await Promise.all(
    tariffsOf(priced).map(async (tariff) => ({ tariff, book: await bookOf(tx, tariff, priced) })),
  );
  return (holders) => books.map(({ tariff, book }) => chargeFor(tariff, book, holders));
}

async function bookOf(tx: Transaction, tariff: Tariff, { question }: Priced): Promise<Book> {
  const { lineage, group, periodDays, caps, limits } = tariff;
  const { analysis } = question;
  const renewing = limits.renewing === null ? [] : [limits.renewing.days];
  const [[all = 0n, ...spent], filled] = await Promise.all([
    tx.ledger.spentOn([
      { lineage, recipient: "everyone", days: null },
      ...group.map((recipient) => ({ lineage, recipient, days: periodDays })),
      ...renewing.map((days) => ({ lineage, recipient: "everyone" as const, days })),
    ]),
    Promise.all(caps.map((cap) => tx.releases.filledAt({ recipients: group, analysis, lineage }, cap))),
  ]);
  const [own, recent] = [spent.slice(0, group.length), spent.slice(group.length)];
  return {
    own: own.reduce((sum, one) => sum + one, 0n),
    all,
    recent: recent[0] ?? 0n,
    filled,
  };
}

/** Writes the debits of an answer. Part of the transaction that records it. */
export async function debit(tx: Transaction, charges: readonly Charge[], release: string): Promise<void> {
  const debits = charges.flatMap(({ lineage, accounts }) =>
    accounts
      .filter(({ cost }) => cost > 0n)
      .map(({ recipient, cost, cap }) => ({ lineage, recipient, nanoRho: cost, release, cap })),
  );
  if (debits.length > 0) await tx.ledger.debit(debits);
}

/** What an answer costs: what the question offers, else the most that the terms allow for one release. */
export function askingPrice(question: Question, decision: Extract<Decision, { kind: "permit" }>): EpsilonMicros {
  if (question.epsilon === undefined) return decision.terms.budget.perRelease;
  const offered = parseEpsilon(question.epsilon);
  if (!offered.ok) throw new Error("a parsed question offers a price that is none");
  return offered.value;
}
