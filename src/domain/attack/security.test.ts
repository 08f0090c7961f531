// The attacks that the security requirements name, by their numbers, on the room's own rules: T-02, T-03, T-04, and the
// bot with the strategy of Guo et al.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { startOfDate } from "../instant.ts";
import { type Policy, policySchema } from "../policy/document.ts";
import { nanoRho } from "../privacy/epsilon.ts";
import { uniformBelow } from "../privacy/random.ts";
import { assessingAt } from "./assessing.ts";
import { beats, boundOfAnswer, boundOfBudget } from "./bound.ts";
import type { Crowd, CrowdList } from "./crowds.ts";
import { type Door, doorsOf } from "./doors.ts";
import { type ModelRoom, openModelRoom } from "./model-room.ts";
import { ROOM_RULES } from "./rules.ts";
import { seededBytes } from "./seeded-bytes.ts";
import { stageOf } from "./stage.ts";

const ANALYSES = ["overlap", "crosstab"] as const;

/** `insight-only.json` for one partner, with tables by three attributes, and other limits where a test wants them. */
function policyWith(defaults: object): Policy {
  const text = readFileSync(new URL("../../../policies/insight-only.json", import.meta.url), "utf8");
  const policy = policySchema.parse(JSON.parse(text));
  const uses = ["filter", "group"];
  const [grant] = policy.grants;
  return policySchema.parse({
    ...policy,
    defaults: {
      ...policy.defaults,
      requestsPerPeriod: ANALYSES.map((analysis) => ({ analysis, count: 1_000, period: "P30D" })),
      ...defaults,
    },
    grants: [
      { ...grant, to: ["one-partner"], analyses: ANALYSES, attributes: { tier: uses, region: uses, segment: uses } },
    ],
    prohibitions: [],
    examples: [],
  });
}

/** A way to open rooms under a policy, one a world, and the door of an analysis by one identifier or all. */
function roomsUnder(defaults: object, analysis: (typeof ANALYSES)[number]) {
  const stage = stageOf(policyWith(defaults), null, "2026-11-26");
  const opens = startOfDate("2026-11-26");
  if (!stage.ok || !opens.ok) throw new Error("the stage stands");
  const door = doorsOf(stage.value).find((one) => one.analysis === analysis && one.others.length === 0);
  if (door === undefined) throw new Error("the policy lets the partner in");
  const assess = assessingAt(stage.value);
  const open = (seed: string): ModelRoom =>
    openModelRoom({ assess, rules: ROOM_RULES, random: seededBytes(seed), opens: opens.value });
  return { door, open };
}

function people(size: number, values: Crowd["values"] = {}): Crowd {
  return { size, values };
}

function ask(
  room: ModelRoom,
  door: Door,
  lists: { readonly own: CrowdList; readonly theirs: CrowdList },
  probe = door.plain,
) {
  room.upload(door.theirs, lists.theirs, "its customers");
  room.upload(door.own, lists.own, "a list");
  const reply = room.ask(door, probe);
  if (reply.kind === "refused") throw new Error(reply.says);
  return reply.told;
}

/** Which of two worlds each of so many is; half of each kind. */
const worlds = (count: number) => Array.from({ length: count }, (_, world) => ({ world, isThere: world % 2 === 1 }));

describe("T-02: whether a figure is withheld", () => {
  it.each(ANALYSES)("tells k - 1 from k no better than one answer may, in 200 pairs of worlds: %s", (analysis) => {
    const { door, open } = roomsUnder({}, analysis);
    const values = analysis === "crosstab" ? { [door.plain.by[0]?.attribute ?? ""]: "one" } : {};
    let [right, shown] = [0, 0];
    for (const { world, isThere } of worlds(400)) {
      const [shared, strangers] = [people(door.terms.k - (isThere ? 0 : 1), values), people(400, values)];
      const theirs = new Map([["shared", shared] as const, ["others", strangers] as const]);
      const own = new Map([["shared", shared] as const, ["strangers", strangers] as const]);
      const told = ask(open(`T-02 ${world}`), door, { own, theirs });
      const isShown = (analysis === "crosstab" ? told[0] : told.at(-1)) !== null;
      if (isShown) shown++;
      if (isShown === isThere) right++;
    }
    // A table reaches the bound, so that 0.05 more is one standard deviation: what counts is the tail.
    expect(beats(boundOfAnswer(door.price), right, 400)).toBe(false);
    if (analysis === "overlap") expect(right / 200 - 1).toBeLessThanOrEqual(boundOfAnswer(door.price) + 0.05);
    expect(shown).toBeGreaterThan(100);
  });
});

