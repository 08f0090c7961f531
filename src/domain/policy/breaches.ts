// Which constraint on an attribute a request breaks, in words: what is made of a measure, the bounds that its values
// are drawn to, or how finely people are grouped.

import {
  type AccessRequest,
  grantedOf,
  keepsAggregates,
  keepsClamp,
  keepsGroupings,
  type UsedAttribute,
} from "./cover.ts";
import type { Grant } from "./document.ts";
import type { AttributeUse } from "./limits-document.ts";
import { type Clamp, FREE, limitsOfUse, type UseLimits, useOf } from "./use-limits.ts";
import type { Aggregate } from "./uses-document.ts";
import { amount, figure, listed } from "./words.ts";

/** A broken constraint: its place below the grant's attributes, and a sentence that begins after the grant's name. */
export type Breach = { readonly place: string; readonly says: string };

/** The constraints of a grant that a request breaks, in the grant's order. */
export function breachesOf(grant: Grant, { attributes }: AccessRequest): readonly Breach[] {
  return attributes.flatMap((used) =>
    grantedOf(grant, used.name).flatMap((granted, index) => {
      const use = useOf(granted);
      if (!used.uses.includes(use)) return [];
      const limits = limitsOfUse(granted);
      const place = `${used.name}/${index}`;
      const breach = (member: string, asks: string): Breach => ({
        place: `${place}/${member}`,
        says: `lets “${used.name}” ${DOES[use]} only ${limitsInWords(limits)}; ${asks}`,
      });
      return [
        ...(keepsAggregates(used, use, limits) ? [] : [breach("aggregates", `this question ${takes(used)}`)]),
        ...(keepsClamp(used, use, limits) ? [] : [breach("clamp", `this question ${clamps(used)}`)]),
        ...(keepsGroupings(used, use, limits) ? [] : [breach("groupings", `this question groups ${groups(used)}`)]),
      ];
    }),
  );
}

/** Limits on a use after "only": `as a sum, over at least 50 people, clamped to 0 to 5,000`. Empty for a free use. */
export function limitsInWords({ aggregates, k, clamp, groupings }: UseLimits): string {
  return [
    ...(groupings === null ? [] : [`by ${groupingsInWords(groupings, "or")}`]),
    ...(aggregates === null ? [] : [`as ${aggregatesInWords(aggregates)}`]),
    ...(k > FREE.k ? [`over at least ${figure(k)} people`] : []),
    ...(clamp === null ? [] : [`clamped to ${clampInWords(clamp)}`]),
  ].join(", ");
}

const DOES = { filter: "choose people", group: "group people", measure: "leave" } as const satisfies Record<
  AttributeUse,
  string
>;

function takes({ aggregates }: UsedAttribute): string {
  return aggregates === undefined
    ? "does not say what it makes of it"
    : `takes ${aggregatesInWords(aggregates, "and")}`;
}

function clamps({ clamp }: UsedAttribute): string {
  return clamp === undefined ? "does not clamp it" : `clamps it to ${clampInWords(clamp)}`;
}

function groups({ groupings }: UsedAttribute): string {
  return groupings === undefined ? "them by each single value" : `them by ${groupingsInWords(groupings, "and")}`;
}

function groupingsInWords(groupings: readonly string[], last: "and" | "or"): string {
  return listed(
    groupings.map((grouping) => `“${grouping}”`),
    last,
  );
}

const AGGREGATE_WORDS = { count: "a count", sum: "a sum", mean: "a mean" } as const satisfies Record<Aggregate, string>;

function aggregatesInWords(aggregates: readonly Aggregate[], last: "and" | "or" = "or"): string {
  return aggregates.length === 0
    ? "nothing"
    : listed(
        aggregates.map((aggregate) => AGGREGATE_WORDS[aggregate]),
        last,
      );
}

function clampInWords({ least, most }: Clamp): string {
  return `${amount(least)} to ${amount(most)}`;
}
