// A difference between two versions of a policy, for people: what each clause was and is, and which requests turn.

import { printEpsilon } from "../privacy/epsilon.ts";
import { limitsInWords } from "./breaches.ts";
import type { ClauseChange } from "./clause-changes.ts";
import { contactsInWords } from "./contacts.ts";
import type { AccessRequest, UsedAttribute } from "./cover.ts";
import type { Difference, Turn } from "./difference.ts";
import type { Policy } from "./document.ts";
import { type Direction, effectOf } from "./effect.ts";
import type { OwnerDecision } from "./evaluate.ts";
import type { Terms } from "./terms.ts";
import { FREE } from "./use-limits.ts";
import { ANALYSIS_WORDS, chanceInWords, counted, figure, listed, NOISE_WORDS, USE_WORDS } from "./words.ts";

// The direction of a whole in a sentence.
const VERDICT_WORDS = {
  equal: "equal in effect: every request is answered as before",
  tighter: "tighter: it permits less than before, and nothing more",
  looser: "looser: it permits more than before, and nothing less",
  both: "both: it permits more than before in one place and less in another",
} as const satisfies Record<Direction, string>;

/** The lines of a difference: the verdict first, then each clause, then requests that turn. */
export function differenceLines(difference: Difference): readonly string[] {
  const { verdict, clauses, turns } = difference;
  return [
    VERDICT_WORDS[verdict],
    ...(clauses.length === 0 ? ["no clause differs"] : clauses.flatMap(clauseLines)),
    ...(turns.length === 0 ? [] : ["for example:", ...turns.map((turn) => `  ${turnInWords(turn)}`)]),
  ];
}

/** What two policies must share to be versions of one policy; null when they do. */
export function versionsFault(before: Policy, after: Policy): string | null {
  if (before.partner === after.partner) return null;
  return `the policies are of two partners, \`${before.partner}\` and \`${after.partner}\``;
}

const DIRECTION_WORDS = {
  tighter: "tighter",
  looser: "looser",
  both: "tighter and looser",
  equal: "no effect by itself",
} as const satisfies Record<Direction, string>;

function clauseLines({ clause, kind, direction, members }: ClauseChange): string[] {
  const told = members.map(({ says, before, after, direction: way }) => {
    const values = [before, after].filter((value) => value !== null).join(" → ");
    const isApart = before !== null && after !== null;
    return `    ${says}: ${values}${isApart ? ` (${DIRECTION_WORDS[way]})` : ""}`;
  });
  return [`  ${clause}: ${kind}, ${DIRECTION_WORDS[direction]}`, ...told];
}

function turnInWords({ access, before, after }: Turn): string {
  return `${askerInWords(access)} asking for ${askedInWords(access)}: ${changeInWords(access, before, after)}`;
}

// The stranger stands for everybody whom no clause names.
function askerInWords({ owner, recipient, alongside }: AccessRequest): string {
  if (recipient.partner === owner.partner) return `${owner.name} itself`;
  const isNamed = !isStranger(recipient.partner);
  const industry = isStranger(recipient.industry) ? "" : ` in ${recipient.industry}`;
  const [beside] = alongside;
  const together = beside === undefined ? "" : `, with ${memberInWords(beside)} in the contract`;
  return `${isNamed ? recipient.name : "anybody else"}${industry}${together}`;
}

function memberInWords({ name, industry }: AccessRequest["alongside"][number]): string {
  if (!isStranger(name)) return `${name} or one like it`;
  return isStranger(industry) ? "anybody else" : `somebody in ${industry}`;
}

function askedInWords({ analysis, purpose, channel, on, attributes }: AccessRequest): string {
  const uses = attributes.flatMap(({ name, uses: ways, ...how }) =>
    ways.map((use) => `“${name}” to ${USE_WORDS[use]}${howInWords(how)}`),
  );
  const using = uses.length === 0 ? "" : ` using ${listed(uses)}`;
  const through = channel === null ? "" : ` through ${namedOr(channel, "any other channel")}`;
  const day = on === "1970-01-01" ? "" : `, from ${on}`;
  return `${ANALYSIS_WORDS[analysis]} for ${namedOr(purpose, "any other purpose")}${using}${through}${day}`;
}

function howInWords(how: Pick<UsedAttribute, "aggregates" | "clamp" | "groupings">): string {
  const told = limitsInWords({ ...FREE, ...how });
  return told === "" ? "" : ` ${told}`;
}

function namedOr(name: string, other: string): string {
  return isStranger(name) ? other : name;
}

function isStranger(name: string): boolean {
  return name.startsWith("anybody-else");
}

function changeInWords(access: AccessRequest, before: OwnerDecision, after: OwnerDecision): string {
  if (before.kind === "deny" || after.kind === "deny")
    return `${ANSWER_WORDS[before.kind]} before, ${ANSWER_WORDS[after.kind]} now`;
  const asked = { analysis: access.analysis, isList: access.channel !== null };
  const [was, is] = [effectOf(before.terms, asked), effectOf(after.terms, asked)].map(limitsTold);
  const changes = Object.entries({ ...was }).filter(([name, text]) => is?.[name] !== text);
  return listed(changes.map(([name, text]) => `${name} ${text} → ${is?.[name]}`));
}

const ANSWER_WORDS = { permit: "permitted", deny: "denied" } as const satisfies Record<OwnerDecision["kind"], string>;

function limitsTold(terms: Terms): { readonly [name: string]: string } {
  const { budget, k, minimumAudience, maximumAudience, rounding } = terms;
  const consents = [...new Set(Object.values(terms.consents).flat())];
  const affiliates = [...new Set(Object.values(terms.affiliates).flat())];
  const contacts = Object.values(terms.contacts).flat();
  const days = counted(budget.periodDays, "day");
  return {
    figures: terms.mode === "noise" ? NOISE_WORDS[terms.mechanism] : `rounded to ${figure(rounding)}`,
    "people behind a figure": `at least ${figure(k)}`,
    "on a list": `${figure(minimumAudience)} to ${figure(maximumAudience)} people`,
    contacts: contacts.length === 0 ? "not limited" : listed([...new Set(contacts.map(contactsInWords))]),
    "entries of a list":
      terms.deniability === null ? "certain" : `deniable, coin of ${printEpsilon(terms.deniability)}`,
    consent: consents.length === 0 ? "not needed" : listed(consents.map((one) => `“${one}”`)),
    "counted as one with": affiliates.length === 0 ? "nobody" : listed(affiliates),
    "price of an answer": `${printEpsilon(budget.perRelease)} units`,
    "budget of a recipient": `${printEpsilon(budget.perRecipient)} units in ${days}`,
    "chance that a budget fails": chanceInWords(budget.delta),
    "budget of everybody": everybodyTold(budget),
    requests: capsTold(terms.requests),
    "new versions of a list": capsTold(terms.versions),
    approval: terms.approval.length === 0 ? "not needed" : "needed",
    "answers kept for": counted(terms.retentionDays, "day"),
    "lists collected for": counted(terms.audienceValidityDays, "day"),
  };
}

function everybodyTold({ lineage, renewal }: Terms["budget"]): string {
  const most = printEpsilon(lineage);
  if (renewal.times === 0) return most;
  const inAll = `at most ${figure(renewal.times + 1)} times as much for ever`;
  return `${most} in ${counted(renewal.periodDays, "day")}, ${inAll}`;
}

function capsTold(caps: readonly { readonly count: number; readonly periodDays: number }[]): string {
  if (caps.length === 0) return "not limited";
  return listed(caps.map(({ count, periodDays }) => `${counted(count, "time")} in ${counted(periodDays, "day")}`));
}
