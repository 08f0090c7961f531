// The slow and obvious matcher, from which expectations come: people by comparing every row with every other, matches
// by looking through lists. It reads the rows that the laws write, not what a matcher made of them.

import { IDENTIFIER_KINDS, type IdentifierKind } from "../../domain/dataset/schema.ts";
import type { Change, CrossTabCounts, CrossTabQuery, OverlapCounts } from "../../ports/matcher.ts";
import { type AskedList, type Filter, identifierOf, isIdentified, MEASURE_NAMES, type Row, SCHEMA } from "./lists.ts";
import { NO_MEASURE, type PlainRow, speakerOf } from "./rank.ts";
import type { TokenOf } from "./tokens.ts";

export type Person = { readonly rows: readonly PlainRow[]; readonly speaker: PlainRow; readonly consents: number };

/** How two lists are compared. */
export type Asked = { readonly identifiers: readonly IdentifierKind[]; readonly tokenOf: TokenOf };

const CONSENTS = Object.entries(SCHEMA.consents);
const ATTRIBUTES = Object.entries(SCHEMA.attributes);

/** The people of a list: rows joined by an identifier of one kind or a record reference, and by any chain of these. */
export function slowPeople(rows: readonly Row[], tokenOf: TokenOf): Person[] {
  const groups: PlainRow[][] = [];
  for (const row of rows.filter(isIdentified).map((one) => plainRow(one, tokenOf))) {
    const same = groups.filter((group) => group.some((other) => isSamePerson(row, other)));
    groups.push([row, ...same.flat()]);
    for (const group of same) groups.splice(groups.indexOf(group), 1);
  }
  return groups.map((group) => ({
    rows: group,
    speaker: speakerOf(group),
    consents: group.reduce((bits, row) => bits & row.consents, -1),
  }));
}

function plainRow(row: Row, tokenOf: TokenOf): PlainRow {
  const values = [row.tier, row.shop];
  const answers = [row.ads, row.mail];
  return {
    record: row.record,
    tokens: IDENTIFIER_KINDS.map((kind) => {
      const text = identifierOf(row, kind);
      return text === null ? null : tokenOf(kind, text);
    }),
    codes: ATTRIBUTES.map(([, attribute], index) => attribute.values.indexOf(values[index] ?? fail()) + 1),
    measures: MEASURE_NAMES.map((name) => row.measures[name] ?? NO_MEASURE),
    consents: CONSENTS.reduce(
      (bits, [, { granted }], index) => bits | (granted.includes(answers[index] ?? fail()) ? 1 << index : 0),
      0,
    ),
  };
}

function isSamePerson(left: PlainRow, right: PlainRow): boolean {
  const sharesToken = left.tokens.some((token, kind) => token !== null && token === right.tokens[kind]);
  return sharesToken || left.record === right.record;
}

/** Whom of a list a question is about. */
export function peopleInRoom({ rows, filter }: AskedList, tokenOf: TokenOf): Person[] {
  return slowPeople(rows, tokenOf).filter((one) => isAllowed(one, filter));
}

function isAllowed({ speaker, consents }: Person, filter: Filter): boolean {
  const hasGiven = (name: string) => {
    const bit = CONSENTS.findIndex(([consent]) => consent === name);
    return bit >= 0 && (consents & (1 << bit)) !== 0;
  };
  const satisfies = ({ attribute, in: wanted }: Filter["where"][number]) => {
    const index = ATTRIBUTES.findIndex(([name]) => name === attribute);
    const value = ATTRIBUTES[index]?.[1].values[(speaker.codes[index] ?? 0) - 1];
    return value !== undefined && wanted.includes(value);
  };
  return filter.consents.every(hasGiven) && filter.where.every(satisfies);
}

/** A person's tokens of a kind, in ascending order. */
export function tokensOf({ rows }: Person, kind: IdentifierKind): string[] {
  const tokens = rows.map((row) => row.tokens[IDENTIFIER_KINDS.indexOf(kind)] ?? null);
  return tokens.filter((token) => token !== null).sort();
}

/** Matches two lists one to one: the first identifier first, tokens in ascending order, nobody twice. */
export function slowMatch(left: AskedList, right: AskedList, { identifiers, tokenOf }: Asked) {
  const [lefts, rights] = [peopleInRoom(left, tokenOf), peopleInRoom(right, tokenOf)];
  const pairs: [Person, Person][] = [];
  const shared = identifiers.map((kind) => sharedTokens(lefts, rights, kind));
  const byIdentifier = shared.map((holders) => {
    const before = pairs.length;
    for (const [a, b] of holders) if (!pairs.some((pair) => pair[0] === a || pair[1] === b)) pairs.push([a, b]);
    return pairs.length - before;
  });
  const isPair = (a: Person, b: Person) => pairs.some((pair) => pair[0] === a && pair[1] === b);
  const collisions = shared.map((holders) => holders.filter(([a, b]) => !isPair(a, b)).length);
  const records = pairs.map(([a]) => a.speaker.record).sort();
  return { byIdentifier, collisions, records, pairs, sizes: [lefts.length, rights.length] };
}

/** Who holds each token that both sides have, in the order of the tokens. */
function sharedTokens(lefts: readonly Person[], rights: readonly Person[], kind: IdentifierKind): [Person, Person][] {
  const tokens = new Set(lefts.flatMap((one) => tokensOf(one, kind)));
  return [...tokens].sort().flatMap((token) => {
    const holds = (one: Person) => tokensOf(one, kind).includes(token);
    const [a, b] = [lefts.find(holds), rights.find(holds)];
    return a === undefined || b === undefined ? [] : [[a, b] satisfies [Person, Person]];
  });
}

