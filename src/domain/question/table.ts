// Tables of people: the keys that a contract declares, the order of their cells, and counts by a list's own values laid
// over them.

import type { Contract, ContractDataset } from "../contract/document.ts";
import { groupingsOf } from "../contract/groupings.ts";
import { type DatasetRef, datasetRef } from "../dataset/schema.ts";
import type { Aggregate } from "../policy/limits-document.ts";
import type { Axis, BoundedMeasure, Truth } from "./analysis.ts";
import type { QuestionIssue } from "./asked.ts";

/** A value of an axis; null for people whose value is none of the contract's. */
export type Key = string | null;

type Named = { readonly dataset: DatasetRef; readonly attribute: string; readonly grouping?: string };

/** An attribute with the keys that the contract declares for it, or nothing where it has no such attribute or group. */
export function axisOf(contract: Contract, { dataset, attribute, grouping }: Named): Axis | undefined {
  const declared = attributeIn(contract, { dataset, attribute });
  if (declared === undefined) return undefined;
  if (grouping === undefined) return { dataset, attribute, keys: declared.values };
  const groups = groupingsOf(declared).find(([name]) => name === grouping)?.[1];
  if (groups === undefined) return undefined;
  const grouped = { by: grouping, members: groups.map(({ values }) => values) };
  return { dataset, attribute, keys: groups.map(({ name }) => name), grouped };
}

/** Why an attribute, or a grouping of it, cannot stand in a table. */
export function missingAxis(path: string, { attribute, grouping }: Omit<Named, "dataset">): QuestionIssue {
  const what = grouping === undefined ? "" : ` with a grouping \`${grouping}\``;
  return { path, says: `the contract has no attribute \`${attribute}\`${what} there` };
}

/** The names of the groupings that the contract declares of an attribute. */
export function groupingsIn(contract: Contract, { dataset, attribute }: Omit<Named, "grouping">): readonly string[] {
  const declared = attributeIn(contract, { dataset, attribute });
  return declared === undefined ? [] : groupingsOf(declared).map(([name]) => name);
}

// An attribute may be called `constructor`: only the contract's own members count.
function attributeIn(contract: Contract, { dataset, attribute }: Omit<Named, "grouping">) {
  const attributes = listIn(contract, dataset)?.attributes;
  return attributes !== undefined && Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined;
}

/** The values that an axis needs a list to declare. */
export function valuesOnAxis({ keys, grouped }: Pick<Axis, "keys" | "grouped">): readonly string[] {
  return grouped === undefined ? keys : grouped.members.flat();
}

type NamedMeasure = { readonly dataset: DatasetRef; readonly measure: string };

/** A measure with the bounds that the contract declares for it, or nothing where it has no such measure. */
export function measureIn(contract: Contract, { dataset, measure }: NamedMeasure): BoundedMeasure | undefined {
  const declared = declaredMeasure(contract, { dataset, measure });
  if (declared === undefined) return undefined;
  return { dataset, measure, scale: declared.scale, minimum: declared.clamp.min, maximum: declared.clamp.max };
}

/** What the contract lets be told of a measure, each once. */
export function aggregatesIn(contract: Contract, named: NamedMeasure): readonly Aggregate[] {
  const declared = declaredMeasure(contract, named);
  return declared === undefined ? [] : [...new Set(declared.aggregates)];
}

function declaredMeasure(contract: Contract, { dataset, measure }: NamedMeasure) {
  const measures = listIn(contract, dataset)?.measures;
  return measures !== undefined && Object.hasOwn(measures, measure) ? measures[measure] : undefined;
}

/**
 * What was found for a table, as if the lists shared nobody: what the differencing guard withholds looks like what is
 * withheld because nobody is there. What is known of each list by itself stays.
 */
export function asIfNobodyShared([table, ...sides]: readonly Truth[]): readonly Truth[] {
  if (table?.kind !== "table") throw new Error("a table was not counted");
  return [{ ...table, people: table.people.map(() => 0) }, ...sides];
}

function listIn(contract: Contract, ref: DatasetRef): ContractDataset | undefined {
  return contract.datasets.find((one) => datasetRef(one.partner, one.dataset) === ref);
}

/** The cells of a table: every key of an axis, and last one for whoever has none of them. */
export function cellCount(axes: readonly Pick<Axis, "keys">[]): number {
  return axes.reduce((cells, { keys }) => cells * (keys.length + 1), 1);
}

/** The keys of every cell, the last axis varying fastest. */
export function cellKeys(axes: readonly Pick<Axis, "keys">[]): readonly (readonly Key[])[] {
  return axes.reduce<readonly (readonly Key[])[]>(
    (cells, { keys }) => cells.flatMap((cell) => [...keys, null].map((key) => [...cell, key])),
    [[]],
  );
}

/**
 * Lays counts by a list's own values over the keys of a contract, of which a group takes the sum of its values' cells:
 * whoever has no value, or one that the contract does not declare, stands under the last key of the axis. O(cells).
 * @param values by axis, the list's own values in the order of its codes, where code 0 is no value
 */
export function overKeys(
  axes: readonly Pick<Axis, "keys" | "grouped">[],
  values: readonly (readonly string[])[],
  counted: readonly number[],
): number[] {
  const places = axes.map((axis, index) => placesOf(axis, values[index]));
  const laid = new Array<number>(cellCount(axes)).fill(0);
  for (const [code, count] of counted.entries()) {
    const cell = cellOf(code, places, axes);
    laid[cell] = saturated((laid[cell] ?? Number.NaN) + count);
  }
  return laid;
}

// Sums that no double holds exactly stay at the largest that it does: nobody changes such a sum by more than before.
function saturated(value: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(-Number.MAX_SAFE_INTEGER, value));
}

// By code, where a person of that code stands on the axis.
function placesOf({ keys, grouped }: Pick<Axis, "keys" | "grouped">, values: readonly string[] | undefined): number[] {
  if (values === undefined) throw new Error("an attribute of a table was not counted");
  const under = grouped === undefined ? keys.map((key) => [key]) : grouped.members;
  const places = new Map(under.flatMap((members, place) => members.map((value) => [value, place] as const)));
  return [keys.length, ...values.map((value) => places.get(value) ?? keys.length)];
}

function cellOf(code: number, places: readonly (readonly number[])[], axes: readonly Pick<Axis, "keys">[]): number {
  let [rest, cell, stride] = [code, 0, 1];
  for (let axis = places.length - 1; axis >= 0; axis--) {
    const onAxis = places[axis];
    const keys = axes[axis]?.keys;
    if (onAxis === undefined || keys === undefined) throw new Error("a table has an axis without keys");
    cell += (onAxis[rest % onAxis.length] ?? Number.NaN) * stride;
    rest = Math.floor(rest / onAxis.length);
    stride *= keys.length + 1;
  }
  return cell;
}
