// Tables of people: the keys that a contract declares, the order of their cells, and counts by a list's own values laid
// over them.

import type { Contract, ContractDataset } from "../contract/document.ts";
import { type DatasetRef, datasetRef } from "../dataset/schema.ts";
import type { Axis, BoundedMeasure } from "./analysis.ts";

/** A value of an axis; null for people whose value is none of the contract's. */
export type Key = string | null;

type Named = { readonly dataset: DatasetRef; readonly attribute: string };

/** An attribute with the values that the contract declares for it, or nothing where it has no such attribute. */
export function axisOf(contract: Contract, { dataset, attribute }: Named): Axis | undefined {
  const attributes = listIn(contract, dataset)?.attributes;
  // An attribute may be called `constructor`: only the contract's own members count.
  if (attributes === undefined || !Object.hasOwn(attributes, attribute)) return undefined;
  const declared = attributes[attribute];
  return declared === undefined ? undefined : { dataset, attribute, keys: declared.values };
}

/** A measure with the bounds that the contract declares for it, or nothing where it has no such measure. */
export function measureIn(
  contract: Contract,
  { dataset, measure }: { readonly dataset: DatasetRef; readonly measure: string },
): BoundedMeasure | undefined {
  const measures = listIn(contract, dataset)?.measures;
  if (measures === undefined || !Object.hasOwn(measures, measure)) return undefined;
  const declared = measures[measure];
  if (declared === undefined) return undefined;
  return { dataset, measure, scale: declared.scale, minimum: declared.clamp.min, maximum: declared.clamp.max };
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
 * Lays counts by a list's own values over the keys of a contract: whoever has no value, or one that the contract does
 * not declare, stands under the last key of the axis. O(cells).
 * @param values by axis, the list's own values in the order of its codes, where code 0 is no value
 */
export function overKeys(
  axes: readonly Pick<Axis, "keys">[],
  values: readonly (readonly string[])[],
  counted: readonly number[],
): number[] {
  const places = axes.map(({ keys }, index) => placesOf(keys, values[index]));
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
function placesOf(keys: readonly string[], values: readonly string[] | undefined): number[] {
  if (values === undefined) throw new Error("an attribute of a table was not counted");
  const places = new Map(keys.map((key, place) => [key, place]));
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