describe("T-03: the tracker on a table of three attributes, with many cells far below k", () => {
  const { door, open } = roomsUnder({}, "crosstab");
  const axes = door.finest.by.map(({ attribute }) => attribute);
  const keys = ["one", "two", null].flatMap((first) =>
    ["one", "two", null].flatMap((second) => ["one", "two", null].map((third) => [first, second, third])),
  );
  const valuesOf = (cell: readonly (string | null)[]): Crowd["values"] =>
    Object.fromEntries(cell.flatMap((key, axis) => (key === null ? [] : [[axes[axis] ?? "", key] as const])));
  // Of 27 cells the first is large, and the others hold none to nine.
  const crowds = keys.map((cell, index) => people(index === 0 ? 400 : index % 10, valuesOf(cell)));
  const known: CrowdList = new Map(crowds.map((one, index) => [`cell ${index}`, one]));

  /** People of whom the attacker knows that they stand under a key of the first attribute, with these of the third. */
  function knownUnder(first: string | null, thirds: readonly (string | null)[]): number {
    return crowds.reduce((sum, { size }, index) => {
      const [one = null, , three = null] = keys[index] ?? [];
      return one === first && thirds.includes(three) ? sum + size : sum;
    }, 0);
  }

  it("shows no cell that has fewer than k - 20/epsilon people", () => {
    expect(axes).toHaveLength(3);
    expect(door.terms.k - 20 / (door.price / 1_000_000)).toBe(10);
    for (let world = 0; world < 40; world++) {
      const told = ask(open(`T-03 ${world}`), door, { own: known, theirs: known }, door.finest);
      expect(told.map((figure) => figure !== null)).toEqual(keys.map((_, index) => index === 0));
    }
  });

  it("lets 20 victims in small cells be guessed no better than the three answers together may be", () => {
    let right = 0;
    for (const { world, isThere } of worlds(400)) {
      const victim = 1 + (Math.floor(world / 2) % 20);
      const [first = null, , third = null] = keys[victim] ?? [];
      const person = ["victim", people(1, valuesOf(keys[victim] ?? []))] as const;
      const room = open(`T-03 victim ${world}`);
      const place = first === "one" ? 0 : first === "two" ? 1 : 2;
      const others = ["one", "two"].filter((value) => value !== third);
      const all = ask(room, door, {
        own: new Map([...known, person]),
        theirs: new Map(isThere ? [...known, person] : known),
      });
      const clause = { dataset: door.theirs, attribute: axes[2] ?? "", in: others };
      const [rest, table] = [{ ...door.plain, where: [clause] }, door.finest].map((probe) => room.ask(door, probe));
      if (rest?.kind !== "answered" || table?.kind !== "answered") throw new Error("three answers are paid");
      const [whole, fewer] = [knownUnder(first, ["one", "two", null]), knownUnder(first, others)];
      const excess = (all[place] ?? whole) - whole - ((rest.told[place] ?? fewer) - fewer);
      if ((table.told[victim] !== null || excess > 0.5) === isThere) right++;
    }
    expect(beats(boundOfBudget(nanoRho(3n * door.tariff.cost)), right, 400)).toBe(false);
    expect(right).toBeGreaterThan(150);
  });
});

