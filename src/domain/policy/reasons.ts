// Reasons: the clauses that permitted, limited or denied a request, each with the place where it stands and one
// sentence that a person can read without knowing the documents.

import type { PartnerId } from "../partner/manifest.ts";
import { type EpsilonMicros, printEpsilon } from "../privacy/epsilon.ts";
import { type Analysis, givesRecords } from "./limits-document.ts";
import { type RequestCap, statedMode, type Terms } from "./terms.ts";
import { ANALYSIS_WORDS, budgetInWords, counted, figure } from "./words.ts";

/** The document in which a clause stands. */
export type Source = {
  readonly document: "contract" | "policy";
  /** Whose policy; absent for the contract. */
  readonly partner?: PartnerId;
  readonly version: number;
  /** SHA-256 of the document's canonical form. */
  readonly digest: string;
};

export type Reason = Source & {
  /** JSON Pointer (RFC 6901) of the clause within its document. */
  readonly pointer: string;
  readonly effect: "permits" | "limits" | "denies";
  readonly says: string;
};

/** What one document, or one clause of it, brings to the terms. */
export type Contribution = {
  readonly source: Source;
  /** Where its limits stand, such as `/defaults`. */
  readonly pointer: string;
  /** Who asks for it, in a sentence: `because …`. */
  readonly because: string;
  readonly terms: Terms;
};

/**
 * Why the terms are as strict as they are: for each limit that matters to the analysis, the first clause that set it;
 * for an approval, every clause that asks for one. Requires that the terms are the meet of the contributions.
 */
export function limitReasons(
  terms: Terms,
  contributions: readonly Contribution[],
  analysis: Analysis,
): readonly Reason[] {
  const first = limitsSet(limitsOn(analysis, terms), contributions);
  const approvals = contributions
    .filter((contribution) => contribution.terms.approval.includes(analysis))
    .map((contribution) => limitReason({ member: "approval", says: "a person must approve it first" }, contribution));
  return [...first, ...approvals];
}

/** The clause that bounds the price of one release, as a reason to deny a request that would spend more. */
export function priceReasons(terms: Terms, contributions: readonly Contribution[]): readonly Reason[] {
  return denials([priceLimit(terms)], contributions);
}

/** The clauses between which no size of an audience is left, as reasons to deny it. */
export function sizeReasons(terms: Terms, contributions: readonly Contribution[]): readonly Reason[] {
  return denials(sizeLimits(terms), contributions);
}

function denials(limits: readonly Limit[], contributions: readonly Contribution[]): readonly Reason[] {
  return limitsSet(limits, contributions).map((reason) => ({ ...reason, effect: "denies" }));
}

// Terms are the meet of contributions, and each limit here is a minimum or a maximum: one of them set it.
function limitsSet(limits: readonly Limit[], contributions: readonly Contribution[]): readonly Reason[] {
  return limits.flatMap((limit) =>
    contributions
      .filter(({ terms }) => limit.isSetBy(terms))
      .slice(0, 1)
      .map((contribution) => limitReason(limit, contribution)),
  );
}

type Wording = { readonly member: string; readonly says: string };
type Limit = Wording & { readonly isSetBy: (brought: Terms) => boolean };

function limitReason({ member, says }: Wording, { source, pointer, because }: Contribution): Reason {
  return { ...source, pointer: `${pointer}/${member}`, effect: "limits", says: `${says}, because ${because}` };
}

function limitsOn(analysis: Analysis, terms: Terms): readonly Limit[] {
  return [
    ...(givesRecords(analysis) ? listLimits(terms) : [peopleLimit(terms)]),
    ...modeLimits(terms),
    ...(terms.mode === "noise" ? [priceLimit(terms), recipientLimit(terms), ...renewalLimits(terms)] : []),
    ...terms.requests.filter((cap) => cap.analysis === analysis).map(requestLimit),
    retentionLimit(terms),
  ];
}

function listLimits(terms: Terms): readonly Limit[] {
  const coin = terms.deniability === null ? [] : [deniabilityLimit(terms.deniability)];
  return [...sizeLimits(terms), ...coin, collectionLimit(terms)];
}

