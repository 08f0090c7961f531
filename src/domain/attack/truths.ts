// What the matcher of the real room would find on lists of a made-up world: true figures, before any noise.

import type { DatasetRef } from "../dataset/schema.ts";
import type { Axis, Measurement, TableMeasurement, Truth } from "../question/analysis.ts";
import { cellCount } from "../question/table.ts";
import { type Crowd, type CrowdList, type Match, matched, peopleOn } from "./crowds.ts";
import { nth } from "./nth.ts";

/** The lists of a question, each with the people whom its clauses leave. */
export type Lists = ReadonlyMap<DatasetRef, CrowdList>;

/** The true figures of a measurement. Of a list it is the size alone: what it is near to, the room knows. */
export function truthOf(measurement: Measurement, lists: Lists): Truth {
  switch (measurement.kind) {
    case "overlap":
      return overlapTruth(
        measurement.lists.map((name) => listIn(lists, name)),
        measurement.identifiers.length,
      );
    case "table":
      return tableTruth(measurement, lists);
    case "selection": {
      const { own, other, identifiers } = measurement;
      const room = listIn(lists, own);
      return {
        kind: "selection",
        size: peopleOn(selected(room, listIn(lists, other), identifiers.length)),
        room: peopleOn(room),
        nearest: null,
      };
    }
    default:
      return measurement satisfies never;
  }
}

/** Those of one list whom another has as well. */
export function selected(own: CrowdList, other: CrowdList, identifiers: number): CrowdList {
  const names = new Set(matched(own, other, identifiers).map(({ left }) => left));
  return new Map([...own].filter(([name]) => names.has(name)));
}

function add(sums: number[], place: number, amount: number): void {
  sums[place] = nth(sums, place) + amount;
}

function listIn(lists: Lists, name: DatasetRef): CrowdList {
  const list = lists.get(name);
  if (list === undefined) throw new Error("a question is about a list that is not among its lists");
  return list;
}

function overlapTruth(lists: readonly CrowdList[], identifiers: number): Truth {
  const sizes = lists.map(peopleOn);
  const [left, right, ...more] = lists;
  if (left === undefined || right === undefined) throw new Error("an overlap compares two lists or more");
  if (more.length > 0) return { kind: "overlap", sizes, regions: regionsOf(lists), byIdentifier: [] };
  const byIdentifier = new Array<number>(identifiers).fill(0);
  for (const { size, by } of matched(left, right, identifiers)) add(byIdentifier, by, size);
  const both = byIdentifier.reduce((sum, one) => sum + one, 0);
  return { kind: "overlap", sizes, regions: [0, ...sizes.map((size) => size - both), both], byIdentifier };
}

function regionsOf(lists: readonly CrowdList[]): readonly number[] {
  const regions = new Array<number>(2 ** lists.length).fill(0);
  const everybody = new Map(lists.flatMap((list) => [...list]));
  for (const [name, { size }] of everybody) {
    const mask = lists.reduce((bits, list, index) => bits + (list.has(name) ? 2 ** index : 0), 0);
    add(regions, mask, size);
  }
  return regions;
}

/** People who stand in one cell together, as each list has them. */
type Placed = { readonly size: number; readonly on: ReadonlyMap<DatasetRef, Crowd> };

function tableTruth(table: TableMeasurement, lists: Lists): Truth {
  const { by, measure } = table;
  const cells = cellCount(by);
  const empty = () => new Array<number>(cells).fill(0);
  const [people, holders, sums] = [empty(), empty(), empty()];
  for (const { size, on } of placedBy(table, lists)) {
    const cell = cellOf(by, on);
    add(people, cell, size);
    const amount = measure === null ? undefined : on.get(measure.dataset)?.amounts?.[measure.measure];
    if (measure === null || amount === undefined) continue;
    add(holders, cell, size);
    add(sums, cell, size * Math.max(measure.minimum, Math.min(measure.maximum, amount)));
  }
  return measure === null ? { kind: "table", people, holders: [], sums: [] } : { kind: "table", people, holders, sums };
}

function placedBy({ lists: names, identifiers }: TableMeasurement, lists: Lists): readonly Placed[] {
  const [first, second] = names;
  if (first === undefined) throw new Error("a table is of a list or more");
  const left = listIn(lists, first);
  if (names.length === 2 && second !== undefined) {
    const right = listIn(lists, second);
    return matched(left, right, identifiers.length).map((match) => ({
      size: match.size,
      on: new Map([
        [first, crowdOf(left, match.left)],
        [second, crowdOf(right, match.right)],
      ]),
    }));
  }
  const onAll = [...left].filter(([name]) => names.every((list) => listIn(lists, list).has(name)));
  return onAll.map(([name, { size }]) => ({
    size,
    on: new Map(names.map((list) => [list, crowdOf(listIn(lists, list), name)])),
  }));
}

function crowdOf(list: CrowdList, name: Match["left"]): Crowd {
  const crowd = list.get(name);
  if (crowd === undefined) throw new Error("a match is between crowds of the lists");
  return crowd;
}

function cellOf(by: readonly Axis[], on: Placed["on"]): number {
  return by.reduce((cell, { dataset, attribute, keys }) => {
    const values = on.get(dataset)?.values;
    const value = values !== undefined && Object.hasOwn(values, attribute) ? values[attribute] : undefined;
    const place = value === undefined ? -1 : keys.indexOf(value);
    return cell * (keys.length + 1) + (place === -1 ? keys.length : place);
  }, 0);
}
