// One matcher's answers held against those of the slow and obvious one, over lists that both have.

import fc from "fast-check";
import { expect } from "vitest";
import type { ComparedList, CrossTabCounts, Matcher } from "../../ports/matcher.ts";
import {
  type AskedList,
  type Filter,
  filters,
  MEASURE_NAMES,
  partsOf,
  type Row,
  type Sealed,
  sealRows,
} from "./lists.ts";
import {
  type Asked,
  type SlowCrossTab,
  slowCrossTab,
  slowDifference,
  slowMatch,
  slowOverlap,
  slowPeople,
} from "./slow-matcher.ts";
import type { TokenOf } from "./tokens.ts";

/** A list as it is sent, and what narrows it. */
export type SentList = { readonly parts: readonly (readonly Row[])[]; readonly filter: Filter };

export function sentLists(maxRows: number): fc.Arbitrary<SentList> {
  return fc.record({ parts: partsOf(maxRows), filter: filters });
}

/** A list that both matchers have. */
export type HeldList = { readonly list: ComparedList; readonly slow: AskedList };

export async function holdAll(matcher: Matcher, sent: readonly SentList[]): Promise<HeldList[]> {
  const sealed = await Promise.all(sent.map(({ parts }) => sealRows(matcher, parts)));
  return sealed.map((one, index) => {
    const { parts, filter } = sent[index] ?? { parts: [], filter: { consents: [], where: [] } };
    return held(one, parts.flat(), filter);
  });
}

export function held(sealed: Sealed, rows: readonly Row[], filter: Filter): HeldList {
  return { list: { ...sealed.list, ...filter }, slow: { rows, filter } };
}

const BOUNDS = [
  { minimum: -100, maximum: 100 },
  { minimum: 0, maximum: 2_147_483_647 },
  { minimum: -2_147_483_647, maximum: 0 },
  { minimum: 7, maximum: 7 },
];

/** Cross-tabs, of which `askable` takes what fits a number of lists. */
export const crossTabs: fc.Arbitrary<SlowCrossTab> = fc.record({
  by: fc.array(fc.record({ list: fc.nat(11), attribute: fc.constantFrom("tier", "shop", "tier") }), {
    minLength: 1,
    maxLength: 3,
  }),
  measures:
    MEASURE_NAMES.length === 0
      ? fc.constant([])
      : fc.array(
          fc
            .record({
              list: fc.nat(11),
              measure: fc.constantFrom(...MEASURE_NAMES),
              bounds: fc.constantFrom(...BOUNDS),
            })
            .map(({ bounds, ...asked }) => ({ ...asked, ...bounds })),
          { maxLength: 2 },
        ),
});

/** The cross-tab over so many lists, each attribute once and the long one of one list only. */
function askable({ by, measures, ...how }: SlowCrossTab, lists: number): SlowCrossTab {
  const placed = by.map((axis) => ({ ...axis, list: axis.list % lists }));
  const isFirst = (axis: SlowCrossTab["by"][number], index: number) =>
    placed.findIndex(
      (one) => one.attribute === axis.attribute && (axis.attribute === "shop" || one.list === axis.list),
    ) === index;
  return { ...how, by: placed.filter(isFirst), measures: measures.map((one) => ({ ...one, list: one.list % lists })) };
}

/** Regions and cells of two lists or more. */
export async function comparesAlike(matcher: Matcher, world: readonly HeldList[], asked: Asked & Tabbed) {
  const { identifiers } = asked;
  const lists = world.map(({ list }) => list);
  const slow = world.map((one) => one.slow);
  expect(await matcher.overlap(lists, identifiers)).toEqual(slowOverlap(slow, asked));
  await countsCellsAlike(matcher, world, asked);
  await countsCellsAlike(matcher, world.slice(0, 1), asked);
  const [kind] = identifiers;
  if (kind === undefined || world.length > 2) return;
  const crossTab = { ...asked.crossTab, standing: "least-token" } as const;
  await countsCellsAlike(matcher, world, { ...asked, identifiers: [kind], crossTab });
}

async function countsCellsAlike(matcher: Matcher, world: readonly HeldList[], asked: Asked & Tabbed) {
  const lists = world.map(({ list }) => list);
  const slow = world.map((one) => one.slow);
  const query = askable(asked.crossTab, lists.length);
  const cells = await matcher.crossTab({ lists, identifiers: asked.identifiers, ...query });
  expect(withoutZeros(cells)).toEqual(withoutZeros(slowCrossTab(slow, asked, query)));
}

export type Tabbed = { readonly crossTab: SlowCrossTab };

/** Whom a list selects of another, and how many, however many are wanted. */
export async function selectsAlike(matcher: Matcher, own: HeldList, other: HeldList & { readonly asked: Asked }) {
  const { asked } = other;
  const { records, sizes } = slowMatch(own.slow, other.slow, asked);
  const [room] = sizes;
  const query = { own: own.list, other: other.list, identifiers: asked.identifiers };
  const count = records.length;
  const all = await matcher.select({ ...query, maximum: count });
  expect({ ...all, records: [...all.records].sort() }).toEqual({ count, room, records });
  expect(await matcher.select({ ...query, maximum: count - 1 })).toEqual({ count, room, records: [] });
}

type HeldSelection = { readonly own: HeldList; readonly other: HeldList };

/** How two selections differ, either way round. */
export async function differsAlike(
  matcher: Matcher,
  selections: { readonly left: HeldSelection; readonly right: HeldSelection },
  asked: Asked,
) {
  const { identifiers } = asked;
  const { left, right } = selections;
  const [a, b] = [left, right].map(({ own, other }) => ({ own: own.list, other: other.list, identifiers }));
  if (a === undefined || b === undefined) throw new Error("two selections");
  const slow = ({ own, other }: HeldSelection) => ({ own: own.slow, other: other.slow });
  const { onlyLeft, onlyRight } = slowDifference(slow(left), slow(right), asked);
  expect(await matcher.difference(a, b)).toEqual({ onlyLeft, onlyRight });
  expect(await matcher.difference(b, a)).toEqual({ onlyLeft: onlyRight, onlyRight: onlyLeft });
}

/** What a version tells of itself. */
export function countsAlike({ version }: Sealed, rows: readonly Row[], tokenOf: TokenOf): void {
  const people = slowPeople(rows, tokenOf);
  const folded = people.reduce((sum, one) => sum + one.rows.length - 1, 0);
  expect({ people: version.people, duplicates: version.duplicates }).toEqual({
    people: people.length,
    duplicates: folded,
  });
}

/** Cells by the hundred thousand are told apart by those that hold something. */
export function withoutZeros({ shape, people, measures }: CrossTabCounts) {
  return {
    shape,
    people: filled(people),
    measures: measures.map(({ holders, sums }) => [filled(holders), filled(sums)]),
  };
}

function filled(cells: readonly number[]) {
  const entries = [...cells.entries()].filter(([, count]) => count !== 0);
  return { cells: cells.length, filled: Object.fromEntries(entries) };
}
