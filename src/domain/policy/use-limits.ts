// How far an attribute may be used, as a lattice: fewer aggregates and groupings, more people behind a figure and
// narrower bounds are stricter. A question's own use is a point of the same lattice, so "may it" is "does it lie
// within".

import { LIMITS } from "../limits.ts";
import type { AttributeUse } from "./limits-document.ts";
import { type Allowed, isNarrower, narrowed, united } from "./sets.ts";
import type { Aggregate, GrantedUse, StatedClamp } from "./uses-document.ts";

/** Bounds of a measure's values, in millionths of its unit; none of them when `least` is above `most`. */
export type Clamp = { readonly least: number; readonly most: number };

/** Limits on one use of one attribute. */
export type UseLimits = {
  /** What may be made of a measure. */
  readonly aggregates: Allowed<Aggregate>;
  /** People behind a figure that uses it, at the least; never below the engine's floor. */
  readonly k: number;
  /** The widest bounds that values may be drawn to; null when they need not be. */
  readonly clamp: Clamp | null;
  /** The groupings by which people may be told apart; everything, single values among it, when null. */
  readonly groupings: Allowed<string>;
};

/** A use that nothing limits. */
export const FREE: UseLimits = { aggregates: null, k: LIMITS.kFloor, clamp: null, groupings: null };

/** The greatest limits within both. Commutative, associative, idempotent and monotone. */
export function meetUse(left: UseLimits, right: UseLimits): UseLimits {
  return {
    aggregates: narrowed(left.aggregates, right.aggregates),
    k: Math.max(left.k, right.k),
    clamp: clampedTwice(left.clamp, right.clamp),
    groupings: narrowed(left.groupings, right.groupings),
  };
}

/** Whether the inner limits permit nothing that the outer do not. */
export function isUseWithin(inner: UseLimits, outer: UseLimits): boolean {
  return (
    isNarrower(inner.aggregates, outer.aggregates) &&
    isNarrower(inner.groupings, outer.groupings) &&
    inner.k >= outer.k &&
    isClampWithin(inner.clamp, outer.clamp)
  );
}

/** Whether values drawn to the inner bounds lie within the outer; null stands for values as they are. */
export function isClampWithin(inner: Clamp | null, outer: Clamp | null): boolean {
  return outer === null || (inner !== null && inner.least >= outer.least && inner.most <= outer.most);
}

/** The use that a grant's entry names. */
export function useOf(granted: GrantedUse): AttributeUse {
  return typeof granted === "string" ? granted : granted.use;
}

/** What a grant's entry states; a use by its name alone is free. */
export function limitsOfUse(granted: GrantedUse): UseLimits {
  if (typeof granted === "string") return FREE;
  return {
    aggregates: granted.aggregates === undefined ? null : united(granted.aggregates, []),
    k: granted.k ?? FREE.k,
    clamp: granted.clamp === undefined ? null : clampOf(granted.clamp),
    groupings: granted.groupings === undefined ? null : united(granted.groupings, []),
  };
}

/** Bounds in millionths: exact, since a measure's values times a million are safe integers. */
export function clampOf({ least, most }: StatedClamp): Clamp {
  return { least: millionths(least), most: millionths(most) };
}

/** Bounds in units of 10^-scale, in millionths; null when these are no safe integers, since no rounding is exact. */
export function clampOfUnits(bounds: {
  readonly scale: number;
  readonly minimum: number;
  readonly maximum: number;
}): Clamp | null {
  const factor = 10 ** (6 - bounds.scale);
  const [least, most] = [bounds.minimum * factor, bounds.maximum * factor];
  const isExact = Number.isInteger(factor) && Number.isSafeInteger(least) && Number.isSafeInteger(most);
  return isExact ? { least, most } : null;
}

function clampedTwice(left: Clamp | null, right: Clamp | null): Clamp | null {
  if (left === null || right === null) return left ?? right;
  return { least: Math.max(left.least, right.least), most: Math.min(left.most, right.most) };
}

function millionths(amount: string): number {
  const [whole = "", fraction = ""] = amount.replace("-", "").split(".");
  const size = Number(whole) * 1_000_000 + Number(fraction.padEnd(6, "0"));
  return amount.startsWith("-") ? -size : size;
}
