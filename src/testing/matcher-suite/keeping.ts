// Laws of what is kept: parts until they are dropped, versions until they are swept, nothing of what was given up.

import { describe, expect, it } from "vitest";
import type { Matcher } from "../../ports/matcher.ts";
import { bodyOf, csvOf, freshName, HEADER, people, type Row, SCHEMA, sealOver, sealRows, stageRows } from "./lists.ts";
import { type Made, type Make, sweptMatcher } from "./made.ts";
import { EMAIL, freshUpload, sealChain, sealStaged, sizeOf, sweeps } from "./sweeping.ts";

export function keepingLaws(make: Make, matcher: () => Matcher): void {
  describe("keeps what is named and nothing else", () => {
    stages(matcher);
    tellsHowFarItIs(matcher);
    ends(make);
    describe("of all that it has", () => {
      const made = sweptMatcher(() => make());
      sweeps(made);
      drops(made);
      givesUp(made);
    });
  });
}

function stages(matcher: () => Matcher): void {
  it("takes a part when it is kept and not before, the last kept of one number, and none that is dropped", async () => {
    const upload = freshUpload([people(0, 5)]);
    const read = async (rows: readonly Row[]) => {
      const { staging, dataKey, change } = upload;
      const body = bodyOf(HEADER + csvOf(rows));
      const staged = await matcher().stagePart({ staging, dataKey, change, number: 1, schema: SCHEMA, body });
      if (!staged.ok) throw new Error(staged.error.says);
      return staged.value;
    };
    const [first, dropped, second] = [await read(people(0, 5)), await read(people(0, 6)), await read(people(0, 7))];
    await expect(sealStaged(matcher(), upload)).rejects.toThrow();
    await first.keep();
    expect((await sealStaged(matcher(), upload)).people).toBe(5);
    await dropped.drop();
    expect((await sealStaged(matcher(), upload)).people).toBe(5);
    await second.keep();
    expect((await sealStaged(matcher(), upload)).people).toBe(7);
    await matcher().dropStaging(upload.staging);
  });

  it("has nothing to seal once a staging is dropped, and drops what is not there without complaint", async () => {
    const [upload, beside] = [freshUpload([people(0, 5), people(5, 5)]), freshUpload([people(0, 3)])];
    await stageRows(matcher(), upload);
    await stageRows(matcher(), beside);
    await matcher().dropStaging(upload.staging);
    await matcher().dropStaging(upload.staging);
    await expect(sealStaged(matcher(), upload)).rejects.toThrow();
    expect((await sealStaged(matcher(), beside)).people).toBe(3);
    await matcher().dropStaging(beside.staging);
  });

  it("seals the parts that are counted and no others, and none in place of one that is missing", async () => {
    const upload = freshUpload([people(0, 5), people(5, 5)]);
    await stageRows(matcher(), upload);
    expect((await sealStaged(matcher(), { ...upload, parts: upload.parts.slice(1) })).people).toBe(5);
    await expect(sealStaged(matcher(), { ...upload, parts: [[], [], []] })).rejects.toThrow();
    await matcher().dropStaging(upload.staging);
  });
}

function tellsHowFarItIs(matcher: () => Matcher): void {
  it("tells how far sealing has come, never back, up to the last row", async () => {
    const base = await sealRows(matcher(), [people(0, 400)]);
    const names = { staging: freshName(), dataKey: base.list.dataKey };
    await stageRows(matcher(), { ...names, change: "upsert", parts: [people(100, 400)] });
    const { segment } = base.list;
    for (const change of [{ change: "replace" }, { change: "upsert", base: { segment } }] as const) {
      const seen: { readonly rowsSealed: number; readonly rowsTotal: number }[] = [];
      const onProgress = (progress: (typeof seen)[number]) => void seen.push(progress);
      await matcher().seal({ ...names, ...change, parts: 1, schema: SCHEMA, onProgress });
      const sealed = seen.map(({ rowsSealed }) => rowsSealed);
      expect(sealed).toEqual([...sealed].sort((a, b) => a - b));
      expect(sealed[0]).toBeGreaterThanOrEqual(0);
      expect(new Set(seen.map(({ rowsTotal }) => rowsTotal))).toEqual(new Set([sealed.at(-1)]));
      if (change.change === "replace") expect(sealed.at(-1)).toBe(400);
    }
    await matcher().dropStaging(names.staging);
  });
}

const ORDERS = [
  ["base", "middle", "last"],
  ["base", "last", "middle"],
  ["middle", "base", "last"],
  ["middle", "last", "base"],
  ["last", "base", "middle"],
  ["last", "middle", "base"],
] as const;

