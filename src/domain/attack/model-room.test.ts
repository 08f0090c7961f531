import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../testing/seeded-random.ts";
import { durationDays, startOfDate } from "../instant.ts";
import { policySchema } from "../policy/document.ts";
import { assessingAt } from "./assessing.ts";
import type { Crowd } from "./crowds.ts";
import { type Door, doorsOf } from "./doors.ts";
import { openModelRoom, type Reply } from "./model-room.ts";
import { PLAIN } from "./probe.ts";
import { ROOM_RULES } from "./rules.ts";
import { stageOf } from "./stage.ts";

const ON = "2026-11-26";

/** A room under a ready-made policy with limits replaced, and the doors of its contracts. */
function roomUnder(name: string, defaults: object = {}, change: (json: never) => object = (json) => json) {
  const json = JSON.parse(readFileSync(new URL(`../../../policies/${name}`, import.meta.url), "utf8"));
  // SAFETY: what a change makes of the document is parsed at once.
  const changed = change({ ...json, defaults: { ...json.defaults, ...defaults } } as never);
  const stage = stageOf(policySchema.parse(changed), null, ON);
  const opens = startOfDate(ON);
  if (!stage.ok || !opens.ok) throw new Error("the stage stands");
  const doors = doorsOf(stage.value);
  const room = openModelRoom({
    assess: assessingAt(stage.value),
    rules: ROOM_RULES,
    random: seededRandom(name),
    opens: opens.value,
  });
  const [door] = doors;
  if (door === undefined) throw new Error("the policy lets somebody in");
  return { room, door, doors };
}

type Room = ReturnType<typeof roomUnder>["room"];

function crowd(size: number): Crowd {
  return { size, values: { region: "one", tier: "one", lot: "one" } };
}

/** New versions of both lists: 400 people on both, and so many more. */
function upload(room: Room, { own, theirs }: Door, more = 0): void {
  const both = [["shared", crowd(400)], ...(more === 0 ? [] : [["more", crowd(more)] as const])] as const;
  room.upload(theirs, new Map([...both, ["others", crowd(900)]]), "customers");
  room.upload(own, new Map([...both, ["strangers", crowd(700)]]), "a list");
}

function wait(room: Room, text: string): void {
  const days = durationDays(text);
  if (!days.ok) throw new Error(text);
  room.wait(days.value);
}

function kindOf(reply: Reply): string {
  return reply.kind === "refused" ? reply.says : reply.isRepeated ? "repeated" : "answered";
}

/** The figures of an overlap: how many are shared, and how many the owner has. */
function figuresOf(reply: Reply, { own, theirs }: Door) {
  if (reply.kind === "refused") return reply;
  return { shared: reply.told.at(-1), theirs: reply.told[[own, theirs].sort().indexOf(theirs)] };
}

/** A grant of every analysis that shows figures, by tier and region and with a measure. */
const EVERYTHING = (json: { readonly defaults: object; readonly grants: readonly object[] }): object => {
  const analyses = ["overlap", "crosstab", "affinity", "trend"];
  const requestsPerPeriod = analyses.map((analysis) => ({ analysis, count: 50, period: "P30D" }));
  const attributes = { tier: ["filter", "group"], region: ["filter", "group"], spend: ["measure"] };
  const grants = json.grants.map((grant) => ({ ...grant, analyses, attributes }));
  return { ...json, defaults: { ...json.defaults, requestsPerPeriod }, grants, examples: [] };
};

/** Lists for e-mail of 300 people or more, one for each person in a week, given without waiting. */
const CERTAIN_LISTS = (json: { readonly grants: readonly object[] }): object => ({
  ...json,
  grants: json.grants.map((grant) => ({ ...grant, terms: { k: 100 } })),
  contactsPerPerson: [{ count: 1, period: "P7D" }],
  examples: [],
});

