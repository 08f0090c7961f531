// Limits in words, one by one, each ordered as the terms that it comes to.

import { durationDays } from "../instant.ts";
import type { Limits, PartialLimits } from "./limits-document.ts";
import { type Member, member } from "./members.ts";
import { isWithin, termsOfLimits } from "./terms.ts";
import { ANALYSIS_WORDS, chanceInWords, counted, figure, listed } from "./words.ts";

/** Every limit there is, stated or not, always in one order. */
export function limitMembers(limits: PartialLimits): readonly Member[] {
  // SAFETY: the keys of a constant object are those of its type.
  return (Object.keys(LIMIT_WORDS) as Limit[]).map((name) => limitMember(name, limits));
}

// A duration of a document in days: `90 days`.
function daysInWords(duration: string): string {
  const days = durationDays(duration);
  return days.ok ? counted(days.value, "day") : duration;
}

function limitMember<Name extends Limit>(name: Name, limits: PartialLimits): Member {
  const value = limits[name];
  const words: LimitWords<Name> = LIMIT_WORDS[name];
  // SAFETY: `limits` has been parsed, so what stands under the name is of the name's type.
  const text = value === undefined ? NOT_LIMITED : words.tell(value as Required<Limits>[Name]);
  const alone: PartialLimits = value === undefined ? {} : { [name]: value };
  return member({ says: words.says, text, value: alone }, isLimitInside);
}

function isLimitInside(inner: PartialLimits, outer: PartialLimits): boolean {
  return isWithin(termsOfLimits(inner), termsOfLimits(outer));
}

/** How a member is told that a clause says nothing of. */
export const NOT_LIMITED = "not limited here";

const MODE_WORDS = {
  noise: "with noise",
  "gaussian-noise": "with Gaussian noise, which is less of it for a weaker guarantee",
  exact: "exact and rounded, which is weaker",
} as const satisfies Record<Limits["mode"], string>;

type Limit = keyof Required<Limits>;
type LimitWords<Name extends Limit> = {
  readonly says: string;
  readonly tell: (value: Required<Limits>[Name]) => string;
};

const LIMIT_WORDS: { readonly [Name in Limit]: LimitWords<Name> } = {
  mode: { says: "figures", tell: (mode) => MODE_WORDS[mode] },
  k: { says: "people behind any figure", tell: (k) => `at least ${figure(k)}` },
  rounding: { says: "exact figures are multiples of", tell: figure },
  minimumAudience: { says: "people on a list", tell: (size) => `at least ${figure(size)}` },
  maximumAudience: { says: "people on a list", tell: (size) => `at most ${figure(size)}` },
  budget: { says: "privacy budget", tell: budgetInWords },
  requestsPerPeriod: { says: "requests", tell: requestsInWords },
  versionsPerPeriod: { says: "new versions of a list", tell: rateInWords },
  approval: {
    says: "a person approves first",
    tell: (analyses) => (analyses.length === 0 ? "nothing" : listed(analyses.map((one) => ANALYSIS_WORDS[one]))),
  },
  retention: { says: "answers are kept for", tell: daysInWords },
  audienceValidity: { says: "lists can be collected for", tell: daysInWords },
  deniability: { says: "entries of a list", tell: (epsilon) => `deniable by a coin of at most ε ${epsilon}` },
};

function budgetInWords({ perRelease, perRecipient, lineage, delta, period, renewal }: Limits["budget"]): string {
  const recipient = `${perRecipient} for one recipient in ${daysInWords(period)}`;
  const everybody = `${lineage} for everybody ${renewal === undefined ? "for ever" : renewalInWords(renewal)}`;
  const all = `${perRelease} units for one answer, ${recipient}, ${everybody}`;
  return `${all}, which may fail with a chance of ${chanceInWords(delta)}`;
}

function renewalInWords({ period, times }: NonNullable<Limits["budget"]["renewal"]>): string {
  return `in ${daysInWords(period)} and at most ${figure(times + 1)} times as much for ever`;
}

function requestsInWords(caps: Limits["requestsPerPeriod"]): string {
  if (caps.length === 0) return "not limited";
  return listed(caps.map((cap) => `${ANALYSIS_WORDS[cap.analysis]} ${rateInWords(cap)}`));
}

function rateInWords({ count, period }: { readonly count: number; readonly period: string }): string {
  return `at most ${counted(count, "time")} in ${daysInWords(period)}`;
}
