// The ledger's part in a question: the books that its charges rest on, and the debits of its answer.

import { DAY_MILLIS, type UnixMillis, unixMillis } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { Decision } from "../domain/policy/decide.ts";
import { type Book, type Charge, chargeFor, type Priced, type Tariff, tariffsOf } from "../domain/privacy/charges.ts";
import { type EpsilonMicros, parseEpsilon } from "../domain/privacy/epsilon.ts";
import type { Question } from "../domain/question/question.ts";
import type { Transaction } from "../ports/store.ts";

/** What the ledger says of the lists that a question is charged for; until when, if nobody is answered meanwhile. */
export type Books = { readonly each: readonly Book[]; readonly until: UnixMillis | null };

/** The charges of a question, once it is known who holds the figures already. */
export type Charging = (holders: readonly PartnerId[]) => readonly Charge[];

/** Reads what a question's charges rest on: the books of each list that is not the asker's own. One round trip. */
export async function chargingOf(
  tx: Transaction,
  priced: Priced,
): Promise<{ readonly books: Books; readonly charging: Charging }> {
  const tariffs = tariffsOf(priced);
  const read = await Promise.all(tariffs.map((tariff) => bookOf(tx, tariff, priced)));
  const until = read.flatMap((one) => one.until).reduce(earlier, null);
  const books = { each: read.map(({ book }) => book), until };
  return { books, charging: charging(tariffs, books) };
}

/** The charges of the same question at another price, from books that were read before and stand. */
export function chargingFrom(books: Books, priced: Priced): Charging {
  return charging(tariffsOf(priced), books);
}

function charging(tariffs: readonly Tariff[], { each }: Books): Charging {
  const lists = tariffs.map((tariff, index) => {
    const book = each[index];
    if (book === undefined) throw new Error("the books of a question are those of other lists");
    return { tariff, book };
  });
  return (holders) => lists.map(({ tariff, book }) => chargeFor(tariff, book, holders));
}

type BookRead = { readonly book: Book; readonly until: readonly (UnixMillis | null)[] };

async function bookOf(tx: Transaction, tariff: Tariff, { question }: Priced): Promise<BookRead> {
  const { lineage, group, periodDays, caps, limits } = tariff;
  const { analysis } = question;
  const renewing = limits.renewing === null ? [] : [limits.renewing.days];
  const [spent, filled] = await Promise.all([
    tx.ledger.spentOn([
      { lineage, recipient: "everyone", days: null },
      ...group.map((recipient) => ({ lineage, recipient, days: periodDays })),
      ...renewing.map((days) => ({ lineage, recipient: "everyone" as const, days })),
    ]),
    Promise.all(caps.map((cap) => tx.releases.filledAt({ recipients: group, analysis, lineage }, cap))),
  ]);
  const [all = 0n, ...rest] = spent.map((one) => one.spent);
  const [own, recent] = [rest.slice(0, group.length), rest.slice(group.length)];
  const book = { own: own.reduce((sum, one) => sum + one, 0n), all, recent: recent[0] ?? 0n, filled };
  const emptied = caps.map(({ periodDays: days }, index) => after(filled[index] ?? null, days));
  return { book, until: [...spent.map(({ until }) => until), ...emptied] };
}

function after(at: UnixMillis | null, days: number): UnixMillis | null {
  return at === null ? null : unixMillis(at + days * DAY_MILLIS);
}

function earlier(one: UnixMillis | null, other: UnixMillis | null): UnixMillis | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
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
