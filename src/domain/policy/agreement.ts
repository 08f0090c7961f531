// What the contract says to one question: what the members agreed may be asked by whom, for what, with which lists,
// attributes and channels. It says nothing about signatures; whether it is in force is `contract/lifecycle.ts`.

import type { Contract, ContractDataset, ContractId } from "../contract/document.ts";
import { type DatasetRef, datasetRef, ownerOf } from "../dataset/schema.ts";
import type { PartnerId } from "../partner/manifest.ts";
import type { AttributeUsed } from "../question/analysis.ts";
import { attributesOf, channelOf, datasetsOf, isForList, type Question } from "../question/question.ts";
import type { AttributeUse } from "./limits-document.ts";
import type { Contribution, Reason, Source } from "./reasons.ts";
import { includesAll, united } from "./sets.ts";
import { type AttributePermit, type Terms, TOP, termsOfLimits } from "./terms.ts";
import {
  AGGREGATE_WORDS,
  ANALYSIS_WORDS,
  type Directory,
  identifiersInWords,
  listed,
  nameOf,
  possessive,
  USE_WORDS,
} from "./words.ts";

/** A question under its contract, with the day on which it is asked. */
export type Asking = {
  readonly contract: Contract;
  readonly contractId: ContractId;
  readonly question: Question;
  readonly recipient: PartnerId;
  /** The day, UTC. */
  readonly on: string;
  readonly directory: Directory;
};

/** The contract's answer: it permits exactly when it denies nothing. */
export type AgreementAnswer = {
  readonly denials: readonly Reason[];
  /** What it permits and which consents it asks for; meaningful only without denials. */
  readonly reasons: readonly Reason[];
  readonly contributions: readonly Contribution[];
};

type Entry = Contract["analyses"][number];
type Finding = { readonly pointer: string; readonly says: string };

/** The source that stands in every reason that the contract gives. */
export function contractSource({ contract, contractId }: Pick<Asking, "contract" | "contractId">): Source {
  return { document: "contract", version: contract.version, digest: contractId };
}

/** Holds a question against its contract. Pure; O(size of the contract). */
export function evaluateContract(asking: Asking): AgreementAnswer {
  const source = contractSource(asking);
  const reason = (finding: Finding, effect: Reason["effect"]): Reason => ({ ...source, effect, ...finding });
  const index = asking.contract.analyses.findIndex((one) => one.analysis === asking.question.analysis);
  const entry = asking.contract.analyses[index];
  if (entry === undefined) {
    const says = `the contract does not allow ${ANALYSIS_WORDS[asking.question.analysis]}`;
    return { denials: [reason({ pointer: "/analyses", says }, "denies")], reasons: [], contributions: [] };
  }
  const place = `/analyses/${index}`;
  const found = [...contractFindings(asking), ...entryFindings(asking, entry, place), ...attributeFindings(asking)];
  return {
    denials: found.map((finding) => reason(finding, "denies")),
    reasons: [
      reason({ pointer: place, says: permission(asking) }, "permits"),
      ...consentFindings(asking).map((finding) => reason(finding, "limits")),
    ],
    contributions: contributionsOf(asking, entry, source),
  };
}

function contractFindings({ contract, contractId, question, on }: Asking): readonly Finding[] {
  const found: Finding[] = [];
  if (question.contract !== contractId)
    found.push({ pointer: "", says: "the question was asked under another contract" });
  if (datasetsOf(question).some((list) => listIn(contract, list) === undefined))
    found.push({ pointer: "/datasets", says: "the question names a list that is not part of the contract" });
  const { from, until } = contract.validity;
  if (on < from) found.push({ pointer: "/validity/from", says: `the contract does not hold before ${from}` });
  if (on > until) found.push({ pointer: "/validity/until", says: `the contract held until ${until} and no longer` });
  return found;
}

function entryFindings({ question, recipient, directory }: Asking, entry: Entry, place: string): readonly Finding[] {
  const found: Finding[] = [];
  const asked = ANALYSIS_WORDS[question.analysis];
  const name = nameOf(directory, recipient);
  const deny = (member: string, says: string) => found.push({ pointer: `${place}/${member}`, says });
  if (!entry.recipients.includes(recipient)) deny("recipients", `the contract does not let ${name} ask for ${asked}`);
  if (!entry.purposes.includes(question.purpose))
    deny("purposes", `the contract allows ${asked} for ${listed(entry.purposes)}, not for ${question.purpose}`);
  const unmatched = question.identifiers.filter((identifier) => !entry.identifiers.includes(identifier));
  const [agreed, wished] = [entry.identifiers, unmatched].map((kinds) => identifiersInWords(kinds));
  if (unmatched.length > 0)
    deny("identifiers", `the contract lets ${asked} match people by ${agreed}, not by ${wished}`);
  if (!isForList(question)) return found;
  if (!entry.channels.includes(question.channel))
    deny(
      "channels",
      `the contract lets lists reach people through ${listed(entry.channels)}, not through ${question.channel}`,
    );
  const owner = ownerOf(question.from);
  if (owner !== recipient)
    deny(
      "analysis",
      `a list names ${possessive(name)} own customers, and this one would name ${possessive(nameOf(directory, owner))}`,
    );
  return found;
}

