// What labels of all analyses say alike: which people count, and how figures look.

import { ownerOf } from "../dataset/schema.ts";
import type { Terms } from "../policy/terms.ts";
import { type Directory, decimal, figure, listed, NOISE_WORDS, nameOf } from "../policy/words.ts";
import type { Margin, Telling } from "./analysis.ts";
import type { Clause } from "./asked.ts";

/** `, counting only those whose “tier” at Ann is gold or silver`, or nothing. */
export function segmentOf(where: readonly Clause[], directory: Directory): string {
  const conditions = where.map(({ dataset, attribute, in: values }) => {
    const whose = nameOf(directory, ownerOf(dataset));
    return `whose “${attribute}” at ${whose} is ${values.length === 0 ? "nothing at all" : listed(values, "or")}`;
  });
  return conditions.length === 0 ? "" : `, counting only those ${listed(conditions)}`;
}

/** `“tier”`, `“region” grouped by “country”`. */
export function axisInWords({ attribute, grouping }: { readonly attribute: string; readonly grouping?: string }) {
  return `“${attribute}”${grouping === undefined ? "" : ` grouped by “${grouping}”`}`;
}

/** `, as figures ${noise} of about ± 38; nothing is shown below 50 people`; nothing where there will be no answer. */
export function formOf({ terms, margins }: Pick<Telling, "terms" | "margins">): string {
  return terms === null ? "" : `, ${lookOf(terms, margins)}; nothing is shown below ${figure(terms.k)} people`;
}

function lookOf({ mode, mechanism, rounding }: Terms, margins: readonly Margin[]): string {
  if (mode === "exact") return `as figures without noise, rounded to multiples of ${figure(rounding)}`;
  const [first, ...others] = margins;
  const noise = NOISE_WORDS[mechanism];
  if (first === undefined) return `as figures ${noise}`;
  const further = others.map((one) => `, ± ${decimal(one.plusMinus, one.scale)} in ${one.of}`).join("");
  return `as figures ${noise} of about ± ${decimal(first.plusMinus, first.scale)}${further}`;
}
