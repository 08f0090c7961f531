// A contract taken apart into facts that can be compared: who may learn what about whom, with what, on which terms. A
// fact that is there permits more than its absence; a limit permits less; a measured one permits more the higher it is.

import { type Days, durationDays, startOfDate } from "../instant.ts";
import { type Notation, setNumeral } from "../notation.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { givesRecords } from "../policy/limits-document.ts";
import {
  AGGREGATE_WORDS,
  ANALYSIS_WORDS,
  chanceInWords,
  counted,
  type Directory,
  decimal,
  figure,
  identifiersInWords,
  listed,
  nameOf,
  USE_WORDS,
} from "../policy/words.ts";
import type { Contract, ContractDataset } from "./document.ts";
import { groupingsOf } from "./groupings.ts";

export type Fact = {
  /** What it is about: equal keys of two versions are one matter. */
  readonly key: string;
  /** A clause without a full stop. */
  readonly says: string;
  /** Whether it limits what may be learned, instead of permitting it. */
  readonly isLimit?: true;
  /** Of a matter with a degree: the more, the more may be learned. */
  readonly measure?: number;
};

/** For whom facts are told: names of partners, and how figures are set. */
export type Telling = { readonly directory: Directory; readonly notation: Notation };

/** What may be learned about one member's customers, and by whom. */
export function factsAbout(contract: Contract, owner: PartnerId, { directory, notation }: Telling): readonly Fact[] {
  const lists = contract.datasets.filter(({ partner }) => partner === owner);
  return lists.length === 0
    ? []
    : [...lists.flatMap((list) => listFacts(list, notation)), ...learningFacts(contract, owner, directory)];
}

/** What holds for everybody: terms, days, and how long a question waits. */
export function generalFacts(contract: Contract, notation: Notation): readonly Fact[] {
  const { terms, validity, approvalWithin, purposes } = contract;
  return [
    ...purposes.map((purpose) => ({ key: `purpose ${purpose}`, says: `the contract serves ${purpose}` })),
    ...figureFacts(terms, notation),
    ...budgetFacts(terms.budget, notation),
    ...terms.requestsPerPeriod.map(({ analysis, count, period }) => ({
      key: `cap ${analysis} ${count} ${period}`,
      says:
        `a recipient asks for ${ANALYSIS_WORDS[analysis]} at most ${counted(count, "time", notation)} ` +
        `in ${inDays(period, notation)}`,
      isLimit: true as const,
    })),
    ...terms.approval.map((analysis) => ({
      key: `approval ${analysis}`,
      says: `a person at each member concerned approves ${ANALYSIS_WORDS[analysis]} first`,
      isLimit: true as const,
    })),
    { key: "from", says: `the contract holds from ${validity.from}`, measure: -dayOf(validity.from) },
    { key: "until", says: `the contract holds until ${validity.until}`, measure: dayOf(validity.until) },
    ...(approvalWithin === undefined
      ? []
      : [
          {
            key: "waiting",
            says: `a question waits for a person's approval at most ${inDays(approvalWithin, notation)}`,
            measure: daysOf(approvalWithin),
          },
        ]),
  ];
}

function listFacts(brought: ContractDataset, notation: Notation): Fact[] {
  const { dataset, identifiers, attributes, measures, consents } = brought;
  const list = `the list “${dataset}”`;
  return [
    { key: `list ${dataset}`, says: `${list} takes part` },
    ...identifiers.map((kind) => ({
      key: `list ${dataset} by ${kind}`,
      says: `${list} is matched by ${identifiersInWords([kind])}`,
    })),
    ...Object.entries(attributes).flatMap(([attribute, { uses, values, ...rest }]) => [
      ...uses.map((use) => ({
        key: `attribute ${dataset} ${attribute} ${use}`,
        says: `“${attribute}” of ${list} may be used to ${USE_WORDS[use]}`,
      })),
      ...values.map((value) => ({
        key: `value ${dataset} ${attribute} ${value}`,
        says: `“${attribute}” of ${list} may say “${value}”`,
      })),
      ...groupingsOf(rest).map(([grouping, groups]) => {
        const told = groups.map((group) => `“${group.name}” (${listed(group.values.map((value) => `“${value}”`))})`);
        const says = `tables may put “${attribute}” of ${list} into groups by “${grouping}”: ${listed(told)}`;
        return { key: `grouping ${dataset} ${attribute} ${grouping} ${told.join()}`, says };
      }),
    ]),
    ...measureFacts({ dataset, measures: measures === undefined ? {} : measures }, notation),
    ...consents.map(({ consent, channels = ["any channel"] }) => ({
      key: `consent ${dataset} ${consent} ${channels.join()}`,
      says: `only people of ${list} who gave the consent “${consent}” take part, for ${channels.join(" and ")}`,
      isLimit: true as const,
    })),
  ];
}

type Measured = { readonly dataset: string; readonly measures: NonNullable<ContractDataset["measures"]> };

function measureFacts({ dataset, measures }: Measured, notation: Notation): Fact[] {
  return Object.entries(measures).flatMap(([name, { aggregates, clamp, scale }]) => {
    const [least = "", most = ""] = [clamp.min, clamp.max].map((units) => decimal(units, scale, notation));
    return [...new Set(aggregates)].map((aggregate) => ({
      key: `measure ${dataset} ${name} ${aggregate} ${least} ${most}`,
      says:
        `tables may tell ${AGGREGATE_WORDS[aggregate]} of “${name}” of the list “${dataset}”, of which each person ` +
        `counts as at least ${least} and at most ${most}`,
    }));
  });
}

