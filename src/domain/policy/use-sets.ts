// Uses of attributes that a request may make at once, and what of them a grant covers. A request is covered when each
// of its uses lies within the grant's, so the largest request that two grants both cover is the meet of their sets.

import type { UsedAttribute } from "./cover.ts";
import type { Grant, Policy } from "./document.ts";
import type { AttributeUse } from "./limits-document.ts";
import { sensitiveCategory } from "./refusals.ts";
import type { AttributePermit } from "./terms.ts";
import { limitsOfUse, meetUse, type UseLimits, useOf } from "./use-limits.ts";
import { stated } from "./uses-document.ts";

/** Uses by permit, each with how far it goes. */
export type UseSet = ReadonlyMap<AttributePermit, UseLimits>;

/** All that a request under a grant may use at once; what the policy bans, and what is sensitive, is left out. */
export function usesOf(grant: Grant, policy: Pick<Policy, "banned">): UseSet {
  const open = Object.entries(grant.attributes).filter(
    ([name]) => !stated(policy.banned).includes(name) && sensitiveCategory(name) === undefined,
  );
  return new Map(open.flatMap(([name, uses]) => uses.map((one) => [permitOf(name, useOf(one)), limitsOfUse(one)])));
}

/** An attribute and one use of it, as terms name it. */
export function permitOf(attribute: string, use: AttributeUse): AttributePermit {
  return `${attribute}:${use}`;
}

/** The uses that both sets have, as far as both go; those of which nothing is left are left out. */
export function meetUses(left: UseSet, right: UseSet): UseSet {
  const shared = [...left].flatMap(([permit, limits]): (readonly [AttributePermit, UseLimits])[] => {
    const other = right.get(permit);
    const met = other === undefined ? undefined : meetUse(limits, other);
    return met === undefined || isNothing(met) ? [] : [[permit, met]];
  });
  return new Map(shared);
}

/** The attributes of a request that makes all uses of a set as far as they go. */
export function requestOf(uses: UseSet): UsedAttribute[] {
  return [...uses].map(([permit, { aggregates, clamp, groupings }]) => {
    const at = permit.lastIndexOf(":");
    const use = USE_OF[permit.slice(at + 1)];
    if (use === undefined) throw new Error("a permit names no use");
    const made = { ...(aggregates === null ? {} : { aggregates }), ...(groupings === null ? {} : { groupings }) };
    return { name: permit.slice(0, at), uses: [use], ...made, ...(clamp === null ? {} : { clamp }) };
  });
}

const USE_OF: { readonly [use: string]: AttributeUse | undefined } = {
  filter: "filter",
  group: "group",
  measure: "measure",
};

function isNothing({ aggregates, clamp, groupings }: UseLimits): boolean {
  return aggregates?.length === 0 || groupings?.length === 0 || (clamp !== null && clamp.least > clamp.most);
}