function drops(made: () => Made): void {
  it("drops a version at once, and nothing else; one that is not there without complaint", async () => {
    const { matcher, names } = made();
    const kept = await sealRows(matcher, [people(0, 30)]);
    const before = names();
    for (const isOpened of [false, true]) {
      const gone = await sealRows(matcher, [people(0, 20)]);
      if (isOpened) expect(await sizeOf(matcher, gone)).toBe(20);
      for (let time = 0; time < 2; time++) await matcher.dropSegment(gone.version.segment);
      expect(names()).toEqual(before);
      await expect(sizeOf(matcher, gone)).rejects.toThrow();
      await expect(matcher.overlap([kept.list, gone.list, kept.list], EMAIL)).rejects.toThrow();
      const over = sealOver(matcher, gone, { change: "upsert", parts: [people(0, 1)] });
      await expect(over).rejects.toThrow();
      await matcher.sweep(async () => ({ segments: new Set([kept.version.segment]), stagings: new Set() }));
    }
    expect(await sizeOf(matcher, kept)).toBe(30);
  });

  it("drops a base and its increments in any order: each is gone, those left answer, the last takes all", async () => {
    const { matcher, names } = made();
    for (const order of ORDERS) {
      const sealed = await sealChain(matcher);
      const sizes = { base: 900, middle: 800, last: 850 };
      for (const [place, name] of order.entries()) {
        await matcher.dropSegment(sealed[name].version.segment);
        await expect(sizeOf(matcher, sealed[name])).rejects.toThrow();
        for (const left of order.slice(place + 1)) expect(await sizeOf(matcher, sealed[left])).toBe(sizes[left]);
      }
      expect([order, names()]).toEqual([order, []]);
    }
  });

  it("lets whatever reads a version end before it drops it", async () => {
    const { matcher, names } = made();
    const [base, other] = [await sealRows(matcher, [people(0, 900)]), await sealRows(matcher, [people(300, 900)])];
    const staging = freshName();
    const { segment, dataKey } = base.list;
    const upload = { staging, dataKey, change: "upsert" as const };
    await stageRows(matcher, { ...upload, parts: [people(5, 1)] });
    const lists = [base.list, other.list, base.list];
    const asked = [
      matcher.overlap(lists.slice(0, 2), EMAIL).then(({ regions }) => regions[3]),
      matcher.overlap(lists, EMAIL).then(({ regions }) => regions[7]),
      matcher.select({ own: other.list, other: base.list, identifiers: EMAIL, maximum: 0 }).then(({ count }) => count),
    ];
    const sealing = matcher.seal({ ...upload, parts: 1, base: { segment }, schema: SCHEMA });
    await matcher.dropSegment(segment);
    expect(await Promise.all(asked)).toEqual([600, 600, 600]);
    const version = await sealing;
    expect(await sizeOf(matcher, { version, list: { ...base.list, segment: version.segment } })).toBe(900);
    await expect(sizeOf(matcher, base)).rejects.toThrow();
    await matcher.dropStaging(staging);
    const held = names().length;
    const by = [{ list: 0, attribute: "tier" }];
    const three = [other.list, { ...other.list, consents: ["ads"] }, other.list];
    const reading = matcher.crossTab({ lists: three, identifiers: EMAIL, by, measures: [] });
    await matcher.dropSegment(other.version.segment);
    expect(names().length).toBe(held - 1);
    expect((await reading).people.reduce((sum, count) => sum + count)).toBe(900);
    await matcher.dropSegment(version.segment);
    expect(names()).toEqual([]);
  });
}

function givesUp(made: () => Made): void {
  const rows = people(0, 12_000);

  it.each(["before it begins", "as it goes on"])("gives sealing up when it is aborted %s", async (when) => {
    const { matcher, names } = made();
    const base = await sealRows(matcher, [people(6_000, 6_000)]);
    const staged = freshUpload([rows.slice(0, 5_000), rows.slice(5_000)]);
    const upload = { ...staged, dataKey: base.list.dataKey };
    await stageRows(matcher, upload);
    const before = [...names()].sort();
    const { staging, dataKey } = upload;
    const { segment } = base.list;
    for (const change of [{ change: "replace" }, { change: "upsert", base: { segment } }] as const) {
      const ending = new AbortController();
      if (when === "before it begins") ending.abort();
      const { signal } = ending;
      const onProgress = () => ending.abort();
      const seal = { staging, dataKey, ...change, parts: 2, schema: SCHEMA, onProgress, signal };
      await expect(matcher.seal(seal)).rejects.toThrow();
      expect([...names()].sort()).toEqual(before);
    }
    expect((await sealStaged(matcher, upload)).people).toBe(12_000);
  });

  it("lets a signal be that is never aborted", async () => {
    const { matcher } = made();
    const upload = freshUpload([people(0, 20)]);
    await stageRows(matcher, upload);
    const { staging, dataKey, change } = upload;
    const { signal } = new AbortController();
    const version = await matcher.seal({ staging, dataKey, change, parts: 1, schema: SCHEMA, signal });
    expect(version.people).toBe(20);
  });
}

function ends(make: Make): void {
  it("ends at once where nothing was asked, and after questions", async () => {
    const idle = await make();
    await idle.matcher.end();
    await idle.end();
    const asked = await make();
    const { list } = await sealRows(asked.matcher, [people(0, 3_000)]);
    expect((await asked.matcher.overlap([list, list], EMAIL)).regions[3]).toBe(3_000);
    await asked.matcher.end();
    await asked.end();
  });
}
