// What a grant lets an attribute be used for, and how far: each use by its name alone, or with constraints that a
// question must keep. What a document says of uses is read here; the order of it is `use-limits.ts`.

import { z } from "zod";
import { LIMITS } from "../limits.ts";
import { slugSchema } from "../partner/manifest.ts";
import { ATTRIBUTE_USES } from "./limits-document.ts";

/** What figures may be made of a measure. There is no maximum or minimum: those are one person's value. */
const AGGREGATES = ["count", "sum", "mean"] as const;
export type Aggregate = (typeof AGGREGATES)[number];

/** A number as text, in the measure's own unit, with at most six places. */
const amountSchema = z
  .string()
  .regex(/^(?:0|-?[1-9]\d{0,9}|-?(?:0|[1-9]\d{0,9})\.\d{1,6})$/, "a number such as `5000` or `0.50`, as text")
  .refine((text) => Math.abs(Number(text)) < 2_147_483_648, "a number that a measure can hold, below 2147483648");

/** Every person's value is drawn to these bounds before anything is made of it. */
const clampSchema = z
  .strictObject({ least: amountSchema, most: amountSchema })
  .refine(({ least, most }) => Number(least) <= Number(most), { path: ["most"], error: "not below `least`" });

const constrainedUseSchema = z
  .strictObject({
    use: z.enum(ATTRIBUTE_USES),
    /** Of a measure: what may be made of it; anything when absent. */
    aggregates: z.array(z.enum(AGGREGATES)).min(1).exactOptional(),
    /** People behind any figure for which the attribute is so used, at the least. */
    k: z.int().min(LIMITS.kFloor, `the engine's floor is ${LIMITS.kFloor}`).max(1_000_000).exactOptional(),
    /** Of a measure: the widest bounds that a question may draw values to. */
    clamp: clampSchema.exactOptional(),
    /** Of a group: the contract's groupings by which tables may be made; single values as well when absent. */
    groupings: z.array(slugSchema).min(1).max(LIMITS.groupings).exactOptional(),
  })
  .refine(({ use, aggregates, clamp }) => use === "measure" || (aggregates ?? clamp) === undefined, {
    path: ["use"],
    error: "only a `measure` has `aggregates` or a `clamp`",
  })
  .refine(({ use, groupings }) => use === "group" || groupings === undefined, {
    path: ["use"],
    error: "only a `group` has `groupings`",
  });

/** The uses granted of one attribute, each once. */
export const grantedUsesSchema = z
  .array(z.union([z.enum(ATTRIBUTE_USES), constrainedUseSchema]))
  .min(1)
  .refine((uses) => new Set(uses.map((one) => (typeof one === "string" ? one : one.use))).size === uses.length, {
    error: "each use stands once",
  });

/** How an example's request uses an attribute. */
export const usedSchema = z.union([
  z.enum(ATTRIBUTE_USES),
  z.strictObject({ use: z.literal("measure"), aggregate: z.enum(AGGREGATES), clamp: clampSchema.exactOptional() }),
  z.strictObject({ use: z.literal("group"), grouping: slugSchema }),
]);

export type GrantedUse = z.output<typeof grantedUsesSchema>[number];
/** Bounds as a document states them. */
export type StatedClamp = z.output<typeof clampSchema>;

/** What an optional member lists: nothing when it is absent. */
export function stated<Item>(items: readonly Item[] | undefined): readonly Item[] {
  return items === undefined ? [] : items;
}
