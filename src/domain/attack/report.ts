// A simulation told to people: what the policy promises, which attacks held and which leak, and by which questions.

import { ANALYSIS_WORDS, counted, figure, listed } from "../policy/words.ts";
import { printEpsilon } from "../privacy/epsilon.ts";
import { rightThatBeats, SIGNIFICANCE } from "./bound.ts";
import type { Door } from "./doors.ts";
import type { Event, Reply } from "./model-room.ts";
import { CERTAINTY, type Finding, type Leak, type Pledge, type Simulation } from "./simulate.ts";

/** Acts of an example that are told; of those between, only how many there were. */
const TOLD = { first: 9, last: 3 };

/** The whole report, line by line. */
export function reportLines(simulation: Simulation): readonly string[] {
  const { stage, pledges, findings } = simulation;
  return [
    `The policy of ${stage.owner} under attack, as on ${stage.on}`,
    "",
    "Taken for granted:",
    ...stage.assumptions.map((one) => `  - ${one}`),
    ...pledges.flatMap((pledge) => ["", ...pledgeLines(pledge), ...findingsAt(pledge.door, findings)]),
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

function pledgeLines({ door, bounds, isKept }: Pledge): readonly string[] {
  const { purpose, tariff, recipient } = door;
  const line = (what: string, bound: number): string => `  ${what}: ${oddsOf(bound)}`;
  const worthless = `such a budget promises nothing: lower \`lineage\` until the last is below ${shown(CERTAINTY)}`;
  const byDesign = "a list names people, as it should; measured is what it tells beside their names";
  return [
    `${ANALYSIS_WORDS[door.analysis]} for ${purpose}, asked by ${recipient}: ${protectionOf(door)}`,
    line("from one answer", bounds["one-answer"]),
    line(`from all answers to one partner in ${counted(tariff.periodDays, "day")}`, bounds["one-recipient"]),
    line("from all answers to everybody for ever", bounds.everybody),
    ...(isKept ? [] : [`  LEAKS  ${worthless}`]),
    ...(door.analysis === "audience" ? [`  ${byDesign}`] : []),
  ];
}

function protectionOf({ analysis, terms, price, floor }: Door): string {
  const what = analysis === "audience" ? "lists of " : "";
  const withheld = `${what}fewer than ${figure(floor)} people are withheld`;
  return terms.mode === "exact"
    ? `no noise, multiples of ${terms.rounding}, ${withheld}; nothing is promised, and with noise a guess would be`
    : `noise at ${printEpsilon(price)} an answer, ${withheld}; it is promised that a guess is`;
}

function oddsOf(bound: number): string {
  return `right at most ${figure(Math.ceil(((1 + bound) / 2) * 1_000))} times in 1,000 (bound ${shown(bound)})`;
}

function findingsAt(door: Door, findings: readonly Finding[]): readonly string[] {
  return findings.filter((one) => one.door === door).flatMap(findingLines);
}

function findingLines(finding: Finding): readonly string[] {
  const { attack, outcome, measured, bound, leak } = finding;
  const verdict = `${attack.name}: measured ${shown(measured)}, bound ${shown(bound)}`;
  const right = `right ${figure(outcome.right)} times in ${figure(outcome.guesses)}`;
  if (leak === null) return [`  held   ${verdict} (${right}${limitOf(finding)})`];
  return [
    `  LEAKS  ${verdict} (${right}): ${leakInWords(leak, finding)}`,
    `         The attacker ${attack.does}.`,
    `         It knows ${attack.knows}, and guesses ${attack.guesses}.`,
    "         These acts, in this order, told it of a person who was there:",
    ...stepsOf(finding).map((step, index) => `         ${String(index + 1).padStart(3)}. ${step}`),
  ];
}

// A measure above the bound may be chance; from here on it would not be.
function limitOf({ outcome, bound }: Finding): string {
  const least = rightThatBeats(bound, outcome.guesses);
  return least > outcome.guesses ? "" : `; a leak from ${figure(least)}`;
}

function stepOf(event: Event, { theirs }: Door): string {
  switch (event.kind) {
    case "waited":
      return `all wait ${counted(event.days, "day")}`;
    case "uploaded":
      return `${event.list === theirs ? "the owner" : "the attacker"} uploads \`${event.list}\`: ${event.says}`;
    case "asked":
      return `${event.door.recipient} asks for ${askedInWords(event)}: ${replyInWords(event.reply, event.door)}`;
    default:
      return event satisfies never;
  }
}

function askedInWords({ door, probe }: Extract<Event, { kind: "asked" }>): string {
  const asked = `${ANALYSIS_WORDS[door.analysis]} for ${door.purpose}`;
  const clauses = probe.where.map(({ attribute, in: values }) => `“${attribute}” is ${listed(values, "or")}`);
  return clauses.length === 0 ? asked : `${asked}, where ${clauses.join(" and ")}`;
}

function replyInWords(reply: Reply, door: Door): string {
  if (reply.kind === "refused") return `refused: ${reply.says}`;
  const shared = figureOr(reply.shared, door.floor);
  const told =
    door.analysis === "audience"
      ? `a list of ${shared}`
      : `${shared} shared, ${figureOr(reply.theirs, door.floor)} in all`;
  return reply.isRepeated ? `${told}, as before, for nothing` : told;
}

function figureOr(value: number | null, floor: number): string {
  return value === null ? `“fewer than ${figure(floor)}”` : figure(value);
}

function verdictOf({ findings, pledges, isHeld }: Simulation): string {
  if (pledges.length === 0) return "held: the documents let nobody ask anything, so there is nothing to attack";
  const leaks = findings.filter(({ leak }) => leak !== null).length;
  if (isHeld)
    return `held: no attack of ${findings.length} is beyond its bound, at an error of ${SIGNIFICANCE} for each`;
  if (leaks === 0) return "leaks: no attack was beyond its bound, but the budget promises nothing";
  return `leaks: ${leaks} of ${counted(findings.length, "attack")}`;
}

function shown(value: number): string {
  return value.toFixed(2);
}