/** Who stands under which token. People without one stand nowhere. */
function standing(list: AskedList, { identifiers, tokenOf }: Asked) {
  const people = peopleInRoom(list, tokenOf);
  const byToken = new Map<string, Person>();
  for (const one of people) {
    const [least] = tokensOf(one, identifiers[0] ?? fail());
    if (least !== undefined) byToken.set(least, one);
  }
  return { people, byToken };
}

export function slowOverlap(world: readonly AskedList[], asked: Asked): OverlapCounts {
  const [left, right] = world;
  if (world.length === 2 && left !== undefined && right !== undefined) {
    const { byIdentifier, collisions, records, sizes } = slowMatch(left, right, asked);
    const [a = 0, b = 0] = sizes;
    const regions = [0, a - records.length, b - records.length, records.length];
    return { sizes, regions, byIdentifier, collisions };
  }
  const lists = world.map((list) => standing(list, asked));
  const regions = new Array<number>(2 ** world.length).fill(0);
  for (const token of new Set(lists.flatMap(({ byToken }) => [...byToken.keys()]))) {
    const mask = lists.reduce((sum, { byToken }, index) => sum | (byToken.has(token) ? 1 << index : 0), 0);
    regions[mask] = (regions[mask] ?? 0) + 1;
  }
  for (const [index, { people, byToken }] of lists.entries())
    regions[1 << index] = (regions[1 << index] ?? 0) + people.length - byToken.size;
  return { sizes: lists.map(({ people }) => people.length), regions, byIdentifier: [], collisions: [] };
}

/** Who is on every list, as one person of each list. */
function onEveryList(world: readonly AskedList[], asked: Asked, isStanding: boolean): (readonly Person[])[] {
  const [left, right] = world;
  if (world.length === 1 && left !== undefined) return peopleInRoom(left, asked.tokenOf).map((one) => [one]);
  if (world.length === 2 && !isStanding && left !== undefined && right !== undefined)
    return slowMatch(left, right, asked).pairs;
  const [first, ...others] = world.map((list) => standing(list, asked).byToken);
  return [...(first ?? fail())].flatMap(([token, one]) => {
    const same = others.flatMap((byToken) => byToken.get(token) ?? []);
    return same.length === others.length ? [[one, ...same]] : [];
  });
}

export type SlowCrossTab = Pick<CrossTabQuery, "by" | "measures" | "standing">;

export function slowCrossTab(world: readonly AskedList[], asked: Asked, query: SlowCrossTab): CrossTabCounts {
  const groups = onEveryList(world, asked, query.standing !== undefined);
  const axes = query.by.map(({ list, attribute }) => {
    const index = ATTRIBUTES.findIndex(([name]) => name === attribute);
    const size = (ATTRIBUTES[index]?.[1].values.length ?? fail()) + 1;
    return { size, codeOf: (group: readonly Person[]) => group[list]?.speaker.codes[index] ?? fail() };
  });
  const shape = axes.map(({ size }) => size);
  const cellOf = (group: readonly Person[]) => axes.reduce((cell, axis) => cell * axis.size + axis.codeOf(group), 0);
  const cells = shape.reduce((product, size) => product * size, 1);
  const empty = () => new Array<number>(cells).fill(0);
  const people = empty();
  for (const group of groups) people[cellOf(group)] = (people[cellOf(group)] ?? 0) + 1;
  const measures = query.measures.map(({ list, measure, minimum, maximum }) => {
    const [holders, sums] = [empty(), empty()];
    for (const group of groups) {
      const value = group[list]?.speaker.measures[MEASURE_NAMES.indexOf(measure)] ?? fail();
      if (value === NO_MEASURE) continue;
      const cell = cellOf(group);
      holders[cell] = (holders[cell] ?? 0) + 1;
      sums[cell] = (sums[cell] ?? 0) + Math.min(Math.max(value, minimum), maximum);
    }
    return { holders, sums };
  });
  return { shape, people, measures };
}

export type SlowSelection = { readonly own: AskedList; readonly other: AskedList };

export function slowDifference(left: SlowSelection, right: SlowSelection, asked: Asked) {
  const recordsOf = ({ own, other }: SlowSelection) => slowMatch(own, other, asked).records;
  const [lefts, rights] = [recordsOf(left), recordsOf(right)];
  return {
    onlyLeft: lefts.filter((record) => !rights.includes(record)).length,
    onlyRight: rights.filter((record) => !lefts.includes(record)).length,
  };
}

/** What an upload makes of a list, and of what it tells of itself. */
export function slowChange(base: readonly Row[], change: Change, rows: readonly Row[]) {
  if (change === "replace") return { rows, increment: null };
  const has = (list: readonly Row[], row: Row) => list.some(({ record }) => record === row.record);
  const known = base.filter(isIdentified);
  const kept = known.filter((row) => !has(rows, row));
  const added = change === "upsert" ? rows.filter(isIdentified) : [];
  const unknown = rows.filter((row) => !has(known, row)).map(({ record }) => record);
  const increment = {
    rowsRemoved: known.length - kept.length,
    rowsAdded: added.length,
    referencesUnknown: new Set(unknown).size,
  };
  return { rows: [...kept, ...added], increment };
}

function fail(): never {
  throw new Error("asked of the slow matcher what no list has");
}
