// What a room does and how it fares, in the form that Prometheus reads. Labels come from closed lists: routes, kinds of
// problem, reasons, parts of the room. No partner, person, contract or list is a label: a series for each would tell
// whoever sees the operator's graphs who works with whom, and how much.

import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { FairTurns } from "../app/ports.ts";
import type { Health } from "../app/read-room.ts";
import { type Amiss, ROOM_PARTS } from "../app/readiness.ts";
import { err, ok } from "../domain/result.ts";
import type { RequestLine } from "./serving.ts";

/** What a scrape looks at. Each may fail, and then says nothing for that while. */
export type Observed = {
  readonly health: () => Promise<Health>;
  readonly amiss: () => Promise<Amiss>;
  readonly diskFreeBytes: () => Promise<number>;
  readonly sessions: () => { readonly [pool: string]: Sessions };
  readonly turns: { readonly [work in "questions" | "sealing"]: Pick<FairTurns, "underWay" | "waiting"> };
  readonly engineMemory: () => { readonly bytes: number; readonly freeBytes: number };
};

type Sessions = {
  readonly size: number;
  readonly lent: number;
  readonly waiting: number;
  readonly retries: number;
};

export type Metrics = {
  readonly countRequest: (line: RequestLine) => void;
  readonly countSlowQuestion: () => void;
  /** The whole, as text. */
  readonly scrape: () => Promise<string>;
  readonly contentType: string;
  /** Ends what watches the process. */
  readonly end: () => void;
};

/** Metrics of one room. */
export function roomMetrics(observed: Observed): Metrics {
  const registers = [new Registry()];
  const [register] = registers;
  if (register === undefined) throw new Error("metrics have a register");
  const requests = requestMetrics(registers);
  const slow = new Counter({ name: "concordat_slow_questions_total", help: "Questions past the threshold", registers });
  const collect = [
    healthMetrics(registers, observed),
    readyMetrics(registers, observed),
    loadMetrics(registers, observed),
  ];
  const loop = monitorEventLoopDelay({ resolution: 20 });
  loop.enable();
  collect.push(processMetrics(registers, loop));
  let scraping: Promise<string> | null = null;
  const scrape = async () => {
    await Promise.all(collect.map((one) => one()));
    return register.metrics();
  };
  return {
    countRequest: requests,
    countSlowQuestion: () => slow.inc(),
    scrape: () => {
      scraping ??= scrape().finally(() => {
        scraping = null;
      });
      return scraping;
    },
    contentType: register.contentType,
    end: () => loop.disable(),
  };
}

type Registers = readonly Registry[];
type Collect = () => Promise<void>;

