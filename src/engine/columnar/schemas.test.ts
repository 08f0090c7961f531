// Lists under schemas at their bounds, against what is plain to see: people who share nothing with anybody but
// themselves on the other list.

import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { datasetSchemaSchema, IDENTIFIER_KINDS, type IdentifierKind } from "../../domain/dataset/schema.ts";
import { LIMITS } from "../../domain/limits.ts";
import type { ComparedList, Matcher } from "../../ports/matcher.ts";
import { bodyOf } from "../../testing/matcher-suite/lists.ts";
import { columnarMatcher } from "./matcher.ts";

type Bounds = {
  readonly kinds: readonly IdentifierKind[];
  readonly attributes: number;
  /** How many values each attribute has: attributes of one byte and of two. */
  readonly values: (attribute: number) => number;
  readonly measures: number;
  readonly consents: number;
};

const ALL: Bounds = {
  kinds: IDENTIFIER_KINDS,
  attributes: LIMITS.attributes,
  values: (attribute) => [2, 255, 256, 300][attribute % 4] ?? 2,
  measures: LIMITS.measures,
  consents: 31,
};
const NONE: Bounds = { kinds: ["phone"], attributes: 0, values: () => 2, measures: 0, consents: 0 };

const SCHEMAS: readonly (readonly [string, Bounds])[] = [
  ["phones alone, and no columns", NONE],
  ["external ids alone, and one consent", { ...NONE, kinds: ["external"], consents: 1 }],
  ["two kinds, and no columns", { ...NONE, kinds: ["phone", "name+postcode"] }],
  ["five kinds, and no columns", { ...NONE, kinds: IDENTIFIER_KINDS }],
  ["e-mail addresses alone, and everything else", { ...ALL, kinds: ["email"] }],
  ["nine consents", { ...NONE, kinds: ["email", "maid"], consents: 9, attributes: 1 }],
  ["seventeen consents", { ...NONE, kinds: ["email", "phone"], consents: 17, attributes: 2, measures: 1 }],
  ["all that there may be", ALL],
];

