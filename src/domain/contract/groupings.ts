// Coarse groups of an attribute's values, such as countries over regions, as a contract declares them: what a grant may
// hold a grouping of people to. A table by groups adds up its values' cells before any noise, so nobody counts twice.

import { z } from "zod";
import { LIMITS } from "../limits.ts";
import { slugSchema } from "../partner/manifest.ts";
import { publicText } from "../public-text.ts";

const valueSchema = publicText(100);

/** A group: its name, which is a key of tables by it, and the values that stand under it. */
const groupSchema = z.strictObject({ name: valueSchema, values: z.array(valueSchema).min(1) });

/** Groupings of one attribute by their names, each with its groups in the order of any table that shows them. */
export const groupingsSchema = z
  .record(slugSchema, z.array(groupSchema).min(1))
  .refine((groupings) => Object.keys(groupings).length <= LIMITS.groupings, `at most ${LIMITS.groupings} groupings`);

type Groups = readonly z.output<typeof groupSchema>[];
type Grouped = {
  readonly values: readonly string[];
  readonly groupings?: { readonly [grouping: string]: Groups };
};

/** The groupings of an attribute by name; nothing where it has none. */
export function groupingsOf({ groupings }: Pick<Grouped, "groupings">): readonly (readonly [string, Groups])[] {
  return groupings === undefined ? [] : Object.entries(groupings);
}

/** What is wrong with an attribute's groupings: each puts every value into exactly one group, and some together. */
export function groupingFaults(attribute: Grouped): readonly { readonly grouping: string; readonly message: string }[] {
  return groupingsOf(attribute).flatMap(([grouping, groups]) => {
    const names = groups.map(({ name }) => name);
    const grouped = groups.flatMap(({ values }) => values);
    const faults = [
      ...(new Set(names).size === names.length ? [] : ["the names of groups differ"]),
      ...(isSame(grouped, attribute.values) ? [] : ["each value of the attribute stands in exactly one group"]),
      ...(groups.length < attribute.values.length ? [] : ["some group has more than one value"]),
    ];
    return faults.map((message) => ({ grouping, message }));
  });
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  const sorted = [...right].sort();
  return left.length === right.length && [...left].sort().every((value, index) => value === sorted[index]);
}