function attributeFindings({ contract, question, directory }: Asking): readonly Finding[] {
  return attributesOf(question).flatMap((used) => {
    const list = listIn(contract, used.dataset);
    if (list === undefined || isAgreed(list, used)) return [];
    const { attribute, use, aggregate } = used;
    const whose = possessive(nameOf(directory, ownerOf(used.dataset)));
    const what = aggregate === undefined ? USE_WORDS[use] : `tell ${AGGREGATE_WORDS[aggregate]}`;
    const member = use === "measure" ? "measures" : "attributes";
    const says = `the contract does not let anybody use ${whose} “${attribute}” to ${what}`;
    return [{ pointer: `${list.pointer}/${member}/${attribute}`, says }];
  });
}

function isAgreed(list: List, { attribute, use, aggregate }: AttributeUsed): boolean {
  if (aggregate === undefined) return includesAll(usesOf(list, attribute), [use]);
  return measuresIn(list).some(([name, measure]) => name === attribute && measure.aggregates.includes(aggregate));
}

function measuresIn({ measures }: List) {
  return measures === undefined ? [] : Object.entries(measures);
}

function permission({ question, recipient, directory }: Asking): string {
  const asked = ANALYSIS_WORDS[question.analysis];
  return `the contract lets ${nameOf(directory, recipient)} ask for ${asked} for ${question.purpose}`;
}

function consentFindings({ contract, question, directory }: Asking): readonly Finding[] {
  return datasetsOf(question).flatMap((ref) => {
    const list = listIn(contract, ref);
    const asked = list === undefined ? [] : consentsOf(list, question);
    if (list === undefined || asked.length === 0) return [];
    const consents = listed(asked.map((consent) => `“${consent}”`));
    const owner = nameOf(directory, list.partner);
    const says = `only people who gave ${owner} the consent ${consents} take part, because the contract asks for it`;
    return [{ pointer: `${list.pointer}/consents`, says }];
  });
}

function contributionsOf({ contract, question }: Asking, entry: Entry, source: Source): readonly Contribution[] {
  const because = "the contract asks for it";
  return [
    { source, pointer: "/terms", because, terms: termsOfLimits(contract.terms) },
    { source, pointer: "", because, terms: scopeOf(contract, question, entry) },
  ];
}

// What the contract permits at all, apart from its limits. It speaks of the lists that the question touches.
function scopeOf(contract: Contract, question: Question, entry: Entry): Terms {
  const lists = datasetsOf(question).flatMap((ref) => listIn(contract, ref) ?? []);
  const consents = lists.map((list) => [list.ref, united(consentsOf(list, question), [])] as const);
  return {
    ...TOP,
    purposes: united(entry.purposes, []),
    analyses: [entry.analysis],
    channels: united(entry.channels, []),
    recipients: united(entry.recipients, []),
    until: contract.validity.until,
    consents: Object.fromEntries(consents.filter(([, asked]) => asked.length > 0)),
    attributes: Object.fromEntries(lists.map((list) => [list.ref, permitsOf(list)])),
  };
}

type List = ContractDataset & { readonly ref: DatasetRef; readonly pointer: string };

function listIn(contract: Contract, ref: DatasetRef): List | undefined {
  const index = contract.datasets.findIndex((one) => datasetRef(one.partner, one.dataset) === ref);
  const dataset = contract.datasets[index];
  return dataset === undefined ? undefined : { ...dataset, ref, pointer: `/datasets/${index}` };
}

function usesOf({ attributes }: List, attribute: string): readonly AttributeUse[] | undefined {
  return Object.hasOwn(attributes, attribute) ? attributes[attribute]?.uses : undefined;
}

function permitsOf(list: List): readonly AttributePermit[] {
  const permits = Object.entries(list.attributes).flatMap(([name, { uses }]) =>
    uses.map((use): AttributePermit => `${name}:${use}`),
  );
  return united(
    permits,
    measuresIn(list).map(([name]): AttributePermit => `${name}:measure`),
  );
}

function consentsOf({ consents }: List, question: Question): readonly string[] {
  const channel = channelOf(question);
  return consents
    .filter(({ channels }) => channels === undefined || (channel !== null && channels.includes(channel)))
    .map(({ consent }) => consent);
}
