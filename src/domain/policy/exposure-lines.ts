// An exposure in words: by contract and list, what the partner could learn, by which grant, until when.

import type { ContractId } from "../contract/document.ts";
import { nameIn } from "../dataset/schema.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { rulesOf } from "../question/registry.ts";
import { limitsInWords } from "./breaches.ts";
import { contactsInWords } from "./contacts.ts";
import type { ExposedUse, Exposure } from "./exposure.ts";
import type { Analysis } from "./limits-document.ts";
import { ANALYSIS_WORDS, budgetInWords, counted, figure, listed, NOISE_WORDS, possessive, USE_WORDS } from "./words.ts";

/** A contract as it is told: its name, and where it stands. */
export type ToldContract = { readonly id: ContractId; readonly name: string; readonly state: string };

type Told = {
  readonly owner: string;
  readonly recipient: string;
  readonly contracts: readonly ToldContract[];
  /** The id of the grant at a pointer of the policy. */
  readonly grantAt: (pointer: string) => string;
  /** What an affiliate is called. */
  readonly nameOf: (partner: PartnerId) => string;
};

/** The lines of an exposure; a contract under which nothing can be learnt is told as such. */
export function exposureLines(items: readonly Exposure[], told: Told): readonly string[] {
  const { owner, recipient, contracts } = told;
  if (contracts.length === 0)
    return [`${recipient} can learn nothing about ${owner}: no contract that is open has both as members`];
  return [
    `what ${recipient} could learn about ${possessive(owner)} customers, at the most: other members can only narrow it`,
    ...contracts.flatMap((contract) => {
      const under = items.filter((item) => item.contract === contract.id);
      const title = `contract “${contract.name}”, ${contract.state.replaceAll("-", " ")}`;
      if (under.length === 0) return [`${title}: nothing, because no rule of ${owner} lets it be asked`];
      return [title, ...under.flatMap((item) => itemLines(item, told))];
    }),
  ];
}

function itemLines(item: Exposure, { grantAt, nameOf }: Told): string[] {
  const { dataset, analysis, purpose, channel, from, until, clauses, uses } = item;
  const through = channel === null ? "" : `, to reach people through ${channel}`;
  const what = `${ANALYSIS_WORDS[analysis]} for ${purpose}${through}`;
  const clause = `rule “${grantAt(clauses.policy)}”, ${from} to ${until}`;
  return [
    `  list “${nameIn(dataset)}”: ${what}, by ${clause}`,
    `    ${limitsTold(item, nameOf)}`,
    ...(uses.length === 0 ? ["    by no attribute"] : uses.map((use) => `    ${useTold(use)}`)),
  ];
}

function limitsTold({ terms, channel, dataset, analysis }: Exposure, nameOf: Told["nameOf"]): string {
  const { mode, mechanism, k, minimumAudience, maximumAudience, budget, deniability } = terms;
  const form = mode === "noise" ? NOISE_WORDS[mechanism] : exactForm(analysis);
  const people =
    channel === null
      ? `figures of at least ${figure(k)} people, ${form}`
      : `who is on it, ${figure(minimumAudience)} to ${figure(maximumAudience)} people`;
  const spent = `at most ${budgetInWords(budget.perRecipient)} in ${counted(budget.periodDays, "day")}`;
  const consents = terms.consents[dataset];
  const affiliates = terms.affiliates[dataset];
  const contacts = terms.contacts[dataset];
  return listed([
    people,
    spent,
    ...(consents === undefined ? [] : [`only who gave ${listed(consents.map((one) => `“${one}”`))}`]),
    ...(affiliates === undefined ? [] : [`together with ${listed(affiliates.map(nameOf))}, as one recipient`]),
    ...(contacts === undefined ? [] : contacts.map((cap) => `nobody on more than ${contactsInWords(cap)}`)),
    ...(channel === null || deniability === null ? [] : ["entries deniable, some false on purpose"]),
    ...(terms.approval.includes(analysis) ? ["a person approves each"] : []),
  ]);
}

function exactForm(analysis: Analysis): string {
  const { noised } = rulesOf(analysis);
  if (noised === ANALYSIS_WORDS[analysis]) return "with noise";
  const besides = noised === null ? "" : `, and ${noised} with noise`;
  return `without noise, where all owners agree${besides}`;
}

function useTold({ attribute, use, limits }: ExposedUse): string {
  const only = limitsInWords(limits);
  return `“${attribute}” to ${USE_WORDS[use]}${only === "" ? "" : `, only ${only}`}`;
}