/** Up to the longest that anybody waits for a place: sessions of the database, memory of the engine. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

function requestMetrics(given: Registers): Metrics["countRequest"] {
  const registers = [...given];
  const total = new Counter({
    name: "concordat_requests_total",
    help: "Requests, by route and by status or kind of problem",
    labelNames: ["method", "route", "outcome"],
    registers,
  });
  const seconds = new Histogram({
    name: "concordat_request_seconds",
    help: "Seconds from a request's head to its reply's, by route",
    labelNames: ["method", "route"],
    buckets: SECONDS,
    registers,
  });
  const refusals = new Counter({
    name: "concordat_refusals_total",
    help: "Refusals, by the limit, cap or clause that they rest on",
    labelNames: ["because"],
    registers,
  });
  return ({ method, path: route, outcome, millis, because = [] }) => {
    total.inc({ method, route, outcome });
    seconds.observe({ method, route }, Math.max(millis, 0) / 1_000);
    for (const word of because) refusals.inc({ because: word });
  };
}

function gauge(registers: Registers, name: string, help: string): Gauge {
  return new Gauge({ name: `concordat_${name}`, help, registers: [...registers] });
}

function healthMetrics(registers: Registers, { health }: Observed): Collect {
  const of = (name: string, help: string, value: (found: Health) => number) => {
    const own = gauge(registers, name, help);
    return (found: Health | null) => (found === null ? own.reset() : own.set(value(found)));
  };
  const all = [
    of("log_entries", "Entries of the log", ({ entries }) => entries),
    of("log_sound", "1 while the log is the one that the room has signed", (one) => (one.contradiction ? 0 : 1)),
    of("log_unpublished_entries", "Entries under no published checkpoint", (one) => one.entries - one.published),
    of("checkpoint_age_seconds", "Seconds since the newest published checkpoint was due", checkpointAge),
    of("witnesses", "Witnesses that cosign", ({ witnesses }) => witnesses.length),
    of("uploads_open", "Uploads that are open", ({ figures }) => figures.uploadsOpen),
    of("questions_awaiting_people", "Questions that wait for approval", ({ figures }) => figures.questionsWaiting),
    of("destructions_due", "Deletions that are not certified yet", ({ figures }) => figures.destructionsDue),
    of("console_sessions", "Sessions of the console", ({ figures }) => figures.sessions),
    of("list_files", "Sealed files of people", ({ figures }) => figures.files),
    of("list_bytes", "Their bytes", ({ figures }) => figures.fileBytes),
    of("database_bytes", "Bytes of the database", ({ figures }) => figures.databaseBytes),
  ];
  return async () => {
    const found = await health().then(ok, err);
    for (const set of all) set(found.ok ? found.value : null);
  };
}

// While everything is published the newest checkpoint covers the log as it is now.
function checkpointAge({ now, unpublishedSince }: Health): number {
  return unpublishedSince === null ? 0 : Math.max(now - unpublishedSince, 0) / 1_000;
}

function readyMetrics(registers: Registers, { amiss }: Observed): Collect {
  const ready = new Gauge({
    name: "concordat_ready",
    help: "1 for a part of the room that is well; it takes requests while all of them are",
    labelNames: ["part"],
    registers: [...registers],
  });
  return async () => {
    const found = await amiss();
    for (const part of ROOM_PARTS) ready.set({ part }, found.has(part) ? 0 : 1);
  };
}

function loadMetrics(given: Registers, observed: Observed): Collect {
  const registers = [...given];
  const labelled = (name: string, help: string, label: string) =>
    new Gauge({ name: `concordat_${name}`, help, labelNames: [label], registers });
  const limit = labelled("database_sessions_limit", "Sessions of the database that there may be", "pool");
  const lent = labelled("database_sessions_lent", "Sessions that transactions have", "pool");
  const awaited = labelled("database_sessions_awaited", "Transactions that wait for a session", "pool");
  const retries = labelled("transaction_retries", "Transactions run again since the start", "pool");
  const underWay = labelled("turns_under_way", "Work that the engine does", "work");
  const waiting = labelled("turns_waiting", "Work that waits for its turn at the engine", "work");
  const memory = gauge(registers, "engine_memory_bytes", "Bytes for lists: the budget");
  const free = gauge(
    registers,
    "engine_memory_free_bytes",
    "Bytes of the budget that nobody has, or that are only kept",
  );
  const disk = gauge(registers, "disk_free_bytes", "Bytes that the disk under the data directory still takes");
  return async () => {
    for (const [pool, use] of Object.entries(observed.sessions())) {
      limit.set({ pool }, use.size);
      lent.set({ pool }, use.lent);
      awaited.set({ pool }, use.waiting);
      retries.set({ pool }, use.retries);
    }
    for (const [work, turns] of Object.entries(observed.turns)) {
      underWay.set({ work }, turns.underWay());
      waiting.set({ work }, turns.waiting());
    }
    const { bytes, freeBytes } = observed.engineMemory();
    memory.set(bytes);
    free.set(freeBytes);
    const left = await observed.diskFreeBytes().then(ok, err);
    if (left.ok) disk.set(left.value);
    else disk.reset();
  };
}

function processMetrics(registers: Registers, loop: IntervalHistogram): Collect {
  const lag = new Gauge({
    name: "concordat_event_loop_lag_seconds",
    help: "How late the process comes to what is due, since the last look",
    labelNames: ["quantile"],
    registers: [...registers],
  });
  const resident = gauge(registers, "process_resident_bytes", "Bytes of memory that the process has");
  const processor = gauge(registers, "process_cpu_seconds", "Seconds of processor time since the start");
  const seconds = (nanos: number) => (Number.isFinite(nanos) ? nanos / 1e9 : 0);
  return async () => {
    for (const quantile of [50, 99]) lag.set({ quantile: quantile / 100 }, seconds(loop.percentile(quantile)));
    lag.set({ quantile: "1" }, seconds(loop.max));
    loop.reset();
    resident.set(process.memoryUsage.rss());
    const { user, system } = process.cpuUsage();
    processor.set((user + system) / 1e6);
  };
}
