// The words in which decisions, contracts and policies are told to people. No field name, pointer or digest in them.

import { type DatasetRef, type IdentifierKind, nameIn, ownerOf } from "../dataset/schema.ts";
import { type Notation, OF_DOCUMENTS, setNumeral } from "../notation.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { type EpsilonMicros, printEpsilon } from "../privacy/epsilon.ts";
import type { Mechanism } from "../privacy/mechanism.ts";
import type { Aggregate, Analysis, AttributeUse } from "./limits-document.ts";

/** What decisions know of a partner besides its id: its name in sentences, and the industry that clauses speak of. */
export type PartnerCard = { readonly name: string; readonly industry: string };
export type Directory = ReadonlyMap<PartnerId, PartnerCard>;

/** An analysis as the thing one asks for. */
export const ANALYSIS_WORDS = {
  overlap: "overlap figures",
  audience: "audience lists",
  crosstab: "cross-tabs",
  affinity: "affinities",
  trend: "trends",
  suppression: "suppression lists",
} as const satisfies Record<Analysis, string>;

/** An identifier by which people are matched. */
const IDENTIFIER_WORDS = {
  email: "e-mail",
  phone: "phone",
  maid: "mobile advertising id",
  external: "external id",
  "name+postcode": "name with postal code",
} as const satisfies Record<IdentifierKind, string>;

/** What an attribute is used for, after "to". */
export const USE_WORDS = {
  filter: "choose people",
  group: "group people",
  measure: "add up figures",
} as const satisfies Record<AttributeUse, string>;

/** What may be told of a measure, before "of". */
export const AGGREGATE_WORDS = { sum: "the sum", mean: "the mean" } as const satisfies Record<Aggregate, string>;

/** How figures carry noise. */
export const NOISE_WORDS = {
  "discrete-laplace": "with noise",
  "discrete-gaussian": "with Gaussian noise",
} as const satisfies Record<Mechanism, string>;

/** The name of a partner in a sentence; its id where the directory does not know it. */
export function nameOf(directory: Directory, partner: PartnerId): string {
  return directory.get(partner)?.name ?? partner;
}

/** A list of a partner's: `Harbour Yachts' list “customers”`. */
export function listInWords(directory: Directory, list: DatasetRef): string {
  return `${possessive(nameOf(directory, ownerOf(list)))} list “${nameIn(list)}”`;
}

/** `Harbour Yachts'`, `Meridian Bank's`. */
export function possessive(name: string): string {
  return name.endsWith("s") ? `${name}'` : `${name}'s`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[], last: "and" | "or" = "and"): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${last} ${words.slice(-1).join("")}`;
}

/** Identifiers as people call them: `e-mail and phone`. */
export function identifiersInWords(kinds: readonly IdentifierKind[], last: "and" | "or" = "and"): string {
  return listed(
    kinds.map((kind) => IDENTIFIER_WORDS[kind]),
    last,
  );
}

/** A count with thousands apart: `12,340`. */
export function figure(count: number, notation: Notation = OF_DOCUMENTS): string {
  return setNumeral(String(count), notation);
}

/** A number in units of 10^-scale as people write it: 123456 of scale 2 as `1,234.56`. */
export function decimal(units: number, scale: number, notation: Notation = OF_DOCUMENTS): string {
  return setNumeral(plainDecimal(units, scale), notation);
}

/** The same without marks between thousands, as fields and files have it: `1234.56`. */
export function plainDecimal(units: number, scale: number): string {
  const digits = String(Math.abs(units)).padStart(scale + 1, "0");
  const whole = `${units < 0 ? "-" : ""}${digits.slice(0, digits.length - scale)}`;
  return scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`;
}

/** An amount in millionths, in its own unit: `5,000`, `-0.5`. */
export function amount(millionths: number, notation: Notation = OF_DOCUMENTS): string {
  return setNumeral(plainDecimal(millionths, 6).replace(/\.?0+$/, ""), notation);
}

/** `1 day`, `30 days`. */
export function counted(count: number, thing: string, notation: Notation = OF_DOCUMENTS): string {
  return `${figure(count, notation)} ${thing}${count === 1 ? "" : "s"}`;
}

/** A part of a privacy budget: `0.5 units of privacy budget`. Epsilon by another name, since a share is not meant. */
export function budgetInWords(epsilon: EpsilonMicros, notation: Notation = OF_DOCUMENTS): string {
  const units = printEpsilon(epsilon);
  const shown = setNumeral(units, { ...notation, least: Number.POSITIVE_INFINITY });
  return `${shown} unit${units === "1" ? "" : "s"} of privacy budget`;
}

/** A small probability with one significant digit, `1e-7` or `0.0000001`: `1 in 10,000,000`. */
export function chanceInWords(delta: string, notation: Notation = OF_DOCUMENTS): string {
  const digit = delta.startsWith("0.") ? delta.slice(-1) : delta.slice(0, 1);
  const places = delta.startsWith("0.") ? delta.length - 2 : Number(delta.slice(3));
  return `${digit} in ${setNumeral(`1${"0".repeat(places)}`, notation)}`;
}
