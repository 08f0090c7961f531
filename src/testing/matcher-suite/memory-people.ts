// People, rooms and matches of the matcher in memory, over rows as it keeps them: everything looked up by name in
// Maps, nothing clever.

import { type DatasetSchema, IDENTIFIER_KINDS, type IdentifierKind } from "../../domain/dataset/schema.ts";
import type { ComparedList, CrossTabCounts, CrossTabQuery, OverlapCounts } from "../../ports/matcher.ts";
import { NO_MEASURE, type PlainRow, speakerOf } from "./rank.ts";

export type Person = { readonly rows: readonly PlainRow[]; readonly speaker: PlainRow };

/** A list of a question: its schema and who of it is in the room. */
export type Party = { readonly schema: DatasetSchema; readonly measures: readonly string[]; readonly room: Person[] };

/** Rows that share a name, or a chain of names, are one person: O(names) time. */
export function peopleOf(rows: readonly PlainRow[]): Person[] {
  const byName = new Map<string, PlainRow[]>();
  for (const row of rows) {
    for (const name of namesOf(row)) {
      const same = byName.get(name);
      if (same === undefined) byName.set(name, [row]);
      else same.push(row);
    }
  }
  const seen = new Set<PlainRow>();
  const people: Person[] = [];
  for (const row of rows) {
    if (seen.has(row)) continue;
    const joined = reachableFrom(row, byName, seen);
    people.push({ rows: joined, speaker: speakerOf(joined) });
  }
  return people;
}

function reachableFrom(start: PlainRow, byName: Map<string, PlainRow[]>, seen: Set<PlainRow>): PlainRow[] {
  const reached = [start];
  seen.add(start);
  for (const row of reached) {
    for (const name of namesOf(row)) {
      const others = new Set(byName.get(name)?.filter((other) => !seen.has(other)));
      for (const other of others) seen.add(other);
      reached.push(...others);
      byName.delete(name);
    }
  }
  return reached;
}

function namesOf({ record, tokens }: PlainRow): string[] {
  return [`record ${record}`, ...tokens.flatMap((token, kind) => (token === null ? [] : [`${kind} ${token}`]))];
}

/** Whom of a list a question is about. */
export function roomOf(people: readonly Person[], schema: DatasetSchema, list: ComparedList): Person[] {
  const bits = list.consents.map((name) => Object.keys(schema.consents).indexOf(name));
  const hasGivenAll = ({ rows }: Person) =>
    bits.every((bit) => bit >= 0 && rows.every((row) => ((row.consents >> bit) & 1) === 1));
  const satisfiesAll = ({ speaker }: Person) =>
    list.where.every(({ attribute, in: wanted }) => {
      const code = speaker.codes[Object.keys(schema.attributes).indexOf(attribute)] ?? 0;
      const value = schema.attributes[attribute]?.values[code - 1];
      return value !== undefined && wanted.includes(value);
    });
  return people.filter((one) => hasGivenAll(one) && satisfiesAll(one));
}

/** Whom each side is matched with, and the counts that go with it. */
export function matchPeople(left: Party, right: Party, identifiers: readonly IdentifierKind[]) {
  const matches = new Map<Person, Person>();
  const taken = new Set<Person>();
  const shared = identifiers.map((kind) => sharedHolders(holdersOf(left, kind), holdersOf(right, kind)));
  const byIdentifier = shared.map((holders) => {
    const before = matches.size;
    for (const [a, b] of holders) {
      if (matches.has(a) || taken.has(b)) continue;
      matches.set(a, b);
      taken.add(b);
    }
    return matches.size - before;
  });
  const collisions = shared.map((holders) => holders.filter(([a, b]) => matches.get(a) !== b).length);
  return { matches, byIdentifier, collisions };
}

/** People of the left list who share a token with somebody of the right one. */
export function peopleReached(left: Party, right: Party, identifiers: readonly IdentifierKind[]): Person[] {
  return identifiers.flatMap((kind) =>
    sharedHolders(holdersOf(left, kind), holdersOf(right, kind)).map(([person]) => person),
  );
}

function holdersOf({ room }: Party, kind: IdentifierKind): Map<string, Person> {
  return new Map(room.flatMap((one) => tokensOf(one, kind).map((token) => [token, one] as const)));
}

function tokensOf({ rows }: Person, kind: IdentifierKind): string[] {
  const place = IDENTIFIER_KINDS.indexOf(kind);
  return rows.flatMap((row) => row.tokens[place] ?? []);
}