describe("the room of attacks", () => {
  it("answers the same question on the same versions once, and repeats it for nothing", () => {
    const { room, door } = roomUnder("insight-only.json");
    upload(room, door);
    const first = room.ask(door, PLAIN);
    for (let again = 0; again < 20; again++) expect(room.ask(door, PLAIN)).toEqual({ ...first, isRepeated: true });
    upload(room, door);
    expect(kindOf(room.ask(door, PLAIN))).toBe("answered");
  });

  it("pays nine answers of 0.5 out of 10 a period, and again when it is over", () => {
    const { room, door } = roomUnder("insight-only.json");
    const asked = () =>
      Array.from({ length: 12 }, () => {
        upload(room, door);
        return kindOf(room.ask(door, PLAIN));
      });
    expect(asked().filter((kind) => kind === "answered")).toHaveLength(9);
    wait(room, "P89D");
    expect(asked().filter((kind) => kind === "answered")).toHaveLength(0);
    wait(room, "P1D");
    expect(asked().filter((kind) => kind === "answered")).toHaveLength(9);
  });

  it("holds a cap on requests across contracts, and says from when on there is room", () => {
    const requestsPerPeriod = [{ analysis: "overlap", count: 2, period: "P30D" }];
    const { room, door, doors } = roomUnder("insight-only.json", { requestsPerPeriod });
    const second = doors.find((one) => one.recipient === door.recipient && one.contractId !== door.contractId);
    if (second === undefined) throw new Error("a contract stands twice");
    upload(room, door);
    expect([room.ask(door, PLAIN), room.ask(second, PLAIN)].map(kindOf)).toEqual(["answered", "answered"]);
    upload(room, door);
    expect(kindOf(room.ask(second, PLAIN))).toContain("the next is possible from 2026-12-26T00:00:00.000Z");
    wait(room, "P30D");
    expect(kindOf(room.ask(second, PLAIN))).toBe("answered");
  });

  it("withholds the second of two exact answers that are fewer than k people apart, and gives it from k on", () => {
    for (const [apart, isGiven] of [
      [1, false],
      [99, false],
      [100, true],
    ] as const) {
      const { room, door } = roomUnder("exact-counts.json", { rounding: 1 });
      upload(room, door);
      expect(figuresOf(room.ask(door, PLAIN), door)).toEqual({ shared: 400, theirs: 1_300 });
      upload(room, door, apart);
      expect(figuresOf(room.ask(door, PLAIN), door)).toEqual(
        isGiven ? { shared: 400 + apart, theirs: 1_300 + apart } : { shared: null, theirs: null },
      );
    }
  });

  it("knows canonical twins: they are one answer, and what is another question is drawn and paid anew", () => {
    const { room, doors } = roomUnder("insight-only.json", {}, EVERYTHING);
    const kinds = (door: Door, probes: readonly (typeof PLAIN)[]) => {
      upload(room, door);
      return probes.map((probe) => kindOf(room.ask(door, probe)));
    };
    const overlap = doors.find(({ analysis }) => analysis === "overlap");
    const table = doors.find(({ analysis, identifiers }) => analysis === "crosstab" && identifiers.length === 1);
    if (overlap === undefined || table === undefined) throw new Error("both are granted");
    const twins = [PLAIN, { ...PLAIN, isReversed: true }, { ...PLAIN, isTwin: true }];
    expect(kinds(overlap, twins)).toEqual(["answered", "repeated", "repeated"]);
    const { by } = table.finest;
    expect(by).toHaveLength(3);
    const orders = [by, [...by].reverse(), [...by.slice(1), ...by.slice(0, 1)]].map((one) => ({ ...PLAIN, by: one }));
    expect(kinds(table, [...orders, table.plain])).toEqual(["answered", "repeated", "repeated", "answered"]);
  });

  it("has doors for every analysis, by one identifier and by two, among two lists and three", () => {
    const { doors } = roomUnder("insight-only.json", {}, EVERYTHING);
    const shapes = doors.map(({ analysis, identifiers, others, measure }) =>
      [analysis, identifiers.length, others.length + 2, measure?.aggregate ?? ""].join(" ").trim(),
    );
    expect([...new Set(shapes)].sort()).toEqual([
      "affinity 1 2",
      "affinity 2 2",
      "crosstab 1 2",
      "crosstab 1 2 sum",
      "crosstab 1 3",
      "crosstab 2 2",
      "overlap 1 3",
      "overlap 2 2",
      "trend 2 2",
    ]);
  });

  it("withholds the second of two certain lists of the same people, and gives deniable ones for the full price", () => {
    const listed = (deniability: object) => {
      const { room, doors } = roomUnder("cross-sell.json", { minimumAudience: 300, ...deniability }, (json) => ({
        ...CERTAIN_LISTS(json),
        contactsPerPerson: [{ count: 9, period: "P7D" }],
      }));
      const door = doors.find(({ analysis }) => analysis === "audience");
      if (door === undefined) throw new Error("lists are granted");
      upload(room, door);
      const first = room.ask(door, door.plain);
      upload(room, door);
      return [first, room.ask(door, door.plain)].map((reply) => (reply.kind === "answered" ? reply.told : null));
    };
    const [certain, near] = listed({});
    expect(certain).toEqual([expect.any(Number)]);
    expect(near).toEqual([null]);
    // Nobody is a crowd of one here, so nobody's entry is looked at.
    expect(listed({ deniability: "0.2" })).toEqual([[], []]);
  });

  it("tells a single person's entry by the coin, and another's on the list by another toss", () => {
    const { room, doors } = roomUnder("careful-lists.json", {}, (json: { readonly grants: readonly object[] }) => ({
      ...json,
      contactsPerPerson: [{ count: 1_000, period: "P1D" }],
    }));
    const door = doors.find(({ analysis }) => analysis === "audience");
    if (door === undefined) throw new Error("lists are granted");
    room.upload(
      door.theirs,
      new Map([
        ["shared", crowd(4_000)],
        ["ann", crowd(1)],
      ]),
      "customers",
    );
    const told = Array.from({ length: 40 }, () => {
      room.upload(
        door.own,
        new Map([
          ["shared", crowd(4_000)],
          ["ann", crowd(1)],
          ["ben", crowd(1)],
        ]),
        "a list",
      );
      const reply = room.ask(door, door.plain);
      room.wait(door.tariff.periodDays);
      return reply.kind === "answered" ? reply.told : [];
    }).filter(({ length }) => length > 0);
    expect(told.length).toBeGreaterThan(5);
    expect(new Set(told.map((one) => one.join())).size).toBeGreaterThan(1);
    expect(told.every((one) => one.length === 2 && one.every((entry) => entry === 0 || entry === 1))).toBe(true);
  });

  it("lets nobody stand on more audiences than the owner's cap, whoever asks, and again when the days are over", () => {
    const { room, doors } = roomUnder("cross-sell.json", { minimumAudience: 300 }, CERTAIN_LISTS);
    const [door, other] = ["travel-partner-1", "travel-partner-2"].map((name) =>
      doors.find(({ analysis, recipient }) => analysis === "audience" && recipient === name),
    );
    if (door === undefined || other === undefined) throw new Error("two partners are granted lists");
    const given = (asker: Door) => {
      upload(room, asker);
      const reply = room.ask(asker, asker.plain);
      return reply.kind === "answered" && reply.told[0] !== null;
    };
    expect([given(door), given(other)]).toEqual([true, false]);
    wait(room, "P7D");
    expect(given(other)).toBe(true);
  });

  it("counts for one recipient what its affiliates were given", () => {
    const { room, doors } = roomUnder("careful-lists.json");
    const [one, two] = ["example-holidays", "example-cruises"].map((name) =>
      doors.find(({ analysis, recipient }) => analysis === "overlap" && recipient === name),
    );
    if (one === undefined || two === undefined) throw new Error("both are granted figures");
    const answers = [one, two, one, two, one, two, one, two, one, two, one, two].map((door) => {
      upload(room, door);
      return kindOf(room.ask(door, PLAIN));
    });
    expect(answers.filter((kind) => kind === "answered")).toHaveLength(9);
    expect(answers.at(-1)).toContain("for you and your affiliates together in 9");
  });
});
