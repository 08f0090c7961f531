// The load's own arithmetic: what it says of latencies, when it sends, whom it lets agree with whom, what it refuses.

import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/testing/seeded-random.ts";
import { latencies, percentilesOf, together } from "./latencies.ts";
import { memoryTold, thinned } from "./memory.ts";
import { readLoadOptions } from "./options.ts";
import { processorsTold } from "./processors.ts";
import { linesOfTold, toldOf } from "./report.ts";
import { KINDS, schedule, unitInterval } from "./schedule.ts";
import type { SentOfKind } from "./sender.ts";
import { groupsOf } from "./world.ts";

describe("percentiles", () => {
  it("are those of the sorted list, never less and at most 1 % more", () => {
    const random = seededRandom("latencies");
    const times = Array.from({ length: 5_000 }, () => 0.5 + 2_000 * unitInterval(random) ** 4);
    const record = latencies();
    for (const time of times) record.add(time);
    const sorted = [...times].sort((left, right) => left - right);
    const told = percentilesOf(record.counts());
    for (const [value, share] of [[told.p50, 0.5] as const, [told.p95, 0.95] as const, [told.p99, 0.99] as const]) {
      const exact = sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
      expect(value).toBeGreaterThanOrEqual(exact);
      expect(value).toBeLessThanOrEqual(exact * 1.0101);
    }
    expect(told.most).toBe(sorted.at(-1));
    expect(told.total).toBe(5_000);
  });

  it("are by nearest rank: of three, half lie at the second", () => {
    const record = latencies();
    for (const time of [10, 20, 30]) record.add(time);
    const { p50, p99 } = percentilesOf(record.counts());
    expect([Math.round(p50), Math.round(p99)]).toEqual([20, 30]);
  });

  it("of one latency are that latency, and of none are 0", () => {
    const record = latencies();
    expect(percentilesOf(record.counts())).toEqual({ total: 0, p50: 0, p95: 0, p99: 0, most: 0 });
    record.add(42);
    expect(percentilesOf(record.counts())).toEqual({ total: 1, p50: 42, p95: 42, p99: 42, most: 42 });
  });
});

describe("records of latencies", () => {
  it("of parts of the time are together that of all of it", () => {
    const random = seededRandom("parts");
    const times = Array.from({ length: 900 }, () => 300 * unitInterval(random));
    const [whole, ...parts] = Array.from({ length: 4 }, latencies);
    for (const [place, time] of times.entries()) for (const record of [whole, parts[place % 3]]) record?.add(time);
    expect(together(parts.map(({ counts }) => counts()))).toEqual(whole?.counts());
    expect(together([])).toEqual({ counts: [], total: 0, mostMillis: 0 });
  });
});

