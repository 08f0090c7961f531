// A contract in plain words, for the people who sign it: member by member what the others may learn, on what terms,
// until when, what is never shared, and how to stop. Made from the document alone.

import { type Notation, OF_DOCUMENTS } from "../notation.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { type Analysis, type AttributeUse, givesRecords } from "../policy/limits-document.ts";
import {
  AGGREGATE_WORDS,
  ANALYSIS_WORDS,
  type Directory,
  decimal,
  identifiersInWords,
  listed,
  nameOf,
  possessive,
  USE_WORDS,
} from "../policy/words.ts";
import { rulesOf } from "../question/registry.ts";
import type { Contract, ContractDataset } from "./document.ts";
import { groupingsOf } from "./groupings.ts";
import { termLines } from "./plain-terms.ts";

type Entry = Contract["analyses"][number];
type Plain = { readonly contract: Contract; readonly directory: Directory; readonly notation: Notation };

/**
 * The contract as lines of text, in the order in which a signer needs them. O(members² × analyses).
 * @param notation  of figures; that of documents where a page has no reader's
 */
export function plainContract(contract: Contract, directory: Directory, notation: Notation = OF_DOCUMENTS): string[] {
  const plain = { contract, directory, notation };
  return [
    opening(plain),
    ...contract.members.flatMap(({ partner }) => memberLines(plain, partner)),
    ...matchingLines(contract),
    ...termLines(contract, notation),
    neverShared(),
    ...endings(contract),
  ];
}

function opening({ contract, directory }: Plain): string {
  const members = listed(contract.members.map(({ partner }) => nameOf(directory, partner)));
  const { from, until } = contract.validity;
  const replaces = contract.version === 1 ? "" : ` It takes the place of version ${contract.version - 1}.`;
  return (
    `“${contract.name}”, version ${contract.version}, is between ${members}. It is for ${listed(contract.purposes)}, ` +
    `and holds from ${from} until ${until}, once every member has signed.${replaces}`
  );
}

function memberLines(plain: Plain, owner: PartnerId): string[] {
  const name = nameOf(plain.directory, owner);
  const lists = plain.contract.datasets.filter((dataset) => dataset.partner === owner);
  if (lists.length === 0) return [`${name} brings no list, so nobody learns anything about its customers.`];
  const learned = plain.contract.analyses.flatMap((entry) => {
    const recipients = entry.recipients.filter((recipient) => mayLearn(plain.contract, entry, { recipient, owner }));
    return recipients.length === 0 ? [] : [`If ${name} signs, ${disclosure(plain, { entry, recipients, owner })}`];
  });
  return [
    `${name} brings ${listed(lists.map(broughtList))}.`,
    ...(learned.length === 0
      ? [`If ${name} signs, no other member learns anything about its customers.`]
      : [...learned, ...segmentLines(plain.contract, owner, name)]),
    ...lists.flatMap((list) => consentLines(list, name)),
  ];
}

type Disclosed = { readonly recipient: PartnerId; readonly owner: PartnerId };

// An audience names the recipient's own customers, so a recipient without a list receives none.
function mayLearn({ datasets }: Contract, { analysis }: Entry, { recipient, owner }: Disclosed): boolean {
  if (recipient === owner) return false;
  return !givesRecords(analysis) || datasets.some((dataset) => dataset.partner === recipient);
}

type Disclosure = { readonly entry: Entry; readonly recipients: readonly PartnerId[]; readonly owner: PartnerId };

function disclosure({ contract, directory, notation }: Plain, { entry, recipients, owner }: Disclosure): string {
  const whose = possessive(nameOf(directory, owner));
  const who = listed(recipients.map((recipient) => nameOf(directory, recipient)));
  const may = recipients.length > 1 ? `${who} may each` : `${who} may`;
  const isPair = new Set(contract.datasets.map(({ partner }) => partner)).size < 3;
  const others = isPair ? "its own" : "its own or another member's";
  const purposes = `, for ${listed(entry.purposes)},`;
  const groups = attributesFor(contract, owner, "group");
  const measures = measuresFor(contract, owner, notation);
  const channels = listed(entry.channels, "or");
  const isDeniable = contract.terms.deniability !== undefined;
  return rulesOf(entry.analysis).agreed({ may, whose, others, purposes, groups, measures, channels, isDeniable });
}

function segmentLines(contract: Contract, owner: PartnerId, name: string): string[] {
  const chosen = attributesFor(contract, owner, "filter");
  if (chosen.length === 0) return [`Each of these is about all of ${possessive(name)} customers who take part.`];
  return [
    `Each of these may be about all of ${possessive(name)} customers who take part, or only about those chosen by ` +
      `${listed(chosen)}.`,
  ];
}