function sharedHolders(lefts: Map<string, Person>, rights: Map<string, Person>) {
  return [...lefts.keys()].sort().flatMap((token) => {
    const [a, b] = [lefts.get(token), rights.get(token)];
    return a === undefined || b === undefined ? [] : [[a, b] as const];
  });
}

export function countRegions(parties: readonly Party[], identifiers: readonly IdentifierKind[]): OverlapCounts {
  const sizes = parties.map(({ room }) => room.length);
  const [left, right] = parties;
  if (parties.length === 2 && left !== undefined && right !== undefined) {
    const { matches, byIdentifier, collisions } = matchPeople(left, right, identifiers);
    const both = matches.size;
    return { sizes, regions: [0, left.room.length - both, right.room.length - both, both], byIdentifier, collisions };
  }
  const masks = new Map<symbol | string, number>();
  for (const [index, { room }] of parties.entries()) {
    for (const one of room) {
      const stand = leastToken(one, onlyOne(identifiers)) ?? Symbol("nobody else");
      masks.set(stand, (masks.get(stand) ?? 0) | (1 << index));
    }
  }
  const regions = new Array<number>(2 ** parties.length).fill(0);
  for (const mask of masks.values()) regions[mask] = (regions[mask] ?? 0) + 1;
  return { sizes, regions, byIdentifier: [], collisions: [] };
}

function leastToken(one: Person, kind: IdentifierKind): string | undefined {
  return tokensOf(one, kind).reduce<string | undefined>(
    (least, token) => (least === undefined || token < least ? token : least),
    undefined,
  );
}

function onlyOne(identifiers: readonly IdentifierKind[]): IdentifierKind {
  const [kind, ...others] = identifiers;
  if (kind === undefined || others.length > 0) throw new Error("three lists or more are compared by one identifier");
  return kind;
}

/** Those on every list, each as one person of every list. */
function together(parties: readonly Party[], { identifiers, standing }: CrossTabQuery): (readonly Person[])[] {
  const [left, right] = parties;
  if (parties.length === 1 && left !== undefined) return left.room.map((one) => [one]);
  if (parties.length === 2 && standing === undefined && left !== undefined && right !== undefined)
    return [...matchPeople(left, right, identifiers).matches];
  const kind = onlyOne(identifiers);
  const groups = new Map<string, Person[]>();
  for (const one of parties.flatMap(({ room }) => room)) {
    const token = leastToken(one, kind);
    if (token !== undefined) groups.set(token, [...(groups.get(token) ?? []), one]);
  }
  return [...groups.values()].filter((group) => group.length === parties.length);
}

export function countCells(parties: readonly Party[], query: CrossTabQuery): CrossTabCounts {
  const axes = query.by.map(({ list, attribute }) => axisOf(parties[list], attribute, list));
  const shape = axes.map(({ size }) => size);
  const empty = () => new Array<number>(shape.reduce((cells, size) => cells * size, 1)).fill(0);
  const people = empty();
  const tallies = query.measures.map((asked) => ({
    ...asked,
    place: parties[asked.list]?.measures.indexOf(asked.measure) ?? -1,
    holders: empty(),
    sums: empty(),
  }));
  for (const group of together(parties, query)) {
    const cell = axes.reduce((before, { size, codeOf }) => before * size + codeOf(group), 0);
    people[cell] = (people[cell] ?? 0) + 1;
    for (const { list, place, minimum, maximum, holders, sums } of tallies) {
      const value = group[list]?.speaker.measures[place];
      if (value === undefined) throw new Error("a measure that the list does not have");
      if (value === NO_MEASURE) continue;
      holders[cell] = (holders[cell] ?? 0) + 1;
      sums[cell] = (sums[cell] ?? 0) + Math.min(maximum, Math.max(minimum, value));
    }
  }
  const measures = tallies.map(({ holders, sums }) => ({ holders, sums: sums.map(saturated) }));
  return { shape, people, measures };
}

function axisOf(party: Party | undefined, attribute: string, list: number) {
  const declared = party?.schema.attributes[attribute];
  if (party === undefined || declared === undefined) throw new Error("an attribute that the list does not have");
  const place = Object.keys(party.schema.attributes).indexOf(attribute);
  const codeOf = (group: readonly Person[]) => group[list]?.speaker.codes[place] ?? 0;
  return { size: declared.values.length + 1, codeOf };
}

function saturated(sum: number): number {
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, sum));
}
