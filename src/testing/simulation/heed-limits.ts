// What answers must keep to: budgets, how many of a kind are given within a period, and when they and the versions that
// they rest on end. Worked out from the documents and from the entries before.

import { DAY_MILLIS } from "../../domain/instant.ts";
import { ledgerLimits } from "../../domain/policy/budget.ts";
import { meet, type Terms, termsOfLimits } from "../../domain/policy/terms.ts";
import { type Debit, type Given, ownerOf, type Truth } from "./truth.ts";

/** The terms of an answer about lists of these owners, at the widest: those of its contract and of their policies. */
export function termsFor(truth: Truth, contract: string, owners: readonly string[]): Terms | null {
  const agreed = truth.contracts.get(contract);
  if (agreed === undefined) return null;
  const policies = owners.flatMap((owner) => truth.inForce.get(owner) ?? []);
  return policies.reduce((terms, { defaults }) => meet(terms, termsOfLimits(defaults)), termsOfLimits(agreed.terms));
}

/** Whether debits that are written with an answer leave every account within what was agreed. */
export function budgetFaults(truth: Truth, { contract, recipient }: Given, debits: readonly Debit[]): string[] {
  return debits.flatMap(({ lineage, recipient: account, at }) => {
    const terms = termsFor(truth, contract, [ownerOf(lineage)]);
    if (terms === null || !truth.inForce.has(ownerOf(lineage)))
      return [`3: \`${lineage}\` has no policy, or no contract, and was asked about`];
    const limits = ledgerLimits(terms);
    const since = at - terms.budget.periodDays * DAY_MILLIS;
    const lines = truth.debits.filter((one) => one.lineage === lineage && one.recipient === account);
    const counted = account === recipient ? lines.filter((one) => one.at > since) : lines;
    const spent = counted.reduce((sum, one) => sum + one.nanoRho, 0n);
    const most = account === recipient ? limits.perRecipient : limits.lineage;
    return spent <= most ? [] : [`1: ${spent} is spent of ${most} on \`${lineage}\` for ${account}`];
  });
}

/** Whether no more answers of a kind were given about a list than its owner and the contract let through. */
export function capFaults(truth: Truth, given: Given): string[] {
  const others = [...given.versions.keys()].filter((list) => ownerOf(list) !== given.recipient);
  return others.flatMap((list) => {
    const terms = termsFor(truth, given.contract, [ownerOf(list)]);
    const caps = terms?.requests.filter(({ analysis }) => analysis === given.analysis) ?? [];
    const alike = [...truth.given.values()].filter(
      ({ recipient, analysis, versions }) =>
        recipient === given.recipient && analysis === given.analysis && versions.has(list),
    );
    return caps.flatMap(({ count, periodDays }) => {
      const made = alike.filter(({ at }) => at > given.at - periodDays * DAY_MILLIS).length;
      return made <= count ? [] : [`1: ${made} answers of one kind about \`${list}\` in a period that has ${count}`];
    });
  });
}

/** Whether anything of an answer, or the answer itself, had come to its end by a moment. */
export function endFaults(truth: Truth, { id, versions, expiresAt }: Given, at: number): string[] {
  const isOver = at >= expiresAt ? [`9: ${id} was given after its end`] : [];
  const past = [...versions].flatMap(([list, name]) => {
    const version = truth.lists.get(list)?.versions.find((one) => one.id === name);
    return version === undefined || version.endsAt <= at
      ? [`9: ${id} rests on a version of \`${list}\` that ended`]
      : [];
  });
  return [...isOver, ...past];
}