describe("the schedule", () => {
  const rates = { explain: 200, read: 20, ask: 2, upload: 0 };
  const wanted = { seconds: 100, rising: 0, seed: "schedule" };

  it("has each kind at its rate, in order, the same from the same seed", () => {
    const due = [...schedule(rates, wanted)];
    expect([...schedule(rates, wanted)]).toEqual(due);
    expect([...schedule(rates, { ...wanted, seed: "another" })]).not.toEqual(due);
    expect(due.every(({ atMillis }, place) => atMillis >= (due[place - 1]?.atMillis ?? 0))).toBe(true);
    expect(due.at(-1)?.atMillis).toBeLessThan(100_000);
    for (const kind of KINDS) {
      const expected = rates[kind] * 100;
      const count = due.filter((one) => one.kind === kind).length;
      // A Poisson count strays by its root; six of them by chance once in a thousand million runs.
      expect(Math.abs(count - expected)).toBeLessThanOrEqual(6 * Math.sqrt(expected));
    }
  });

  it("rises to its rate evenly: a quarter of what comes meanwhile in the first half, and then all of it", () => {
    const due = [...schedule({ ...rates, explain: 1_000 }, { ...wanted, rising: 40 })].map(({ atMillis }) => atMillis);
    const within = (from: number, until: number) => due.filter((at) => at >= from * 1_000 && at < until * 1_000).length;
    const whole = 1_022;
    for (const [from, until, seconds] of [[0, 20, 5] as const, [20, 40, 15] as const, [40, 100, 60] as const]) {
      const expected = whole * seconds;
      expect(Math.abs(within(from, until) - expected)).toBeLessThanOrEqual(6 * Math.sqrt(expected));
    }
  });

  it("comes at random: gaps are as uneven as those of a Poisson process", () => {
    const at = [...schedule({ explain: 100, read: 0, ask: 0, upload: 0 }, wanted)].map(({ atMillis }) => atMillis);
    const gaps = at.map((time, place) => time - (at[place - 1] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(mean).toBeCloseTo(10, 0);
    expect(Math.sqrt(variance) / mean).toBeGreaterThan(0.9);
    expect(Math.sqrt(variance) / mean).toBeLessThan(1.1);
  });
});

describe("contracts", () => {
  it("have two or three members, none twice, and every partner has as many", () => {
    const groups = groupsOf(50, 500);
    expect(groups).toHaveLength(500);
    expect(groups.every((group) => new Set(group).size === group.length && [2, 3].includes(group.length))).toBe(true);
    expect(groups.some((group) => group.length === 3)).toBe(true);
    const counts = Array.from({ length: 50 }, (_, one) => groups.filter((group) => group.includes(one)).length);
    expect(Math.min(...counts)).toBeGreaterThan(15);
    expect(Math.max(...counts)).toBeLessThan(32);
  });

  it("of two partners are all between the two", () => {
    expect(groupsOf(2, 5).map((group) => [...group].sort())).toEqual(Array.from({ length: 5 }, () => [0, 1]));
  });
});

describe("memory", () => {
  const samples = (bytesAt: (second: number) => number) =>
    Array.from({ length: 100 }, (_, seconds) => ({ seconds, bytes: bytesAt(seconds) }));

  it("that grows is told as growth, beside what it was once the room was warm", () => {
    const growing = memoryTold(samples((second) => (second < 10 ? 50 : 100 + second)));
    // Seconds 10 to 19 against 90 to 99, by their medians: between the middle two of ten.
    expect(growing?.growth).toBeCloseTo(194.5 / 114.5 - 1, 6);
    expect(growing?.mostBytes).toBe(199);
  });

  it("that comes and goes has not grown, and of a handful of samples nothing is said", () => {
    expect(memoryTold(samples((second) => (second % 10 === 0 ? 900 : 100)))?.growth).toBe(0);
    expect(memoryTold(samples(() => 1).slice(0, 19))).toBeNull();
  });

  it("is shown by few samples, first and last among them", () => {
    const shown = thinned(
      samples((second) => second),
      5,
    );
    expect(shown.map(({ seconds }) => seconds)).toEqual([0, 25, 50, 74, 99]);
  });
});

describe("processors", () => {
  const before = "cpu  100 10 50 800 20 5 15 0 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n";

  it("are told as busy, idle and taken by the host, waiting for a disk being idle", () => {
    const after = "cpu  130 12 60 820 30 6 17 25 30 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n";
    expect(processorsTold(before, after)).toEqual({ busy: 0.45, taken: 0.25 });
    expect(processorsTold(before, before)).toEqual({ busy: 0, taken: 0 });
  });

  it("are not told of another text", () => {
    expect(() => processorsTold(before, "cpu 1 2 3")).toThrow("/proc/stat");
  });
});

describe("the goals", () => {
  const nothing = { sent: 0, tenths: [], errors: {} };
  const tookOf = (millis: number) => {
    const record = latencies();
    for (let one = 0; one < 50; one++) record.add(millis);
    return { sent: 50, tenths: [record.counts()], errors: {} };
  };
  const outcome = (explain: SentOfKind) => ({
    sent: { kinds: { explain, read: nothing, ask: nothing, upload: nothing }, late: latencies().counts(), seconds: 10 },
    memory: Array.from({ length: 100 }, (_, seconds) => ({ seconds, bytes: 100 + seconds })),
    beside: null,
    processors: { busy: 0.5, taken: 0 },
  });
  const unmet = (explain: SentOfKind, minutes: number) =>
    toldOf(outcome(explain), { minutes }).goals.flatMap(({ says, isMet }) => (isMet ? [] : [says]));

  it("are missed by slow explanations, by any failure, and in a soak by memory that grew", () => {
    expect(unmet(tookOf(149), 1)).toEqual([]);
    expect(unmet(tookOf(151), 1)).toEqual(["p99 of explain <= 150 ms"]);
    expect(unmet({ ...tookOf(1), errors: { "503 unavailable": 1 } }, 1)).toEqual(["no request failed"]);
    expect(unmet(tookOf(1), 60)).toEqual(["memory grew by <= 10 %"]);
  });

  it("are told below what the processors did", () => {
    const lines = linesOfTold(toldOf(outcome(tookOf(1)), { minutes: 1 }));
    expect(lines).toContain("processors: busy for 50.0 % of the time, taken by the host 0.0 %");
    expect(lines.at(-1)).toBe("met:     no request failed");
  });

  it("count as throughput what was answered without fault", () => {
    const [told] = toldOf(outcome({ ...tookOf(1), errors: { "503 unavailable": 10 } }), { minutes: 1 }).kinds;
    expect(told?.throughput).toBe(4);
  });
});

describe("options", () => {
  it.each([
    [["--rates", "explain=200,explain=1"], "--rates"],
    [["--rates", "sing=1"], "--rates"],
    [["--rates", "explain=much"], "the rate of explain"],
    [["--rates", "explain=0"], "--rates sends nothing"],
    [["--partners", "1"], "--partners"],
    [["--contracts", "2.5"], "--contracts"],
    [["--minutes", ""], "--minutes"],
    [["--warm", "-1"], "--warm"],
    [["--url", "room.example"], "--url"],
    [["--url", "http://127.0.0.1:1"], "--operator"],
    [["--operator", "key.jwk"], "--url"],
  ])("%j are refused by name", (args, name) => {
    expect(() => readLoadOptions(args)).toThrow(name);
  });

  it("say what is sent where nothing else is said", () => {
    expect(readLoadOptions([])).toMatchObject({
      room: null,
      partners: 50,
      contracts: 500,
      rates: { explain: 200, read: 20, ask: 2, upload: 0.2 },
      warmSeconds: 60,
      minutes: 1,
      besideRows: 0,
    });
  });
});
