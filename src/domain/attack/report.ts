// A simulation told to people: what the policy promises, what was tried, which attacks held and which leak, and by
// which questions.

import { ANALYSIS_WORDS, counted, figure, identifiersInWords, listed } from "../policy/words.ts";
import { printEpsilon } from "../privacy/epsilon.ts";
import { SIGNIFICANCE } from "./bound.ts";
import type { Door } from "./doors.ts";
import type { Event } from "./model-room.ts";
import { replyInWords, wordingOf } from "./report-words.ts";
import { CERTAINTY, type Finding, type Leak, type Pledge, type Simulation } from "./simulate.ts";
import type { Attack } from "./table.ts";

/** Acts of an example that are told; of those between, only how many there were. */
const TOLD = { first: 9, last: 3 };

/** The whole report, line by line. */
export function reportLines(simulation: Simulation): readonly string[] {
  const { stage, pledges, findings } = simulation;
  const single = findings.filter(isOfOneKind);
  const together = findings.filter((one) => !isOfOneKind(one));
  return [
    `The policy of ${stage.owner} under attack, as on ${stage.on}`,
    "",
    "Taken for granted:",
    ...stage.assumptions.map((one) => `  - ${one}`),
    ...(findings.length === 0 ? [] : ["", ...triedLines(findings)]),
    ...pledges.flatMap((pledge) => [
      "",
      ...pledgeLines(pledge),
      ...single.filter(({ door }) => door === pledge.door).flatMap(findingLines),
    ]),
    ...(together.length === 0 ? [] : ["", "All of these together", ...together.flatMap(findingLines)]),
    "",
    verdictOf(simulation),
  ];
}

/** The acts of an attack's example world up to its last answer, in order, each in a sentence. */
export function stepsOf({ outcome, door }: Finding): readonly string[] {
  const answered = outcome.example.findLastIndex((event) => event.kind === "asked" && event.reply.kind === "answered");
  const steps = outcome.example.slice(0, answered + 1).map((event) => stepOf(event, door));
  const { first, last } = TOLD;
  if (steps.length <= first + last) return steps;
  const between = `and so on: ${counted(steps.length - first - last, "act")} more`;
  return [...steps.slice(0, first), between, ...steps.slice(steps.length - last)];
}

/** Why an attack is a leak. */
export function leakInWords(leak: Leak, { measured, bound, door }: Finding): string {
  switch (leak) {
    case "beats-bound":
      return door.terms.mode === "exact"
        ? `exact figures promise nothing, and with noise at this price the measure would stay within ${shown(bound)}`
        : `the policy promises at most ${shown(bound)}`;
    case "certain":
      return `the budget allows it, but a measure of ${shown(measured)} is as good as knowledge`;
    case "over-budget":
      return "more was answered than the budget pays for";
    default:
      return leak satisfies never;
  }
}

/** How an attack ended: `tells` where it finds out what nothing is promised about. */
export function verdictFor({ attack, leak }: Finding): "held" | "leaks" | "tells" {
  if (leak !== null) return "leaks";
  return attack.heldTo === "nothing" ? "tells" : "held";
}

function isOfOneKind({ attack }: Finding): boolean {
  return attack.heldTo !== "everybody";
}

function triedLines(findings: readonly Finding[]): readonly string[] {
  const attacks = new Set(findings.map(({ attack }) => attack));
  return [
    "What was tried. A person is on the owner's list in one made-up world of two, and an attacker guesses in which:",
    ...[...attacks].map(({ name, does, learns }) => `  - ${name}: it ${does}; it would have learnt ${learns}`),
  ];
}

function pledgeLines({ door, bounds, isKept }: Pledge): readonly string[] {
  const { purpose, tariff, recipient } = door;
  const line = (what: string, bound: number): string => `  ${what}: ${oddsOf(bound)}`;
  const worthless = `such a budget promises nothing: lower \`lineage\` until the last is below ${shown(CERTAINTY)}`;
  const byDesign = "a list names people, as it should; measured is what it tells beside their names";
  return [
    `${kindOf(door)} for ${purpose}, asked by ${recipient}: ${protectionOf(door)}`,
    line("from one answer", bounds["one-answer"]),
    line(`from all answers to one partner in ${counted(tariff.periodDays, "day")}`, bounds["one-recipient"]),
    line("from all answers to everybody for ever", bounds.everybody),
    ...(isKept ? [] : [`  LEAKS  ${worthless}`]),
    ...(isList(door) ? [`  ${byDesign}`] : []),
  ];
}

