// The terms of a contract in plain words: what holds for everybody's customers, what is kept for how long, who waits.

import { durationDays } from "../instant.ts";
import { type Notation, setNumeral } from "../notation.ts";
import { type Analysis, givesRecords } from "../policy/limits-document.ts";
import { ANALYSIS_WORDS, counted, figure, listed } from "../policy/words.ts";
import { rulesOf } from "../question/registry.ts";
import type { Contract } from "./document.ts";

/** The terms of a contract, line by line. */
export function termLines({ terms, analyses, approvalWithin }: Contract, notation: Notation): string[] {
  const asked = new Set(analyses.map((entry) => entry.analysis));
  const caps = terms.requestsPerPeriod.filter((cap) => asked.has(cap.analysis)).map((cap) => capInWords(cap, notation));
  const waits = terms.approval.filter((analysis) => asked.has(analysis)).map((analysis) => ANALYSIS_WORDS[analysis]);
  return [
    `No figure below ${figure(terms.k, notation)} people is shown.`,
    ...(terms.mode === "exact"
      ? [exactLine(terms.rounding, notation), ...noisedLine([...asked])]
      : [NOISE[terms.mode]]),
    ...([...asked].some(givesRecords) ? [audienceLine(terms, notation), ...deniabilityLines(terms)] : []),
    budgetLine(terms.budget, notation),
    renewalLine(terms.budget, notation),
    ...(caps.length === 0 ? [] : [`A recipient may ask for ${listed(caps)}.`]),
    ...(waits.length === 0 ? [] : [`A person at each member concerned approves ${listed(waits)} first.`]),
    waitingLine(approvalWithin, notation),
    `Answers are kept for ${spoken(terms.retention, notation)}.`,
    "Each member's own rules hold besides: where they are stricter than this contract, they decide.",
  ];
}

function budgetLine(budget: Contract["terms"]["budget"], notation: Notation): string {
  const { period, renewal } = budget;
  const [perRelease, perRecipient, lineage] = [budget.perRelease, budget.perRecipient, budget.lineage].map((epsilon) =>
    setNumeral(epsilon, { ...notation, least: Number.POSITIVE_INFINITY }),
  );
  const often = renewal === undefined ? "for ever" : `within ${spoken(renewal.period, notation)}`;
  return (
    "Every answer spends units of a privacy budget, which bounds what all answers together can tell about any one " +
    `person: the fewer it spends, the more noise it carries. One answer spends at most ${perRelease}; all answers to ` +
    `one recipient about a member's list at most ${perRecipient} in ` +
    `${spoken(period, notation)}; all answers to everybody ` +
    `about it at most ${lineage}, ${often}. How many answers that comes to is told before each question.`
  );
}

function renewalLine({ renewal }: Contract["terms"]["budget"], notation: Notation): string {
  const never = "no later version, other contract or new upload renews it";
  if (renewal === undefined) return `What answers about a list have spent of its privacy budget stays spent: ${never}.`;
  const { period, times } = renewal;
  return (
    `What all answers about a list may spend of its privacy budget is counted over ` +
    `${spoken(period, notation)}. So the budget ` +
    `renews, at most ${counted(times, "time", notation)}, and only where the owner's own rules say so too; ` +
    `${never} besides.`
  );
}

function waitingLine(within: string | undefined, notation: Notation): string {
  if (within === undefined)
    return (
      "Where a member's own rules want a person to approve a question first, it is denied: this contract lets none " +
      "wait."
    );
  return (
    `A question that a member's rules hold back waits for that member's person, at most ` +
    `${spoken(within, notation)}; it is ` +
    "decided again when the last approval comes, and costs nothing until then."
  );
}

function capInWords(
  { analysis, count, period }: Contract["terms"]["requestsPerPeriod"][number],
  notation: Notation,
): string {
  return `${ANALYSIS_WORDS[analysis]} at most ${counted(count, "time", notation)} in ${spoken(period, notation)}`;
}

const NOISE = {
  noise: "Every figure carries noise, which bounds what it can tell about any one person.",
  "gaussian-noise":
    "Every figure carries noise, which bounds what all figures together can tell about any one person. Where every " +
    "owner's own rules agree to it, the noise is Gaussian: narrower at the same price, but what it promises of one " +
    "answer may fail with the small chance that the privacy budget states.",
};

function exactLine(rounding: number, notation: Notation): string {
  return (
    `Figures carry no noise where every owner's own rules agree to that; they are rounded to multiples of ` +
    `${figure(rounding, notation)}. This is weaker: it comes without a mathematical guarantee, and what is ` +
    "withheld may tell " +
    "something."
  );
}

function noisedLine(asked: readonly Analysis[]): string[] {
  const noised = asked.flatMap((analysis) => rulesOf(analysis).noised ?? []);
  return noised.length === 0 ? [] : [`All the same, ${listed(noised)} carry noise.`];
}

function audienceLine(terms: Contract["terms"], notation: Notation): string {
  const { mode, minimumAudience, maximumAudience, audienceValidity } = terms;
  const least = mode === "exact" ? "" : ", as far as noise lets that be seen,";
  return (
    `A list is given only when it names at least ${figure(minimumAudience, notation)} people${least} and at most ` +
    `${figure(maximumAudience, notation)}; it can be collected for ${spoken(audienceValidity, notation)}.`
  );
}

function deniabilityLines({ deniability }: Contract["terms"]): string[] {
  if (deniability === undefined) return [];
  return [
    "No entry of a list is proof: by the toss of a coin some people who match are left out and some who do not are " +
      `put in, with an epsilon of at most ${deniability} for each. The list says what share of it is false.`,
  ];
}

function spoken(duration: string, notation: Notation): string {
  const days = durationDays(duration);
  return days.ok ? counted(days.value, "day", notation) : duration;
}