function learningFacts({ analyses, datasets }: Contract, owner: PartnerId, directory: Directory): Fact[] {
  const bringsList = new Set(datasets.map(({ partner }) => partner));
  return analyses.flatMap(({ analysis, recipients, purposes, channels }) =>
    recipients
      .filter((recipient) => recipient !== owner && (!givesRecords(analysis) || bringsList.has(recipient)))
      .flatMap((recipient) => {
        const name = nameOf(directory, recipient);
        const may = `${name} may ask for ${ANALYSIS_WORDS[analysis]} about its customers`;
        return [
          ...purposes.map((purpose) => ({
            key: `learns ${recipient} ${analysis} for ${purpose}`,
            says: `${may} for ${purpose}`,
          })),
          ...channels.map((channel) => ({
            key: `learns ${recipient} ${analysis} through ${channel}`,
            says: `${may} to reach people through ${channel}`,
          })),
        ];
      }),
  );
}

function figureFacts(terms: Contract["terms"], notation: Notation): Fact[] {
  const { mode, k, rounding, minimumAudience, maximumAudience, retention, audienceValidity, versionsPerPeriod } = terms;
  const { deniability } = terms;
  const { count, period } = versionsPerPeriod;
  const versions = `${counted(count, "version", notation)} of a list in ${inDays(period, notation)}`;
  return [
    {
      key: "mode",
      says: MODE_FACTS[mode].says,
      measure: MODE_FACTS[mode].looseness,
    },
    { key: "k", says: `no figure below ${figure(k, notation)} people is shown`, measure: -k },
    { key: "rounding", says: `figures without noise are rounded to ${figure(rounding, notation)}`, measure: -rounding },
    {
      key: "least",
      says: `a list names at least ${figure(minimumAudience, notation)} people`,
      measure: -minimumAudience,
    },
    { key: "most", says: `a list names at most ${figure(maximumAudience, notation)} people`, measure: maximumAudience },
    { key: "retention", says: `answers are kept for ${inDays(retention, notation)}`, measure: daysOf(retention) },
    {
      key: "validity",
      says: `a list can be collected for ${inDays(audienceValidity, notation)}`,
      measure: daysOf(audienceValidity),
    },
    {
      key: "deniability",
      says:
        deniability === undefined
          ? "each entry of a list is certain"
          : `each entry of a list is deniable, with an epsilon of at most ${setNumeral(deniability, notation)}`,
      measure: deniability === undefined ? Number.POSITIVE_INFINITY : Number(deniability),
    },
    { key: `versions ${versions}`, says: `at most ${versions} are brought`, isLimit: true },
  ];
}

const MODE_FACTS = {
  noise: { says: "every figure carries noise", looseness: 0 },
  "gaussian-noise": { says: "every figure carries noise, which may be Gaussian and then is narrower", looseness: 1 },
  exact: { says: "figures may carry no noise, which is weaker", looseness: 2 },
} as const satisfies Record<Contract["terms"]["mode"], object>;

function budgetFacts(budget: Contract["terms"]["budget"], notation: Notation): Fact[] {
  const { perRelease, perRecipient, lineage, delta, period, renewal } = budget;
  const set = (epsilon: string) => setNumeral(epsilon, { ...notation, least: Number.POSITIVE_INFINITY });
  const often = renewal === undefined ? "for ever" : `in ${inDays(renewal.period, notation)}`;
  const days = inDays(period, notation);
  return [
    {
      key: "price",
      says: `one answer spends at most ${set(perRelease)} units of privacy budget`,
      measure: Number(perRelease),
    },
    {
      key: "recipient",
      says: `all answers to one recipient spend at most ${set(perRecipient)} units within a period`,
      measure: Number(perRecipient),
    },
    { key: "period", says: `the period of a recipient's budget is ${days}`, measure: -daysOf(period) },
    {
      key: "lineage",
      says:
        `all answers about a list spend at most ${set(lineage)} units, ${often}, earlier versions of the contract ` +
        "included",
      measure: Number(lineage),
    },
    ...renewalFacts(renewal, notation),
    {
      key: "delta",
      says: `the budget may fail with a chance of ${chanceInWords(delta, notation)}`,
      measure: Number(delta),
    },
  ];
}

function renewalFacts(renewal: Contract["terms"]["budget"]["renewal"], notation: Notation): Fact[] {
  if (renewal === undefined) return [];
  const { period, times } = renewal;
  return [
    {
      key: "renewal",
      says:
        `the budget of a list renews at most ${counted(times, "time", notation)}, ` +
        "where its owner's own rules agree",
      measure: times,
    },
    {
      key: "renewal period",
      says: `what was spent on a list counts for ${inDays(period, notation)}`,
      measure: -daysOf(period),
    },
  ];
}

function inDays(duration: string, notation: Notation): string {
  return counted(daysOf(duration), "day", notation);
}

function daysOf(duration: string): Days {
  const days = durationDays(duration);
  if (!days.ok) throw new Error("a duration of a contract is none");
  return days.value;
}

function dayOf(date: string): number {
  const at = startOfDate(date);
  if (!at.ok) throw new Error("a day of a contract is none");
  return at.value;
}