const named = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}-${index}`);

function schemaOf({ kinds, attributes, values, measures, consents }: Bounds) {
  const own = { profile: "concordat-1", encoding: "hex" };
  const parts = { firstName: { column: "f" }, lastName: { column: "l" }, postcode: { column: "p" }, country: "DE" };
  const more = { external: { namespace: "shared" }, "name+postcode": parts };
  const kindOf = (kind: IdentifierKind) => ({
    ...{ column: kind, ...own },
    ...(kind === "external" || kind === "name+postcode" ? more[kind] : {}),
  });
  const attributeOf = (index: number) => ({ type: "category", values: named("v", values(index)) });
  const columns = (name: string, count: number, make: (index: number) => object) =>
    Object.fromEntries(named(name, count).map((column, index) => [column, { column, ...make(index) }]));
  return datasetSchemaSchema.parse({
    concordat: "dataset/1",
    dataset: "bounds",
    record: { column: "record" },
    identifiers: Object.fromEntries(kinds.map((kind) => [kind, kindOf(kind)])),
    attributes: columns("a", attributes, attributeOf),
    ...(measures === 0 ? {} : { measures: columns("m", measures, () => ({ scale: 1 })) }),
    consents: columns("c", consents, () => ({ granted: ["y"] })),
    rejects: "0",
  });
}

/** Everybody has at least one kind; who has which, every value and every consent follow from the number. */
const hasKind = ({ kinds }: Bounds, person: number, kind: number) =>
  kind === person % kinds.length || (person >> (3 + kind)) % 2 === 1;
const codeOf = (bounds: Bounds, person: number, attribute: number) =>
  (person * 7 + attribute) % (bounds.values(attribute) + 1);
const consentsTo = (person: number, consent: number) => (person + consent) % 3 !== 0;

function rowOf(bounds: Bounds, person: number): string {
  const digest = (kind: string) => createHash("sha256").update(`${kind} ${person}`).digest("hex");
  const identifiers = bounds.kinds.map((kind, index) => (hasKind(bounds, person, index) ? digest(kind) : ""));
  const attributes = named("", bounds.attributes).map((_, index) => {
    const code = codeOf(bounds, person, index);
    return code === 0 ? "" : `v-${code - 1}`;
  });
  const measures = named("", bounds.measures).map((_, index) => `${person - index}.5`);
  const consents = named("", bounds.consents).map((_, index) => (consentsTo(person, index) ? "y" : "n"));
  return `${[`person ${person}`, ...identifiers, ...attributes, ...measures, ...consents].join()}\n`;
}

function csvOf(bounds: Bounds, people: readonly number[]): string {
  const { kinds, attributes, measures, consents } = bounds;
  const names = [...kinds, ...named("a", attributes), ...named("m", measures), ...named("c", consents)];
  return `${["record", ...names].join()}\n${people.map((person) => rowOf(bounds, person)).join("")}`;
}

let ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends) await end();
  ends = [];
});

function fresh(threads: number): Matcher {
  const directory = mkdtempSync(join(tmpdir(), "concordat-bounds-"));
  const own = { directory, roomKey: new Uint8Array(32), memoryBytes: 1 };
  const large = { largeTokens: 0, largeRows: 0, chunkBytes: 50_000 };
  const matcher = columnarMatcher({ ...own, ...large, threads, ...(threads === 0 ? { kernels: "plain" } : {}) });
  ends.push(async () => {
    await matcher.end();
    rmSync(directory, { recursive: true });
  });
  return matcher;
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

function sealer(matcher: Matcher, bounds: Bounds) {
  const schema = schemaOf(bounds);
  const dataKey = randomBytes(32);
  return async (people: readonly number[], over?: { change: "upsert" | "delete"; base: ComparedList }) => {
    const staging = randomBytes(8).toString("hex");
    const upload = { staging, schema, dataKey, ...(over ?? { change: "replace" as const }) };
    const staged = await matcher.stagePart({ ...upload, number: 1, body: bodyOf(csvOf(bounds, people)) });
    if (!staged.ok) throw new Error(staged.error.says);
    await staged.value.keep();
    const version = await matcher.seal({ ...upload, parts: 1 });
    return { ...version, list: { segment: version.segment, dataKey, consents: [], where: [] } };
  };
}

type Both = { readonly left: ComparedList; readonly right: ComparedList; readonly shared: readonly number[] };

async function answersOf(matcher: Matcher, bounds: Bounds, { left, right, shared }: Both): Promise<void> {
  const { kinds, attributes, measures, consents } = bounds;
  for (const [index, kind] of kinds.entries()) {
    const counts = await matcher.overlap([left, right], [kind]);
    expect(counts.regions[3]).toBe(shared.filter((person) => hasKind(bounds, person, index)).length);
  }
  const byKind = kinds.map((_, index) =>
    shared.filter((person) => kinds.findIndex((__, kind) => hasKind(bounds, person, kind)) === index),
  );
  const all = await matcher.overlap([left, right], kinds);
  expect([all.byIdentifier, all.collisions]).toEqual([byKind.map(({ length }) => length), kinds.map(() => 0)]);
  const { records } = await matcher.select({ own: left, other: right, identifiers: kinds, maximum: 10_000 });
  expect([...records].sort()).toEqual(shared.map((person) => `person ${person}`).sort());
  for (const consent of new Set([0, 7, 8, 16, 30].filter((one) => one < consents))) {
    const asked = { ...left, consents: [`c-${consent}`, `c-${Math.floor(consent / 2)}`] };
    const isIn = (person: number) => consentsTo(person, consent) && consentsTo(person, Math.floor(consent / 2));
    expect((await matcher.overlap([asked, right], kinds)).regions[3]).toBe(shared.filter(isIn).length);
  }
  for (const attribute of new Set([0, 1, 2, 3, 62, 63].filter((one) => one < attributes))) {
    const by = [{ list: 1, attribute: `a-${attribute}` }];
    const measure = { list: 0, measure: `m-${measures - 1}`, minimum: -100, maximum: 20_000 };
    const cells = await matcher.crossTab({
      ...{ lists: [left, right], identifiers: kinds, by },
      measures: measures === 0 ? [] : [measure],
    });
    const inCell = range(0, bounds.values(attribute) + 1).map((code) =>
      shared.filter((person) => codeOf(bounds, person, attribute) === code),
    );
    expect(cells.people).toEqual(inCell.map(({ length }) => length));
    if (measures === 0) continue;
    const unitsOf = (person: number) => {
      const whole = person - (measures - 1);
      return Math.max(-100, whole * 10 + (whole < 0 ? -5 : 5));
    };
    const sums = inCell.map((people) => people.reduce((sum, person) => sum + unitsOf(person), 0));
    expect(cells.measures).toEqual([{ holders: cells.people, sums }]);
  }
}

describe.each(SCHEMAS)("lists of %s", (_, bounds) => {
  it.each([0, 1])("are compared, narrowed, counted and selected with %i threads", async (threads) => {
    const matcher = fresh(threads);
    const [ours, theirs] = [sealer(matcher, bounds), sealer(matcher, bounds)];
    const [left, right] = [await ours(range(0, 700)), await theirs(range(400, 900))];
    expect([left.people, right.people]).toEqual([700, 500]);
    await answersOf(matcher, bounds, { left: left.list, right: right.list, shared: range(400, 700) });
    const fewer = await ours(range(600, 800), { change: "delete", base: left.list });
    expect(fewer.increment).toEqual({ rowsRemoved: 100, rowsAdded: 0, referencesUnknown: 100 });
    const more = await ours(range(500, 650), { change: "upsert", base: fewer.list });
    expect(more.increment).toEqual({ rowsRemoved: 100, rowsAdded: 150, referencesUnknown: 50 });
    await answersOf(matcher, bounds, { left: more.list, right: right.list, shared: range(400, 650) });
    const none = await ours(range(0, 700), { change: "delete", base: more.list });
    expect(none.people).toBe(0);
    await answersOf(matcher, bounds, { left: none.list, right: right.list, shared: [] });
    const again = await ours(range(0, 450), { change: "upsert", base: none.list });
    await answersOf(matcher, bounds, { left: again.list, right: right.list, shared: range(400, 450) });
  });
});