function deniabilityLimit(deniability: EpsilonMicros): Limit {
  const says =
    "no entry of a list is proof: by the toss of a coin some people who match are left out and some who do not are " +
    `put in, with an epsilon of at most ${printEpsilon(deniability)} for each`;
  return { member: "deniability", says, isSetBy: (brought) => brought.deniability === deniability };
}

function peopleLimit({ k }: Terms): Limit {
  const says = `no figure below ${figure(k)} people is shown`;
  return { member: "k", says, isSetBy: (brought) => brought.k === k };
}

function sizeLimits({ minimumAudience, maximumAudience }: Terms): readonly Limit[] {
  return [
    {
      member: "minimumAudience",
      says: `a list is given only when its size reads at least ${figure(minimumAudience)} people`,
      isSetBy: (brought) => brought.minimumAudience === minimumAudience,
    },
    {
      member: "maximumAudience",
      says: `a list names at most ${figure(maximumAudience)} people`,
      isSetBy: (brought) => brought.maximumAudience === maximumAudience,
    },
  ];
}

function collectionLimit({ audienceValidityDays }: Terms): Limit {
  const says = `a list can be collected for ${counted(audienceValidityDays, "day")}`;
  return {
    member: "audienceValidity",
    says,
    isSetBy: (brought) => brought.audienceValidityDays === audienceValidityDays,
  };
}

function modeLimits(terms: Terms): readonly Limit[] {
  const { mode, mechanism, rounding } = terms;
  if (mode === "noise") {
    const says = mechanism === "discrete-laplace" ? "figures carry noise" : GAUSSIAN;
    return [{ member: "mode", says, isSetBy: (brought) => statedMode(brought) === statedMode(terms) }];
  }
  const weaker = "which is weaker and comes without a mathematical guarantee";
  const says = `figures carry no noise and are rounded to multiples of ${figure(rounding)}, ${weaker}`;
  return [{ member: "rounding", says, isSetBy: (brought) => brought.rounding === rounding }];
}

const GAUSSIAN = "figures carry Gaussian noise, narrower than the usual noise at the same price for a weaker guarantee";

function priceLimit({ budget }: Terms): Limit {
  return {
    member: "budget/perRelease",
    says: `one answer may spend at most ${budgetInWords(budget.perRelease)}`,
    isSetBy: (brought) => brought.budget.perRelease === budget.perRelease,
  };
}

function recipientLimit({ budget }: Terms): Limit {
  const most = `${budgetInWords(budget.perRecipient)} in ${counted(budget.periodDays, "day")}`;
  return {
    member: "budget/perRecipient",
    says: `all answers to one recipient may spend at most ${most}`,
    isSetBy: (brought) => brought.budget.perRecipient === budget.perRecipient,
  };
}

function renewalLimits({ budget }: Terms): readonly Limit[] {
  const { times, periodDays } = budget.renewal;
  if (times === 0) return [];
  const most = `${budgetInWords(budget.lineage)} in ${counted(periodDays, "day")}`;
  return [
    {
      member: "budget/renewal/period",
      says: `all answers about a list, whoever asks, may spend at most ${most}`,
      isSetBy: (brought) => brought.budget.renewal.periodDays === periodDays,
    },
    {
      member: "budget/renewal/times",
      says: `that budget renews at most ${counted(times, "time")}, whatever contracts there are`,
      isSetBy: (brought) => brought.budget.renewal.times === times,
    },
  ];
}

function requestLimit({ analysis, count, periodDays }: RequestCap): Limit {
  const rate = `${counted(count, "time")} in ${counted(periodDays, "day")}`;
  return {
    member: "requestsPerPeriod",
    says: `${ANALYSIS_WORDS[analysis]} may be asked for at most ${rate}`,
    isSetBy: ({ requests }) =>
      requests.some((cap) => cap.analysis === analysis && cap.count === count && cap.periodDays === periodDays),
  };
}

function retentionLimit({ retentionDays }: Terms): Limit {
  const says = `the answer is kept for ${counted(retentionDays, "day")}`;
  return { member: "retention", says, isSetBy: (brought) => brought.retentionDays === retentionDays };
}