// Where all analyses match alike, that is said once.
function matchingLines({ analyses }: Contract): string[] {
  const byWay = new Map<string, Analysis[]>();
  for (const entry of analyses) {
    const way = waysOfMatching(entry);
    const alike = byWay.get(way);
    byWay.set(way, [...(alike === undefined ? [] : alike), entry.analysis]);
  }
  const found = (way: string) => `a customer of one member is found among another's by ${way}`;
  if (byWay.size === 1) return [...byWay.keys()].map((way) => `In all of this, ${found(way)}.`);
  return [...byWay].map(([way, alike]) => `For ${listed(alike.map((one) => ANALYSIS_WORDS[one]))}, ${found(way)}.`);
}

/** How an analysis finds one member's customers among another's, after "by": `e-mail, then by phone; …`. */
export function waysOfMatching({ identifiers, matching }: Pick<Entry, "identifiers" | "matching">): string {
  if (identifiers.length === 1) return identifiersInWords(identifiers);
  if (matching === "any") return `any of ${identifiersInWords(identifiers)}`;
  const order = identifiers.map((kind) => identifiersInWords([kind])).join(", then by ");
  return `${order}; the first that matches counts`;
}

function broughtList({ dataset, identifiers, namespace, attributes }: ContractDataset): string {
  const byUses = new Map<string, string[]>();
  for (const [name, { uses, ...attribute }] of Object.entries(attributes)) {
    const coarse = groupingsOf(attribute).map(([grouping]) => `“${grouping}”`);
    const also = coarse.length === 0 ? "" : ` (also in groups by ${listed(coarse)})`;
    const alike = byUses.get(usesInWords(uses));
    byUses.set(usesInWords(uses), [...(alike === undefined ? [] : alike), `“${name}”${also}`]);
  }
  const named = [...byUses].map(([uses, names]) => `${listed(names)} ${uses}`);
  const carried = named.length === 0 ? "without attributes" : `with ${named.join("; with ")}`;
  const within = namespace === undefined ? "" : ` (of the external ids called “${namespace}”)`;
  return `the list “${dataset}”, matched by ${identifiersInWords(identifiers)}${within}, ${carried}`;
}

function usesInWords(uses: readonly AttributeUse[]): string {
  return uses.length === 0 ? "for no use" : `to ${listed(uses.map((use) => USE_WORDS[use]))}`;
}

function attributesFor({ datasets }: Contract, owner: PartnerId, use: AttributeUse): string[] {
  return datasets
    .filter((dataset) => dataset.partner === owner)
    .flatMap(({ attributes }) => Object.entries(attributes))
    .flatMap(([name, { uses }]) => (uses.includes(use) ? [`“${name}”`] : []));
}

function measuresFor({ datasets }: Contract, owner: PartnerId, notation: Notation): string[] {
  const own = datasets.filter((dataset) => dataset.partner === owner);
  return own.flatMap((dataset) => measuresIn(dataset).map((measure) => told(measure, notation)));
}

function measuresIn({ measures }: ContractDataset): [string, Measure][] {
  return measures === undefined ? [] : Object.entries(measures);
}

type Measure = NonNullable<ContractDataset["measures"]>[string];

// `the sum or the mean of “spend”, of which each person counts as at least 0.00 and at most 5,000.00`.
function told([name, { aggregates, clamp, scale }]: [string, Measure], notation: Notation): string {
  const what = listed(
    aggregates.map((aggregate) => AGGREGATE_WORDS[aggregate]),
    "or",
  );
  const [least, most] = [clamp.min, clamp.max].map((units) => decimal(units, scale, notation));
  return `${what} of “${name}”, of which each person counts as at least ${least} and at most ${most}`;
}

function consentLines({ dataset, consents }: ContractDataset, name: string): string[] {
  return consents.map(({ consent, channels }) => {
    const when = channels === undefined ? "" : `, when they would be reached through ${listed(channels, "or")}`;
    return `Of ${possessive(name)} list “${dataset}”, only people who gave the consent “${consent}” take part${when}.`;
  });
}

function neverShared(): string {
  return (
    "Never shared with another member: names, e-mail addresses, phone numbers, identifiers in any form, and rows of " +
    "a list. What is matched are tokens made from hashes; they are pseudonymous, so personal data all the same."
  );
}

function endings(contract: Contract): string[] {
  return [
    `To agree, sign it. Nothing is shared before all ${contract.members.length} members have signed; until then any ` +
      "of them may refuse, and the contract is off.",
    "Any member may suspend it, alone and at once; nobody but that member lifts its suspension, nor does a later " +
      "version.",
    "A later version takes its place when every member of both has signed; privacy budgets do not renew by that.",
    "Any member may terminate it for good: what was given under it is deleted, with the lists that no other contract " +
      "of their owner names, and the log keeps a certificate. A later version that has not begun " +
      "ends with it. The log and what budgets have spent stay.",
  ];
}
