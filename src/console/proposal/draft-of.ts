// Drafts to begin with: one that says what a contract says, lists as their owner declared them or as an earlier
// contract names them, terms as the company's own policy states them.

import type { Contract, ContractDataset } from "../../domain/contract/document.ts";
import { groupingsOf } from "../../domain/contract/groupings.ts";
import { type DatasetSchema, measuresOf } from "../../domain/dataset/schema.ts";
import { durationDays } from "../../domain/instant.ts";
import { ANALYSES, type Limits } from "../../domain/policy/limits-document.ts";
import { plainDecimal } from "../../domain/policy/words.ts";
import {
  type AnalysisDraft,
  type AttributeDraft,
  type ContractDraft,
  type ListDraft,
  type MeasureDraft,
  NO_LIST,
  noAnalysis,
  TERMS,
} from "./draft.ts";
import { quoted, textsAsLine } from "./value-lists.ts";

/** The draft that says what a contract says. Durations are counted in days. */
export function draftOf(contract: Contract, amends: string): ContractDraft {
  const { members, terms, approvalWithin } = contract;
  const having = (role: "contributor" | "recipient") =>
    members.filter(({ roles }) => roles.includes(role)).map(({ partner }) => partner);
  const asked = contract.analyses.map((entry) => analysisOf(entry, terms));
  const others = ANALYSES.filter((analysis) => !asked.some((one) => one.analysis === analysis));
  return {
    ...{ amends, name: contract.name, purposes: contract.purposes.join(", ") },
    ...{ from: contract.validity.from, until: contract.validity.until },
    waits: approvalWithin === undefined ? "" : daysOf(approvalWithin),
    members: members.map(({ partner }) => partner),
    ...{ contributors: having("contributor"), recipients: having("recipient") },
    lists: contract.datasets.map(listOfContract),
    analyses: [...asked, ...others.map((analysis) => ({ ...noAnalysis(analysis), ...held(analysis, terms) }))],
    terms: termsOf(terms),
  };
}

/** The draft of a first contract of a company: what it declared and states itself, and nothing of anybody else. */
export function firstDraft(lists: readonly ListDraft[], own: string, limits: Limits | null): ContractDraft {
  return {
    ...{ amends: "", name: "", purposes: "", from: "", until: "", waits: "14" },
    ...{ members: [own], contributors: [own], recipients: [own], lists },
    analyses: ANALYSES.map((analysis) => ({
      ...noAnalysis(analysis),
      ...(limits === null ? {} : held(analysis, limits)),
    })),
    terms: limits === null ? Object.fromEntries(TERMS.map((term) => [term, ""])) : termsOf(limits),
  };
}

/** A company's own list, with every attribute that it declared and no use of any. */
export function listOfSchema(partner: string, schema: DatasetSchema): ListDraft {
  return {
    ...NO_LIST,
    ...{ partner, dataset: schema.dataset, identifiers: Object.keys(schema.identifiers) },
    namespace: schema.identifiers.external?.namespace ?? "",
    consents: Object.keys(schema.consents).join("\n"),
    attributes: Object.entries(schema.attributes).map(([name, { values }]) => ({
      ...{ name, values: textsAsLine(values), uses: [], groupings: "" },
    })),
    measures: measuresOf(schema).map(([name, { scale }]) => ({
      ...{ name, scale: String(scale), least: "", most: "", aggregates: [] },
    })),
  };
}

/** A list as a contract has it. */
export function listOfContract({ partner, dataset, identifiers, namespace = "", ...list }: ContractDataset): ListDraft {
  return {
    ...{ partner, dataset, identifiers, namespace },
    consents: list.consents
      .map(({ consent, channels }) => (channels === undefined ? consent : `${consent}: ${channels.join(", ")}`))
      .join("\n"),
    attributes: Object.entries(list.attributes).map(([name, attribute]) => attributeOf(name, attribute)),
    measures: Object.entries({ ...list.measures }).map(([name, measure]) => measureOf(name, measure)),
  };
}

function attributeOf(name: string, attribute: ContractDataset["attributes"][string]): AttributeDraft {
  const groupings = groupingsOf(attribute).map(([grouping, groups]) => {
    const told = groups.map((group) => `${quoted(group.name)} = ${textsAsLine(group.values)}`);
    return `${grouping}: ${told.join("; ")}`;
  });
  return { name, values: textsAsLine(attribute.values), uses: attribute.uses, groupings: groupings.join(" / ") };
}

function measureOf(
  name: string,
  { scale, clamp, aggregates }: NonNullable<ContractDataset["measures"]>[string],
): MeasureDraft {
  const [least, most] = [clamp.min, clamp.max].map((units) => plainDecimal(units, scale));
  if (least === undefined || most === undefined) throw new Error("a measure has two bounds");
  return { name, scale: String(scale), least, most, aggregates };
}

function analysisOf(entry: Contract["analyses"][number], terms: Limits): AnalysisDraft {
  const { analysis, purposes, recipients, identifiers, channels, matching = "in-order" } = entry;
  return {
    ...{ analysis, isAsked: true, purposes: purposes.join(", "), recipients, ways: identifiers, matching },
    channels: channels.join(", "),
    ...held(analysis, terms),
  };
}

// What terms say of an analysis, whether or not anybody asks for it.
function held(analysis: AnalysisDraft["analysis"], terms: Limits): Pick<AnalysisDraft, "caps" | "isApproved"> {
  const caps = terms.requestsPerPeriod.filter((cap) => cap.analysis === analysis);
  return {
    caps: caps.map(({ count, period }) => `${count} in ${daysOf(period)} days`).join(", "),
    isApproved: terms.approval.includes(analysis),
  };
}

function termsOf(terms: Limits): ContractDraft["terms"] {
  const { budget, versionsPerPeriod, deniability = "" } = terms;
  return {
    ...{ mode: terms.mode, k: String(terms.k), rounding: String(terms.rounding), deniability },
    ...{ minimumAudience: String(terms.minimumAudience), maximumAudience: String(terms.maximumAudience) },
    ...{ perRelease: budget.perRelease, perRecipient: budget.perRecipient, lineage: budget.lineage },
    ...{ delta: budget.delta, period: daysOf(budget.period) },
    renewalPeriod: budget.renewal === undefined ? "" : daysOf(budget.renewal.period),
    renewalTimes: budget.renewal === undefined ? "" : String(budget.renewal.times),
    ...{ versions: String(versionsPerPeriod.count), versionsPeriod: daysOf(versionsPerPeriod.period) },
    ...{ retention: daysOf(terms.retention), audienceValidity: daysOf(terms.audienceValidity) },
  };
}

function daysOf(duration: string): string {
  const days = durationDays(duration);
  if (!days.ok) throw new Error("a duration of a document is none");
  return String(days.value);
}
