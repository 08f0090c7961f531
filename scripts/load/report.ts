// What a load came to: a line for each kind, what failed and why, memory over time, and whether the goals were met.

import { type LatencyCounts, percentilesOf, together } from "./latencies.ts";
import { type MemoryTold, memoryTold, thinned } from "./memory.ts";
import type { Options } from "./options.ts";
import type { ProcessorsTold } from "./processors.ts";
import type { Outcome } from "./run.ts";
import { KINDS, type Kind } from "./schedule.ts";

export type KindTold = {
  readonly kind: Kind;
  readonly sent: number;
  /** Answered without fault, a second of the load. */
  readonly throughput: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly most: number;
  /** The 99th percentile of each tenth of the time. */
  readonly p99ByTenths: readonly number[];
  readonly errors: { readonly [says: string]: number };
};

export type GoalTold = { readonly says: string; readonly isMet: boolean };

export type Told = {
  readonly seconds: number;
  readonly kinds: readonly KindTold[];
  /** How late the sender itself was, in milliseconds; part of every latency. */
  readonly senderLate: { readonly p99: number; readonly most: number };
  readonly beside: { readonly questions: number; readonly p50: number; readonly p99: number } | null;
  readonly memory: (MemoryTold & { readonly overTime: readonly { seconds: number; bytes: number }[] }) | null;
  readonly processors: ProcessorsTold | null;
  readonly goals: readonly GoalTold[];
};

/** Milliseconds that an explanation takes at the 99th percentile, at the most. */
const MOST_EXPLAIN_MILLIS = 150;
/** How much a room's memory may grow in a soak, as a share; and from how many minutes on it is one. */
const MOST_GROWTH = 0.1;
const SOAK_MINUTES = 30;
const SAMPLES_SHOWN = 12;

/** An outcome as it is told, with the goals that it is held to. */
export function toldOf({ sent, memory, beside, processors }: Outcome, { minutes }: Pick<Options, "minutes">): Told {
  const kinds = KINDS.flatMap((kind) => {
    const one = sent.kinds[kind];
    if (one.sent === 0) return [];
    const { p50, p95, p99, most } = percentilesOf(together(one.tenths));
    const { errors } = one;
    const throughput = (one.sent - sumOf(errors)) / sent.seconds;
    const p99ByTenths = one.tenths.map((tenth) => percentilesOf(tenth).p99);
    return [{ kind, sent: one.sent, throughput, p50, p95, p99, most, p99ByTenths, errors }];
  });
  const late = percentilesOf(sent.late);
  const growth = memory === null ? null : memoryTold(memory);
  return {
    seconds: sent.seconds,
    kinds,
    senderLate: { p99: late.p99, most: late.most },
    beside: beside === null ? null : besideTold(beside),
    memory: memory === null || growth === null ? null : { ...growth, overTime: thinned(memory, SAMPLES_SHOWN) },
    processors,
    goals: [...goalsOf(kinds), ...(growth === null || minutes < SOAK_MINUTES ? [] : [growthGoal(growth)])],
  };
}

function besideTold(counts: LatencyCounts): Told["beside"] {
  const { total, p50, p99 } = percentilesOf(counts);
  return { questions: total, p50, p99 };
}

function goalsOf(kinds: readonly KindTold[]): readonly GoalTold[] {
  const failed = kinds.reduce((sum, { errors }) => sum + sumOf(errors), 0);
  const explained = kinds.find(({ kind }) => kind === "explain");
  const fast: GoalTold[] =
    explained === undefined
      ? []
      : [{ says: `p99 of explain <= ${MOST_EXPLAIN_MILLIS} ms`, isMet: explained.p99 <= MOST_EXPLAIN_MILLIS }];
  return [...fast, { says: "no request failed", isMet: failed === 0 }];
}

function growthGoal({ growth }: MemoryTold): GoalTold {
  return { says: `memory grew by <= ${MOST_GROWTH * 100} %`, isMet: growth <= MOST_GROWTH };
}

function sumOf(errors: KindTold["errors"]): number {
  return Object.values(errors).reduce((sum, count) => sum + count, 0);
}

/** The same as lines for people. */
export function linesOfTold({
  seconds,
  kinds,
  senderLate,
  beside,
  memory,
  processors,
  goals,
}: Told): readonly string[] {
  return [
    ...kinds.flatMap((kind) => [kindLine(kind), tenthsLine(kind)]),
    ...kinds.flatMap(({ kind, errors }) =>
      Object.entries(errors).map(([says, count]) => `failed: ${count} of ${kind}: ${says}`),
    ),
    `the sender itself was late by ${inMillis(senderLate.p99)} at p99, ${inMillis(senderLate.most)} at most`,
    ...(beside === null ? [] : [besideLine(beside, seconds)]),
    ...(memory === null ? [] : memoryLines(memory)),
    ...(processors === null ? [] : [processorsLine(processors)]),
    ...goals.map(({ says, isMet }) => `${isMet ? "met:    " : "NOT MET:"} ${says}`),
  ];
}

function kindLine({ kind, sent, throughput, p50, p95, p99, most }: KindTold): string {
  const shown = Object.entries({ p50, p95, p99, max: most }).map(
    ([name, millis]) => `${name} ${inMillis(millis).padStart(10)}`,
  );
  const rate = `${throughput.toFixed(1).padStart(7)}/s`;
  return `${kind.padEnd(8)} ${String(sent).padStart(8)} sent ${rate}  ${shown.join("  ")}`;
}

function tenthsLine({ p99ByTenths }: KindTold): string {
  return `         p99 of each tenth of the time: ${p99ByTenths.map((millis) => Math.round(millis)).join(" · ")} ms`;
}

function besideLine({ questions, p50, p99 }: NonNullable<Told["beside"]>, seconds: number): string {
  const rate = (questions / seconds).toFixed(1);
  return `beside: ${questions} questions about the large lists, ${rate}/s, p50 ${inMillis(p50)}, p99 ${inMillis(p99)}`;
}

function memoryLines({ firstBytes, lastBytes, mostBytes, growth, overTime }: NonNullable<Told["memory"]>): string[] {
  const steps = overTime.map(({ seconds, bytes }) => `${Math.round(seconds)} s ${inMib(bytes)}`);
  const share = `${growth < 0 ? "" : "+"}${inPercent(growth)}`;
  const tenths = `${inMib(firstBytes)} in the second tenth, ${inMib(lastBytes)} in the last, ${share}`;
  return [`memory: ${tenths}; ${inMib(mostBytes)} at most`, `        ${steps.join(" · ")}`];
}

function processorsLine({ busy, taken }: ProcessorsTold): string {
  return `processors: busy for ${inPercent(busy)} of the time, taken by the host ${inPercent(taken)}`;
}

function inPercent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function inMillis(millis: number): string {
  return `${millis.toFixed(1)} ms`;
}

function inMib(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(0)} MiB`;
}