describe("T-04: one victim", () => {
  const { door, open } = roomsUnder({}, "overlap");
  const { k } = door.terms;
  const one = people(1);

  /** How often a guess is right in 400 worlds, and the most that the bound and five standard deviations allow. */
  function accuracyOf(listsIn: (isThere: boolean) => Parameters<typeof ask>[2], name: string) {
    let right = 0;
    for (const { world, isThere } of worlds(400)) {
      const lists = listsIn(isThere);
      const told = ask(open(`T-04 ${name} ${world}`), door, lists);
      if ((told.at(-1) !== null) === isThere) right++;
    }
    const chance = (1 + boundOfAnswer(door.price)) / 2;
    return { right: right / 400, most: chance + 5 * Math.sqrt((chance * (1 - chance)) / 400) };
  }

  it("padded with made-up people, and beside k - 1 puppets of the attacker's on the other list", () => {
    const madeUp = accuracyOf(
      (isThere) => ({
        own: new Map([
          ["made up", people(10_000)],
          ["victim", one],
        ]),
        theirs: new Map([["others", people(900)], ...(isThere ? [["victim", one] as const] : [])]),
      }),
      "made up",
    );
    expect(madeUp.right).toBe(0.5);
    const puppets = accuracyOf(
      (isThere) => ({
        own: new Map([
          ["puppets", people(k - 1)],
          ["victim", one],
        ]),
        theirs: new Map([
          ["puppets", people(k - 1)],
          ["others", people(900)],
          ...(isThere ? [["victim", one] as const] : []),
        ]),
      }),
      "puppets",
    );
    expect(puppets.right).toBeLessThanOrEqual(puppets.most);
    expect(puppets.right).toBeGreaterThan(0.5);
  });
});

describe("a bot that halves a crowd of targets by sizes (Guo et al., USENIX Security 2022)", () => {
  const TARGETS = 32;
  const WORLDS = 120;

  /** Asks for the size of a set, then of its halves, until they are all members or none, or it is refused. */
  function found(room: ModelRoom, door: Door, isMember: readonly boolean[]): readonly boolean[] {
    const padding = 4 * door.terms.k;
    const members = isMember.flatMap((is, index) => (is ? [[`target ${index}`, people(1)] as const] : []));
    room.upload(door.theirs, new Map([["known", people(padding)], ["others", people(900)], ...members]), "customers");
    const guesses = isMember.map(() => false);
    const queue = [isMember.map((_, index) => index)];
    for (let set = queue.shift(); set !== undefined; set = queue.shift()) {
      const own = set.map((index) => [`target ${index}`, people(1)] as const);
      room.upload(door.own, new Map([["known", people(padding)], ["strangers", people(padding)], ...own]), "a set");
      const reply = room.ask(door, door.plain);
      const size = reply.kind === "refused" ? null : (reply.told.at(-1) ?? null);
      if (size === null) break;
      const share = (size - padding) / set.length;
      for (const index of set) guesses[index] = share > 0.5;
      const middle = set.length / 2;
      if (set.length > 1 && share > 0 && share < 1) queue.push(set.slice(0, middle), set.slice(middle));
    }
    return guesses;
  }

  function played(defaults: object) {
    const { door, open } = roomsUnder(defaults, "overlap");
    let [right, all] = [0, 0];
    for (let world = 0; world < WORLDS; world++) {
      const draws = seededBytes(`targets ${world}`);
      const isMember = Array.from({ length: TARGETS }, () => uniformBelow(2n, draws) === 1n);
      const guesses = found(open(`bot ${world}`), door, isMember);
      // Targets of one world are guessed from the same answers, so one of each world is judged.
      const judged = world % TARGETS;
      if (guesses[judged] === isMember[judged]) right++;
      all += guesses.filter((guess, index) => guess === isMember[index]).length;
    }
    return { bound: boundOfBudget(door.tariff.limits.perRecipient), right, share: all / (WORLDS * TARGETS) };
  }

  it("finds no more members than epsilon allows, and nearly all of them where it allows nearly all", () => {
    const { bound, right, share } = played({});
    expect(beats(bound, right, WORLDS)).toBe(false);
    expect(share).toBeLessThan((1 + bound) / 2);
    const budget = { perRelease: "12", perRecipient: "9999", lineage: "9999", delta: "1e-7", period: "P3M" };
    expect(played({ budget }).share).toBeGreaterThan(0.97);
  });
});