function kindOf({ analysis, others, measure, identifiers }: Door): string {
  const among = others.length === 0 ? "" : ` of ${others.length + 2} lists`;
  const adding = measure === null ? "" : ` with the ${measure.aggregate} of “${measure.measure}”`;
  return `${ANALYSIS_WORDS[analysis]}${among}${adding} by ${identifiersInWords(identifiers, "or")}`;
}

function isList({ channel }: Door): boolean {
  return channel !== null;
}

function protectionOf(door: Door): string {
  const { terms, price, floor } = door;
  const noise = terms.mechanism === "discrete-laplace" ? "noise" : "Gaussian noise";
  const what = isList(door) ? "lists of " : "";
  const withheld = `${what}fewer than ${figure(floor)} people are withheld`;
  return terms.mode === "exact"
    ? `no noise, multiples of ${terms.rounding}, ${withheld}; nothing is promised, and with noise a guess would be`
    : `${noise} at ${printEpsilon(price)} an answer, ${withheld}; it is promised that a guess is`;
}

function oddsOf(bound: number): string {
  return `right at most ${figure(Math.ceil(((1 + bound) / 2) * 1_000))} times in 1,000 (bound ${shown(bound)})`;
}

function findingLines(finding: Finding): readonly string[] {
  const { attack, measured, bound, leak } = finding;
  const verdict = `${attack.name}: measured ${shown(measured)}, bound ${shown(bound)}`;
  switch (verdictFor(finding)) {
    case "held":
      return [`  held   ${verdict} (${rightIn(finding)}${limitOf(finding)})`];
    case "tells":
      return [`  tells  ${attack.name}: measured ${shown(measured)}, and nothing is promised (${rightIn(finding)})`];
    default:
      return [
        `  LEAKS  ${verdict} (${rightIn(finding)}): ${leak === null ? "" : leakInWords(leak, finding)}`,
        ...storyOf(attack, finding).map((line) => `         ${line}`),
      ];
  }
}

function storyOf(attack: Attack, finding: Finding): readonly string[] {
  return [
    `The attacker ${attack.does}.`,
    `It knows ${attack.knows}, and guesses ${attack.guesses}.`,
    "These acts, in this order, told it of a person who was there:",
    ...stepsOf(finding).map((step, index) => `${String(index + 1).padStart(3)}. ${step}`),
  ];
}

function rightIn({ outcome }: Finding): string {
  return `right ${figure(outcome.right)} times in ${figure(outcome.guesses)}`;
}

// A measure above the bound may be chance; from so many right guesses on it would not be.
function limitOf({ limit }: Finding): string {
  const { right, guesses } = limit;
  return right > guesses ? "" : `; a leak from ${figure(right)} in ${figure(guesses)}`;
}

function stepOf(event: Event, { theirs }: Door): string {
  switch (event.kind) {
    case "waited":
      return `all wait ${counted(event.days, "day")}`;
    case "uploaded":
      return `${event.list === theirs ? "the owner" : "the attacker"} uploads \`${event.list}\`: ${event.says}`;
    case "asked":
      return `${event.door.recipient} asks for ${askedInWords(event)}: ${replyInWords(event)}`;
    default:
      return event satisfies never;
  }
}

function askedInWords({ door, probe }: Extract<Event, { kind: "asked" }>): string {
  const by = probe.by.length === 0 ? "" : ` by ${listed(probe.by.map(({ attribute }) => `“${attribute}”`))}`;
  const asked = `${ANALYSIS_WORDS[door.analysis]}${by} for ${door.purpose}`;
  const clauses = probe.where.map(({ attribute, in: values }) => `“${attribute}” is ${listed(values, "or")}`);
  const where = clauses.length === 0 ? "" : `, where ${clauses.join(" and ")}`;
  return `${asked}${where}${wordingOf(probe)}`;
}

function verdictOf({ findings, pledges, isHeld }: Simulation): string {
  if (pledges.length === 0) return "held: the documents let nobody ask anything, so there is nothing to attack";
  const promised = findings.filter(({ attack }) => attack.heldTo !== "nothing").length;
  const leaks = findings.filter(({ leak }) => leak !== null).length;
  if (isHeld) return `held: no attack of ${promised} is beyond its bound, at an error of ${SIGNIFICANCE} for each`;
  if (leaks === 0) return "leaks: no attack was beyond its bound, but the budget promises nothing";
  return `leaks: ${leaks} of ${counted(promised, "attack")}`;
}

function shown(value: number): string {
  return value.toFixed(2);
}
