import { describe, expect, test } from "vitest";
import { unixMillis } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import { OPERATOR } from "../domain/partner/manifest.ts";
import type { Matcher } from "../ports/matcher.ts";
import type { Message } from "../ports/servers.ts";
import { memoryDatabase } from "../testing/memory-store/store.ts";
import { schemaOf } from "../testing/store-suite/rows.ts";
import { matcherAmong, memoryAmong } from "./among-servers.ts";
import { portsInMemory } from "./in-memory.ts";
import { lookAround } from "./look-around.ts";

const START = 1_800_000_000_000;
const SEALING = { phase: "sealing", rows: 1, rowsTotal: 2, bytes: 3 } as const;

/** A server of which a test reads what it tells, and to which it tells what others would. */
function among() {
  const time = { now: START };
  const told: Message[] = [];
  const listeners: ((message: Message) => void)[] = [];
  const others = {
    tell: (message: Message) => void told.push(message),
    hear: (listener: (message: Message) => void) => void listeners.push(listener),
  };
  const hears = (message: Message) => {
    for (const listen of listeners) listen(message);
  };
  const inMemory = portsInMemory();
  const memory = memoryAmong(others, inMemory, () => unixMillis(time.now));
  return { time, told, hears, others, ...memory };
}

/** Work on an upload that goes on until it is told to end. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<string>((resolve) => signal.addEventListener("abort", () => resolve("ended")));

describe("progress", () => {
  test("is told at first, every so often, and at its end, which is told once", () => {
    const { time, told, progress } = among();
    const tell = (rows: number | null) => progress.tell("upl_a", rows === null ? null : { ...SEALING, rows });
    tell(1);
    tell(2);
    time.now += LIMITS.progressToldMillis;
    tell(3);
    tell(4);
    tell(null);
    const all = [{ ...SEALING, rows: 1 }, { ...SEALING, rows: 3 }, null];
    expect(told).toEqual(all.map((state) => ({ kind: "progress", upload: "upl_a", state })));
    tell(null);
    expect(told).toHaveLength(all.length);
  });

  test("is one's own first, then another's, until it ends or nothing more is heard of it", () => {
    const { time, hears, progress } = among();
    const theirs = { ...SEALING, rows: 7 };
    const hear = (state: typeof theirs | null) => hears({ kind: "progress", upload: "upl_a", state });
    hear(theirs);
    expect(progress.of("upl_a")).toEqual(theirs);
    progress.tell("upl_a", SEALING);
    expect(progress.of("upl_a")).toEqual(SEALING);
    progress.tell("upl_a", null);
    expect(progress.of("upl_a")).toEqual(theirs);
    hear(null);
    expect(progress.of("upl_a")).toBeNull();
    hear(theirs);
    time.now += LIMITS.progressKeptMillis;
    expect(progress.of("upl_a")).toEqual(theirs);
    time.now += 1;
    expect(progress.of("upl_a")).toBeNull();
  });
});

describe("what one server finds", () => {
  test("the log to be another, and an upload to be dropped, is so at all", async () => {
    const { told, hears, standing, running } = among();
    const torn = { kind: "torn", size: 3 } as const;
    standing.fall(torn);
    running.cancel("upl_a");
    expect(standing.of()).toEqual(torn);
    expect(told).toEqual([
      { kind: "fallen", contradiction: torn },
      { kind: "cancel", upload: "upl_a" },
    ]);
    const other = among();
    other.hears({ kind: "fallen", contradiction: torn });
    expect([other.standing.of(), other.told]).toEqual([torn, []]);
    const [ended, own] = ["upl_a", "upl_b"].map((upload) => running.during(upload, untilAborted));
    hears({ kind: "cancel", upload: "upl_a" });
    expect(await ended).toBe("ended");
    running.cancel("upl_b");
    expect(await own).toBe("ended");
  });

  test("a version that it dropped is dropped from the others' memory, and whoever cannot goes on", async () => {
    const { told, hears, others } = among();
    const dropped: string[] = [];
    const dropSegment: Matcher["dropSegment"] = async (segment) => {
      dropped.push(segment);
      if (segment === "b") throw new Error("it is not there");
    };
    // SAFETY: nothing else of a matcher is asked for here.
    const matcher = matcherAmong(others, { dropSegment } as Matcher);
    await matcher.dropSegment("a");
    expect([dropped, told]).toEqual([["a"], [{ kind: "dropped", segment: "a" }]]);
    hears({ kind: "dropped", segment: "b" });
    expect([dropped, told.length]).toEqual([["a", "b"], 1]);
  });
});

test("a server that heard nothing finds by itself which uploads are closed, and which keys are others", async () => {
  const { running } = among();
  const store = memoryDatabase(() => unixMillis(START)).connect();
  const parties = [OPERATOR];
  await store.write({ name: "open uploads", parties }, async (tx) => {
    await tx.partners.add(OPERATOR, null);
    await tx.datasets.create(OPERATOR, schemaOf("customers"));
    for (const id of ["upl_open", "upl_closed"])
      await tx.uploads.open({ id, partner: OPERATOR, dataset: "customers", change: "replace" });
    await tx.uploads.close("upl_closed", "dropped", null);
  });
  const read: string[] = [];
  const room = (hasChanged: boolean) => ({
    keyRing: { refresh: async () => hasChanged },
    logKeys: { refresh: async () => void read.push("log keys") },
  });
  const ended: string[] = [];
  const [open, closed] = ["upl_open", "upl_closed"].map((upload) =>
    running.during(upload, untilAborted).then(() => ended.push(upload)),
  );
  for (const hasChanged of [false, true]) {
    await lookAround({ store, running, room: room(hasChanged) });
    expect(read).toEqual(hasChanged ? ["log keys"] : []);
  }
  await closed;
  expect(ended).toEqual(["upl_closed"]);
  running.cancel("upl_open");
  await open;
});
