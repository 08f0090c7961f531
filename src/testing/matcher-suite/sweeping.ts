// Laws of the sweep: whatever nothing names goes, and nothing else does.

import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import type { IdentifierKind } from "../../domain/dataset/schema.ts";
import type { Matcher } from "../../ports/matcher.ts";
import {
  freshName,
  people,
  type Row,
  SCHEMA,
  type Sealed,
  type Staged,
  sealOver,
  sealRows,
  stageRows,
} from "./lists.ts";
import type { Made } from "./made.ts";

export const EMAIL: readonly IdentifierKind[] = ["email"];

export function freshUpload(parts: readonly (readonly Row[])[]) {
  return { staging: freshName(), dataKey: randomBytes(32), change: "replace" as const, parts };
}

export function sealStaged(matcher: Matcher, upload: Staged) {
  const { staging, dataKey, change, parts } = upload;
  return matcher.seal({ staging, dataKey, change, parts: parts.length, schema: SCHEMA });
}

/** A base and two increments, one over the other, that take away and add. */
export async function sealChain(matcher: Matcher) {
  const base = await sealRows(matcher, [people(0, 900)]);
  const middle = await sealOver(matcher, base, { change: "delete", parts: [people(0, 100)], hasRecordsOnly: true });
  const last = await sealOver(matcher, middle, { change: "upsert", parts: [people(850, 100)] });
  return { base, middle, last };
}

export const sizeOf = async (matcher: Matcher, { list }: Sealed) =>
  (await matcher.overlap([list, list], EMAIL)).regions[3];

export function sweeps(made: () => Made): void {
  const chain = ["base", "middle", "last"] as const;
  const sizes = { base: 900, middle: 800, last: 850 };

  it.each([[["base"]], [["middle"]], [["last"]], [["base", "last"]], [["middle", "last"]], [[]]] as const)(
    "sweeps all of a base and its increments except %j, whatever they share",
    async (kept) => {
      const { matcher } = made();
      const sealed = await sealChain(matcher);
      const isKept = (name: (typeof chain)[number]) => kept.some((one) => one === name);
      for (const isOpened of [false, true]) {
        const segments = new Set(chain.filter(isKept).map((name) => sealed[name].version.segment));
        await matcher.sweep(async () => ({ segments, stagings: new Set() }));
        for (const name of chain) {
          if (isKept(name)) expect([isOpened, await sizeOf(matcher, sealed[name])]).toEqual([isOpened, sizes[name]]);
          else await expect(sizeOf(matcher, sealed[name])).rejects.toThrow();
        }
      }
    },
  );

  it("forgets a version that was opened before it is swept, and lays increments over what is kept", async () => {
    const { matcher, names } = made();
    const { base, middle, last } = await sealChain(matcher);
    for (const version of [base, middle, last]) await sizeOf(matcher, version);
    await matcher.sweep(async () => ({ segments: new Set([last.version.segment]), stagings: new Set() }));
    for (const version of [base, middle]) await expect(sizeOf(matcher, version)).rejects.toThrow();
    const next = await sealOver(matcher, last, { change: "delete", parts: [people(100, 50), people(900, 100)] });
    expect(next.version.increment).toEqual({ rowsRemoved: 100, rowsAdded: 0, referencesUnknown: 50 });
    expect(await sizeOf(matcher, next)).toBe(750);
    const query = { own: next.list, other: last.list, identifiers: EMAIL, maximum: 1_000 };
    const expected = people(150, 750).map(({ record }) => record);
    expect([...(await matcher.select(query)).records].sort()).toEqual(expected.sort());
    await matcher.sweep(async () => ({ segments: new Set(), stagings: new Set() }));
    expect(names()).toEqual([]);
  });

  it("sweeps nothing that came while it asked what is named, and nothing at all when it is not told", async () => {
    const { matcher, names } = made();
    const gone = await sealRows(matcher, [people(0, 20)]);
    expect(await sizeOf(matcher, gone)).toBe(20);
    const before = [...names()].sort();
    const untold = matcher.sweep(async () => {
      throw new Error("nobody knows");
    });
    await expect(untold).rejects.toThrow("nobody knows");
    expect([...names()].sort()).toEqual(before);
    const upload = freshUpload([people(0, 7)]);
    let late: Sealed | null = null;
    await matcher.sweep(async () => {
      late = await sealRows(matcher, [people(0, 30)]);
      expect(await sizeOf(matcher, late)).toBe(30);
      await stageRows(matcher, upload);
      return { segments: new Set(), stagings: new Set() };
    });
    await expect(sizeOf(matcher, gone)).rejects.toThrow();
    if (late !== null) expect(await sizeOf(matcher, late)).toBe(30);
    expect((await sealStaged(matcher, upload)).people).toBe(7);
  });

  it("sweeps stagings that nothing names, and seals one that is kept", async () => {
    const { matcher, names } = made();
    const [kept, orphan] = [freshUpload([people(0, 5), people(5, 5)]), freshUpload([people(0, 3)])];
    await stageRows(matcher, kept);
    const before = [...names()].sort();
    await stageRows(matcher, orphan);
    await matcher.sweep(async () => ({ segments: new Set(), stagings: new Set([kept.staging]) }));
    expect([...names()].sort()).toEqual(before);
    await expect(sealStaged(matcher, orphan)).rejects.toThrow();
    expect((await sealStaged(matcher, kept)).people).toBe(10);
  });
}
