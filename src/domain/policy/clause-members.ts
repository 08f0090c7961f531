// What a clause of a policy holds, member by member: in words, and with the order in which one value is stricter than
// another. Members of one kind of clause always come in the same order.

import { limitsInWords } from "./breaches.ts";
import { areRatesWithin } from "./caps.ts";
import { contactsInWords } from "./contacts.ts";
import type { Affiliates, Exclusion, Exclusive, Grant, Party, Policy, Prohibition } from "./document.ts";
import { limitMembers } from "./limit-members.ts";
import { type Member, member } from "./members.ts";
import { isNarrower } from "./sets.ts";
import { type ContactLimit, contactLimits } from "./terms.ts";
import { isUseWithin, limitsOfUse, useOf } from "./use-limits.ts";
import { permitOf, type UseSet } from "./use-sets.ts";
import { ANALYSIS_WORDS, listed, USE_WORDS } from "./words.ts";

/** Whom a grant lets do what, with which limits. */
export function grantMembers(grant: Grant): readonly Member[] {
  const { to, purposes, analyses, channels, consent, terms, until } = grant;
  return [
    parties("given to", to, "more-is-looser"),
    names("for", purposes, "more-is-looser"),
    names(
      "of",
      analyses.map((analysis) => ANALYSIS_WORDS[analysis]),
      "more-is-looser",
    ),
    attributes(grant),
    names("through the channels", channels, "more-is-looser"),
    needed("only people who gave the consent", consent),
    ends("until", until),
    ...limitMembers(terms),
  ];
}

/** Whom a prohibition shuts out, from what. */
export function prohibitionMembers({ to, purposes, analyses, because }: Prohibition): readonly Member[] {
  return [
    parties("against", to, "more-is-tighter"),
    scope("for", purposes),
    scope(
      "of",
      analyses?.map((analysis) => ANALYSIS_WORDS[analysis]),
    ),
    wording(because),
  ];
}

/** With whom there is no contract. */
export function exclusionMembers({ with: shunned, purposes, because }: Exclusion): readonly Member[] {
  return [parties("no contract with", shunned, "more-is-tighter"), scope("for", purposes), wording(because)];
}

/** To whom lists are promised, and when. */
export function exclusiveMembers({ to, purposes, from, until, because }: Exclusive): readonly Member[] {
  const isWindowInside = (inner: Window, outer: Window) => inner.from <= outer.from && inner.until >= outer.until;
  return [
    parties("promised to", to, "more-is-looser"),
    names("for", purposes, "more-is-tighter"),
    member({ says: "days", text: `${from} to ${until}`, value: { from, until } }, isWindowInside),
    wording(because),
  ];
}

/** Who counts as one recipient. */
export function affiliateMembers({ partners, because }: Affiliates): readonly Member[] {
  return [parties("one recipient", partners, "more-is-tighter"), wording(because)];
}

/** Where a consent of everybody on a list is asked for. */
export function approachableMembers({ channels }: NonNullable<Policy["approachable"]>[number]): readonly Member[] {
  return [scope("through the channels", channels)];
}

/** How often one person may be contacted. */
export function contactMembers(caps: NonNullable<Policy["contactsPerPerson"]>): readonly Member[] {
  const limits = contactLimits(caps);
  return [
    member(
      { says: "at the most", text: listed(limits.map(contactsInWords)), value: limits },
      (inner: readonly ContactLimit[], outer: readonly ContactLimit[]) => areRatesWithin(inner, outer),
    ),
  ];
}

type Window = { readonly from: string; readonly until: string };
type Growth = "more-is-looser" | "more-is-tighter";

function names(says: string, values: readonly string[], growth: Growth): Member {
  const text = values.length === 0 ? "nothing" : listed(values);
  return member({ says, text, value: values }, (inner, outer) =>
    growth === "more-is-looser" ? isNarrower(inner, outer) : isNarrower(outer, inner),
  );
}

function parties(says: string, named: readonly Party[], growth: Growth): Member {
  const words = named.map((party) => (typeof party === "string" ? party : `everybody in ${party.industry}`));
  return names(says, words, growth);
}

// A clause that names none speaks of all.
function scope(says: string, values: readonly string[] | undefined): Member {
  const all = values ?? null;
  const text = all === null ? "everything" : listed(all);
  return member({ says, text, value: all }, (inner, outer) => isNarrower(outer, inner));
}

function needed(says: string, consent: string | undefined): Member {
  const asked = consent === undefined ? [] : [consent];
  const text = consent === undefined ? "not needed" : `“${consent}”`;
  return member({ says, text, value: asked }, (inner, outer) => isNarrower(outer, inner));
}

function ends(says: string, until: string | undefined): Member {
  const day = until ?? null;
  const isInside = (inner: string | null, outer: string | null) => outer === null || (inner !== null && inner <= outer);
  return member({ says, text: day ?? "no end", value: day }, isInside);
}

function wording(because: string): Member {
  return member({ says: "because", text: because, value: because }, () => true);
}

function attributes(grant: Grant): Member {
  const entries = Object.entries(grant.attributes).flatMap(([name, uses]) =>
    uses.map((one) => ({ name, use: useOf(one), limits: limitsOfUse(one) })),
  );
  const words = entries.map(({ name, use, limits }) => {
    const only = limitsInWords(limits);
    return `“${name}” to ${USE_WORDS[use]}${only === "" ? "" : `, only ${only}`}`;
  });
  const value: UseSet = new Map(entries.map(({ name, use, limits }) => [permitOf(name, use), limits]));
  const text = words.length === 0 ? "no attribute" : listed(words.sort());
  return member({ says: "using", text, value }, areUsesWithin);
}

function areUsesWithin(inner: UseSet, outer: UseSet): boolean {
  return [...inner].every(([permit, limits]) => {
    const other = outer.get(permit);
    return other !== undefined && isUseWithin(limits, other);
  });
}
